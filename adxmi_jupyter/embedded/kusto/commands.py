"""Runs a parsed management command against the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.databases.commands import run_database_command
from adxmi_jupyter.embedded.kusto.databases.syntax import DatabaseCommand
from adxmi_jupyter.embedded.kusto.errors import not_supported
from adxmi_jupyter.embedded.kusto.exports.continuous import run_continuous_export_command
from adxmi_jupyter.embedded.kusto.exports.export import run_export
from adxmi_jupyter.embedded.kusto.exports.operations import show_operations
from adxmi_jupyter.embedded.kusto.exports.syntax import (
    ContinuousExportCommand,
    ExportCommand,
    OperationCommand,
)
from adxmi_jupyter.embedded.kusto.external_tables.commands import run_external_table_command
from adxmi_jupyter.embedded.kusto.external_tables.syntax import ExternalTableCommand
from adxmi_jupyter.embedded.kusto.followers.commands import (
    refuse_on_follower,
    run_follower_command,
)
from adxmi_jupyter.embedded.kusto.followers.syntax import FollowerCommand
from adxmi_jupyter.embedded.kusto.functions.commands import run_function_command
from adxmi_jupyter.embedded.kusto.functions.syntax import FunctionCommand
from adxmi_jupyter.embedded.kusto.ingestion.commands import run_ingestion_command
from adxmi_jupyter.embedded.kusto.ingestion.from_query import ingest_from_query
from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestFromQuery, IngestionCommand
from adxmi_jupyter.embedded.kusto.journal.commands import show_journal
from adxmi_jupyter.embedded.kusto.journal.recording import journaled
from adxmi_jupyter.embedded.kusto.journal.syntax import ShowJournal
from adxmi_jupyter.embedded.kusto.logs.commands import run_log_command
from adxmi_jupyter.embedded.kusto.logs.recording import origin_of
from adxmi_jupyter.embedded.kusto.logs.syntax import LogCommand
from adxmi_jupyter.embedded.kusto.materialized_views.commands import run_view_command
from adxmi_jupyter.embedded.kusto.materialized_views.syntax import ViewCommand
from adxmi_jupyter.embedded.kusto.metadata import show_cluster, show_version
from adxmi_jupyter.embedded.kusto.plugins.commands import run_plugin_command
from adxmi_jupyter.embedded.kusto.plugins.syntax import PluginCommand
from adxmi_jupyter.embedded.kusto.policies.commands import run_more_policy_command
from adxmi_jupyter.embedded.kusto.policies.managed_identity import run_policy_command
from adxmi_jupyter.embedded.kusto.policies.syntax import MorePolicyCommand
from adxmi_jupyter.embedded.kusto.roles import change_roles, show_principals, show_roles
from adxmi_jupyter.embedded.kusto.schema.commands import run_schema_command
from adxmi_jupyter.embedded.kusto.schema.syntax import SchemaCommand
from adxmi_jupyter.embedded.kusto.script import run_script
from adxmi_jupyter.embedded.kusto.statements import (
    ChangeRoles,
    ExecuteScript,
    FamilyCommand,
    ShowCluster,
    ShowPrincipals,
    ShowRoles,
    ShowVersion,
    UnsupportedCommand,
)
from adxmi_jupyter.embedded.state.data_log import bringing

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command, Statement


def run_command(statement: Statement, session: Session) -> Result:
    """Return the command's result table; a KustoError when it may not or cannot run.

    What it changes is in the journal before anybody else has the world.
    """
    refuse_on_follower(statement.command, session)
    with journaled(statement, session), bringing(origin_of(statement.command, session)):
        return _run(statement.command, session)


def _run(command: Command, session: Session) -> Result:
    match command:
        case ShowVersion():
            return show_version(session)
        case ShowCluster():
            return show_cluster(session)
        case ShowPrincipals() | ShowRoles() | ChangeRoles():
            return _run_roles(command, session)
        case ExecuteScript():
            return run_script(command, session, run_command)
        case IngestFromQuery():
            return ingest_from_query(command, session, run_command)
        case UnsupportedCommand():
            raise not_supported(command.name)
        case FamilyCommand():
            return _run_family_command(command, session)
        case _:
            return run_policy_command(command, session)


def _run_roles(command: ShowPrincipals | ShowRoles | ChangeRoles, session: Session) -> Result:
    match command:
        case ShowPrincipals():
            return show_principals(command, session)
        case ShowRoles():
            return show_roles(command, session)
        case _:
            return change_roles(command, session)


def _run_family_command(command: FamilyCommand, session: Session) -> Result:
    for family, run in _FAMILIES:
        if isinstance(command, family):
            return run(command, session)
    raise AssertionError(command)


_FAMILIES: tuple[tuple[type[FamilyCommand], Callable[[Any, Session], Result]], ...] = (
    (ExternalTableCommand, run_external_table_command),
    (ContinuousExportCommand, run_continuous_export_command),
    (ExportCommand, run_export),
    (OperationCommand, show_operations),
    (SchemaCommand, run_schema_command),
    (FunctionCommand, run_function_command),
    (FollowerCommand, run_follower_command),
    (PluginCommand, run_plugin_command),
    (MorePolicyCommand, run_more_policy_command),
    (IngestionCommand, run_ingestion_command),
    (DatabaseCommand, run_database_command),
    (ViewCommand, run_view_command),
    (ShowJournal, show_journal),
    (LogCommand, run_log_command),
)
