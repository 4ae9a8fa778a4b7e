"""Lengths of time as KQL writes them (page: The timespan data type)."""

from __future__ import annotations

import re
from decimal import Decimal

_LENGTH = re.compile(
    r"(\d+(?:\.\d+)?)"
    r"(d(?:ays?)?|h(?:rs?|ours?)?|m(?:in(?:utes?)?)?|s(?:ec(?:onds?)?)?"
    r"|ms|milli(?:s|sec(?:onds?)?)?|micro(?:s|sec(?:onds?)?)?|ticks?)"
)
_SECOND = 1_000_000
_UNITS = (
    ("micro", Decimal(1)),
    ("milli", Decimal(1000)),
    ("ms", Decimal(1000)),
    ("tick", Decimal("0.1")),
    ("d", Decimal(86_400 * _SECOND)),
    ("h", Decimal(3600 * _SECOND)),
    ("m", Decimal(60 * _SECOND)),
    ("s", Decimal(_SECOND)),
)


def microseconds_in(literal: str) -> Decimal | None:
    """Return the length of a literal such as `1.5h`; None for any other text."""
    match = _LENGTH.fullmatch(literal)
    if match is None:
        return None
    number, unit = match.groups()
    return Decimal(number) * next(size for word, size in _UNITS if unit.startswith(word))


def shown_length(microseconds: Decimal | int) -> str:
    """Return a length as results show it: `[d.]hh:mm:ss[.fffffff]`."""
    ticks = int(microseconds * 10)
    seconds, fraction = divmod(ticks, 10 * _SECOND)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    tail = f".{fraction:07d}" if fraction else ""
    return f"{f'{days}.' if days else ''}{hour:02d}:{minute:02d}:{second:02d}{tail}"
