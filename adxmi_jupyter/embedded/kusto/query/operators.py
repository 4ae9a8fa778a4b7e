"""Tabular operators as functions from one result to the next."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count as count_from
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.query.expressions import Column
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.state.timestamps import with_all_digits

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.query.expressions import Expression

    NamedExpressions = tuple[tuple[str | None, Expression], ...]

Operator = Callable[[Result], Result]
# Takes a row by the names of its columns, and their types.
Condition = Callable[[Mapping[str, Any], Mapping[str, str]], bool]

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
_OF_MOMENTS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def take(rows: int) -> Operator:
    """Keep the first rows."""
    return lambda table: Result(table.columns, table.rows[:rows])


def count() -> Operator:
    """Return one row with the number of rows."""
    return lambda table: Result((("Count", "long"),), ((len(table.rows),),))


def where(condition: Condition) -> Operator:
    """Keep the rows for which the condition holds."""

    def operate(table: Result) -> Result:
        kinds = dict(table.columns)
        return Result(
            table.columns,
            tuple(row for row in table.rows if condition(record_of(table, row), kinds)),
        )

    return operate


def project(columns: NamedExpressions) -> Operator:
    """Keep or compute these columns, in this order."""

    def operate(table: Result) -> Result:
        header, rows = _computed(columns, table)
        return Result(header, rows)

    return operate


def extend(columns: NamedExpressions) -> Operator:
    """Add computed columns; one of a name that is there already takes its place."""

    def operate(table: Result) -> Result:
        header, rows = _computed(columns, table)
        added = {name: place for place, (name, _) in enumerate(header)}
        kept = [place for place, (name, _) in enumerate(table.columns) if name not in added]
        return Result(
            (*(table.columns[place] for place in kept), *header),
            tuple(
                (*(row[place] for place in kept), *new)
                for row, new in zip(table.rows, rows, strict=True)
            ),
        )

    return operate


def summarize_count(columns: tuple[str, ...], name: str = "count_") -> Operator:
    """Count the rows, per value of these columns when there are any."""

    def operate(table: Result) -> Result:
        keys = project(tuple((column, Column(column)) for column in columns))(table)
        if not columns:
            return Result(((name, "long"),), ((len(table.rows),),))
        # Dynamic values cannot be dictionary keys, so groups are told apart by their JSON text.
        counts = Counter(json.dumps(key) for key in keys.rows)
        first = {json.dumps(key): key for key in keys.rows}
        return Result(
            (*keys.columns, (name, "long")),
            tuple((*first[text], number) for text, number in counts.items()),
        )

    return operate


def compare(left: Expression, comparison: str, right: Expression) -> Condition:
    """Return the condition that two values stand in this relation; null stands in none."""

    def holds(record: Mapping[str, Any], kinds: Mapping[str, str]) -> bool:
        one, other = left.value_in(record), right.value_in(record)
        if one is None or other is None:
            return False
        if comparison in _OF_MOMENTS:
            one, other = _as_ordered((one, left.kind_in(kinds)), (other, right.kind_in(kinds)))
        try:
            return COMPARISONS[comparison](one, other)
        except TypeError as error:
            what = f"'{left.name}'" if left.name else repr(one)
            raise semantic_error(f"{what} cannot be compared with {other!r}.") from error

    return holds


def record_of(table: Result, row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row as a mapping from the names of the columns."""
    return dict(zip((name for name, _ in table.columns), row, strict=True))


def _computed(
    columns: NamedExpressions, table: Result
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[Any, ...], ...]]:
    """Return the header and rows of these columns; unnamed ones are Column1, Column2."""
    kinds, unnamed = dict(table.columns), count_from(1)
    header = tuple(
        (name or each.name or f"Column{next(unnamed)}", each.kind_in(kinds))
        for name, each in columns
    )
    records = (record_of(table, row) for row in table.rows)
    return header, tuple(tuple(each.value_in(r) for _, each in columns) for r in records)


def _as_ordered(*typed: tuple[Any, str]) -> tuple[Any, ...]:
    """Return values that compare as their Kusto types do: moments are texts of unequal length."""
    if "datetime" not in {kind for _, kind in typed}:
        return tuple(value for value, _ in typed)
    if any(kind != "datetime" for _, kind in typed):
        raise semantic_error("A datetime can be compared with another datetime only.")
    return tuple(with_all_digits(value) for value, _ in typed)


def _folded(value: object) -> str:
    return str(value).casefold()
