"""A fault that holds requests back until it is told to let them go, and counts those at a time."""

from __future__ import annotations

import threading

_LONGEST = 30


class Crowd:
    """The requests that are held: `here` now, and `most` at one time.

    Strike a proxy, or several, with it. Once released, it goes on counting.
    """

    def __init__(self):
        self.here = 0
        self.most = 0
        self._changed = threading.Condition()
        self._is_released = False

    def __call__(self, exchange):
        """Hold a request, then let the server answer it."""
        with self._changed:
            self.here += 1
            self.most = max(self.most, self.here)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_released, _LONGEST)
        reply = exchange.forward()
        with self._changed:
            self.here -= 1  # before the client has its answer and sends the next request
        exchange.reply(reply)

    def wait_for(self, number):
        """Wait until so many are here; AssertionError if they do not come."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.here >= number, _LONGEST), self.here

    def release(self):
        """Let all go, and those that come later."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()
