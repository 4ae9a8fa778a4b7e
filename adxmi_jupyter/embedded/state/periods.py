"""Lengths of time as Resource Manager writes them: P31D, PT12H (ISO 8601)."""

from __future__ import annotations

import re
from datetime import timedelta

_PERIOD = re.compile(
    r"P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def is_period(text: str) -> bool:
    """Tell whether a text is a period, of fewer than a million years."""
    try:
        read_period(text)
    except (ValueError, OverflowError):
        return False
    return True


def read_period(text: str) -> timedelta:
    """Return how long a period is; a ValueError or an OverflowError for what is none."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(text)
    years, months, weeks, days, hours, minutes, seconds = (float(n) for n in found.groups("0"))
    return timedelta(
        days=365 * years + 30 * months + days,
        weeks=weeks,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
    )


def period_text(length: timedelta) -> str:
    """Return a length of time as a period."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = {"H": hours, "M": minutes, "S": seconds}
    clock = "".join(f"{number}{unit}" for unit, number in parts.items() if number)
    days = f"{length.days}D" if length.days or not clock else ""
    return f"P{days}T{clock}" if clock else f"P{days}"
