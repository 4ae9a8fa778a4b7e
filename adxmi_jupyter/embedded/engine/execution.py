"""Runs SQL with limits, and turns what comes back into JSON-ready values of Kusto's types."""

from __future__ import annotations

import functools
import json
import mmap
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.errors import (
    LimitError,
    StoppedError,
    TooLongError,
    UnsupportedError,
)
from adxmi_jupyter.embedded.engine.relations import quoted

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.errors import EngineError

Columns = Sequence[tuple[str, str]]
Rows = list[tuple[Any, ...]]

_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.02
# What a query may take beside what DuckDB counts itself: not lists, nor states of aggregates.
_MOST_MEMORY = 300 * 1024**2
_RESIDENT = Path("/proc/self/statm")
_ROWS_AT_ONCE = 10_000
# How many bytes of a result a value that is no text takes.
_WIDTH = 8
_KNOWN_VALUES = 256
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?")
_SEVEN_DIGITS = 8  # with the point
_DAY_US, _SECOND_US = 86_400_000_000, 1_000_000
# What DuckDB may return for a type: anything else has lost the type on the way.
_FITTING: Mapping[str, tuple[str, ...]] = {
    "string": ("VARCHAR",),
    "int": ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT"),
    "long": ("BIGINT", "INTEGER", "HUGEINT", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER"),
    "real": ("DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT", "DECIMAL"),
    "decimal": ("DECIMAL", "BIGINT", "INTEGER", "HUGEINT"),
    "bool": ("BOOLEAN",),
    "datetime": ("TIMESTAMP", "TIMESTAMP_NS"),
    "timespan": ("INTERVAL",),
    "guid": ("UUID",),
}
_SELECTED: Mapping[str, str] = {
    "string": "coalesce({0}, '')",
    "int": "CAST({0} AS INTEGER)",
    "long": "CAST({0} AS BIGINT)",
    "real": "CAST({0} AS DOUBLE)",
    "decimal": "CAST(CAST({0} AS DECIMAL(38,9)) AS VARCHAR)",
    "bool": "{0}",
    "datetime": "CAST({0} AS VARCHAR)",
    "timespan": "epoch_us({0})",
    "guid": "CAST({0} AS VARCHAR)",
    "dynamic": "CAST(to_json({0}) AS VARCHAR)",
}


@dataclass(frozen=True)
class Limits:
    """How much a query may return; None for no limit."""

    rows: int | None = 500_000
    size: int | None = 64 * 1024**2


@dataclass(frozen=True)
class Watch:
    """How a query is looked after while it runs.

    `is_stopped` tells whether somebody has cancelled it; `away` makes the context in which it runs,
    for whoever holds something that others wait for.
    """

    is_stopped: Callable[[], bool] = lambda: False
    away: Callable[[], AbstractContextManager[None]] = nullcontext


def make_table(
    connection: Any, name: str, sql: str, columns: Columns, watch: Watch | None = None
) -> None:
    """Keep the result of a query as a table. Raises as `fetch`."""
    with _limited(connection, watch or Watch()):
        _check_types(connection, sql, columns)
        connection.execute(f"CREATE TABLE {quoted(name)} AS {sql}")


def fetch(
    connection: Any, sql: str, columns: Columns, limits: Limits, watch: Watch | None = None
) -> Rows:
    """Return the rows of a query, with values as results hold them.

    Raises a LimitError for too many rows or bytes, a TooLongError, a StoppedError, and an
    UnsupportedError for values that the engine cannot keep, or whose type it has changed.
    """
    # Of many rows each, dynamic values are few: one that is read once stands in all of them.
    known = {**_CONVERTERS, "dynamic": functools.lru_cache(_KNOWN_VALUES)(json.loads)}
    converters = [known.get(kind) for _, kind in columns]
    selected = ", ".join(
        f"{_SELECTED[kind].format(quoted(name))} AS c{place}"
        for place, (name, kind) in enumerate(columns)
    )
    found: Rows = []
    size = 0
    with _limited(connection, watch or Watch()):
        _check_types(connection, sql, columns)
        connection.execute(f"SELECT {selected} FROM ({sql})")  # noqa: S608 - our own SQL
        while chunk := connection.fetchmany(_ROWS_AT_ONCE):
            for row in chunk:
                size += sum(len(value) if isinstance(value, str) else _WIDTH for value in row)
            found += chunk
            _check_limits(len(found), size, limits)
    return [_converted(row, converters) for row in found]


def _converted(row: Sequence[Any], converters: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        value if convert is None or value is None else convert(value)
        for value, convert in zip(row, converters, strict=True)
    )


def check_rows(count: int, limits: Limits) -> None:
    """Raise a LimitError for more rows than a query may return."""
    if limits.rows is not None and count > limits.rows:
        raise LimitError(
            "Query result set has exceeded the internal record count limit "
            f"{limits.rows} (E_QUERY_RESULT_SET_TOO_LARGE)."
        )


def _check_limits(count: int, size: int, limits: Limits) -> None:
    check_rows(count, limits)
    if limits.size is not None and size > limits.size:
        raise LimitError(
            "Query result set has exceeded the internal data size limit "
            f"{limits.size} (E_QUERY_RESULT_SET_TOO_LARGE)."
        )


def _check_types(connection: Any, sql: str, columns: Columns) -> None:
    """Raise an UnsupportedError when DuckDB would return other types than the query has."""
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    for (name, kind), (_, found, *_) in zip(columns, described, strict=True):
        plain = found.partition("(")[0]
        if kind != "dynamic" and found != '"NULL"' and plain not in _FITTING[kind]:
            raise UnsupportedError(f"the expression of '{name}', whose type {kind} would be lost")


@contextmanager
def _limited(connection: Any, watch: Watch) -> Iterator[None]:
    """Turn errors of DuckDB into the engine's; interrupt what takes too long, or was cancelled."""
    watcher = _Watcher(connection, watch)
    watcher.start()
    try:
        with watch.away():
            yield
    except Exception as error:
        if libraries.is_interrupt(error) and watcher.reason is not None:
            raise watcher.reason from error
        known = libraries.failure(error)
        if known is None:
            raise
        raise known from error
    finally:
        watcher.done.set()
        watcher.join()


class _Watcher(threading.Thread):
    """Interrupts a query that takes too long or too much, or was cancelled; `reason` tells why."""

    def __init__(self, connection: Any, watch: Watch) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.reason: EngineError | None = None
        self._connection = connection
        self._watch = watch
        self._end = time.monotonic() + _SECONDS
        self._most_memory = _resident() + _MOST_MEMORY

    def run(self) -> None:
        while not self.done.wait(_LOOK_EVERY_SECONDS):
            self.reason = self.reason or self._found()
            if self.reason is not None:
                self._connection.interrupt()

    def _found(self) -> EngineError | None:
        if self._watch.is_stopped():
            return StoppedError("The query was cancelled.")
        if time.monotonic() > self._end:
            return TooLongError(f"The query did not end within {_SECONDS:g} seconds.")
        if _resident() > self._most_memory:
            return UnsupportedError(f"a query that takes more than {_MOST_MEMORY >> 20} MB")
        return None


def _resident() -> int:
    """Return how many bytes of memory the process has; 0 where the system does not tell."""
    try:
        return int(_RESIDENT.read_text("ascii").split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


def _real(value: float) -> float | str:
    if value != value:  # noqa: PLR0124 - only NaN is not itself
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _decimal(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def _datetime(text: str) -> str:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise UnsupportedError("moments outside of the years 1 to 9999")
    day, clock, fraction = match.groups()
    return f"{day}T{clock}{f'.{fraction:0<7}'[:_SEVEN_DIGITS] if fraction else ''}Z"


def _timespan(microseconds: int) -> str:
    sign, length = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    days, rest = divmod(length, _DAY_US)
    seconds, fraction = divmod(rest, _SECOND_US)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    shown = f"{days}." if days else ""
    tail = f".{fraction:06d}0" if fraction else ""
    return f"{sign}{shown}{hour:02d}:{minute:02d}:{second:02d}{tail}"


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "real": _real,
    "decimal": _decimal,
    "datetime": _datetime,
    "timespan": _timespan,
}
