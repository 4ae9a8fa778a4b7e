"""Converts values of blobs to Kusto types, leniently: what cannot be converted becomes null.

Values come out as results hold them, ready for JSON: times as ISO texts in UTC, lengths of time
as `d.hh:mm:ss`, GUIDs and decimals as texts (pages: Scalar data types, Data mappings).
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?|[0-9A-Fa-f]{32}")
_TIMESPAN = re.compile(
    r"(?P<sign>-?)(?:(?P<d>\d+)\.)?(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}(?:\.\d{1,7})?))?"
)
# The seventh digit of a second, which Python's datetime has no place for.
_TICK = re.compile(r"[.,]\d{6}(\d)")
_WHOLE = re.compile(r"[+-]?\d+")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def convert(value: Any, kind: str) -> Any:
    """Return a value as one of a Kusto type; None, but `""` for a string, when it is none."""
    if kind == "string":
        return _string(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return _CONVERTERS[kind](value)
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        return None


def _string(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime | date):
        return _datetime(value)
    if isinstance(value, timedelta):
        return timespan_text(value)
    if isinstance(value, bool | dict | list):
        return json.dumps(value, default=str)
    return str(value)


def _whole(bits: int) -> Callable[[Any], int]:
    limit = 1 << (bits - 1)

    def convert_whole(value: Any) -> int:
        if isinstance(value, str) and not _WHOLE.fullmatch(value.strip()):
            raise ValueError(value)
        number = int(value)
        if not -limit <= number < limit or (isinstance(value, float) and number != value):
            raise ValueError(value)
        return number

    return convert_whole


def _real(value: Any) -> float | str:
    number = float(value)
    return number if math.isfinite(number) else _NOT_FINITE[str(number)]


def _decimal(value: Any) -> str:
    number = Decimal(str(value).strip())
    if not number.is_finite():
        raise ValueError(value)
    return format(number, "f")


def _bool(value: Any) -> bool | None:
    return _BOOLEANS.get(str(value).strip().casefold())


def _datetime(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        text = str(value).strip()
        value, tick = datetime.fromisoformat(text), (_TICK.search(text) or "00")[1]
    else:
        tick = "0"
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    digits = f"{moment.microsecond:06d}{tick}"
    fraction = f".{digits}" if digits.strip("0") else ""
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{fraction}Z"


def _timespan(value: Any) -> str:
    if isinstance(value, timedelta):
        return timespan_text(value)
    match = _TIMESPAN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(value)
    length = timedelta(
        days=int(match["d"] or 0),
        hours=int(match["h"]),
        minutes=int(match["m"]),
        seconds=float(match["s"] or 0),
    )
    return timespan_text(-length if match["sign"] else length)


def timespan_text(length: timedelta) -> str:
    """Return a length of time as the service writes it: `[-][d.]hh:mm:ss[.fffffff]`."""
    sign, length = ("-", -length) if length < timedelta() else ("", length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{length.days}." if length.days else ""
    fraction = f".{length.microseconds:06d}0" if length.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"


def _guid(value: Any) -> str:
    text = str(value).strip()
    if _GUID.fullmatch(text) is None:
        raise ValueError(value)
    return str(uuid.UUID(text))


def _dynamic(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, Mapping | list | bool | int | float):
        return value
    return str(value)


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "int": _whole(32),
    "long": _whole(64),
    "real": _real,
    "decimal": _decimal,
    "bool": _bool,
    "datetime": _datetime,
    "timespan": _timespan,
    "guid": _guid,
    "dynamic": _dynamic,
}
KINDS = frozenset({"string", *_CONVERTERS})
