"""The time of a world: that of the machine, or one that stands still until it is moved."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NS = 1000


class Clock:
    """Tells nanoseconds since 1970; retention in the logs is counted from what it tells."""

    def __init__(self) -> None:
        self._fixed_ns: int | None = None

    def __call__(self) -> int:
        """Return the time."""
        return time.time_ns() if self._fixed_ns is None else self._fixed_ns

    def stop_at(self, moment: datetime) -> None:
        """Let it be this moment from now on; ValueError for one without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("The moment needs a time zone, such as datetime.UTC.")
        self._fixed_ns = (moment - _EPOCH) // _MICROSECOND * _NS

    def move(self, length: timedelta) -> None:
        """Let it be so much later, or earlier; a clock that goes with the machine stops."""
        self._fixed_ns = self() + length // _MICROSECOND * _NS
