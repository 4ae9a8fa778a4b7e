"""Rows that are kept column by column, as Arrow has them: DuckDB reads them where they are.

A million rows as tuples take a gigabyte, and seconds to bring into the engine for each query.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ColumnarRows:
    """Rows that come before others; `count` says how many.

    `table` returns an Arrow table with some of their columns, given by name. Its types are those
    that DuckDB takes for Kusto's: texts (also as a dictionary) for string and dynamic, `timestamp`
    for datetime, `duration` for timespan, `uuid` for guid, numbers.
    """

    count: int
    table: Callable[[Collection[str]], Any]


def arrow() -> Any:
    """Return pyarrow, whose names its stubs do not export; an ImportError without the extra lab."""
    import pyarrow as pa

    return pa


def compute() -> Any:
    """Return the functions of pyarrow."""
    import pyarrow.compute

    return pyarrow.compute
