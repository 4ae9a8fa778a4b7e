"""Tabular operators as functions from one result to the next."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.tables import Result

Operator = Callable[[Result], Result]
Condition = Callable[[Mapping[str, Any]], bool]

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=~": lambda left, right: _folded(left) == _folded(right),
    "!~": lambda left, right: _folded(left) != _folded(right),
    "contains": lambda left, right: _folded(right) in _folded(left),
    "startswith": lambda left, right: _folded(left).startswith(_folded(right)),
}


def take(rows: int) -> Operator:
    """Keep the first rows."""
    return lambda table: Result(table.columns, table.rows[:rows])


def count() -> Operator:
    """Return one row with the number of rows."""
    return lambda table: Result((("Count", "long"),), ((len(table.rows),),))


def where(condition: Condition) -> Operator:
    """Keep the rows for which the condition holds."""

    def operate(table: Result) -> Result:
        names = [name for name, _ in table.columns]
        records = ((row, dict(zip(names, row, strict=True))) for row in table.rows)
        return Result(table.columns, tuple(row for row, record in records if condition(record)))

    return operate


def project(columns: tuple[str, ...]) -> Operator:
    """Keep these columns, in this order."""

    def operate(table: Result) -> Result:
        places = [_place(table, column) for column in columns]
        return Result(
            tuple(table.columns[place] for place in places),
            tuple(tuple(row[place] for place in places) for row in table.rows),
        )

    return operate


def summarize_count(columns: tuple[str, ...]) -> Operator:
    """Count the rows, per value of these columns when there are any."""

    def operate(table: Result) -> Result:
        keys = project(columns)(table)
        if not columns:
            return Result((("count_", "long"),), ((len(table.rows),),))
        # Dynamic values cannot be dictionary keys, so groups are told apart by their JSON text.
        counts = Counter(json.dumps(key) for key in keys.rows)
        first = {json.dumps(key): key for key in keys.rows}
        return Result(
            (*keys.columns, ("count_", "long")),
            tuple((*first[text], number) for text, number in counts.items()),
        )

    return operate


def compare(column: str, comparison: str, value: Any) -> Condition:
    """Return the condition that a column stands in this relation to a literal."""

    def holds(record: Mapping[str, Any]) -> bool:
        if column not in record:
            raise semantic_error(f"There is no column '{column}'.")
        if record[column] is None:
            return False
        try:
            return COMPARISONS[comparison](record[column], value)
        except TypeError as error:
            raise semantic_error(f"'{column}' cannot be compared with {value!r}.") from error

    return holds


def _place(table: Result, column: str) -> int:
    for place, (name, _) in enumerate(table.columns):
        if name == column:
            return place
    raise semantic_error(f"There is no column '{column}'.")


def _folded(value: object) -> str:
    return str(value).casefold()
