"""Lengths of time as texts (page: The timespan data type)."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "milli": timedelta(milliseconds=1),
    "micro": timedelta(microseconds=1),
    "nano": timedelta(microseconds=0.001),
    "tick": timedelta(microseconds=0.1),
}
_LITERAL = re.compile(
    r"([+-]?\d+(?:\.\d+)?)\s*(d|h|milli|ms|micro|nano|tick|m|s)[a-z]*", re.IGNORECASE
)
_CLOCK = re.compile(r"(-?)(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,7})?)?")


def read_timespan(text: str) -> timedelta | None:
    """Return the length of `1.5h`, `2 days`, `1.02:03:04.5` or, in days, `2`; None for others."""
    word = text.strip()
    clock = _CLOCK.fullmatch(word)
    if clock:
        sign, days, hours, minutes, seconds, fraction = clock.groups("0")
        length = timedelta(
            days=int(days),
            hours=int(hours),
            minutes=int(minutes),
            seconds=int(seconds) + float(fraction),
        )
        return -length if sign == "-" else length
    literal = _LITERAL.fullmatch(word)
    if literal:
        number, unit = literal.groups()
        return float(number) * _UNITS[{"ms": "milli"}.get(unit.lower(), unit.lower())]
    return timedelta(days=int(word)) if re.fullmatch(r"[+-]?\d{1,6}", word) else None
