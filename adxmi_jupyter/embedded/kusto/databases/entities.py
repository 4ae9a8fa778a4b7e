"""The entities of all databases in one list (page: `.show databases entities`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.columns import schema_text
from adxmi_jupyter.embedded.kusto.databases.listing import visible_databases
from adxmi_jupyter.embedded.kusto.errors import KustoError, entity_not_found
from adxmi_jupyter.embedded.kusto.options import switched_on
from adxmi_jupyter.embedded.kusto.query.background import run_in_background
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.kusto.databases.syntax import ShowEntities
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import StoredFunction

_OPERATION = "DatabasesEntitiesShowCommand"


def show_entities(command: ShowEntities, session: Session) -> Result:
    """Return the entities of the databases that the caller may see, or the ones of a name in one.

    Secrets are shown with the option showObfuscatedStrings, to admins of the database or of the
    entity only; others get asterisks.
    """
    rows = [
        row
        for database in _databases(command, session)
        for row in _rows(command, database, session)
        if command.name in {None, row[2]}
    ]
    if command.name is not None and not rows:
        database = session.database(command.database)
        raise entity_not_found("Entity", command.name, database.name)
    return result(
        "DatabaseName:string, EntityType:string, EntityName:string, DocString:string, "
        "Folder:string, CslInputSchema:string, Content:string, CslOutputSchema:string, "
        "Properties:dynamic",
        rows,
    )


def _databases(command: ShowEntities, session: Session) -> list[Database]:
    if command.database is None:
        session.require_any_role(_OPERATION)
        return visible_databases(session)
    database = session.database(command.database)
    session.require(Permission.DATABASE_SHOW, _OPERATION, database)
    return [database]


def _rows(command: ShowEntities, database: Database, session: Session) -> Iterator[list[Any]]:
    resolves = switched_on(command.properties, "resolveFunctionsSchema")
    shows_secrets = switched_on(command.properties, "showObfuscatedStrings")
    names = ShownNames.of(session.world)
    for table in database.tables.values():
        about = [table.name, table.doc_string, table.folder]
        yield [database.name, "Table", *about, "", "", schema_text(table.columns), {}]
    for view in database.materialized_views.values():
        about = [view.name, view.doc_string, view.folder]
        schema = schema_text(view.columns)
        yield [database.name, "MaterializedView", *about, "", view.query, schema, {}]
    for external in database.external_tables.values():
        about = [external.name, external.doc_string, external.folder]
        shown = shows_secrets and session.administers(external.admins, database)
        strings = names.kept_strings(external) if shown else names.strings(external)
        content = json.dumps(strings)
        schema = schema_text(external.columns)
        yield [database.name, "ExternalTable", *about, "", content, schema, {}]
    for function in database.functions.values():
        about = [function.name, function.doc_string, function.folder]
        shown = shows_secrets and session.administers(function.admins, database)
        body = function.body if shown else masked_literals(function.body)
        schema = _output(function, database, session) if resolves else ""
        yield [database.name, "Function", *about, function.parameters, body, schema, {}]


def _output(function: StoredFunction, database: Database, session: Session) -> str:
    """Return the columns of a function's result; none when it cannot be run here."""
    try:
        found = run_in_background(session.world, database, f"['{function.name}']()", identity=None)
    except KustoError:
        return ""
    return schema_text(found.columns)
