"""Threads for requests that take long: the interpreter does not wait for them."""

from __future__ import annotations

import contextvars
import queue
import threading
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_IDLE = 16
"""The most threads that wait for another call: to start one takes the loop as long as a request."""

_WAITS = 10.0  # seconds


class DaemonThreads(Executor):
    """An executor of daemon threads: each call has one at once, an idle one if there is any.

    The threads of a pool are waited for when the interpreter ends, even those of a script that
    still has its time; and a pool has no thread left for a call while all of it wait.
    """

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()

    def submit(
        self, call: Callable[_Given, _Answer], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Answer]:
        """Start the call and return its future."""
        future: Future[_Answer] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                # As in a thread of its own, nothing is left of the call before.
                future.set_result(contextvars.Context().run(call, *args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                future.set_exception(error)

        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            _Worker(self, run).start()
        else:
            worker.calls.put(run)
        return future

    def wait(self, worker: _Worker) -> bool:
        """Keep a thread for another call; tell whether it is."""
        with self._lock:
            if len(self._idle) >= _IDLE:
                return False
            self._idle.append(worker)
            return True

    def leave(self, worker: _Worker) -> bool:
        """Let go of a thread; tell whether it is: it may have been given a call meanwhile."""
        with self._lock:
            if worker not in self._idle:
                return False
            self._idle.remove(worker)
            return True


class _Worker(threading.Thread):
    """A thread that carries out a call, and others that come soon after it."""

    def __init__(self, threads: DaemonThreads, first: Callable[[], None]) -> None:
        super().__init__(name="embedded-azure-request", daemon=True)
        self._threads = threads
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.calls.put(first)

    def run(self) -> None:
        """Carry out calls until none came for a while."""
        while True:
            try:
                call = self.calls.get(timeout=_WAITS)
            except queue.Empty:
                if self._threads.leave(self):
                    return
                continue
            call()
            del call
            if not self._threads.wait(self):
                return
