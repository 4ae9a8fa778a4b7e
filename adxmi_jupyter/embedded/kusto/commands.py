"""Runs a parsed management command against the world."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.databases.syntax import DatabaseCommand
from adxmi_jupyter.embedded.kusto.errors import not_supported
from adxmi_jupyter.embedded.kusto.exports.syntax import (
    ContinuousExportCommand,
    ExportCommand,
    OperationCommand,
)
from adxmi_jupyter.embedded.kusto.external_tables.syntax import ExternalTableCommand
from adxmi_jupyter.embedded.kusto.followers.commands import (
    deny_on_follower,
)
from adxmi_jupyter.embedded.kusto.followers.syntax import FollowerCommand
from adxmi_jupyter.embedded.kusto.functions.syntax import FunctionCommand
from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestFromQuery, IngestionCommand
from adxmi_jupyter.embedded.kusto.journal.recording import journaled
from adxmi_jupyter.embedded.kusto.journal.syntax import ShowJournal
from adxmi_jupyter.embedded.kusto.logs.recording import origin_of
from adxmi_jupyter.embedded.kusto.logs.syntax import LogCommand
from adxmi_jupyter.embedded.kusto.materialized_views.syntax import ViewCommand
from adxmi_jupyter.embedded.kusto.metadata import show_cluster, show_version
from adxmi_jupyter.embedded.kusto.plugins.syntax import PluginCommand
from adxmi_jupyter.embedded.kusto.policies.managed_identity import run_policy_command
from adxmi_jupyter.embedded.kusto.policies.syntax import MorePolicyCommand
from adxmi_jupyter.embedded.kusto.roles import change_roles, show_principals, show_roles
from adxmi_jupyter.embedded.kusto.schema.syntax import SchemaCommand
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
from adxmi_jupyter.embedded.kusto.stored_policies.syntax import StoredPolicyCommand
from adxmi_jupyter.embedded.state.data_log import bringing

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command, Statement


def run_command(statement: Statement, session: Session) -> Result:
    """Return the command's result table; a KustoError when it may not or cannot run.

    What it changes is in the journal before anybody else has the world.
    """
    deny_on_follower(statement.command, session)
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
            from adxmi_jupyter.embedded.kusto.script import run_script

            return run_script(command, session, run_command)
        case IngestFromQuery():
            from adxmi_jupyter.embedded.kusto.ingestion.from_query import ingest_from_query

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
    for family, module, name in _FAMILIES:
        if isinstance(command, family):
            run = getattr(import_module(f"{__package__}.{module}"), name)
            answer: Result = run(command, session)
            return answer
    raise AssertionError(command)


_FAMILIES: tuple[tuple[type[FamilyCommand], str, str], ...] = (
    (ExternalTableCommand, "external_tables.commands", "run_external_table_command"),
    (ContinuousExportCommand, "exports.continuous", "run_continuous_export_command"),
    (ExportCommand, "exports.export", "run_export"),
    (OperationCommand, "exports.operations", "show_operations"),
    (SchemaCommand, "schema.commands", "run_schema_command"),
    (FunctionCommand, "functions.commands", "run_function_command"),
    (FollowerCommand, "followers.commands", "run_follower_command"),
    (PluginCommand, "plugins.commands", "run_plugin_command"),
    (MorePolicyCommand, "policies.commands", "run_more_policy_command"),
    (IngestionCommand, "ingestion.commands", "run_ingestion_command"),
    (DatabaseCommand, "databases.commands", "run_database_command"),
    (StoredPolicyCommand, "stored_policies.commands", "run_stored_policy_command"),
    (ViewCommand, "materialized_views.commands", "run_view_command"),
    (ShowJournal, "journal.commands", "show_journal"),
    (LogCommand, "logs.commands", "run_log_command"),
)
"""Families of commands, with the module below this folder that runs them and its function.

A module is loaded with the first command of its family: most kernels never send one of some.
"""
