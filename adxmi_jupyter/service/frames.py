"""Kusto tables as DataFrames whose dtypes follow from the Kusto types alone.

Source: *Scalar data types* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

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
    datetime               datetime64[ns, UTC]
    timespan               timedelta64[ns]
    dynamic, anything else object (parsed JSON)
    ====================== =====================================

    Old answers name .NET types (``Int64``) instead of Kusto types; both are understood.
    """
    import pandas as pd

    converters = _converters()
    names = [column.column_name for column in table.columns]
    frame = pd.DataFrame(list(table.raw_rows), columns=names, dtype=object)
    return frame.assign(
        **{
            column.column_name: converters.get(column.column_type.lower(), _same)(
                column.column_name, frame
            )
            for column in table.columns
        }
    )


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


def _boolean(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    # Old answers write 0 and 1.
    return frame[name].map(lambda cell: cell if cell is None else bool(cell)).astype("boolean")


def _real(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    # Numbers that JSON cannot write come as the texts NaN, Infinity and -Infinity.
    return frame[name].map(lambda cell: cell if cell is None else float(cell)).astype("Float64")


def _datetime(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    import pandas as pd

    return pd.to_datetime(frame[name], format="ISO8601", utc=True).astype("datetime64[ns, UTC]")


def _timespan(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[name].map(_timedelta).astype("timedelta64[ns]")


def _timedelta(cell: object) -> pd.Timedelta | None:
    """Read ``[-][d.]hh:mm:ss[.fffffff]`` or a number of ticks of 100 ns."""
    import pandas as pd

    if cell is None or cell == "":
        return None
    if isinstance(cell, int | float):
        return pd.Timedelta(int(cell) * 100, unit="ns")
    sign, span = (-1, str(cell)[1:]) if str(cell).startswith("-") else (1, str(cell))
    first = span.split(":", 1)[0]
    if "." in first:
        span = span.replace(".", " days ", 1)
    return sign * pd.Timedelta(span)


def _decimal(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[name].map(lambda cell: cell if cell is None else Decimal(str(cell))).astype(object)


def _dynamic(name: str, frame: pd.DataFrame) -> pd.Series[Any]:
    return frame[name].map(_parsed).astype(object)


def _parsed(cell: object) -> object:
    """Return a dynamic value: the wire carries it as JSON or as a text that holds JSON."""
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell
