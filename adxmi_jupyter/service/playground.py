"""The playground: an embedded Azure in the background, which the commands of a console share.

A file in the data directory, which only the account can read, holds its process, port, key and
version. The file alone proves nothing: its process may be gone and its port somebody else's. So
the server at that port first proves that it knows the key, by an HMAC of a nonce, its port and its
process. Only then it gets a token, or the key.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from adxmi_jupyter.errors import ClusterUnreachable, HistoryUnavailable
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.service.directories import data_directory, verified_beside
from adxmi_jupyter.service.embedded import PRINCIPALS, token_with_key
from adxmi_jupyter.version import __version__

_HOST = "127.0.0.1"
_FOLDER = "playground"
_RECORD = "server.json"
_LONGEST_RECORD = 1000
_LONGEST_ANSWER = 64 * 1024**2
_PROOF_SECONDS = 10.0
_KEY_HEADER = "X-Embedded-Key"
_PORTS = range(1, 65536)


@dataclass(frozen=True)
class Record:
    """What the file says of a server."""

    pid: int
    port: int
    key: str
    version: str


@dataclass(frozen=True)
class Unusable:
    """Why what is recorded is not used, for people; `is_ours` if the server has proved itself."""

    why: str
    is_ours: bool = False

    def error(self) -> ClusterUnreachable:
        """Return the error for a command that would use it.

        Another embedded Azure in its place would show another setup, and lose what a
        command changes.
        """
        verb = "stop" if self.is_ours else "start"
        return ClusterUnreachable(
            "the playground can't be used",
            why=self.why,
            fix=Command.of("embedded", verb),
        )


@dataclass(frozen=True)
class Playground:
    """A server that has proved to be the one of this account's playground."""

    record: Record
    directory: Path

    @property
    def uri(self) -> str:
        """The address of its first cluster."""
        return f"http://{_HOST}:{self.record.port}"

    @property
    def history_file(self) -> Path:
        """Where the history of writes is kept: as long as the world it speaks of."""
        return history_in(self.directory)

    def token(self, principal: str) -> str:
        """Return the token of one of `PRINCIPALS`, with the key that lets its scripts run."""
        return token_with_key(PRINCIPALS[principal], self.record.key)

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Let the program that serves it do something; return its answer.

        Raises
        ------
        ClusterUnreachable
            It does not answer.

        """
        body = json.dumps(request).encode()
        headers = {_KEY_HEADER: self.record.key, "Content-Type": "application/json"}
        try:
            answer = _answer(self.record.port, "POST", "/control", seconds, body, headers)
        except (OSError, HTTPException, ValueError) as error:
            raise ClusterUnreachable(
                "the playground did not answer",
                why=str(error) or type(error).__name__,
                fix=Command.of("embedded", "stop"),
            ) from error
        return answer


def playground_directory() -> Path:
    """Return the directory of the record and the history; raises as `data_directory` does."""
    return data_directory() / _FOLDER


def history_in(directory: Path) -> Path:
    """Return the file with the history of a playground."""
    return directory / "history.jsonl"


def found() -> Playground | Unusable | None:
    """Return the playground of this account; why it is not used; or None where none was started."""
    try:
        directory = playground_directory()
    except HistoryUnavailable:
        return None
    record = recorded(directory)
    if not isinstance(record, Record):
        return record
    problem = problem_of(record)
    if problem:
        return Unusable(problem)
    if record.version != __version__:
        return Unusable(
            f"its version is {record.version}, and this is version {__version__}", is_ours=True
        )
    return Playground(record, directory)


def recorded(directory: Path) -> Record | Unusable | None:
    """Return what the file says, or why it is not to be believed; None where there is none."""
    path = directory / _RECORD
    try:
        # A link may lead to what another account has written.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            problem = _problem_of_file(os.fstat(file.fileno()))
            text = b"" if problem else file.read(_LONGEST_RECORD)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unusable(f"{path} cannot be read: {error.strerror or type(error).__name__}")
    if problem:
        return Unusable(f"{path} {problem}")
    return _read(text) or Unusable(f"{path} isn't a record of a playground")


def record(directory: Path, port: int, key: str) -> Record:
    """Write the record of a server in this process; OSError where that cannot be."""
    made = Record(os.getpid(), port, key, __version__)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / _RECORD
    path.unlink(missing_ok=True)  # what is there may be readable by others, or a link to elsewhere
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        json.dump(asdict(made), file)
    return made


def forget(directory: Path) -> None:
    """Remove the record, whatever it is, and what is kept of the world that is gone."""
    history = history_in(directory)
    for path in (directory / _RECORD, history, verified_beside(history)):
        with contextlib.suppress(OSError):
            path.unlink()


def _problem_of_file(seen: os.stat_result) -> str:
    if not stat.S_ISREG(seen.st_mode):
        return "isn't a file"
    if sys.platform == "win32":
        return ""
    if seen.st_uid != os.getuid():
        return "belongs to another account"
    if stat.S_IMODE(seen.st_mode) & 0o077:
        return "is accessible to other accounts"
    return ""


def _read(text: bytes) -> Record | None:
    try:
        given = Record(**json.loads(text))
    except (ValueError, TypeError):
        return None
    kinds = {"pid": int, "port": int, "key": str, "version": str}
    is_whole = all(type(getattr(given, name)) is kind for name, kind in kinds.items())
    return given if is_whole and given.port in _PORTS and given.key.isascii() else None


def problem_of(record: Record) -> str:
    """Return why the server at the recorded port is not the one that was recorded.

    It is empty where the server has proved itself.
    """
    nonce = secrets.token_hex(32)
    path = f"/control/proof?nonce={nonce}"
    try:
        answer = _answer(record.port, "GET", path, _PROOF_SECONDS)
    except ConnectionRefusedError:
        return "it has ended"
    except TimeoutError:
        return f"port {record.port} doesn't answer"
    except (OSError, HTTPException, ValueError):
        return f"port {record.port} is used by another program"
    told = f"{record.port} {record.pid} {nonce}"
    proof = hmac.digest(record.key.encode(), told.encode(), "sha256").hex()
    given = answer.get("proof")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), proof.encode()):
        return f"port {record.port} is used by another program"
    return ""


def _answer(
    port: int,
    method: str,
    path: str,
    seconds: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the JSON object that a server on this machine answers; ValueError for all else."""
    connection = HTTPConnection(_HOST, port, timeout=seconds)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        answer = json.loads(response.read(_LONGEST_ANSWER))
        if response.status != 200 or not isinstance(answer, dict):  # noqa: PLR2004 - OK
            raise ValueError(f"it answered {response.status}")
        return answer
    finally:
        connection.close()
