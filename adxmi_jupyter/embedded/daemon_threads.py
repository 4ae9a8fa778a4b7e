"""Threads for requests that take long: the interpreter does not wait for them."""

from __future__ import annotations

import threading
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class DaemonThreads(Executor):
    """An executor with a daemon thread per call.

    The threads of a pool are waited for when the interpreter ends, even those of a script that
    still has its time.
    """

    def submit(
        self, call: Callable[_Given, _Answer], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Answer]:
        """Start the call and return its future."""
        future: Future[_Answer] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(call(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                future.set_exception(error)

        threading.Thread(target=run, name="embedded-azure-request", daemon=True).start()
        return future
