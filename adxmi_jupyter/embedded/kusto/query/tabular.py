"""Whether an expression gives a table or a value, by its form and by the names it begins with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.tokens import tokens_of
from adxmi_jupyter.embedded.kusto.query.clauses import Cursor, parameters_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import StoredFunction

_SOURCE_WORDS = """
print range datatable union externaldata external_data external_table evaluate search find
materialized_view database cluster inline_external_table
"""
_SOURCES = frozenset(_SOURCE_WORDS.split())


def gives_table(
    body: Cursor, names: Collection[str], database: Database | None, seen: Collection[str] = ()
) -> bool:
    """Tell whether an expression, or the body of a function, gives a table.

    `names` are what stands for tables beside those of the database. `seen` are stored functions
    on whose account the question is asked: one that calls itself is no value.
    """
    pieces = [each for each in body.pieces(";") if not each.at_end]
    if not pieces:
        return False
    last, own = pieces[-1], dict(filter(None, map(_let, pieces[:-1])))
    first = last.tokens[last.place]
    if len(last.pieces("|")) > 1 or first.text in _SOURCES:
        return True
    if first.text == "(":
        return gives_table(replace(last).bracketed("("), names, database, seen)
    name = first.text if first.kind == "word" else replace(last).name() if first.text == "[" else ""
    if name in own:
        return gives_table(own[name], names, database, seen)
    if database is None:
        return name in names
    stored = database.functions.get(name)
    if stored is not None:
        return stored_gives_table(stored, database, seen)
    return name in {*names, *database.tables, *database.materialized_views}


def stored_gives_table(
    function: StoredFunction, database: Database, seen: Collection[str] = ()
) -> bool:
    """Tell whether a stored function gives a table."""
    if function.name in seen:
        return True
    text = function.body[1:-1]
    tokens = tokens_of(text)
    body = Cursor(tokens, text, 0, len(tokens))
    return gives_table(body, _tables(function), database, {*seen, function.name})


def _tables(function: StoredFunction) -> set[str]:
    """Return the names of parameters that are tables."""
    tokens = tokens_of(function.parameters)
    if not tokens:
        return set()
    whole = Cursor(tokens, function.parameters, 0, len(tokens))
    return {each.name for each in parameters_in(whole.bracketed("(")) if not each.kind}


def _let(piece: Cursor) -> tuple[str, Cursor] | None:
    """Return the name and the expression of a `let` statement; None for another one."""
    cursor = replace(piece)
    if not cursor.takes("let"):
        return None
    name = cursor.name()
    cursor.needs("=")
    return name, cursor
