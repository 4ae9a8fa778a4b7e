"""Runs a parsed management command against the world."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request, not_supported
from adxmi_jupyter.embedded.kusto.journal.recording import journaled
from adxmi_jupyter.embedded.kusto.logs.recording import origin_of
from adxmi_jupyter.embedded.kusto.policies.managed_identity import run_policy_command
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.roles import change_roles, show_principals, show_roles
from adxmi_jupyter.embedded.kusto.statements import (
    ChangeRoles,
    ExecuteScript,
    FamilyCommand,
    Level,
    ShowCluster,
    ShowPrincipals,
    ShowRoles,
    ShowVersion,
    UnsupportedCommand,
    kind_of,
    scope_of,
    shows,
)
from adxmi_jupyter.embedded.state.data_log import bringing

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command, Statement

_STARTED = "2026-01-01T00:00:00Z"


def run_command(statement: Statement, session: Session) -> Result:
    """Return the command's result table; a KustoError when it may not or cannot run.

    What it changes is in the journal before anybody else has the world.
    """
    _deny_on_follower(statement.command, session)
    with journaled(statement, session), bringing(origin_of(statement.command, session)):
        return _run(statement.command, session)


def _deny_on_follower(command: Command, session: Session) -> None:
    """Raise a KustoError (400) for what would change a database that the cluster follows.

    What only reads it may run, exports among it (page: Use follower databases).
    """
    scope = scope_of(command)
    if shows(command) or scope is None or scope.level is Level.CLUSTER:
        return
    if isinstance(command, FamilyCommand) and command.runs_on_follower:
        return
    found = session.world.cluster.find_database(scope.database or session.context or "")
    if found is not None and found.following is not None:
        raise bad_request(
            f"The database '{found.name}' is read only here (ReadOnlyFollowing): the operation "
            f"'{kind_of(command)}Command' has to run on its leader."
        )


def _run(command: Command, session: Session) -> Result:
    match command:
        case ShowVersion():
            return _show_version(session)
        case ShowCluster():
            return _show_cluster(session)
        case ShowPrincipals() | ShowRoles() | ChangeRoles():
            return _run_roles(command, session)
        case ExecuteScript():
            from adxmi_jupyter.embedded.kusto.script import run_script

            return run_script(command, session, run_command)
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
    """Load what runs the family's commands: most processes never send one of some families."""
    module, name = command.runner
    run = getattr(import_module(f"{__package__}.{module}"), name)
    more = (run_command,) if command.holds_command else ()
    answer: Result = run(command, session, *more)
    return answer


def _show_version(session: Session) -> Result:
    """Return the one row of `.show version`."""
    session.require_any_role("VersionShowCommand")
    kind = "DataManagement" if session.at_ingestion_endpoint else "Engine"
    return result(
        "BuildVersion:string, BuildTime:datetime, ServiceType:string, ProductVersion:string",
        [["1.0.0.0", _STARTED, kind, "EmbeddedAzure_1"]],
    )


def _show_cluster(session: Session) -> Result:
    """Return the one node of the cluster; sizes in bytes."""
    session.require_any_role("ClusterShowCommand")
    cluster = session.world.cluster
    return result(
        "NodeId:string, Address:string, Name:string, StartTime:datetime, IsAdmin:bool, "
        "MachineTotalMemory:long, MachineAvailableMemory:long, ProcessorCount:int, "
        "EnvironmentDescription:string",
        [
            [
                "KEngine000000",
                cluster.uri,
                "KEngine000000",
                _STARTED,
                True,
                16 * 1024**3,
                8 * 1024**3,
                2,
                "embedded Azure",
            ]
        ],
    )
