"""The processes of scripts that one server runs: they end when it stops."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


class Scripts:
    """Processes under way; safe to use from any thread. Once stopped it starts no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    @contextlib.contextmanager
    def started(self, command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Start a process, and end it with all that it has started when the block is left."""
        process = subprocess.Popen(  # noqa: S603 - of this package, see the caller
            command,
            stdin=subprocess.DEVNULL,
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
                _kill(process)
            yield process
        finally:
            _kill(process)
            process.wait()
            with self._lock:
                self._running.discard(process)

    def stop(self) -> None:
        """End every process; whoever waits for one goes on at once."""
        with self._lock:
            self._is_stopped = True
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where there are process groups, what it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
