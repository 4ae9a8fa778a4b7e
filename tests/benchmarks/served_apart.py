"""The service in a process of its own, which tells what it has done so far."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.processes import PROBES, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATENCY = 0.03


@dataclass(frozen=True)
class Done:
    """What the service has done: requests, seconds of the processor, and its most memory (MB)."""

    requests: int
    processor: float
    megabytes: float


@dataclass(frozen=True)
class Service:
    """The service in its own process."""

    uri: str
    process: subprocess.Popen[str]

    def done(self) -> Done:
        """Return what it has done so far."""
        _tell(self.process)
        return Done(**json.loads(_line(self.process)))


def _tell(process: subprocess.Popen[str]) -> None:
    if process.stdin is None:
        raise SystemExit("the service has no pipes")
    process.stdin.write("\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise SystemExit("the service has no pipes")
    return process.stdout.readline().strip()


@contextmanager
def serving(home: Path, databases: int, *options: str) -> Iterator[Service]:
    """Start the service in a process of its own."""
    words = (str(PROBES / "served.py"), str(databases), str(LATENCY), *options)
    command = [sys.executable, "-I", *words]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    ) as process:
        yield Service(_line(process), process)
        if process.stdin is not None:
            process.stdin.close()
