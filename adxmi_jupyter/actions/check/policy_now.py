"""A policy as it counts now: a replaced system-assigned identity no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.errors import AdxmiError

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.policy import Policy, Scope


def policy_now(facts: Facts, scope: Scope) -> Policy:
    """Return the policy of a scope with the system-assigned identity as it is assigned now."""
    found: Policy = facts.answer(cluster_facts.policy(scope))
    try:
        present: AssignedIdentities = facts.answer(cluster_facts.assigned())
    except AdxmiError:  # that this could not be looked at, the requirement of the assignment tells
        return found
    return found.as_of(present.system)
