"""Runs the commands about tables and ingestion mappings (pages: `.create table`, … mapping)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.lenient_json import load
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.schema import listing, tables
from adxmi_jupyter.embedded.kusto.schema.syntax import (
    AlterTable,
    ClearTable,
    CreateMapping,
    CreateTableLike,
    CreateTables,
    DescribeTable,
    DropTables,
    RenameTables,
    ShowExtents,
    ShowMappings,
    ShowTableAttributes,
    ShowTables,
    ShowTableSchema,
)
from adxmi_jupyter.embedded.state.entities import IngestionMapping
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import SchemaCommand
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table


def run_schema_command(command: SchemaCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    return _RUNNERS[type(command)](command, session)


def _create_mapping(command: CreateMapping, session: Session) -> Result:
    database, table = _table(command.table, session, f"{command.kind}Command")
    if not isinstance(load(command.text, "ingestion mapping"), list):
        raise bad_request("The ingestion mapping must be a JSON array of objects.")
    same = [m for m in table.mappings if (m.name, m.kind) == (command.name, command.mapping_kind)]
    if same and not command.replace:
        raise bad_request(f"The ingestion mapping '{command.name}' exists already.")
    table.mappings = [each for each in table.mappings if each not in same]
    made = IngestionMapping(
        command.name, command.mapping_kind, command.text, moment_of(session.world.clock())
    )
    table.mappings.append(made)
    return _mappings([made], database, table)


def _show_mappings(command: ShowMappings, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "TableIngestionMappingsShowCommand", database)
    (table,) = chosen(database.tables, command.table, "Table", database)
    wanted = command.mapping_kind
    return _mappings([m for m in table.mappings if wanted in {None, m.kind}], database, table)


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


_RUNNERS: dict[type[SchemaCommand], Callable[[Any, Session], Result]] = {
    ShowTables: listing.show_tables,
    ShowTableSchema: listing.show_schema,
    ShowTableAttributes: listing.show_attributes,
    ShowExtents: listing.show_extents,
    CreateTables: tables.create_tables,
    CreateTableLike: tables.create_table_like,
    AlterTable: tables.alter_table,
    DescribeTable: tables.describe_table,
    RenameTables: tables.rename_tables,
    DropTables: tables.drop_tables,
    ClearTable: tables.clear_table,
    CreateMapping: _create_mapping,
    ShowMappings: _show_mappings,
}
