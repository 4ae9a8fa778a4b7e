"""Runs a continuous export once, as the service does between its intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.kusto.exports.logged_runs import note_run
from adxmi_jupyter.embedded.kusto.exports.targets import check_target, write_to_table
from adxmi_jupyter.embedded.kusto.query.background import AUTOMATED_FLOWS, run_in_background
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity
from adxmi_jupyter.embedded.state.entities import ExportedArtifact, ExportFailure
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.exports.blobs import Written
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ContinuousExport
    from adxmi_jupyter.embedded.state.world import World


def run_continuous_export(world: World, database_name: str, name: str) -> ContinuousExport:
    """Export the records that are new since the last run that did well; return the export.

    All requirements are checked: the identity of the export, its roles on the databases, then the
    identity of the external table. One that is not met makes a failed run. An export that is
    disabled stays as it is. KeyError when there is no such database or export.
    """
    with world.lock:
        database = world.cluster.databases[database_name]
        export = database.continuous_exports[name]
        if not export.is_disabled:
            export = _run(world, database, export)
            database.continuous_exports[name] = export
        return export


def _run(world: World, database: Database, export: ContinuousExport) -> ContinuousExport:
    now = moment_of(world.clock())
    reached = {table: len(database.tables[table].rows) for table in _tables(database, export)}
    try:
        written = _export(world, database, export)
        note_run(world, database, export)
    except KustoError as error:
        note_run(world, database, export, error.message)
        failure = ExportFailure(now, world.mint("operation"), error.message, export.exported_to)
        return replace(
            export,
            last_run_time=now,
            last_run_result="Failed",
            failures=(*export.failures, failure),
        )
    artifacts = [ExportedArtifact(now, each.uri, each.records) for each in written]
    return replace(
        export,
        last_run_time=now,
        last_run_result="Completed",
        exported_to=now,
        cursors={**export.cursors, **reached},
        artifacts=(*export.artifacts, *artifacts),
    )


def _export(world: World, database: Database, export: ContinuousExport) -> list[Written]:
    identity = None
    if export.managed_identity:
        identity = acting_identity(
            world, export.managed_identity, usage=AUTOMATED_FLOWS, database=database
        )
    (table,) = chosen(database.external_tables, export.external_table, "ExternalTable", database)
    new = {
        name: database.tables[name].rows[export.cursors.get(name, 0) :]
        for name in _tables(database, export)
    }
    answer = run_in_background(world, database, export.query, identity=identity, rows=new)
    check_target(table, answer.columns)
    caller = as_principal(identity) if identity else None
    return write_to_table(world, database, table, answer, caller=caller)


def _tables(database: Database, export: ContinuousExport) -> list[str]:
    return [name for name in export.tables if name in database.tables]
