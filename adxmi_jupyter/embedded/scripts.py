"""The processes of scripts that one server runs: they end with the query, and with the server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_END_SECONDS = 5.0


class Scripts:
    """Processes under way; safe to use from any thread. Once stopped it starts no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    @contextlib.contextmanager
    def started(
        self, command: Sequence[str], scratch: Path, **options: Any
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start a process, and end it with all that it has started when the block is left.

        A supervisor stands between, where there are process groups. It removes the folder
        `scratch` when the server is gone without a word.
        """
        process = subprocess.Popen(  # noqa: S603 - of this package, see the caller
            [*_supervised(scratch), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
        with self._lock:
            self._running.add(process)
            is_late = self._is_stopped
        try:
            if is_late:
                process.terminate()
            yield process
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)

    def stop(self) -> None:
        """End every process; whoever waits for one goes on as soon as it has ended."""
        with self._lock:
            self._is_stopped = True
            for process in self._running:
                process.terminate()


def _supervised(scratch: Path) -> list[str]:
    """Return what stands before a command; Windows has no process groups, and no limits."""
    if sys.platform == "win32":
        return []
    return [sys.executable, "-I", "-S", str(_SUPERVISOR), str(scratch)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the supervisor end everything, and end the supervisor if it does not."""
    process.terminate()
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
