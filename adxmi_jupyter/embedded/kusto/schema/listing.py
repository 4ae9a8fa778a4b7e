"""What `.show` says of tables (pages: `.show tables`, `.show table details`, … schema, extents)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.engine.columns import NET_TYPES
from adxmi_jupyter.embedded.kusto import effective_policies as policies
from adxmi_jupyter.embedded.kusto.columns import schema_json, schema_text
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.extents import CREATED_ON, extent_id, table_size
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.ids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import (
        ShowExtents,
        ShowTableAttributes,
        ShowTables,
        ShowTableSchema,
    )
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table

_COLUMNS = "TableName:string, DatabaseName:string, Folder:string, DocString:string"
_ENGINE = "V3"
_POLICIES = (
    *("retention", "caching", "sharding", "merge"),
    *("streamingingestion", "ingestionbatching"),
)


def show_tables(command: ShowTables, session: Session) -> Result:
    """Return tables; with `details` their sizes, admins and effective policies too."""
    operation = "TablesDetailsShowCommand" if command.details else "TablesShowCommand"
    database, tables = _tables(command.names, operation, session)
    return _details(tables, database, session) if command.details else table_rows(tables, database)


def table_rows(tables: Iterable[Table], database: Database) -> Result:
    """Return a row per table: its names and descriptions."""
    return result(
        _COLUMNS, [[each.name, database.name, each.folder, each.doc_string] for each in tables]
    )


def show_schema(command: ShowTableSchema, session: Session) -> Result:
    """Return the columns of a table as a Kusto schema or as JSON."""
    database, tables = _tables((command.name,), "TableSchemaShowCommand", session)
    return schema_rows(tables, database, as_json=command.as_json)


def schema_rows(tables: Iterable[Table], database: Database, *, as_json: bool = False) -> Result:
    """Return a row per table: its columns, names and descriptions."""
    return result(
        "TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string",
        [
            [
                each.name,
                _json(each) if as_json else schema_text(each.columns),
                database.name,
                each.folder,
                each.doc_string,
            ]
            for each in tables
        ],
    )


def show_extents(command: ShowExtents, session: Session) -> Result:
    """Return the extents of tables: one of each that has rows."""
    database, tables = _tables(command.names, "TableExtentsShowCommand", session)
    rows = [_extent(table, database) for table in tables if table.rows]
    return result(
        "ExtentId:guid, DatabaseName:string, TableName:string, MaxCreatedOn:datetime, "
        "OriginalSize:real, ExtentSize:real, CompressedSize:real, IndexSize:real, Blocks:long, "
        "Segments:long, ExtentContainerId:string, RowCount:long, MinCreatedOn:datetime, "
        "Tags:string, Kind:string, DeletedRowCount:long",
        [row for row in rows if not command.ids or row[0] in command.ids],
    )


def show_attributes(command: ShowTableAttributes, session: Session) -> Result:
    """Return a row per column of a table; its share of the table's size is not told."""
    database, (table,) = _tables((command.name,), "TableShowCommand", session)
    return result(
        "AttributeName:string, AttributeType:string, ExtentSize:long, CompressionRatio:real, "
        "IndexSize:long, IndexSizePercent:real, OriginalSize:long, AttributeId:guid, "
        "SharedIndexSize:long, StorageEngineVersion:string",
        [
            [
                name,
                NET_TYPES[kind],
                *(0, 0.0, 0, 0.0, 0),
                stable_id("column", database.name, table.name, name),
                0,
                _ENGINE,
            ]
            for name, kind in table.columns
        ],
    )


def _tables(
    names: tuple[str, ...], operation: str, session: Session
) -> tuple[Database, list[Table]]:
    """Return tables of the context database, all without names, that the caller may see."""
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, operation, database)
    wanted = names or tuple(database.tables)
    return database, [
        table for name in wanted for table in chosen(database.tables, name, "Table", database)
    ]


def _details(tables: Iterable[Table], database: Database, session: Session) -> Result:
    return result(
        f"{_COLUMNS}, TotalExtents:long, TotalExtentSize:real, TotalOriginalSize:real, "
        "TotalRowCount:long, HotExtents:long, HotExtentSize:real, HotOriginalSize:real, "
        "HotRowCount:long, AuthorizedPrincipals:string, RetentionPolicy:string, "
        "CachingPolicy:string, ShardingPolicy:string, MergePolicy:string, "
        "StreamingIngestionPolicy:string, IngestionBatchingPolicy:string, "
        "MinExtentsCreationTime:datetime, MaxExtentsCreationTime:datetime, RowOrderPolicy:string, "
        "TableId:guid",
        [_details_row(table, database, session) for table in tables],
    )


def _details_row(table: Table, database: Database, session: Session) -> list[Any]:
    size = table_size(table)
    sizes = [size.extents, float(size.extent), float(size.original), size.rows]
    created = CREATED_ON if size.extents else None
    return [
        *(table.name, database.name, table.folder, table.doc_string),
        *sizes,
        *sizes,
        policies.authorized_admins(table.admins, session.world),
        *(policies.effective_policy(name, database, table) for name in _POLICIES),
        created,
        created,
        policies.NONE,
        stable_id("table", database.name, table.name),
    ]


def _extent(table: Table, database: Database) -> list[Any]:
    size = table_size(table)
    measures = (size.original, size.extent, size.compressed, size.index)
    return [
        extent_id(database, table),
        database.name,
        table.name,
        CREATED_ON,
        *(float(each) for each in measures),
        1,
        1,
        stable_id("container", database.name),
        size.rows,
        CREATED_ON,
        "",
        _ENGINE,
        0,
    ]


def _json(table: Table) -> str:
    texts = {"Folder": table.folder, "DocString": table.doc_string}
    return schema_json(table.name, table.columns, **{n: text for n, text in texts.items() if text})
