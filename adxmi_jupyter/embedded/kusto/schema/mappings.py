"""Ingestion mappings of tables (pages: `.create ingestion mapping`, `.show …`, …)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_not_found
from adxmi_jupyter.embedded.kusto.lenient_json import load
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.schema.syntax import MappingVerb
from adxmi_jupyter.embedded.state.entities import IngestionMapping
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import ChangeMapping, ShowMappings
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table

_KIND = "IngestionMapping"


def change_mapping(command: ChangeMapping, session: Session) -> Result:
    """Keep or drop a mapping of a table and return it."""
    database, table = _table(command.table, session, f"{command.kind}Command")
    verb, present = command.verb, _named(table, command.mapping_kind, command.name)
    if present is None and verb in {MappingVerb.ALTER, MappingVerb.DROP}:
        raise entity_not_found(_KIND, command.name, database.name)
    if present is not None and verb is MappingVerb.CREATE:
        raise bad_request(f"The ingestion mapping '{command.name}' exists already.")
    if present is not None and verb is MappingVerb.DROP:
        table.mappings = [each for each in table.mappings if each is not present]
        return _mappings([present], database, table)
    if not isinstance(load(command.text, "ingestion mapping"), list):
        raise bad_request("The ingestion mapping must be a JSON array of objects.")
    made = IngestionMapping(
        command.name, command.mapping_kind, command.text, moment_of(session.world.clock())
    )
    table.mappings = [*(each for each in table.mappings if each is not present), made]
    return _mappings([made], database, table)


def show_mappings(command: ShowMappings, session: Session) -> Result:
    """Return the mappings of a table, of one kind or name if one was given."""
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "TableIngestionMappingsShowCommand", database)
    (table,) = chosen(database.tables, command.table, "Table", database)
    shown = [
        each
        for each in table.mappings
        if command.mapping_kind in {None, each.kind} and command.name in {None, each.name}
    ]
    if command.name is not None and not shown:
        raise entity_not_found(_KIND, command.name, database.name)
    return _mappings(shown, database, table)


def _named(table: Table, kind: str, name: str) -> IngestionMapping | None:
    return next((m for m in table.mappings if (m.kind, m.name) == (kind, name)), None)


def _mappings(mappings: list[IngestionMapping], database: Database, table: Table) -> Result:
    return result(
        "Name:string, Kind:string, Mapping:string, LastUpdatedOn:datetime, Database:string, "
        "Table:string",
        [
            [each.name, each.kind.capitalize(), each.mapping, each.updated_on, *place]
            for place in [(database.name, table.name)]
            for each in mappings
        ],
    )


def _table(name: str, session: Session, operation: str) -> tuple[Database, Table]:
    """Return a table that the caller ingests to or administers; a KustoError otherwise."""
    database = session.database(None)
    found = database.tables.get(name)
    if not session.permits(Permission.DATABASE_INGEST, database):
        session.require_admin(found.admins if found else frozenset(), operation, database)
    (table,) = chosen(database.tables, name, "Table", database)
    return database, table
