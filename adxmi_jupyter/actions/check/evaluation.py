"""Evaluate one requirement by what is known: is it in place, and what fixes it if not.

A requirement that could not be looked at is ``unknown``, never ``met``.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, source_evaluation, target_facts
from adxmi_jupyter.actions.check.findings import State, finding, missing, unknown
from adxmi_jupyter.actions.check.follower_evaluation import FollowerEvaluator, followers_of
from adxmi_jupyter.actions.check.network_evaluation import network_facts_for
from adxmi_jupyter.actions.check.outbound_evaluation import callout_allowed
from adxmi_jupyter.actions.check.policy_now import policy_now
from adxmi_jupyter.actions.check.source_evaluation import SourceEvaluator
from adxmi_jupyter.actions.check.target_evaluation import NO_ID, TargetEvaluator
from adxmi_jupyter.errors import AdxmiError, ResourceNotFound
from adxmi_jupyter.fixes import AzCommand, ChangeOption, Explain
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    AssignedToFollowers,
    CalloutAllowed,
    ConsumerGroupFree,
    Exists,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInKusto,
    GrantedInSqlServer,
    NamedBy,
    NetworkOpen,
    PluginEnabled,
    ReadsThrough,
    SameTenant,
    TableReady,
    WritesThrough,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.remediation import (
    AssignIdentity,
    GrantRole,
    GrantUsage,
)
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.target_facts import Places
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import RoleAssignment

# Roles on a database, or on all, that let their holders do what a role lets them.
_AS_GOOD = {
    Role.VIEWERS: ("users", "AllDatabasesViewer"),
    Role.UNRESTRICTED_VIEWERS: ("AllDatabasesViewer",),
}
_ALWAYS_GOOD = ("admins", "AllDatabasesAdmin")
_SEES_IDS = "requires Reader on the cluster, in Azure"


_OF_NO_DATABASE = (
    *(Assigned, CalloutAllowed, Exists, GrantedInAzure, GrantedInCosmosDb, GrantedInSqlServer),
    *(NamedBy, NetworkOpen, PluginEnabled, SameTenant),
)
"""Requirements that are the same in every database: workflows of many have the same ones."""


def database_of(requirement: Requirement, database: str) -> str:
    """Return the database that a requirement is about; empty if none matters."""
    return "" if isinstance(requirement, _OF_NO_DATABASE) else database


def facts_for(requirement: Requirement, database: str) -> tuple[Fact, ...]:
    """Return what must be known to judge a requirement, and can be asked for at once."""
    match requirement:
        case Assigned() | NetworkOpen():
            return (cluster_facts.assigned(),)
        case Allowed():
            scopes = (Scope(database), CLUSTER)
            return (cluster_facts.assigned(), *map(cluster_facts.policy, scopes))
        case GrantedInKusto():
            where = requirement.databases or (database,)
            called = (cluster_facts.functions(database),) if requirement.query else ()
            return (
                cluster_facts.principal(requirement.identity),
                *map(cluster_facts.roles, where),
                *called,
            )
        case CalloutAllowed():
            return (cluster_facts.callouts(), cluster_facts.assigned())
        case PluginEnabled():
            return (cluster_facts.plugins(),)
        case Exists() | SameTenant() | GrantedInAzure() | GrantedInCosmosDb():
            return (cluster_facts.assigned(), cluster_facts.in_subscription())
        case _:
            return _facts_beside(requirement, database)


def _facts_beside(requirement: Requirement, database: str) -> tuple[Fact, ...]:
    """Return the same for what is beside the cluster's policies and roles."""
    match requirement:
        case WritesThrough() | ReadsThrough():
            return (cluster_facts.external_tables(database),)
        case AssignedToFollowers():
            return (target_facts.followed(),)
        case _:
            if isinstance(requirement, ConsumerGroupFree | TableReady):
                return source_evaluation.facts_for(requirement, database)
            return ()


def more_facts_for(
    requirement: Requirement, facts: Facts, places: Places, database: str
) -> tuple[Fact, ...]:
    """Return what must be known besides, once it is known whose and where."""
    try:
        match requirement:
            case Exists():
                return tuple(map(cluster_facts.identity_resource, _to_look_up(requirement, facts)))
            case GrantedInAzure():
                scope = places.scope(requirement.target)
                object_id = cluster_facts.object_id_of(facts, requirement.identity)
                return (target_facts.azure_roles(scope, object_id),) if scope and object_id else ()
            case GrantedInCosmosDb():
                account = places.resource(requirement.target).resource_id
                return (target_facts.cosmos_roles(account),) if account else ()
            case NetworkOpen():
                return network_facts_for(requirement, facts, places)
            case AssignedToFollowers():
                return tuple(map(target_facts.follower, followers_of(facts, database)))
            case ConsumerGroupFree() | TableReady():
                return source_evaluation.more_facts_for(requirement, facts, database)
            case _:
                return ()
    except AdxmiError:  # then judging it says why
        return ()


def named_by(requirement: NamedBy) -> Finding:
    """Evaluate whether what is kept names an identity by the ID that belongs there."""
    identity, word = requirement.identity, requirement.word.lower()
    if word != identity.client_id.lower() or word == identity.object_id.lower():
        return finding(requirement, State.MET)
    why = f"this is its client ID; use its object ID {identity.object_id}"
    return finding(requirement, State.NOT_MET, why, ChangeOption("--identity", identity.object_id))


def _is_same(wanted: ManagedIdentity, present: ManagedIdentity) -> bool:
    """Tell whether this is the identity that is assigned: by object ID, where that is known."""
    if wanted.object_id:
        return wanted.object_id.lower() == present.object_id.lower()
    return wanted.resource_id.lower() == present.resource_id.lower()


def _create_again(resource_id: str) -> AzCommand:
    parts = resource_id.split("/")
    where = ("--resource-group", parts[4], "--subscription", parts[2])
    return AzCommand(("az", "identity", "create", "--name", parts[-1], *where))


def _made_again(requirement: Exists, now: ManagedIdentity) -> Finding:
    why = (
        f"a newer identity with this name has the object ID {now.object_id}; "
        f"{requirement.identity.object_id} is a stale entry"
    )
    return finding(requirement, State.NOT_MET, why, ChangeOption("--identity", now.object_id))


def _to_look_up(requirement: Exists, facts: Facts) -> tuple[str, ...]:
    """Return the resource ID of an identity that the cluster's subscription does not list."""
    if _listed(facts, requirement.identity) is not None:
        return ()
    found = cluster_facts.resource_id_of(facts, requirement.identity)
    return (found,) if found else ()


def _listed(facts: Facts, identity: ManagedIdentity) -> ManagedIdentity | None:
    """Return an identity as the subscription lists it; None also for who may not list them."""
    try:
        return cluster_facts.listed(facts, identity)
    except AdxmiError:  # the identity itself may be open to the caller
        return None


@dataclass(frozen=True)
class Evaluator:
    """Evaluates the requirements of a workflow by facts; `places` are where targets are."""

    facts: Facts
    places: Places
    database: str

    def evaluated(self, requirement: Requirement) -> Finding:
        """Return how a requirement was found; what could not be asked for makes it ``unknown``."""
        try:
            return self._evaluated(requirement)
        except AdxmiError as failure:
            return unknown(requirement, failure)

    def _evaluated(self, requirement: Requirement) -> Finding:
        match requirement:
            case NamedBy():
                return self._named_by(requirement)
            case Exists():
                return self._exists(requirement)
            case Assigned():
                return self._assigned(requirement)
            case Allowed():
                return self._allowed(requirement)
            case GrantedInKusto():
                return self._granted_in_kusto(requirement)
            case CalloutAllowed():
                return callout_allowed(requirement, self.facts)
            case PluginEnabled():
                return self._plugin(requirement)
            case _:
                return self._outside(requirement)

    def _outside(self, requirement: Requirement) -> Finding:
        """Evaluate what is beside the cluster's policies and roles."""
        match requirement:
            case (
                SameTenant()
                | GrantedInAzure()
                | GrantedInCosmosDb()
                | GrantedInSqlServer()
                | NetworkOpen()
            ):
                return TargetEvaluator(self.facts, self.places, self.database).evaluated(
                    requirement
                )
            case AssignedToFollowers():
                return FollowerEvaluator(self.facts, self.places, self.database).evaluated(
                    requirement
                )
            case ConsumerGroupFree() | TableReady():
                return SourceEvaluator(self.facts, self.database).evaluated(requirement)
            case _:
                return finding(requirement, State.UNKNOWN, getattr(requirement, "what", ""))

    def _named_by(self, requirement: NamedBy) -> Finding:
        found = named_by(requirement)
        if not (requirement.identity.display_name or requirement.identity.client_id):
            # It is unknown. Where Azure could not be asked, it may be known by its client ID.
            for fact in (cluster_facts.assigned(), cluster_facts.in_subscription()):
                if self.facts.has(fact):
                    self.facts.answer(fact)
        return found

    def _exists(self, requirement: Exists) -> Finding:
        wanted = requirement.identity
        if _listed(self.facts, wanted) is not None:
            return finding(requirement, State.MET)
        resource_id = cluster_facts.resource_id_of(self.facts, wanted)
        if not resource_id:
            return self._never_seen(requirement)
        try:
            now: ManagedIdentity = self.facts.answer(cluster_facts.identity_resource(resource_id))
        except ResourceNotFound:
            why = "deleted in Azure; the cluster still lists it"
            return finding(requirement, State.NOT_MET, why, _create_again(resource_id))
        # A data connection names it by its resource ID, and so whichever it is now.
        if wanted.object_id.lower() in {"", now.object_id.lower()}:
            return finding(requirement, State.MET)
        return _made_again(requirement, now)

    def _never_seen(self, requirement: Exists) -> Finding:
        """Tell of an identity that is nowhere: somebody may have made it again by its name."""
        found = self.facts.answer(cluster_facts.in_subscription()).values()
        again = next((one for one in found if one.label == requirement.identity.label), None)
        if again is not None:
            return _made_again(requirement, again)
        why = "Azure shows no identity with this object ID: it was deleted, or requires Reader"
        return finding(requirement, State.UNKNOWN, why)

    def _assigned(self, requirement: Assigned) -> Finding:
        present: AssignedIdentities = self.facts.answer(cluster_facts.assigned())
        wanted = requirement.identity
        if wanted.is_system:
            if present.system is not None:
                return finding(requirement, State.MET)
            return missing(requirement, "the cluster has none", AssignIdentity(wanted))
        if any(_is_same(wanted, one) for one in present.all):
            return finding(requirement, State.MET)
        again = next((one for one in present.all if one.label == wanted.label), None)
        untold = next((one for one in present.users if not one.object_id), None)
        if untold is not None:  # an identity has its IDs some time after it was assigned
            why = f"Azure doesn't show the object ID of {untold.label}, which is assigned"
            return finding(requirement, State.UNKNOWN, why)
        if again is not None:
            why = (
                f"an identity with this name is assigned with the object ID {again.object_id}; "
                f"{wanted.object_id} is no longer assigned"
            )
            return finding(
                requirement, State.NOT_MET, why, ChangeOption("--identity", again.object_id)
            )
        return missing(requirement, "not assigned to the cluster", AssignIdentity(wanted))

    def _allowed(self, requirement: Allowed) -> Finding:
        if not requirement.identity.word:
            return finding(requirement, State.UNKNOWN, NO_ID)
        here = Scope(self.database)
        failure: AdxmiError | None = None
        for scope in (CLUSTER,) if requirement.cluster_only else (here, CLUSTER):
            try:
                if policy_now(self.facts, scope).allows(requirement.identity, requirement.usage):
                    found = finding(requirement, State.MET, f"by the policy of the {scope}")
                    return replace(found, scope=scope)
            except AdxmiError as one:
                failure = failure or one
        if failure is not None:
            raise failure
        if self._may_be_system(requirement):
            why = "the policy allows it to system; whether that is this identity is unknown"
            return finding(requirement, State.UNKNOWN, f"{why}: {_SEES_IDS}")
        place = CLUSTER if requirement.cluster_only else here
        remediation = GrantUsage(place, requirement.identity, requirement.usage)
        return missing(requirement, self._not_allowed(requirement), remediation)

    def _may_be_system(self, requirement: Allowed) -> bool:
        """Tell whether a policy allows it to the system-assigned identity, named by the word alone.

        Where Azure does not tell its object ID, it may be the one that is kept by that.
        """
        if self.facts.knows(cluster_facts.assigned()) or requirement.identity.display_name:
            return False
        scopes = (CLUSTER,) if requirement.cluster_only else (Scope(self.database), CLUSTER)
        entries = (one for scope in scopes for one in policy_now(self.facts, scope))
        return any(
            one.identity.object_id.lower() == SYSTEM and one.allows(requirement.usage)
            for one in entries
        )

    def _not_allowed(self, requirement: Allowed) -> str:
        if not requirement.cluster_only:
            return f"not allowed by the policy of database {self.database} or of the cluster" + (
                self._allowed_before(requirement)
            )
        try:
            there = policy_now(self.facts, Scope(self.database)).allows(
                requirement.identity, requirement.usage
            )
        except AdxmiError:  # what a database's policy says does not count here anyway
            there = False
        if there:
            allowed = f"the policy of database {self.database} allows it"
            return f"{allowed}, but only the cluster policy has an effect"
        return "the cluster policy does not allow it"

    def _allowed_before(self, requirement: Allowed) -> str:
        """Say so if it is an identity of this name that was there before that is allowed."""
        entries = [
            *policy_now(self.facts, Scope(self.database)),
            *policy_now(self.facts, CLUSTER),
        ]
        before = [
            entry.identity.object_id
            for entry in entries
            if entry.identity.display_name == requirement.identity.label
            and entry.allows(requirement.usage)
        ]
        return f"; it allows another identity with this name, {before[0]}" if before else ""

    def _granted_in_kusto(self, requirement: GrantedInKusto) -> Finding:
        if not requirement.identity.word:
            return finding(requirement, State.UNKNOWN, NO_ID)
        who: ResolvedPrincipal = self.facts.answer(cluster_facts.principal(requirement.identity))
        for where in requirement.databases or (self.database,):
            assignments: tuple[RoleAssignment, ...] = self.facts.answer(cluster_facts.roles(where))
            good = (requirement.role, *_AS_GOOD.get(requirement.role, ()), *_ALWAYS_GOOD)
            mine = [one for one in who.listed_in(assignments) if one.role in good]
            if all(who.is_by_object_id(one) for one in mine):
                why = f"missing role {requirement.role} on {where}"
                if mine:
                    why = f"listed by its object ID, which the cluster may deny: {mine[0].fqn}"
                return missing(
                    requirement, why, GrantRole(where, requirement.role, requirement.identity)
                )
        return finding(requirement, State.MET)

    def _plugin(self, requirement: PluginEnabled) -> Finding:
        if requirement.plugin.lower() in self.facts.answer(cluster_facts.plugins()):
            return finding(requirement, State.MET)
        fix = Explain.of(
            "enable it in the Azure portal, on the cluster's Configurations page; "
            "this takes up to an hour"
        )
        return finding(requirement, State.NOT_MET, "not enabled on the cluster", fix)
