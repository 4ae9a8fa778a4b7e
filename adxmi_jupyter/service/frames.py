"""Kusto tables as DataFrames whose dtypes follow from the Kusto types alone.

Source: *Scalar data types* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MICROSECONDS = len("2026-01-02T03:04:05.000006")
_TIMESPAN = re.compile(
    r"(?P<sign>-)?((?P<d>\d+)\.)?(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)(\.(?P<f>\d+))?"
)

if TYPE_CHECKING:
    Converter = Callable[[str, pd.DataFrame], pd.Series[Any]]


def frame_of(table: Any) -> pd.DataFrame:
    """Return the SDK's table as a DataFrame.

    ====================== =====================================
    Kusto type             dtype, also at zero rows
    ====================== =====================================
    string, guid           string
    bool                   boolean
    int, long              Int32, Int64
    real                   Float64
    decimal                object (Decimal)
    datetime               datetime64[us, UTC]
    timespan               timedelta64[us]
    dynamic, anything else object (parsed JSON)
    ====================== =====================================

    Microseconds, because nanoseconds cannot hold the years 1 to 9999 that Kusto's datetime can;
    its seventh digit is dropped. Old answers name .NET types (``Int64``) instead of Kusto types;
    both are understood. A row that is too short is filled with nulls.
    """
    import pandas as pd

    converters = _converters()
    names = [column.column_name for column in table.columns]
    frame = pd.DataFrame(rows_of(table), columns=names, dtype=object)
    return frame.assign(
        **{
            column.column_name: converters.get(column.column_type.lower(), _same)(
                column.column_name, frame
            )
            for column in table.columns
        }
    )


def rows_of(table: Any) -> list[list[Any]]:
    """Return the rows of the SDK's table, each as long as there are columns."""
    width = len(table.columns)
    return [[*row, *[None] * (width - len(row))] for row in table.raw_rows]


def _converters() -> Mapping[str, Converter]:
    numbers = {"int": "Int32", "int32": "Int32", "long": "Int64", "int64": "Int64"}
    texts = dict.fromkeys(("string", "guid", "uuid", "uniqueid"), _text)
    bools = dict.fromkeys(("bool", "boolean", "sbyte"), _boolean)
    reals = dict.fromkeys(("real", "double"), _real)
    times = {"datetime": _datetime, "date": _datetime, "timespan": _timespan, "time": _timespan}
    decimals = dict.fromkeys(("decimal", "sqldecimal"), _decimal)
    dynamics = dict.fromkeys(("dynamic", "object"), _dynamic)
    integers = {name: _as_dtype(dtype) for name, dtype in numbers.items()}
    return {**texts, **bools, **integers, **reals, **times, **decimals, **dynamics}


def _same(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[name]


def _text(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    import pandas as pd

    return frame[name].astype(pd.StringDtype("python"))


def _as_dtype(dtype: Any) -> Converter:
    return lambda name, frame: frame[name].astype(dtype)


def _each(frame: pd.DataFrame, name: str, read: Callable[[Any], Any]) -> pd.Series[Any]:
    """Read every cell that is there; an empty text is a null in all but text columns."""
    import pandas as pd

    cells = [None if cell is None or cell == "" else read(cell) for cell in frame[name]]
    return pd.Series(cells, index=frame.index, dtype=object)


def _boolean(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return _each(frame, name, _flag).astype("boolean")


def _flag(cell: object) -> bool:
    """Read true or false; old answers write 0 and 1."""
    if cell not in (0, 1):
        raise ValueError("a value is neither true nor false")
    return bool(cell)


def _real(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    # Numbers that JSON cannot write come as the texts NaN, Infinity and -Infinity.
    return _each(frame, name, float).astype("Float64")


def _datetime(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    moments = _each(frame, name, lambda cell: str(cell).removesuffix("Z")[:_MICROSECONDS])
    values = np.array(["NaT" if m is None else m for m in moments], dtype="datetime64[us]")
    return pd.Series(values, index=frame.index).dt.tz_localize("UTC")


def _timespan(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    spans = _each(frame, name, lambda cell: _ticks(cell) // 10)
    values = [np.timedelta64("NaT") if s is None else np.timedelta64(s, "us") for s in spans]
    return pd.Series(np.array(values, dtype="timedelta64[us]"), index=frame.index)


def _ticks(cell: object) -> int:
    """Read ``[-][d.]hh:mm:ss[.fffffff]``, or a number, as ticks of 100 ns."""
    if isinstance(cell, int | float):
        return int(cell)
    found = _TIMESPAN.fullmatch(str(cell))
    if found is None:
        raise ValueError(f"{cell!r} is not a timespan")
    days, hours, minutes, seconds = (int(found[name] or 0) for name in ("d", "h", "m", "s"))
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    ticks = whole * 10**7 + int((found["f"] or "").ljust(7, "0")[:7])
    return -ticks if found["sign"] else ticks


def _decimal(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return _each(frame, name, lambda cell: Decimal(str(cell)))


def _dynamic(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[name].map(_parsed).astype(object)


def _parsed(cell: object) -> object:
    """Return a dynamic value: the wire carries it as JSON or as a text that holds JSON."""
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
