"""Runs the commands about external tables (page: External tables)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import entity_not_found
from adxmi_jupyter.embedded.kusto.external_tables.definition import define
from adxmi_jupyter.embedded.kusto.external_tables.listing import (
    external_tables,
    show_artifacts,
    show_details,
    show_schema,
    show_tables,
)
from adxmi_jupyter.embedded.kusto.external_tables.mappings import (
    define_mapping,
    drop_mapping,
    show_mappings,
)
from adxmi_jupyter.embedded.kusto.external_tables.syntax import (
    DefineExternalMapping,
    DefineExternalTable,
    DropExternalMapping,
    DropExternalTable,
    ShowExternalMappings,
    ShowExternalTableArtifacts,
    ShowExternalTableDetails,
    ShowExternalTables,
    ShowExternalTableSchema,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.external_tables.syntax import ExternalTableCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_external_table_command(command: ExternalTableCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowExternalTables(name=name):
            return show_tables(name, session)
        case ShowExternalTableDetails(name=name):
            return show_details(name, session)
        case ShowExternalTableSchema():
            return show_schema(command, session)
        case ShowExternalTableArtifacts():
            return show_artifacts(command, session)
        case DropExternalTable():
            return _drop(command, session)
        case ShowExternalMappings():
            return show_mappings(command, session)
        case DefineExternalMapping():
            return define_mapping(command, session)
        case DropExternalMapping():
            return drop_mapping(command, session)
        case DefineExternalTable():
            return define(command, session)
        case _:
            raise AssertionError(command)


def _drop(command: DropExternalTable, session: Session) -> Result:
    """Return the properties of the table that is no more; no row when there was none."""
    database = session.database(None)
    table = database.external_tables.get(command.name)
    admins = table.admins if table else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    if table is None and not command.if_exists:
        raise entity_not_found("ExternalTable", command.name, database.name)
    dropped = external_tables([table] if table else [], session.world)
    database.external_tables.pop(command.name, None)
    return dropped
