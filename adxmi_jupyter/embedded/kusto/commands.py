"""Runs a parsed management command against the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.metadata import show_cluster, show_databases, show_version
from adxmi_jupyter.embedded.kusto.policy import run_policy_command
from adxmi_jupyter.embedded.kusto.roles import change_roles, show_principals, show_roles
from adxmi_jupyter.embedded.kusto.script import run_script
from adxmi_jupyter.embedded.kusto.statements import (
    ChangeRoles,
    ExecuteScript,
    ShowCluster,
    ShowContinuousExports,
    ShowDatabases,
    ShowExternalTables,
    ShowPrincipals,
    ShowRoles,
    ShowUpdatePolicies,
    ShowVersion,
)
from adxmi_jupyter.embedded.kusto.workflows import show_workflows

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import (
        Command,
    )
    from adxmi_jupyter.embedded.kusto.tables import Result


def run_command(command: Command, session: Session) -> Result:
    """Return the command's result table; a Refusal when it may not or cannot run."""
    match command:
        case ShowVersion():
            return show_version(session)
        case ShowCluster():
            return show_cluster(session)
        case ShowDatabases():
            return show_databases(command, session)
        case ShowPrincipals():
            return show_principals(command, session)
        case ShowRoles():
            return show_roles(command, session)
        case ShowExternalTables() | ShowContinuousExports() | ShowUpdatePolicies():
            return show_workflows(command, session)
        case ChangeRoles():
            return change_roles(command, session)
        case ExecuteScript():
            return run_script(command, session, run_command)
        case _:
            return run_policy_command(command, session)
