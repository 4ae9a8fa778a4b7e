"""What runs with a managed identity in a database: external tables, exports, update policies.

Pages: `.show external tables`, Show continuous export, `.show table update policy`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.connection_strings import masked_sql, masked_storage
from adxmi_jupyter.embedded.kusto.errors import entity_not_found
from adxmi_jupyter.embedded.kusto.statements import ShowContinuousExports, ShowExternalTables
from adxmi_jupyter.embedded.kusto.tables import result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import ShowUpdatePolicies, ShowWorkflows
    from adxmi_jupyter.embedded.kusto.tables import Result
    from adxmi_jupyter.embedded.workflows import ContinuousExport, ExternalTable, UpdatePolicy
    from adxmi_jupyter.embedded.world import Database, Table

    Entity = TypeVar("Entity")

_SQL = "Sql"


def show_workflows(command: ShowWorkflows, session: Session) -> Result:
    """Run one of the commands that show what depends on managed identities."""
    match command:
        case ShowExternalTables():
            return _show_external_tables(command, session)
        case ShowContinuousExports():
            return _show_continuous_exports(command, session)
        case _:
            return _show_update_policies(command, session)


def _show_external_tables(command: ShowExternalTables, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "ExternalTablesShowCommand", database)
    shown = _chosen(database.external_tables, command.name, "ExternalTable", database)
    return result(
        "TableName:string, TableType:string, Folder:string, DocString:string, "
        "Properties:string, ConnectionStrings:dynamic, Partitions:dynamic, PathFormat:string",
        [_external_table_row(table) for table in shown],
    )


def _external_table_row(table: ExternalTable) -> list[Any]:
    is_sql = table.table_type == _SQL
    properties = _sql_properties(table) if is_sql else _storage_properties(table)
    mask = masked_sql if is_sql else masked_storage
    return [
        table.name,
        table.table_type,
        table.folder,
        table.doc_string,
        json.dumps(properties),
        [mask(each) for each in table.connection_strings],
        None,
        "",
    ]


def _storage_properties(table: ExternalTable) -> dict[str, str | bool | None]:
    return {
        "Format": table.data_format,
        "Compressed": False,
        "CompressionType": None,
        "FileExtension": None,
        "IncludeHeaders": "None",
        "Encoding": None,
        "NamePrefix": None,
    }


def _sql_properties(table: ExternalTable) -> dict[str, str | bool | None]:
    return {
        "TargetEntityKind": "sqltable",
        "TargetEntityName": table.target,
        "TargetEntityConnectionString": masked_sql(";".join(table.connection_strings)),
        "FireTriggers": False,
        "CreateIfNotExists": False,
        "PrimaryKey": None,
    }


def _show_continuous_exports(command: ShowContinuousExports, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "ContinuousExportsShowCommand", database)
    shown = _chosen(database.continuous_exports, command.name, "ContinuousExport", database)
    return result(
        "Name:string, ExternalTableName:string, Query:string, ForcedLatency:timespan, "
        "IntervalBetweenRuns:timespan, CursorScopedTables:string, ExportProperties:string, "
        "LastRunTime:datetime, StartCursor:string, IsDisabled:bool, LastRunResult:string, "
        "ExportedTo:datetime, IsRunning:bool",
        [_continuous_export_row(export, database) for export in shown],
    )


def _continuous_export_row(export: ContinuousExport, database: Database) -> list[Any]:
    identity = {"ManagedIdentity": export.managed_identity} if export.managed_identity else {}
    return [
        export.name,
        export.external_table,
        export.query,
        export.forced_latency,
        export.interval,
        json.dumps([f"['{database.name}'].['{table}']" for table in export.tables]),
        json.dumps(identity),
        export.last_run_time,
        "",
        export.is_disabled,
        export.last_run_result,
        export.exported_to,
        False,
    ]


def _show_update_policies(command: ShowUpdatePolicies, session: Session) -> Result:
    database = session.database(command.database)
    session.require(Permission.DATABASE_SHOW, "TablePolicyUpdateShowCommand", database)
    shown = _chosen(database.tables, command.table, "Table", database)
    return result(
        "PolicyName:string, EntityName:string, Policy:string, ChildEntities:string, "
        "EntityType:string",
        [_update_policy_row(table, database) for table in shown],
    )


def _update_policy_row(table: Table, database: Database) -> list[str]:
    items = table.update_policy
    return [
        "UpdatePolicy",
        f"[{database.name}].[{table.name}]",
        "null" if items is None else json.dumps([_update_properties(item) for item in items]),
        "",
        "Table",
    ]


def _update_properties(item: UpdatePolicy) -> dict[str, str | bool | None]:
    return {
        "IsEnabled": item.is_enabled,
        "Source": item.source,
        "SourceIsWildCard": item.source_is_wildcard,
        "Query": item.query,
        "IsTransactional": item.is_transactional,
        "PropagateIngestionProperties": item.propagates_properties,
        "ManagedIdentity": item.managed_identity,
    }


def _chosen(
    entities: Mapping[str, Entity], name: str | None, kind: str, database: Database
) -> list[Entity]:
    """Return all entities, or the one of that name, letter case and all; else a Refusal."""
    if name is None:
        return list(entities.values())
    if name not in entities:
        raise entity_not_found(kind, name, database.name)
    return [entities[name]]
