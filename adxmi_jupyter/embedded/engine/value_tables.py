"""Tables whose values stand in the query."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.canonical import DECIMAL
from adxmi_jupyter.embedded.engine.columns import NET_TYPES
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.engine.functions import NUMBERS
from adxmi_jupyter.embedded.engine.nodes import Typed, call, converted, literal, text_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.nodes import Kinds


def with_ticks(source: Any) -> tuple[Any, list[Any]]:
    """Return a datatable whose moments have ticks as one of texts, and what reads those.

    The translator would cut them.
    """
    if type(source).__name__ != "DataTable":
        return source, []
    width = len(source.columns)
    places = {place % width for place, value in enumerate(source.values) if _has_ticks(value)}
    if not places:
        return source, []
    columns = tuple(
        (name, "string" if place in places else kind)
        for place, (name, kind) in enumerate(source.columns)
    )
    values = tuple(
        text_of(Typed(value, "datetime")) if place % width in places else value
        for place, value in enumerate(source.values)
    )
    names = [columns[place][0] for place in sorted(places)]
    read = tuple(
        libraries.node("NamedExpr", call("$moment", libraries.node("ColumnRef", name)), name)
        for name in names
    )
    table = dataclasses.replace(source, columns=columns, values=values)
    return table, [libraries.node("Extend", read)]


def _has_ticks(value: Any) -> bool:
    return type(value).__name__ == "FunctionCall" and value.name == "$moment"


def as_decimal(value: Any) -> Any:
    """Return a value of a datatable as one that counts for decimals, if it stands for one."""
    text = getattr(value, "value", None)
    if type(value).__name__ != "Literal" or not isinstance(text, str):
        return value
    is_decimal = text.startswith(DECIMAL)
    return call("todecimal", literal(text.removeprefix(DECIMAL), "string")) if is_decimal else value


def cell(given: Typed, kind: str) -> Any:
    """Return a value of a datatable as one of its column's type."""
    is_kept = kind in {given.kind, "dynamic"}
    fits = is_kept or {given.kind, kind} <= NUMBERS
    if given.is_literal and given.node.value is None:
        return literal(None, kind) if kind != "string" else literal("", kind)
    if not fits:
        raise QuerySemanticError(f"A value of type {given.kind} stands in a column of {kind}.")
    if is_kept:
        return given.node
    return converted(given, kind)


def description(columns: Kinds) -> tuple[Any, Kinds]:
    """Return the table that `getschema` gives."""
    header = (
        ("ColumnName", "string"),
        ("ColumnOrdinal", "long"),
        ("DataType", "string"),
        ("ColumnType", "string"),
    )
    values: list[Any] = []
    for place, (name, kind) in enumerate(columns.items()):
        values += [
            literal(name, "string"),
            literal(place, "long"),
            literal(NET_TYPES[kind], "string"),
            literal(kind, "string"),
        ]
    return libraries.node("DataTable", header, tuple(values)), dict(header)
