"""How long a request may still take, whatever it consists of: tries, pauses and answers.

The clock starts where a request is asked for and is read where bytes are received. In between
are the Azure SDKs, which pass no such value on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Deadline:
    """The moment at which a request ends, with or without an answer."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; zero once it has passed."""
        return max(0.0, self._end - time.monotonic())

    def extend(self, seconds: float) -> None:
        """Move it by seconds that do not count."""
        self._end += seconds


_CURRENT: ContextVar[Deadline | None] = ContextVar("adxmi_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Give what follows so many seconds, or what an enclosing request has left if that is less."""
    outer = _CURRENT.get()
    deadline = outer if outer is not None and outer.left < seconds else Deadline(seconds)
    former = _CURRENT.set(deadline)
    try:
        yield deadline
    finally:
        _CURRENT.reset(former)


@contextmanager
def not_counted() -> Iterator[None]:
    """Do not count the time that what follows takes: a person who signs in takes minutes."""
    began = time.monotonic()
    try:
        yield
    finally:
        deadline = _CURRENT.get()
        if deadline is not None:
            deadline.extend(time.monotonic() - began)


def current() -> Deadline | None:
    """Return the deadline of the request that is being made, if any."""
    return _CURRENT.get()
