"""Runs a parsed management command against the world."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import not_supported
from adxmi_jupyter.embedded.kusto.followers.read_only import deny_on_follower
from adxmi_jupyter.embedded.kusto.journal.recording import journaled
from adxmi_jupyter.embedded.kusto.logs.recording import origin_of
from adxmi_jupyter.embedded.kusto.metadata import show_cluster, show_version
from adxmi_jupyter.embedded.kusto.policies.managed_identity import run_policy_command
from adxmi_jupyter.embedded.kusto.roles import change_roles, show_principals, show_roles
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
