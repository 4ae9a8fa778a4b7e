"""Lengths of time as people and the service write them: ``1h``, ``90m``, ``1.06:30:00``.

Source: *The timespan data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from adxmi_jupyter.errors import InvalidInput

LONGEST = timedelta(days=10_675_199)
"""The service counts in 64 bits of 100 ns; this many days fit."""

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "microsecond": timedelta(microseconds=1),
}
_WORDS = {
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "milli", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("micro", "micros", "microsecond", "microseconds"), "microsecond"),
}
_SHORT = re.compile(r"(?P<number>[0-9]{1,19}(?:\.[0-9]{1,9})?)\s*(?P<unit>[a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:(?P<days>[0-9]{1,8})\.)?(?P<hours>[01]?[0-9]|2[0-3]):(?P<minutes>[0-5][0-9])"
    r"(?::(?P<seconds>[0-5][0-9](?:\.[0-9]{1,7})?))?"
)


def parse_timespan(text: str) -> timedelta:
    """Read a length of time.

    >>> parse_timespan("90m") == parse_timespan("01:30:00")
    True

    Raises
    ------
    InvalidInput
        It is neither a number with a unit nor ``[days.]hours:minutes[:seconds]``, or longer than
        the service can count.

    """
    seconds = _seconds(text.strip())
    if seconds is None:
        raise InvalidInput(
            f"{text!r} is no length of time",
            why="it is a number with d, h, m or s, or [days.]hours:minutes[:seconds]",
            fix="write it as Nd, Nh, Nm, Ns or [DAYS.]HH:MM:SS",
        )
    if seconds > LONGEST.total_seconds():
        raise InvalidInput(
            f"{text!r} is too long",
            why=f"the service counts up to {LONGEST.days} days",
            fix=f"write at most {LONGEST.days}d",
        )
    return timedelta(microseconds=round(seconds * 1_000_000))


def _seconds(text: str) -> Fraction | None:
    short, clock = _SHORT.fullmatch(text), _CLOCK.fullmatch(text)
    if short and short["unit"].lower() in _WORDS:
        unit = _UNITS[_WORDS[short["unit"].lower()]]
        return Fraction(short["number"]) * (unit // _UNITS["microsecond"]) / 1_000_000
    if clock is None:
        return None
    days, hours, minutes = (int(clock[name] or 0) for name in ("days", "hours", "minutes"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + Fraction(clock["seconds"] or 0)


def timespan_text(length: timedelta) -> str:
    """Return a length of time in the longest unit it is a multiple of.

    >>> timespan_text(timedelta(hours=36)), timespan_text(timedelta(minutes=90.5))
    ('36h', '5430s')
    """
    if not length:
        return "0s"
    unit = next(unit for unit, one in _UNITS.items() if not length % one)
    return f"{length // _UNITS[unit]}{unit}"


def clock_text(length: timedelta) -> str:
    """Return a length of time as the service shows it: ``[days.]hours:minutes:seconds``.

    >>> clock_text(timedelta(days=7))
    '7.00:00:00'
    """
    seconds, micro = divmod(length // timedelta(microseconds=1), 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    start = f"{day}." if day else ""
    end = f".{micro:06}" if micro else ""
    return f"{start}{hour:02}:{minute:02}:{second:02}{end}"
