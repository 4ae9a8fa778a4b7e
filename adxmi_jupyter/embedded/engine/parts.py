"""Parts of operators as nodes of the translator's tree."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.nodes import call, literal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.nodes import Typed


def columns_of(names: list[str], typed: list[Typed]) -> dict[str, str]:
    """Return columns of these names with their types."""
    return {name: each.kind for name, each in zip(names, typed, strict=True)}


def named(kind: str, names: list[str], typed: list[Typed]) -> Any:
    """Return an operator or source that gives expressions these names."""
    pairs = zip(names, typed, strict=True)
    return libraries.node(
        kind, tuple(libraries.node("NamedExpr", each.node, name) for name, each in pairs)
    )


def column(name: str) -> Any:
    """Return a column by its name, as an item of an operator."""
    return libraries.node("NamedExpr", libraries.node("ColumnRef", name), name)


def named_literal(name: str, text: str) -> Any:
    """Return a text with a name, as an item of an operator."""
    return libraries.node("NamedExpr", literal(text, "string"), name)


def extended(query: Any, name: str, text: str) -> Any:
    """Return a query with one more column, which holds a text."""
    added = libraries.node("Extend", (named_literal(name, text),))
    return dataclasses.replace(query, operators=[*query.operators, added])


def never_null(names: list[str]) -> list[Any]:
    """Return an operator after which the texts of these columns are not null."""
    texts = tuple(
        libraries.node("NamedExpr", call("$text", libraries.node("ColumnRef", name)), name)
        for name in names
    )
    return [libraries.node("Extend", texts)] if texts else []
