"""Runs the commands about tables and ingestion mappings (pages: `.create table`, … mapping)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.columns import schema_text
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_not_found
from adxmi_jupyter.embedded.kusto.lenient_json import load
from adxmi_jupyter.embedded.kusto.properties import TEXT, read_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.schema.syntax import (
    CreateMapping,
    CreateTable,
    DropTable,
    ShowMappings,
    ShowTables,
    ShowTableSchema,
)
from adxmi_jupyter.embedded.state.clusters import Table
from adxmi_jupyter.embedded.state.entities import IngestionMapping

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import SchemaCommand
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_RULES = {"folder": TEXT, "docstring": TEXT}


def run_schema_command(command: SchemaCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowTables():
            return _show_tables(command, session)
        case ShowTableSchema():
            return _show_schema(command, session)
        case CreateTable():
            return _create(command, session)
        case DropTable():
            return _drop(command, session)
        case CreateMapping():
            return _create_mapping(command, session)
        case ShowMappings():
            return _show_mappings(command, session)
        case _:
            raise AssertionError(command)


def _show_tables(command: ShowTables, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "TablesShowCommand", database)
    names = command.names or tuple(database.tables)
    tables = [table for n in names for table in chosen(database.tables, n, "Table", database)]
    return result(
        "TableName:string, DatabaseName:string, Folder:string, DocString:string",
        [[table.name, database.name, table.folder, table.doc_string] for table in tables],
    )


def _show_schema(command: ShowTableSchema, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "TableSchemaShowCommand", database)
    (table,) = chosen(database.tables, command.name, "Table", database)
    return _schema(table, database)


def _schema(table: Table, database: Database) -> Result:
    return result(
        "TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string",
        [
            [
                table.name,
                schema_text(table.columns),
                database.name,
                table.folder,
                table.doc_string,
            ]
        ],
    )


def _create(command: CreateTable, session: Session) -> Result:
    """Create a table, whose creator becomes its admin; return it as it is when it exists.

    With `merge` columns that are new come after those that are there.
    """
    database = session.database(None)
    present = database.tables.get(command.name)
    if present is not None and command.merge:
        session.require_admin(present.admins, f"{command.kind}Command", database)
    else:
        session.require(Permission.DATABASE_USER, f"{command.kind}Command", database)
    given = read_properties(command.properties, _RULES, "a table")
    _check_columns(command)
    if present is None:
        if command.name in database.external_tables:
            raise bad_request(f"'{command.name}' is the name of an external table already.")
        present = Table(
            command.name,
            command.columns,
            folder=given.get("folder", ""),
            doc_string=given.get("docstring", ""),
            admins=frozenset({session.caller.fqn}),
        )
        database.tables[command.name] = present
    elif command.merge:
        _add_columns(present, command)
    return _schema(present, database)


def _check_columns(command: CreateTable) -> None:
    names = [name for name, _ in command.columns]
    if len(set(names)) < len(names):
        raise bad_request(f"The table '{command.name}' has two columns of the same name.")


def _add_columns(table: Table, command: CreateTable) -> None:
    known = dict(table.columns)
    for name, kind in command.columns:
        if known.get(name, kind) != kind:
            raise bad_request(f"The column '{name}' is of type {known[name]}, not {kind}.")
    added = tuple(column for column in command.columns if column[0] not in known)
    empty = tuple("" if kind == "string" else None for _, kind in added)
    table.columns += added
    table.rows = [(*row, *empty) for row in table.rows]


def _drop(command: DropTable, session: Session) -> Result:
    """Return the tables that remain."""
    database = session.database(None)
    table = database.tables.get(command.name)
    admins = table.admins if table else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    if table is None and not command.if_exists:
        raise entity_not_found("Table", command.name, database.name)
    database.tables.pop(command.name, None)
    return result(
        "TableName:string, DatabaseName:string",
        [[name, database.name] for name in database.tables],
    )


def _create_mapping(command: CreateMapping, session: Session) -> Result:
    database, table = _table(command.table, session, f"{command.kind}Command")
    if not isinstance(load(command.text, "ingestion mapping"), list):
        raise bad_request("The ingestion mapping must be a JSON array of objects.")
    same = [m for m in table.mappings if (m.name, m.kind) == (command.name, command.mapping_kind)]
    if same and not command.replace:
        raise bad_request(f"The ingestion mapping '{command.name}' exists already.")
    table.mappings = [each for each in table.mappings if each not in same]
    made = IngestionMapping(
        command.name, command.mapping_kind, command.text, session.world.service.now()
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
