"""A role that is granted for one command: the name of its assignment tells what it is, since when.

So what an interrupted command left is found from any machine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

PREFIX = "adxmi-elevate"
PLACEHOLDER = f"{PREFIX}-TIME-ID"
"""How a preview writes a name: the real one is made when it is sent."""

_MOMENT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(rf"{PREFIX}-(?P<moment>\d{{8}}T\d{{6}}Z)-[0-9a-f]+", re.IGNORECASE)


def temporary_name(now: datetime, unique: str) -> str:
    """Return the name of an assignment that is granted now.

    >>> temporary_name(datetime(2026, 11, 30, 8, 5, tzinfo=UTC), "5d0c9a71")
    'adxmi-elevate-20261130T080500Z-5d0c9a71'
    """
    return f"{PREFIX}-{now.astimezone(UTC).strftime(_MOMENT)}-{unique}"


def granted_at(name: str) -> datetime | None:
    """Return when a temporary assignment was granted, by its name; None for any other name.

    >>> granted_at("adxmi-elevate-20261130T080500Z-5d0c9a71").isoformat()
    '2026-11-30T08:05:00+00:00'
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found["moment"].upper(), _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
