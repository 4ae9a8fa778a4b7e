"""Read what a plan has to know of a cluster: each thing once, what cannot be read as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts, many_databases
from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.policy.policies import scopes_of
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.errors import AdxmiError, PartialRead
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.plan import Section, Unseen
from adxmi_jupyter.model.policy import CLUSTER

if TYPE_CHECKING:
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.plan import Plan
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Wanted:
    """What is to be read; `databases` are all that there are, if they were listed."""

    policies: tuple[Scope, ...] = ()
    roles: tuple[Scope, ...] = ()
    callouts: bool = False
    assigned: bool = False
    databases: tuple[str, ...] | None = None


@dataclass(frozen=True)
class World:
    """What was read of a cluster: what is missing could not be read, and `unseen` says why.

    `identities` are all that policies and Azure tell of; `assigned` is None where Azure does not,
    and so is `in_azure`, the object IDs of the user-assigned identities that there are. `began` is
    when the reading began, `wanted` what was to be read.
    """

    facts: Facts
    began: datetime
    wanted: Wanted
    policies: Mapping[Scope, Policy]
    roles: Mapping[Scope, tuple[RoleAssignment, ...]]
    callouts: tuple[CalloutRule, ...] | None
    assigned: AssignedIdentities | None
    identities: tuple[ManagedIdentity, ...]
    unseen: tuple[Unseen, ...]
    in_azure: frozenset[str] | None = None

    @cached_property
    def present(self) -> tuple[ManagedIdentity, ...]:
        """The identities that there are, without those that policies and the cluster still name.

        All are, where Azure does not tell.
        """
        return tuple(one for one in self.identities if not self.is_gone(one))

    @cached_property
    def _resource_ids(self) -> frozenset[str]:
        in_azure = self.in_azure or frozenset()
        return frozenset(
            one.resource_id.lower() for one in self.identities if one.object_id.lower() in in_azure
        )

    def is_gone(self, identity: ManagedIdentity) -> bool:
        """Tell whether an identity was deleted, as far as Azure tells.

        One of another subscription is only seen as assigned: it is gone if it is not, or if an
        identity that was made again has its resource ID.
        """
        if identity.is_system or self.assigned is None or self.in_azure is None:
            return False
        if identity.object_id.lower() in self.in_azure:
            return False
        is_made_again = identity.resource_id.lower() in self._resource_ids
        return is_made_again or not self.assigned.lists(identity)

    @property
    def connection(self) -> Connection:
        """The cluster's connection."""
        return self.facts.connection

    def is_assigned(self, identity: ManagedIdentity) -> bool | None:
        """Tell whether an identity is assigned to the cluster; None where that is unknown."""
        if self.assigned is None:
            return None
        if identity.is_system:
            return self.assigned.system is not None
        return self.assigned.lists(identity) and not self.is_gone(identity)


def database_names(connection: Connection) -> tuple[str, ...]:
    """Return the databases that the caller may see; raises as reading them does."""
    return tuple(scope.database for scope in scopes_of(connection, all_databases=True))


def known_identities(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that Azure and the policies of the cluster tell of, with their IDs."""
    scopes = tuple(scopes_of(connection, all_databases=True))
    return read_world(connection, Wanted(policies=(CLUSTER, *scopes))).identities


def cluster_roles() -> Fact:
    """Ask who holds a role on the whole cluster, which Azure tells."""

    def ask(connection: Connection) -> tuple[RoleAssignment, ...]:
        return roles_of(connection, "").read()

    return Fact(("roles of the cluster",), ask, "Reader on the cluster, in Azure")


def roles_fact(scope: Scope) -> Fact:
    """Ask who holds a role in a scope."""
    return cluster_facts.roles(scope.database) if scope.database else cluster_roles()


def read_world(connection: Connection, wanted: Wanted, facts: Facts | None = None) -> World:
    """Read it, concurrently; errors do not stop the reading of the rest.

    `facts` are those that are known already.

    Raises
    ------
    NotInThisEdition
        The cluster has no managed identities.

    """
    connection.require_identities()
    began = datetime.now(UTC)
    facts = facts or Facts(connection)
    asked = [cluster_facts.assigned(), *map(cluster_facts.policy, wanted.policies)]
    asked += [cluster_facts.callouts()] if wanted.callouts else []
    asked += [cluster_roles()] if CLUSTER in wanted.roles else []
    facts.gather((asked[0], cluster_facts.in_subscription(), *asked[1:]))
    databases = [scope.database for scope in wanted.roles if scope.database]
    many_databases.gather_roles(facts, databases)
    facts.gather(map(cluster_facts.roles, databases))
    return _world(facts, began, wanted)


def _world(facts: Facts, began: datetime, wanted: Wanted) -> World:
    reading = _Reading(facts)
    assigned = reading.answer(Section.ASSIGNED, CLUSTER, cluster_facts.assigned(), wanted.assigned)
    system = assigned.system if assigned else None
    policies = {
        scope: policy.as_of(system) if system else policy
        for scope, policy in reading.each(Section.POLICY, wanted.policies, cluster_facts.policy)
    }
    callouts = None
    if wanted.callouts:
        callouts = reading.answer(Section.CALLOUTS, CLUSTER, cluster_facts.callouts())
    return World(
        facts,
        began,
        wanted,
        policies,
        dict(reading.each(Section.ROLES, wanted.roles, roles_fact)),
        callouts,
        assigned,
        _identities(facts, policies.values(), assigned),
        tuple(reading.unseen),
        _in_azure(facts),
    )


def _in_azure(facts: Facts) -> frozenset[str] | None:
    if not facts.knows(cluster_facts.in_subscription()):
        return None
    return frozenset(facts.answer(cluster_facts.in_subscription()))


class _Reading:
    """Reads answers, and notes those that there are not."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.unseen: list[Unseen] = []

    def answer(self, section: Section, scope: Scope, fact: Fact, is_wanted: bool = True) -> Any:
        try:
            return self._facts.answer(fact)
        except AdxmiError as failure:
            if is_wanted:
                self.unseen.append(Unseen(section, scope, failure, fact.right))
            return None

    def each(
        self, section: Section, scopes: Sequence[Scope], fact_of: Any
    ) -> list[tuple[Scope, Any]]:
        found = [(scope, self.answer(section, scope, fact_of(scope))) for scope in scopes]
        return [(scope, one) for scope, one in found if one is not None]


def _identities(
    facts: Facts, policies: Iterable[Policy], assigned: AssignedIdentities | None
) -> tuple[ManagedIdentity, ...]:
    named = {entry.key: entry.identity for policy in policies for entry in policy}
    visible: dict[str, ManagedIdentity] = {}
    if facts.knows(cluster_facts.in_subscription()):
        visible |= facts.answer(cluster_facts.in_subscription())
    for one in assigned.all if assigned else ():
        visible.setdefault(one.object_id.lower(), one)
    return names.merged(tuple(named.values()), tuple(visible.values()))


def cannot_see(plan: Plan) -> PartialRead:
    """Return the error for a plan that does not know all it is about."""
    first = plan.unseen[0]
    return PartialRead(
        f"part of the cluster could not be read: {len(plan.unseen)} of what the file manages",
        why=f"{first.section} of the {first.scope}: {first.failure.why}",
        fix=Retry.having("--allow-partial"),
    ).because_of(one.failure for one in plan.unseen)
