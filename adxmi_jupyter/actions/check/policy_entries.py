"""Entries of the managed identity policy: which there are, and which of them have no effect.

Source: *Managed identity policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.findings import Checked, CheckedKind, State, finding
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.declaration.requirements import Allowed, Assigned
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope


def assigned(facts: Facts) -> tuple[ManagedIdentity, ...]:
    """Return the identities that are assigned to the cluster; raises as `Facts.answer`."""
    present: AssignedIdentities = facts.answer(cluster_facts.assigned())
    return present.all


def entries(facts: Facts, scope: Scope) -> Iterable[PolicyEntry]:
    """Return the entries of a scope's policy, none where it could not be read."""
    try:
        found: Policy = facts.answer(cluster_facts.policy(scope))
    except AdxmiError:  # the links that need it say so
        return ()
    return found


def without_effect(facts: Facts, scopes: Sequence[Scope]) -> Iterator[Checked]:
    """Yield policy entries without effect: of identities that the cluster does not have, or usages.

    Usages that count in the cluster's policy only have none in a database's.
    """
    for scope in scopes:
        for entry in entries(facts, scope):
            useless = entry.allowed_usages if _is_absent(facts, entry) else ()
            if useless:
                why = f"the policy of the {scope} names it, with no effect"
                yield _useless(scope, entry, Assigned(entry.identity), why, useless)
            elif scope.database and Usage.SANDBOX_ARTIFACTS in entry.allowed_usages:
                usage = Usage.SANDBOX_ARTIFACTS
                allowed = f"the policy of the {scope} allows it"
                why = f"{allowed}, but only the cluster policy has an effect"
                requirement = Allowed(entry.identity, usage, cluster_only=True)
                yield _useless(scope, entry, requirement, why, (usage,))


def _is_absent(facts: Facts, entry: PolicyEntry) -> bool:
    """Tell whether the identity of an entry is known not to be assigned."""
    try:
        every = assigned(facts)
    except AdxmiError:  # the links say so
        return False
    present = {word.lower() for one in every for word in (one.object_id, one.word)}
    # An identity has its IDs some time after it was assigned.
    return "" not in present and entry.identity.object_id.lower() not in present


def _useless(
    scope: Scope, entry: PolicyEntry, requirement: Requirement, why: str, usages: Iterable[str]
) -> Checked:
    identity = entry.identity
    where = ("--database", scope.database) if scope.database else ("--cluster",)
    # By its object ID: "system" would be the one that is assigned now.
    who = ("--identity", identity.object_id, "--usage", ",".join(map(str, usages)))
    fix = Command.of("policy", "revoke", *where, *who)
    found = finding(requirement, State.WARNING, why, fix)
    return Checked("", identity.label, (found,), scope.database or "cluster", CheckedKind.POLICY)
