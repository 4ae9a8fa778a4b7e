"""What `.show` says of external tables (pages: `.show external tables`, … details, … artifacts)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.columns import quoted_name, schema_json, schema_text
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.external_tables.layout import partition_values
from adxmi_jupyter.embedded.kusto.external_tables.storage import USAGE
from adxmi_jupyter.embedded.kusto.policies.acceleration import policy_text, state_text
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.delta import open_delta
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder
from adxmi_jupyter.embedded.state.behaviours import ShownStrings
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from adxmi_jupyter.embedded.kusto.external_tables.syntax import (
        ShowExternalTableArtifacts,
        ShowExternalTableSchema,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.targets.folders import Folder
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable, Partition, PathItem
    from adxmi_jupyter.embedded.state.world import World

SQL = "Sql"
_SHORT = 5


def show_tables(name: str | None, session: Session) -> Result:
    """Return the external tables of the database, or the one of that name."""
    return external_tables(_visible(name, session, "ExternalTablesShowCommand"), session.world)


def external_tables(tables: Iterable[ExternalTable], world: World) -> Result:
    """Return a row per table, connection strings without their secrets."""
    names = ShownNames.of(world)
    short = names.settings.connection_strings is ShownStrings.LEFT_OUT
    more = ", ConnectionStrings:dynamic, Partitions:dynamic, PathFormat:string"
    return result(
        "TableName:string, TableType:string, Folder:string, DocString:string, Properties:string"
        + ("" if short else more),
        [_row(table, names)[: _SHORT if short else None] for table in tables],
    )


def altered_tables(tables: Iterable[ExternalTable], world: World) -> Result:
    """Return a row per table in the shape of `.alter` and `.create-or-alter`."""
    names = ShownNames.of(world)
    return result(
        "TableName:string, TableType:string, Folder:string, DocString:string, Schema:string, "
        "Properties:string",
        [
            [
                table.name,
                table.table_type,
                table.folder,
                table.doc_string,
                schema_text(table.columns),
                _properties_text(table, names),
            ]
            for table in tables
        ],
    )


def show_details(name: str | None, session: Session) -> Result:
    """Return the query acceleration of each table, empty texts for one without a policy."""
    operation = "ExternalTableDetailsShowCommand"
    database = session.database(None)
    names = ShownNames.of(session.world)
    return result(
        "TableName:string, QueryAccelerationPolicy:string, QueryAccelerationState:string",
        [
            [table.name, policy_text(table, names), state_text(table, database, session.world)]
            for table in _visible(name, session, operation)
        ],
    )


def show_schema(command: ShowExternalTableSchema, session: Session) -> Result:
    """Return the columns of one table as a Kusto schema or as JSON."""
    database = session.database(None)
    (table,) = chosen(database.external_tables, command.name, "ExternalTable", database)
    if not session.administers(table.admins, database):
        session.require(Permission.DATABASE_SHOW, "ExternalTableSchemaShowCommand", database)
    text = schema_json(table.name, table.columns) if command.as_json else schema_text(table.columns)
    return result(
        "TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string",
        [[table.name, text, database.name, table.folder, table.doc_string]],
    )


def show_artifacts(command: ShowExternalTableArtifacts, session: Session) -> Result:
    """Return the blobs that a query of the table would read, all requirements checked."""
    database = session.database(None)
    session.require(Permission.DATABASE_USER, "ExternalTableArtifactsShowCommand", database)
    (table,) = chosen(database.external_tables, command.name, "ExternalTable", database)
    if table.table_type == SQL:
        raise bad_request(f"The external table '{table.name}' of kind sql has no artifacts.")
    limit = _limit(command)
    rows = list(_artifacts(table, database, session))
    return result("Uri:string, Partition:dynamic, Size:long", rows[:limit])


def _visible(name: str | None, session: Session, operation: str) -> list[ExternalTable]:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, operation, database)
    return chosen(database.external_tables, name, "ExternalTable", database)


def _row(table: ExternalTable, names: ShownNames) -> list[Any]:
    return [
        table.name,
        table.table_type,
        table.folder,
        table.doc_string,
        _properties_text(table, names),
        names.strings(table),
        [_partition(each) for each in table.partitions] or None,
        path_format_text(table),
    ]


def _properties_text(table: ExternalTable, names: ShownNames) -> str:
    is_sql = table.table_type == SQL
    return json.dumps(_sql_properties(table, names) if is_sql else _storage_properties(table))


def _storage_properties(table: ExternalTable) -> dict[str, str | bool | None]:
    return {
        "Format": table.data_format,
        "Compressed": table.compressed,
        "CompressionType": table.compression_type or None,
        "FileExtension": table.file_extension or None,
        "IncludeHeaders": table.include_headers,
        "Encoding": table.options.get("encoding"),
        "NamePrefix": table.name_prefix or None,
    }


def _sql_properties(table: ExternalTable, names: ShownNames) -> dict[str, str | bool | None]:
    return {
        "TargetEntityKind": "sqltable",
        "TargetEntityName": table.target,
        "TargetEntityConnectionString": ";".join(names.strings(table)),
        "FireTriggers": table.options.get("firetriggers", False),
        "CreateIfNotExists": table.options.get("createifnotexists", False),
        "PrimaryKey": table.options.get("primarykey"),
    }


def _partition(partition: Partition) -> dict[str, Any]:
    argument = partition.argument
    return {
        "Name": partition.name,
        "Type": partition.kind,
        "Function": partition.function or None,
        "Column": partition.column or None,
        "Argument": timespan_text(argument) if isinstance(argument, timedelta) else argument,
    }


def path_format_text(table: ExternalTable) -> str:
    """Return the path format as commands take it, without its parentheses."""
    return "".join(_path_item(each) for each in table.path_format)


def _path_item(item: PathItem) -> str:
    if not item.partition:
        return json.dumps(item.text)
    if item.pattern:
        return f"datetime_pattern({json.dumps(item.pattern)},{quoted_name(item.partition)})"
    return quoted_name(item.partition)


def _limit(command: ShowExternalTableArtifacts) -> int | None:
    if command.limit is None:
        return None
    if command.limit.kind not in {"long", "int"} or command.limit.value < 1:
        raise bad_request("The limit of artifacts is a whole number above 0.")
    number: int = command.limit.value
    return number


def _artifacts(
    table: ExternalTable, database: Database, session: Session
) -> Iterator[tuple[str, dict[str, Any] | None, int]]:
    for text in table.connection_strings:
        folder = open_folder(
            session.world, text, usage=USAGE, database=database, caller=session.caller
        )
        for path, values in _blobs(table, folder):
            yield folder.uri(path), dict(values) or None, len(folder.read(path))


def _blobs(table: ExternalTable, folder: Folder) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the paths and the values of partitions of the blobs that are the table's."""
    if table.table_type == "Delta":
        yield from ((folder.join(path), values) for path, values in open_delta(folder).files)
        return
    for path in folder.list():
        values = partition_values(table, path.removeprefix(folder.join("")))
        if values is not None:
            yield path, values
