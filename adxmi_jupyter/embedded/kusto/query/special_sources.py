"""Sources of a query that its translator does not know, by the words they begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.kusto.query import clauses, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.embedded.engine.operators import Relation
    from adxmi_jupyter.embedded.kusto.query.clauses import Cursor
    from adxmi_jupyter.embedded.kusto.query.reading import Reading


def materialized_view(resolution: Reading, cursor: Cursor) -> Relation:
    """Return the rows of `materialized_view('name')`."""
    items = cursor.bracketed("(").strict_items()
    if resolution.is_dry:
        return resolution.placeholder()
    if not 1 <= len(items) <= 2:  # noqa: PLR2004 - a name and an age
        raise QuerySemanticError("materialized_view() takes a name.")
    database = sources.database_of(None, resolution.session)
    name = resolution.text_value(items[0])
    if name not in database.materialized_views:
        raise sources.no_view(name, database)
    return resolution.view(name, database)


def external_table(resolution: Reading, cursor: Cursor) -> Relation:
    """Return the rows of `external_table('name')`."""
    items = cursor.bracketed("(").strict_items()
    if resolution.is_dry:
        return resolution.placeholder()
    if not 1 <= len(items) <= 2:  # noqa: PLR2004 - a name, and a mapping or an age
        raise QuerySemanticError("external_table() takes a name and a mapping.")
    values = [resolution.value(each) for each in items]
    # The other second argument is how old a cached table may be: nothing is cached here.
    texts = [value for kind, value in values if kind != "timespan"]
    if any(kind not in {"string", "timespan"} for kind, _ in values) or not texts:
        raise QuerySemanticError("Names and connection strings are texts here.")
    mapping = texts[1] if len(texts) > 1 else None
    return resolution.added(sources.external_table(texts[0], mapping, resolution.session))


def external_data(resolution: Reading, cursor: Cursor) -> Relation:
    """Return the rows of `externaldata`."""
    given = clauses.external_data(cursor)
    if resolution.is_dry:
        return resolution.placeholder()
    connections = [resolution.text_value(each) for each in given.connections]
    properties = _properties(resolution, given.properties)
    return resolution.added(
        sources.external_data(given.columns, connections, properties, resolution.session)
    )


def inline_table(resolution: Reading, cursor: Cursor) -> Relation:
    """Return the rows of `inline_external_table`."""
    given = clauses.inline_table(cursor)
    if resolution.is_dry:
        return resolution.placeholder()
    connections = [resolution.text_value(each) for each in given.connections]
    if not given.data_format:
        return resolution.added(
            sources.inline_delta(given.columns, connections, resolution.session)
        )
    properties = _properties(resolution, given.properties)
    found = sources.inline_storage(
        given.columns or (), given.data_format, connections, properties, resolution.session
    )
    return resolution.added(found)


def _properties(resolution: Reading, given: Mapping[str, Cursor]) -> dict[str, Any]:
    """Return the values of properties; one may be a bare word."""
    found = {}
    for name, cursor in given.items():
        token = cursor.tokens[cursor.place]
        is_word = token.kind == "word" and cursor.place + 1 == cursor.last
        bare = is_word and token.text not in {*resolution.names, "true", "false"}
        found[name] = token.text if bare else resolution.value(cursor)[1]
    return found


def foreign(resolution: Reading, cursor: Cursor) -> Relation | None:
    """Return what a function of `database('name')` gives; None for a table, which is left."""
    start = cursor.place - 1
    inside = cursor.bracketed("(")
    if resolution.is_dry or not cursor.takes("."):
        cursor.place = start
        return None
    name = cursor.name()
    database = sources.database_of(resolution.text_value(inside), resolution.session)
    function = database.functions.get(name)
    if function is not None:
        return resolution.call_stored(function, database, cursor)
    return None


SOURCES: Mapping[str, Callable[[Reading, Cursor], Relation | None]] = {
    "external_table": external_table,
    "externaldata": external_data,
    "external_data": external_data,
    "inline_external_table": inline_table,
    "materialized_view": materialized_view,
    "database": foreign,
}
