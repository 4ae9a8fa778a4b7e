"""Rows as tables of DuckDB: one list of values for every column that a query names.

Many rows go by way of Arrow, few ones without it: to import it takes longer than they do. What is
kept column by column is read where it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import UnsupportedError

if TYPE_CHECKING:
    from types import ModuleType

    from adxmi_jupyter.embedded.engine.columnar import ColumnarRows

# By Kusto's type: DuckDB's. Moments with ticks of 100 ns have a type of their own.
DUCKDB_TYPES: Mapping[str, str] = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "decimal": "DECIMAL(38,9)",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "timespan": "INTERVAL",
    "guid": "UUID",
    "dynamic": "JSON",
}
WITH_TICKS = "TIMESTAMP_NS"
# By Kusto's type: what its values are on their way, in Arrow and in lists; texts for all others.
_ARRIVING = {
    "int": ("int32", "INTEGER"),
    "long": ("int64", "BIGINT"),
    "real": ("float64", "DOUBLE"),
    "bool": ("bool_", "BOOLEAN"),
    "timespan": ("int64", "BIGINT"),
}
_TEXT = ("string", "VARCHAR")
_MANY_ROWS = 5_000
_OLDER, _NEWER = "$older", "$newer"
_LARGEST_FRACTION = 9
# The seventh digit of a second that is not 0.
TICK = re.compile(r"\.\d{6}[1-9]")
_SEVENTH_DIGIT = slice(26, 27)  # of 2026-01-01T00:00:00.0000000Z
_TICKS = frozenset("123456789")
# Moments with ticks are kept from 1678 to 2261.
_YEARS_WITH_TICKS = ("1678", "2262")
_LENGTH = re.compile(r"(-?)(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?")
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def load(
    connection: Any,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
    wanted: Collection[str],
    older: ColumnarRows | None = None,
) -> None:
    """Make a relation with these columns of the rows; those that are not wanted are null.

    `older` are rows before them. Raises an UnsupportedError for a value that DuckDB cannot hold.
    """
    if older is None:
        _load(connection, name, columns, rows, wanted)
        return
    _load(connection, name + _NEWER, columns, rows, wanted)
    connection.register(name + _OLDER, older.table(wanted))
    selected = ", ".join(
        f"CAST({quoted(column) if column in wanted else 'NULL'} AS {DUCKDB_TYPES[kind]}) "
        f"AS {quoted(column)}"
        for column, kind in columns
    )
    connection.execute(
        f"CREATE VIEW {quoted(name)} AS SELECT {selected} FROM {quoted(name + _OLDER)} "  # noqa: S608 - quoted names
        f"UNION ALL SELECT * FROM {quoted(name + _NEWER)}"
    )


def drop(connection: Any, name: str, older: ColumnarRows | None = None) -> None:
    """Take a relation away that `load` has made of such rows."""
    if older is None:
        connection.execute(f"DROP TABLE {quoted(name)}")
        return
    connection.execute(f"DROP VIEW {quoted(name)}")
    connection.unregister(name + _OLDER)
    connection.execute(f"DROP TABLE {quoted(name + _NEWER)}")


def _load(
    connection: Any,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
    wanted: Collection[str],
) -> None:
    values: dict[str, tuple[list[Any], str]] = {}
    selected = []
    for place, (column, kind) in enumerate(columns):
        if column in wanted:
            cells, type_ = _column([row[place] for row in rows], kind)
            values[f"c{place}"] = (cells, kind)
            expression = _converted(f"c{place}", kind, type_)
        else:
            expression = f"CAST(NULL AS {DUCKDB_TYPES[kind]})"
        selected.append(f"{expression} AS {quoted(column)}")
    if not values:
        values["n"] = ([None] * len(rows), "long")
    _make(connection, quoted(name), ", ".join(selected) or "n", values, len(rows))


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _make(
    connection: Any,
    table: str,
    selected: str,
    values: Mapping[str, tuple[list[Any], str]],
    count: int,
) -> None:
    arrow = _arrow() if count > _MANY_ROWS else None
    if arrow is None:
        lists = ", ".join(
            f"unnest(${place}::{_ARRIVING.get(kind, _TEXT)[1]}[]) AS {name}"
            for place, (name, (_, kind)) in enumerate(values.items(), start=1)
        )
        sql = f"CREATE TABLE {table} AS SELECT {selected} FROM (SELECT {lists})"  # noqa: S608 - quoted names
        connection.execute(sql, [cells for cells, _ in values.values()])
        return
    arrays = {
        name: arrow.array(cells, getattr(arrow, _ARRIVING.get(kind, _TEXT)[0])())
        for name, (cells, kind) in values.items()
    }
    connection.register("$arriving", arrow.table(arrays))
    try:
        connection.execute(f'CREATE TABLE {table} AS SELECT {selected} FROM "$arriving"')  # noqa: S608 - quoted names
    finally:
        connection.unregister("$arriving")


def _arrow() -> ModuleType | None:
    try:
        import pyarrow as pa
    except ImportError:
        return None
    return pa


def _column(values: list[Any], kind: str) -> tuple[list[Any], str]:
    """Return the values of a column on their way, and DuckDB's type of them."""
    convert = _CONVERTERS.get(kind)
    # Of a million values each look at one of them counts.
    is_ready = convert is None or (kind == "string" and set(map(type, values)) <= {str})
    cells = values if is_ready or convert is None else [convert(value) for value in values]
    if kind != "datetime" or not {each[_SEVENTH_DIGIT] for each in cells if each} & _TICKS:
        return cells, DUCKDB_TYPES[kind]
    first, last = _YEARS_WITH_TICKS
    if any(each and not first <= each < last for each in cells):
        raise UnsupportedError("moments with seven digits of a second before 1678 or after 2261")
    return cells, WITH_TICKS


def _converted(column: str, kind: str, type_: str) -> str:
    if kind == "timespan":
        return f"to_microseconds({column})"
    return column if kind in _ARRIVING or kind == "string" else f"CAST({column} AS {type_})"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _real(value: Any) -> float | None:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    return None if value is None else float(value)


def _timespan(value: Any) -> int | None:
    """Return a length of time in microseconds."""
    match = _LENGTH.fullmatch(str(value)) if value is not None else None
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    digits = f"{fraction or '':0<7}"
    if digits[6] != "0":
        raise UnsupportedError("lengths of time with more than six digits of a second")
    whole = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    length = whole * 1_000_000 + int(digits[:6])
    return -length if sign else length


def _decimal(value: Any) -> str | None:
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > _LARGEST_FRACTION:
        raise UnsupportedError("decimals with more than nine digits behind the point")
    return format(number, "f")


def _guid(value: Any) -> str | None:
    return None if value is None else str(value)


def _dynamic(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "real": _real,
    "timespan": _timespan,
    "decimal": _decimal,
    "guid": _guid,
    "dynamic": _dynamic,
}
