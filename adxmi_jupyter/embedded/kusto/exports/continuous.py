"""The continuous export commands (pages: Continuous data export, … with managed identity)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.exports.properties import CONTINUOUS
from adxmi_jupyter.embedded.kusto.exports.syntax import (
    CreateOrAlterContinuousExport,
    DropContinuousExport,
    ShowContinuousExports,
    ShowExportedArtifacts,
    ShowExportFailures,
    SwitchContinuousExport,
)
from adxmi_jupyter.embedded.kusto.exports.targets import check_target, impersonates
from adxmi_jupyter.embedded.kusto.properties import read_properties
from adxmi_jupyter.embedded.kusto.query.background import (
    AUTOMATED_FLOWS,
    reads_other_databases,
    run_in_background,
    tables_in,
)
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.behaviours import ExportIdentities
from adxmi_jupyter.embedded.state.entities import (
    ContinuousExport,
    ExportedArtifact,
    ExportFailure,
)
from adxmi_jupyter.embedded.state.timestamps import moment_of, with_all_digits
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.exports.syntax import ContinuousExportCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable
    from adxmi_jupyter.embedded.state.world import World

_Entry = TypeVar("_Entry", ExportedArtifact, ExportFailure)
_HOUR = timedelta(hours=1)
_KEPT_NS = timedelta(days=14) // timedelta(microseconds=1) * 1000
_NO_EXPORT_PROPERTIES = {"managedIdentity", "intervalBetweenRuns", "forcedLatency", "isDisabled"}


def run_continuous_export_command(command: ContinuousExportCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowContinuousExports(name=name):
            database = _database(session, Permission.DATABASE_SHOW, "ContinuousExportsShowCommand")
            return _exports(_chosen(database, name), database, session.world)
        case ShowExportFailures(name=name):
            return _failures(name, session)
        case ShowExportedArtifacts(name=name):
            return _artifacts(name, session)
        case CreateOrAlterContinuousExport():
            return _create_or_alter(command, session)
        case SwitchContinuousExport():
            return _switch(command, session)
        case DropContinuousExport():
            return _drop(command, session)
        case _:
            raise AssertionError(command)


def _create_or_alter(command: CreateOrAlterContinuousExport, session: Session) -> Result:
    """Create an export, or give one another definition: what it has exported stays known.

    The identity has to be assigned and allowed now; roles are looked at when the export runs.
    """
    database = _database(session, Permission.DATABASE_ADMIN, f"{command.kind}Command")
    given = read_properties(command.properties, CONTINUOUS, "a continuous export")
    (table,) = chosen(database.external_tables, command.external_table, "ExternalTable", database)
    identity = given.get("managedIdentity", "")
    _check_identity(command, table, identity, session, database)
    answer = run_in_background(session.world, database, command.query, identity=None)
    check_target(table, answer.columns)
    export = _defined(command, given, _scope(command, database))
    export = replace(export, made_by=session.caller.fqn)
    present = database.continuous_exports.get(command.name)
    if present is not None:
        export = _with_history(export, present)
    database.continuous_exports[export.name] = export
    return result(
        "Name:string, ExternalTableName:string, Query:string, ForcedLatency:timespan, "
        "IntervalBetweenRuns:timespan, CursorScopedTables:string, ExportProperties:string",
        [_definition_row(export, database, session.world)],
    )


def _check_identity(
    command: CreateOrAlterContinuousExport,
    table: ExternalTable,
    identity: str,
    session: Session,
    database: Database,
) -> None:
    if not identity and (impersonates(table) or reads_other_databases(command.query)):
        raise bad_request(
            f"The continuous export '{command.name}' needs a managedIdentity: its external table "
            "impersonates, or its query reads another database."
        )
    if identity:
        acting_identity(session.world, identity, usage=AUTOMATED_FLOWS, database=database)


def _scope(command: CreateOrAlterContinuousExport, database: Database) -> tuple[str, ...]:
    """Return the tables whose new records alone are exported: those named, or all in the query."""
    read = tables_in(command.query, database)
    for name in command.tables:
        chosen(database.tables, name, "Table", database)
        if name not in read:
            raise bad_request(f"The query of '{command.name}' does not read the table '{name}'.")
    return command.tables or read


def _defined(
    command: CreateOrAlterContinuousExport, given: dict[str, Any], tables: tuple[str, ...]
) -> ContinuousExport:
    latency = given.get("forcedLatency")
    return ContinuousExport(
        command.name,
        command.external_table,
        command.query,
        given.get("managedIdentity", ""),
        tables,
        timespan_text(given.get("intervalBetweenRuns", _HOUR)),
        None if latency is None else timespan_text(latency),
        is_disabled=given.get("isDisabled", False),
        properties={n: v for n, v in given.items() if n not in _NO_EXPORT_PROPERTIES},
    )


def _with_history(export: ContinuousExport, present: ContinuousExport) -> ContinuousExport:
    return replace(
        export,
        last_run_time=present.last_run_time,
        last_run_result=present.last_run_result,
        exported_to=present.exported_to,
        cursors=present.cursors,
        artifacts=present.artifacts,
        failures=present.failures,
    )


def _switch(command: SwitchContinuousExport, session: Session) -> Result:
    database = _database(session, Permission.DATABASE_ADMIN, f"{command.kind}Command")
    (export,) = _chosen(database, command.name)
    switched = replace(export, is_disabled=command.is_disabled)
    database.continuous_exports[command.name] = switched
    return _exports([switched], database, session.world)


def _drop(command: DropContinuousExport, session: Session) -> Result:
    """Return the exports that remain."""
    database = _database(session, Permission.DATABASE_ADMIN, f"{command.kind}Command")
    _chosen(database, command.name)
    del database.continuous_exports[command.name]
    return _exports(database.continuous_exports.values(), database, session.world)


def _exports(exports: Iterable[ContinuousExport], database: Database, world: World) -> Result:
    return result(
        "Name:string, ExternalTableName:string, Query:string, ForcedLatency:timespan, "
        "IntervalBetweenRuns:timespan, CursorScopedTables:string, ExportProperties:string, "
        "LastRunTime:datetime, StartCursor:string, IsDisabled:bool, LastRunResult:string, "
        "ExportedTo:datetime, IsRunning:bool",
        [
            [
                *_definition_row(export, database, world),
                export.last_run_time,
                "",
                export.is_disabled,
                export.last_run_result,
                export.exported_to,
                False,
            ]
            for export in exports
        ],
    )


def _definition_row(export: ContinuousExport, database: Database, world: World) -> list[Any]:
    properties = {name[0].upper() + name[1:]: each for name, each in export.properties.items()}
    shows = world.behaviours.export_identities is ExportIdentities.SHOWN
    if export.managed_identity and shows:
        properties["ManagedIdentity"] = ShownNames.of(world).identity(export.managed_identity)
    return [
        export.name,
        export.external_table,
        masked_literals(export.query),
        export.forced_latency,
        export.interval,
        json.dumps([f"['{database.name}'].['{table}']" for table in export.tables]),
        json.dumps(properties),
    ]


def _recent(entries: Iterable[_Entry], session: Session) -> list[_Entry]:
    """Return what is no older than these logs keep it."""
    since = moment_of(session.world.clock() - _KEPT_NS)
    return [each for each in entries if with_all_digits(each.timestamp) >= since]


def _failures(name: str, session: Session) -> Result:
    operation = "ContinuousExportFailuresShowCommand"
    database = _database(session, Permission.DATABASE_MONITOR, operation)
    (export,) = _chosen(database, name)
    return result(
        "Timestamp:datetime, OperationId:string, Name:string, LastSuccessRun:datetime, "
        "FailureKind:string, Details:string",
        [
            [each.timestamp, each.operation_id, name, each.last_success, each.kind, each.details]
            for each in _recent(export.failures, session)
        ],
    )


def _artifacts(name: str, session: Session) -> Result:
    operation = "ContinuousExportArtifactsShowCommand"
    database = _database(session, Permission.DATABASE_MONITOR, operation)
    (export,) = _chosen(database, name)
    return result(
        "Timestamp:datetime, ExternalTableName:string, Path:string, NumRecords:long",
        [
            [each.timestamp, export.external_table, each.uri, each.records]
            for each in _recent(export.artifacts, session)
        ],
    )


def _database(session: Session, permission: Permission, operation: str) -> Database:
    database = session.database(None)
    session.require(permission, operation, database)
    return database


def _chosen(database: Database, name: str | None) -> list[ContinuousExport]:
    return chosen(database.continuous_exports, name, "ContinuousExport", database)
