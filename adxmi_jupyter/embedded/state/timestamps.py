"""Moments as the service writes them: ISO texts in UTC, with seven digits of a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_NS = 1_000_000_000
_TICK_NS = 100


def now(ago: float = 0.0) -> str:
    """Return the time, or that so many seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def moment_of(nanoseconds: int) -> str:
    """Return the moment so many nanoseconds after 1970, in ticks of 100 nanoseconds.

    OverflowError for a moment outside of the years 1 to 9999.
    """
    seconds, rest = divmod(nanoseconds, _SECOND_NS)
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{rest // _TICK_NS:07d}Z"


def with_all_digits(moment: str) -> str:
    """Return a moment with all seven digits, so that texts compare as the moments do."""
    whole, _, fraction = moment.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<7}Z"
