"""Dates with times, and periods of time.

Source: *The datetime data type*, *Query acceleration policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from adxmi_jupyter.errors import InvalidInput

_BETWEEN = re.compile(r"\s*\.\.\s*")


def parse_moment(text: str) -> datetime:
    """Read a date, or a date and a time; without a zone it is UTC.

    Raises
    ------
    InvalidInput
        It is not written as ISO 8601 says.

    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{text!r} is no date and time",
            why="it is written as year-month-day, and a time after T",
            fix="write it as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ",
        ) from None


def moment_text(moment: datetime) -> str:
    """Return a moment as the service writes it, to the tenth of a microsecond.

    >>> moment_text(datetime(2026, 1, 31, 12, tzinfo=UTC))
    '2026-01-31T12:00:00.0000000Z'
    """
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec="microseconds") + "0Z"


@dataclass(frozen=True)
class Period:
    """From one moment to a later one."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{moment_text(self.start)}..{moment_text(self.end)}"


def parse_periods(text: str) -> tuple[Period, ...]:
    """Read periods separated by commas, each ``START..END``.

    Raises
    ------
    InvalidInput
        One is no two moments, or ends before it begins.

    """
    return tuple(_period(part) for part in text.split(","))


def _period(text: str) -> Period:
    ends = _BETWEEN.split(text.strip())
    if len(ends) == len(("start", "end")):
        period = Period(*map(parse_moment, ends))
        if period.start < period.end:
            return period
    raise InvalidInput(
        f"{text.strip()!r} is no period",
        why="it is a moment, two dots, and a later moment",
        fix="write it as START..END, each as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ",
    )
