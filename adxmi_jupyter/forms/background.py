"""What goes on beside the typing: after a rest, and in the background.

A notebook's kernel hears keystrokes in an event loop. A request made there would hold them up, so
it is made in a thread, and what it found is shown by the loop again. Where no loop runs, there
is no typing, and nothing happens by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from adxmi_jupyter.service.threads import request_thread

Found = TypeVar("Found")

REST = 0.6
"""Seconds without a keystroke that count as a rest."""

THREAD = "adxmi-form"
"""The name of the threads."""


class Rest:
    """Waits until nothing has been entered for a while; `seconds` is how long."""

    def __init__(self, seconds: float = REST) -> None:
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()

    def wait(self, then: Callable[[], None]) -> bool:
        """Call somebody after the next rest, and nothing else any more; false without a loop."""
        self.cancel()
        loop = _running_loop()
        if loop is None:
            return False
        self._ended.clear()
        self._timer = loop.call_later(self._seconds, self._end, then)
        return True

    def cancel(self) -> None:
        """Call nothing."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._ended.set()

    async def over(self) -> None:
        """Wait until nothing is to be called any more."""
        await self._ended.wait()

    def _end(self, then: Callable[[], None]) -> None:
        self._timer = None
        then()
        self._ended.set()


class Background(Generic[Found]):
    """Looks something up in a thread; what was asked for before is no longer of interest."""

    def __init__(self) -> None:
        self._newest: object = None
        self._ended = asyncio.Event()
        self._ended.set()

    def run(self, ask: Callable[[], Found], then: Callable[[Found], None]) -> None:
        """Ask in a thread and hand what was found to `then`; nothing happens without a loop.

        `ask` must not touch a widget.
        """
        loop = _running_loop()
        if loop is None:
            return
        turn = self._newest = object()
        self._ended.clear()

        def found(outcome: Found | Exception) -> None:
            if turn is not self._newest:
                return
            self.drop()
            if isinstance(outcome, Exception):
                raise outcome  # the loop logs it, as it does what a click raises
            then(outcome)

        def work() -> None:
            outcome = _attempt(ask)
            if not loop.is_closed():
                loop.call_soon_threadsafe(found, outcome)

        request_thread(work, name=THREAD).start()

    def drop(self) -> None:
        """Take no further interest in what was asked for."""
        self._newest = None
        self._ended.set()

    async def over(self) -> None:
        """Wait until nothing is being looked up that is of interest."""
        await self._ended.wait()


def _attempt(ask: Callable[[], Found]) -> Found | Exception:
    try:
        return ask()
    except Exception as failure:  # noqa: BLE001 - raised again where it can be seen
        return failure


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
