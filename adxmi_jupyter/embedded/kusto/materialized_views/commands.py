"""Runs the commands about materialized views (pages: `.create materialized-view`, `.alter` …).

A view is kept and shown; nothing is materialized, and no query reads it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import (
    KustoError,
    bad_request,
    entity_exists,
    entity_not_found,
    semantic_error,
)
from adxmi_jupyter.embedded.kusto.exports.operations import run_operation
from adxmi_jupyter.embedded.kusto.materialized_views.listing import (
    KIND,
    show_details,
    show_schema,
    show_views,
    views,
)
from adxmi_jupyter.embedded.kusto.materialized_views.syntax import (
    ChangeView,
    DefineView,
    DropView,
    ShowViews,
    ShowViewSchema,
    ShowViewsDetails,
    ViewVerb,
)
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, Rule, read_properties
from adxmi_jupyter.embedded.kusto.query.background import reads_other_databases, run_in_background
from adxmi_jupyter.embedded.kusto.values import Value
from adxmi_jupyter.embedded.state.entities import MaterializedView
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.materialized_views.syntax import ViewCommand, ViewDefinition
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_LIST = Rule("dynamic")
_LENGTH = Rule("timespan")
_ON_ALTER = {
    "lookback": _LENGTH,
    "lookback_column": TEXT,
    "dimensionTables": _LIST,
    "dimensionMaterializedViews": _LIST,
}
_ON_CREATE = {
    **_ON_ALTER,
    "backfill": TRUTH,
    "effectiveDateTime": Rule("datetime"),
    "updateExtentsCreationTime": TRUTH,
    "autoUpdateSchema": TRUTH,
    "concurrency": Rule("long", least=1),
    "allowMaterializedViewsWithoutRowLevelSecurity": TRUTH,
    "folder": TEXT,
    "docString": TEXT,
}
_FIELDS = {
    "lookback": "lookback",
    "lookback_column": "lookback_column",
    "dimensionTables": "dimension_tables",
    "effectiveDateTime": "effective_from",
    "autoUpdateSchema": "auto_update_schema",
    "folder": "folder",
    "docString": "doc_string",
}


def run_view_command(command: ViewCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowViews():
            return show_views(command, session)
        case ShowViewsDetails():
            return show_details(command, session)
        case ShowViewSchema():
            return show_schema(command, session)
        case DefineView():
            return _define(command, session)
        case ChangeView():
            return _change(command, session)
        case DropView():
            return _drop(command, session)
        case _:
            raise AssertionError(command)


def _define(command: DefineView, session: Session) -> Result:
    """Create a view, or give one another query; who creates it becomes its admin."""
    database, operation = session.database(None), f"{command.kind}Command"
    name, verb = command.definition.name, command.verb
    present = database.materialized_views.get(name)
    if present is not None and verb is not ViewVerb.CREATE:
        session.require_admin(present.admins, operation, database)
    else:
        session.require(Permission.DATABASE_USER, operation, database)
    if present is None and verb is ViewVerb.ALTER:
        raise entity_not_found(KIND, name, database.name)
    if present is not None and verb is ViewVerb.CREATE:
        if not command.if_not_exists:
            raise entity_exists(KIND, name, database.name)
        return views([present], database)

    def keep() -> Result:
        view = _defined(command, present, database, session)
        database.materialized_views[name] = view
        return views([view], database)

    return run_operation(operation, session, database, keep, is_async=command.is_async)


def _defined(
    command: DefineView, present: MaterializedView | None, database: Database, session: Session
) -> MaterializedView:
    """Return the view that the command makes; a KustoError (400) when it makes none."""
    definition = command.definition
    rules = _ON_ALTER if command.verb is ViewVerb.ALTER else _ON_CREATE
    given = read_properties(definition.properties, rules, "a materialized view")
    if given.get("backfill") and not command.is_async:
        raise bad_request("A materialized view with 'backfill' is created with 'async'.")
    if given.get("effectiveDateTime") and not given.get("backfill"):
        raise bad_request("'effectiveDateTime' needs 'backfill'.")
    if present is None:
        _check_name(definition.name, database)
    _check_source(definition, database)
    fields = {"source": definition.source, "query": definition.query, **_described(given)}
    fields["columns"] = _columns(definition, database, session)
    fields["over_view"] = definition.over_view
    if present is not None:
        return replace(present, **fields)
    return MaterializedView(definition.name, admins=frozenset({session.caller.fqn}), **fields)


def _described(given: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that were given as fields of MaterializedView."""
    fields = {_FIELDS[name]: value for name, value in given.items() if name in _FIELDS}
    if "lookback" in fields:
        fields["lookback"] = timespan_text(fields["lookback"])
    if "dimension_tables" in fields:
        fields["dimension_tables"] = tuple(fields["dimension_tables"])
    return fields


def _check_name(name: str, database: Database) -> None:
    taken = (
        ("Table", set(database.tables)),
        ("ExternalTable", set(database.external_tables)),
        ("Function", set(database.functions)),
    )
    for kind, names in taken:
        if name in names:
            raise entity_exists(kind, name, database.name)


def _check_source(definition: ViewDefinition, database: Database) -> None:
    if definition.over_view:
        chosen(database.materialized_views, definition.source, KIND, database)
    else:
        chosen(database.tables, definition.source, "Table", database)
    if reads_other_databases(definition.query):
        raise bad_request("The query of a materialized view reads no other database.")
    if "summarize" not in definition.query:
        raise semantic_error("The query of a materialized view ends in a 'summarize'.")


def _columns(
    definition: ViewDefinition, database: Database, session: Session
) -> tuple[tuple[str, str], ...]:
    """Return the columns of a view's query; none when it is more than can be run here."""
    try:
        found = run_in_background(session.world, database, definition.query, identity=None)
    except KustoError:
        return ()
    return found.columns


def _change(command: ChangeView, session: Session) -> Result:
    database = session.database(None)
    view = _administered(command.name, f"{command.kind}Command", database, session)
    value = command.value
    if command.field == "name":
        _check_name(value, database)
        if value in database.materialized_views:
            raise entity_exists(KIND, value, database.name)
    if isinstance(value, Value):
        if value.kind != "timespan":
            raise bad_request("'lookback' takes a length of time.")
        value = None if value.value is None else timespan_text(value.value)
    changed = replace(view, **{command.field: value})
    others = {n: v for n, v in database.materialized_views.items() if n != command.name}
    database.materialized_views = {**others, changed.name: changed}
    return views([changed], database)


def _drop(command: DropView, session: Session) -> Result:
    """Return the view that is no more."""
    database = session.database(None)
    view = _administered(command.name, f"{command.kind}Command", database, session)
    del database.materialized_views[command.name]
    return views([view], database)


def _administered(
    name: str, operation: str, database: Database, session: Session
) -> MaterializedView:
    present = database.materialized_views.get(name)
    session.require_admin(present.admins if present else frozenset(), operation, database)
    (view,) = chosen(database.materialized_views, name, KIND, database)
    return view
