"""Runs the commands of the callout, update and query acceleration policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.policies.acceleration import run_acceleration_command
from adxmi_jupyter.embedded.kusto.policies.callout import run_callout_command
from adxmi_jupyter.embedded.kusto.policies.syntax import (
    AccelerationPolicyCommand,
    CalloutPolicyCommand,
    UpdatePolicyCommand,
)
from adxmi_jupyter.embedded.kusto.policies.update import run_update_policy_command

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.policies.syntax import MorePolicyCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_more_policy_command(command: MorePolicyCommand, session: Session) -> Result:
    """Return the policy as it is after the command; a KustoError when it may not or cannot run."""
    match command:
        case CalloutPolicyCommand():
            return run_callout_command(command, session)
        case UpdatePolicyCommand():
            return run_update_policy_command(command, session)
        case AccelerationPolicyCommand():
            return run_acceleration_command(command, session)
        case _:
            raise AssertionError(command)
