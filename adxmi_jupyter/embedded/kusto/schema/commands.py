"""Runs the commands about tables and ingestion mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.schema import listing, mappings, tables
from adxmi_jupyter.embedded.kusto.schema.syntax import (
    AlterTable,
    ChangeMapping,
    ClearTable,
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import SchemaCommand
    from adxmi_jupyter.embedded.kusto.session import Session


def run_schema_command(command: SchemaCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    return _RUNNERS[type(command)](command, session)


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
    ChangeMapping: mappings.change_mapping,
    ShowMappings: mappings.show_mappings,
}
