"""Evaluate what clusters that follow a database need: their own assignments, roles and policy.

Source: *Authenticate external tables with managed identities*, *Use follower databases* (Azure
Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import target_facts
from adxmi_jupyter.actions.check.findings import State, finding
from adxmi_jupyter.actions.check.policy_now import policy_now
from adxmi_jupyter.fixes import NOTHING, Command, Connect, Explain
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.remediation import GrantAzureRole, GrantUsage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.target_facts import FollowerCluster, HeldRole, Places
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.requirements import AssignedToFollowers, GrantedInAzure
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.usage import Usage

_AS_OWN = "queries on a follower cluster use its own system-assigned identity"


def followers_of(facts: Facts, database: str) -> tuple[str, ...]:
    """Return the resource IDs of clusters that follow a database; raises as the facts do."""
    found: target_facts.Followed = facts.answer(target_facts.followed())
    return found.by(database)


@dataclass(frozen=True)
class FollowerEvaluator:
    """Evaluates what followers of a database need, by facts of Azure Resource Manager."""

    facts: Facts
    places: Places
    database: str

    def evaluated(self, requirement: AssignedToFollowers) -> Finding:
        """Return how it was found; raises as the facts do."""
        clusters = followers_of(self.facts, self.database)
        if not clusters:
            return finding(requirement, State.MET, f"no cluster follows {self.database}")
        found = [self._follower(one) for one in clusters]
        if requirement.identity.is_system:
            return self._own_identities(requirement, found)
        lacking = [one for one in found if not _has(one.present, requirement.identity)]
        names = ", ".join(one.present.cluster_name for one in lacking or found)
        if not lacking:
            return self._allowed_there(requirement, found, names)
        why = f"not assigned to {names}: queries there are denied"
        who = requirement.identity.resource_id or requirement.identity.object_id
        return finding(requirement, State.WARNING, why, _assign_there(lacking, who))

    def _allowed_there(
        self, requirement: AssignedToFollowers, found: Sequence[FollowerCluster], names: str
    ) -> Finding:
        """Tell whether the policy allows it there: that of the database goes with the database.

        The policy of this cluster does not count there, and theirs is not to be seen from here.
        """
        here = Scope(self.database)
        left = [one for one in requirement.usages if self._is_left_to(requirement, one)]
        if not left:
            return finding(requirement, State.MET, f"assigned to {names}")
        usages = ", ".join(map(str, left))
        why = (
            f"assigned to {names}; {usages} is not allowed by the policy of the {here}, and "
            f"whether the cluster policy of {names} allows it is unknown"
        )
        if requirement.of_cluster_only:
            fix = next((Connect(one.uri) for one in found if one.uri), NOTHING)
            return finding(requirement, State.UNKNOWN, why, fix)
        return replace(
            finding(requirement, State.UNKNOWN, why),
            remediation=GrantUsage(here, requirement.identity, left[0]),
        )

    def _is_left_to(self, requirement: AssignedToFollowers, usage: Usage) -> bool:
        """Tell whether the policy of another cluster decides about a usage.

        Of one that no policy here allows, the requirement of this cluster tells.
        """
        if requirement.of_cluster_only:
            return True
        in_database, in_cluster = (
            policy_now(self.facts, scope).allows(requirement.identity, usage)
            for scope in (Scope(self.database), CLUSTER)
        )
        return in_cluster and not in_database

    def _own_identities(
        self, requirement: AssignedToFollowers, found: Sequence[FollowerCluster]
    ) -> Finding:
        """Tell of clusters that act as their own system-assigned identities: others than this."""
        without = [one for one in found if one.present.system is None]
        if without:
            names = ", ".join(one.present.cluster_name for one in without)
            why = f"{_AS_OWN}, and {names} has none"
            return finding(requirement, State.WARNING, why, _assign_there(without, SYSTEM))
        for one in found:
            for role in requirement.roles:
                told = self._own_role(requirement, role, one)
                if told is not None:
                    return told
        why = f"{_AS_OWN}; whether the managed identity policy there allows it is unknown"
        more = "" if requirement.roles else ", and it requires its own role on the target"
        fix = next((Connect(one.uri) for one in found if one.uri), NOTHING)
        return finding(requirement, State.UNKNOWN, f"{why}{more}", fix)

    def _own_role(
        self, requirement: AssignedToFollowers, role: GrantedInAzure, follower: FollowerCluster
    ) -> Finding | None:
        """Return what is told of a follower whose identity lacks a role; None where it has it."""
        own, scope = follower.present.system, self.places.scope(role.target)
        if own is None or not scope or not own.object_id:
            return None
        fact = target_facts.azure_roles(scope, own.object_id)
        self.facts.gather([fact])
        held: tuple[HeldRole, ...] = self.facts.answer(fact)
        enough = {one.definition_id for one in role.roles}
        if any(one.definition_id in enough for one in held):
            return None
        name, least = follower.present.cluster_name, role.roles[0]
        why = f"{_AS_OWN}; that of {name} does not hold {least.role_name} on {role.target}"
        fix = GrantAzureRole(own, least, role.target, scope).command
        return finding(requirement, State.WARNING, why, fix)

    def _follower(self, cluster: str) -> FollowerCluster:
        found: FollowerCluster = self.facts.answer(target_facts.follower(cluster))
        return found


def _assign_there(clusters: Sequence[FollowerCluster], who: str) -> Fix:
    """Return how an identity is assigned to the first of some clusters: not to this one."""
    uri = next((one.uri for one in clusters if one.uri), "")
    if not uri:
        return NOTHING
    return Explain.of(Connect(uri), ", then ", Command.of("identity", "assign", "--identity", who))


def _has(present: AssignedIdentities, identity: ManagedIdentity) -> bool:
    return identity.object_id.lower() in {one.object_id.lower() for one in present.all}
