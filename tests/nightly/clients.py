"""Processes that run lines of the console script against one served embedded Azure.

They are forks of a process that has loaded the packages already: a moment chosen at random then
falls into the write, and not into the seconds of loading before it.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from tqdm import tqdm

from adxmi_jupyter.embedded import EmbeddedAzure

TRACEBACK = -1
"""In place of an exit code: the console script let an exception out."""

DATABASES = ("Sales", "Telemetry", "Tom's Lab")

_LOADED = (
    *("pandas", "azure.kusto.data", "yaml", "adxmi_jupyter.magics.console"),
    *("tqdm", "platformdirs", "adxmi_jupyter.magics.policy", "adxmi_jupyter.actions.write.history"),
    *("adxmi_jupyter.actions.identity.names", "adxmi_jupyter.actions.identity.identities"),
    *("adxmi_jupyter.service.connections", "adxmi_jupyter.service.access"),
)

Line = Sequence[str]


@dataclass(frozen=True)
class Done:
    """How a line ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The name of the error it was told to have; empty without one."""
        lines = [line for line in self.err.splitlines() if line and not line.startswith(" ")]
        name = lines[-1].partition(":")[0] if lines and self.code else ""
        return name if name.isidentifier() else ""


def ran(words: Line) -> Done:
    """Run a line in this process, as the console script does."""
    from adxmi_jupyter.magics.console import execute

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = execute(list(words))
        except BaseException:  # noqa: BLE001 - whatever comes out is what the user would see
            code = TRACEBACK
            err.write(traceback.format_exc())
    return Done(code, out.getvalue(), err.getvalue())


def _ran_all(lines: Sequence[Line]) -> list[Done]:
    return [ran(line) for line in lines]


@dataclass(frozen=True)
class Client:
    """A process at work, and where what it returns arrives."""

    process: Any
    answers: Any

    def wait_until_started(self) -> None:
        """Wait until it begins with its work."""
        self.answers.recv()

    def result(self) -> Any:
        """Wait for what it returns."""
        found = self.answers.recv()
        self.process.join()
        return found

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self.process.kill()
        self.process.join()
        self.answers.close()


class Place:
    """A served embedded Azure, and a data directory that all its clients share."""

    def __init__(self, azure: EmbeddedAzure, home: Path) -> None:
        self.azure = azure
        self.home = home
        self.data = home / "data"
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(list(_LOADED))
        builder = KustoConnectionStringBuilder.with_token_provider(
            azure.kusto_uri, lambda: "embedded-admin"
        )
        self._kusto = KustoClient(builder)

    def close(self) -> None:
        """Close the connection that looks at the state."""
        self._kusto.close()

    @property
    def environment(self) -> dict[str, str]:
        """What configures the clients."""
        return {
            "ADXMI_CLUSTER": self.azure.kusto_uri,
            "ADXMI_DATABASE": "Sales",
            "ADXMI_CREDENTIAL": "",
            "ADXMI_DATA_DIR": str(self.data),
            "HOME": str(self.home),
        }

    @property
    def journal(self) -> Path:
        """The file of the history."""
        (found,) = self.data.rglob("*.jsonl")
        return found

    def start(self, task: Callable[..., Any], *arguments: Any, **environment: str) -> Client:
        """Start a process that returns what a function returns."""
        answers, sender = self._processes.Pipe(duplex=False)
        everything = self.environment | environment
        process = self._processes.Process(
            target=_work, args=(sender, everything, task, arguments), daemon=True
        )
        process.start()
        sender.close()
        return Client(process, answers)

    def meeting(self, parties: int) -> Any:
        """Return where so many processes wait for each other, ten minutes at most."""
        return self._processes.Barrier(parties, timeout=600)

    def result_of(self, task: Callable[..., Any], *arguments: Any, **environment: str) -> Any:
        """Return what a function returns in a process of its own."""
        client = self.start(task, *arguments, **environment)
        client.wait_until_started()
        return client.result()

    def run(self, *words: str, **environment: str) -> Done:
        """Run a line in a process of its own."""
        return self.result_of(ran, words, **environment)

    def run_all(self, *lines: Line) -> list[Done]:
        """Run lines in one process, one after the other."""
        return self.result_of(_ran_all, lines)

    def history(self) -> list[dict[str, Any]]:
        """Return the rows of the history, as the console script writes them."""
        done = self.run(*self.history_line)
        if done.code:
            raise AssertionError(f"the history cannot be read: {done.err}")
        return self.history_written()

    @property
    def history_line(self) -> Line:
        """The line that writes the history to a file."""
        return ("history", "--out", str(self.home / "history.json"))

    def history_written(self) -> list[dict[str, Any]]:
        """Return the rows of the history that `history_line` has written, once."""
        target = self.home / "history.json"
        rows = json.loads(target.read_text("utf-8"))
        target.unlink()
        return rows

    def policies(self) -> dict[str, set[tuple[str, str]]]:
        """Return what each scope allows: pairs of a name and a usage; the cluster is under ``""``."""
        return {scope: self._policy(scope) for scope in ("", *DATABASES)}

    def state(self) -> dict[str, set[tuple[str, ...]]]:
        """Return what writes can change: policies, security roles of a database, callout rules."""
        roles = self.rows(".show database Sales principals")
        callouts = self.rows(".show cluster policy callout")
        return self.policies() | {
            "roles": {(row["Role"], row["PrincipalFQN"]) for row in roles},
            "callouts": {tuple(map(str, row.values())) for row in callouts},
        }

    def rows(self, command: str) -> list[dict[str, Any]]:
        """Send a command with the bare SDK."""
        table = self._kusto.execute_mgmt("Sales", command).primary_results[0]
        return [row.to_dict() for row in table]

    def _policy(self, database: str) -> set[tuple[str, str]]:
        scope = f"database ['{kusto_text(database)}']" if database else "cluster"
        (row,) = self.rows(f".show {scope} policy managed_identity")
        entries = json.loads(row["Policy"] or "null") or []
        return {
            (entry["DisplayName"], usage.strip())
            for entry in entries
            for usage in entry["AllowedUsages"].split(",")
        }


def kusto_text(text: str) -> str:
    """Return a text as it stands between the quotes of a statement."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


@contextmanager
def place_in(home: Path, *, latency: float = 0.0) -> Iterator[Place]:
    """Serve an embedded Azure, for clients whose files are below `home`."""
    home.mkdir(parents=True, exist_ok=True)
    with EmbeddedAzure(latency=latency) as azure, contextlib.closing(Place(azure, home)) as place:
        yield place


def _work(
    sender: Any, environment: dict[str, str], task: Callable[..., Any], arguments: Any
) -> None:
    os.environ.update(environment)
    sys.stdin = io.StringIO()
    tqdm.set_lock(threading.RLock())  # its own outlives a process that is killed
    sender.send("started")
    sender.send(task(*arguments))
    sender.close()
