"""Mappings of external tables (pages: `.create external table … mapping`, Data mappings).

They are for reading only: exports do not know them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.ingestion.errors import IngestionError
from adxmi_jupyter.embedded.ingestion.mappings import kind_of_mapping, read_mapping
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_exists, entity_not_found
from adxmi_jupyter.embedded.kusto.external_tables.syntax import Verb
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.entities import IngestionMapping
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.ingestion.mappings import Columned, ColumnMapping
    from adxmi_jupyter.embedded.kusto.external_tables.syntax import (
        DefineExternalMapping,
        DropExternalMapping,
        ShowExternalMappings,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable

_STORAGE = "Blob"
_KIND = "ExternalTableMapping"


def show_mappings(command: ShowExternalMappings, session: Session) -> Result:
    """Return the mappings of an external table, or the one of that name."""
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "ExternalTableMappingsShowCommand", database)
    (table,) = chosen(database.external_tables, command.table, "ExternalTable", database)
    wanted = [each for each in table.mappings if command.name in {None, each.name}]
    if command.name is not None and not wanted:
        raise entity_not_found(_KIND, command.name, database.name)
    return _rows(wanted, table, database)


def define_mapping(command: DefineExternalMapping, session: Session) -> Result:
    """Create or alter a mapping, which has to be one of the table's columns."""
    table, database = _administered(command, session)
    present = _named(table, command.name)
    if present is not None and command.verb is Verb.CREATE:
        raise entity_exists(_KIND, command.name, database.name)
    if present is None and command.verb is Verb.ALTER:
        raise entity_not_found(_KIND, command.name, database.name)
    if table.table_type != _STORAGE:
        raise bad_request(f"The external table '{table.name}' is not of kind storage.")
    column_mappings(command.text, table)
    made = IngestionMapping(
        command.name,
        kind_of_mapping(table.data_format),
        command.text,
        moment_of(session.world.clock()),
    )
    _keep(table, database, [*_others(table, command.name), made])
    return _rows([made], table, database)


def drop_mapping(command: DropExternalMapping, session: Session) -> Result:
    """Return the mapping that is no more."""
    table, database = _administered(command, session)
    present = _named(table, command.name)
    if present is None:
        raise entity_not_found(_KIND, command.name, database.name)
    _keep(table, database, _others(table, command.name))
    return _rows([present], table, database)


def named_mapping(table: ExternalTable, name: str, database: Database) -> list[ColumnMapping]:
    """Return the columns of a table's mapping; a KustoError (400) when it has none of that name."""
    found = _named(table, name)
    if found is None:
        raise entity_not_found(_KIND, name, database.name)
    return column_mappings(found.mapping, table)


def column_mappings(text: str, target: Columned) -> list[ColumnMapping]:
    """Return the columns of a mapping's text; a KustoError (400) for what is none of the target."""
    try:
        return read_mapping(text, target)
    except IngestionError as error:
        raise bad_request(error.details) from error


def _administered(
    command: DefineExternalMapping | DropExternalMapping, session: Session
) -> tuple[ExternalTable, Database]:
    database = session.database(None)
    present = database.external_tables.get(command.table)
    admins = present.admins if present else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    (table,) = chosen(database.external_tables, command.table, "ExternalTable", database)
    return table, database


def _named(table: ExternalTable, name: str) -> IngestionMapping | None:
    return next((each for each in table.mappings if each.name == name), None)


def _others(table: ExternalTable, name: str) -> list[IngestionMapping]:
    return [each for each in table.mappings if each.name != name]


def _keep(table: ExternalTable, database: Database, mappings: list[IngestionMapping]) -> None:
    database.external_tables[table.name] = replace(table, mappings=tuple(mappings))


def _rows(mappings: Iterable[IngestionMapping], table: ExternalTable, database: Database) -> Result:
    return result(
        "Name:string, Kind:string, Mapping:string, LastUpdatedOn:datetime, Database:string, "
        "Table:string",
        [
            [m.name, m.kind.capitalize(), m.mapping, m.updated_on, database.name, table.name]
            for m in mappings
        ],
    )
