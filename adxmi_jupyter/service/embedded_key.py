"""The key for scripts of an embedded Azure that another process of the same account serves.

The server runs scripts of the Python plugin only for clients that have its key. `serve` leaves the
key in a file that only the account can read, and the tool's own connections find it there. Its
port stands before it: no other server gets it.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.service.directories import runtime_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_FILE_VARIABLE = "ADXMI_EMBEDDED_KEY_FILE"
_LONGEST = 200
_PORT_AND_KEY = re.compile(r"([0-9]+) ([A-Za-z0-9_-]+)")


def key_file(uri: str) -> Path:
    """Return the file for the key of the server at this address.

    ``ADXMI_EMBEDDED_KEY_FILE``, else one for each port in a directory of the account.

    Raises
    ------
    HistoryUnavailable
        The account has no directory of its own.

    """
    chosen = os.environ.get(KEY_FILE_VARIABLE, "").strip()
    return Path(chosen) if chosen else runtime_directory() / "keys" / f"{urlsplit(uri).port}.key"


@contextlib.contextmanager
def offered(uri: str, key: str) -> Iterator[str]:
    """Keep the key in its file while the block runs; yield where, or why it is nowhere."""
    path, problem = _saved(uri, key)
    try:
        yield problem or f"key for scripts of the Python plugin: {path}"
    finally:
        with contextlib.suppress(OSError):
            if path is not None:
                path.unlink()


def served_key(uri: str) -> str:
    """Return the key of the server at this address; empty when there is none for this account."""
    try:
        with key_file(uri).open(encoding="ascii", errors="replace") as file:
            text = file.read(_LONGEST).strip()
    except (OSError, HistoryUnavailable):
        return ""
    found = _PORT_AND_KEY.fullmatch(text)
    return found[2] if found and int(found[1]) == urlsplit(uri).port else ""


def _saved(uri: str, key: str) -> tuple[Path | None, str]:
    """Save the key; return where, or why not."""
    try:
        path = key_file(uri)
        _write(path, f"{urlsplit(uri).port} {key}")
    except (OSError, HistoryUnavailable) as error:
        why = error.why if isinstance(error, HistoryUnavailable) else error.strerror
        return None, f"no other process can run scripts: the key cannot be saved, {why}"
    return path, ""


def _write(path: Path, text: str) -> None:
    """Write a new file: one that is there may be readable by others, or a link to elsewhere."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.write(text)
