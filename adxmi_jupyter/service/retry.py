"""Do something again while it fails for a reason that passes: a busy cluster, a late directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from adxmi_jupyter.errors import AdxmiError

Result = TypeVar("Result")


def retry_while(
    attempt: Callable[[], Result],
    *,
    passes: Callable[[AdxmiError], bool],
    every: float,
    longest: float,
    waiting: Callable[[AdxmiError], None],
) -> Result:
    """Return what an attempt returns, however many it takes within `longest` seconds.

    Parameters
    ----------
    attempt
        What to do; it may be done again only where a failure says that nothing was changed.
    passes
        Tells whether a failure is worth another attempt.
    every
        Seconds between two attempts.
    longest
        Seconds after which no other attempt is made; none at all for 0.
    waiting
        Hears of each failure that is waited out.

    Raises
    ------
    AdxmiError
        A failure that does not pass; or the last one, when the time is over or a pause was
        interrupted.

    """
    deadline = time.monotonic() + longest
    while True:
        try:
            return attempt()
        except AdxmiError as failure:
            if not passes(failure) or time.monotonic() >= deadline:
                raise
            _pause(every, failure, waiting)


def _pause(every: float, failure: AdxmiError, waiting: Callable[[AdxmiError], None]) -> None:
    try:
        waiting(failure)
        time.sleep(every)
    except KeyboardInterrupt as interrupt:
        raise failure from interrupt
