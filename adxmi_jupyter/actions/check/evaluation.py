"""Judge one link by what is known: is it in place, and what mends it if not.

A link that could not be looked at is ``unknown``, never ``ok``.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, target_facts
from adxmi_jupyter.actions.check.findings import State, finding, missing, unknown
from adxmi_jupyter.actions.check.repairs import (
    AllowCallout,
    AssignIdentity,
    GrantRole,
    GrantUsage,
    RevokeCallout,
)
from adxmi_jupyter.actions.check.target_evaluation import NO_ID, TargetJudge, followers_of
from adxmi_jupyter.errors import AdxmiError, ResourceNotFound
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    AssignedToFollowers,
    CalloutAllowed,
    Exists,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInKusto,
    GrantedInSqlServer,
    NamedBy,
    PluginEnabled,
    ReadsThrough,
    SameTenant,
    WritesThrough,
)
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.target_facts import Places
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.requirements import Link
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.model.role import RoleAssignment

# Roles on a database, or on all, that let their holders do what a role lets them.
_AS_GOOD = {
    Role.VIEWERS: ("users", "AllDatabasesViewer"),
    Role.UNRESTRICTED_VIEWERS: ("AllDatabasesViewer",),
}
_ALWAYS_GOOD = ("admins", "AllDatabasesAdmin")


def facts_for(link: Link, database: str) -> tuple[Fact, ...]:
    """Return what must be known to judge a link, and can be asked for at once."""
    match link:
        case Assigned():
            return (cluster_facts.assigned(),)
        case Allowed():
            scopes = (Scope(database), CLUSTER)
            return (cluster_facts.assigned(), *map(cluster_facts.policy, scopes))
        case GrantedInKusto():
            where = link.databases or (database,)
            called = (cluster_facts.functions(database),) if link.query else ()
            return (
                cluster_facts.principal(link.identity),
                *map(cluster_facts.roles, where),
                *called,
            )
        case CalloutAllowed():
            return (cluster_facts.callouts(),)
        case PluginEnabled():
            return (cluster_facts.plugins(),)
        case Exists() | SameTenant() | GrantedInAzure() | GrantedInCosmosDb():
            return (cluster_facts.assigned(), cluster_facts.in_subscription())
        case WritesThrough() | ReadsThrough():
            return (cluster_facts.external_tables(database),)
        case AssignedToFollowers():
            return (target_facts.followed(),)
        case _:
            return ()


def more_facts_for(link: Link, facts: Facts, places: Places, database: str) -> tuple[Fact, ...]:
    """Return what must be known besides, once it is known whose and where."""
    try:
        match link:
            case Exists():
                return tuple(map(cluster_facts.identity_resource, _to_look_up(link, facts)))
            case GrantedInAzure():
                scope = places.scope(link.target)
                object_id = cluster_facts.object_id_of(facts, link.identity)
                return (target_facts.azure_roles(scope, object_id),) if scope and object_id else ()
            case GrantedInCosmosDb():
                account = places.resource(link.target).resource_id
                return (target_facts.cosmos_roles(account),) if account else ()
            case AssignedToFollowers():
                return tuple(map(target_facts.follower, followers_of(facts, database)))
            case _:
                return ()
    except AdxmiError:  # then judging it says why
        return ()


def named_by(link: NamedBy) -> Finding:
    """Judge whether what is kept names an identity by the ID that belongs there."""
    identity, word = link.identity, link.word.lower()
    if word != identity.client_id.lower() or word == identity.object_id.lower():
        return finding(link, State.OK)
    why = f"that is its client ID; what belongs there is its object ID, {identity.object_id}"
    return finding(link, State.MISSING, why, f"--identity {identity.object_id}")


def _is_same(wanted: ManagedIdentity, present: ManagedIdentity) -> bool:
    """Tell whether this is the identity that is assigned: by object ID, where that is known."""
    if wanted.object_id:
        return wanted.object_id.lower() == present.object_id.lower()
    return wanted.resource_id.lower() == present.resource_id.lower()


def _create_again(resource_id: str) -> str:
    parts = resource_id.split("/")
    where = ("--resource-group", parts[4], "--subscription", parts[2])
    return "!" + shlex.join(("az", "identity", "create", "--name", parts[-1], *where))


def _made_again(link: Exists, now: ManagedIdentity) -> Finding:
    why = (
        f"an identity of this name was made since, with another object ID: {now.object_id}; "
        f"{link.identity.object_id} is the former one"
    )
    return finding(link, State.MISSING, why, f"--identity {now.object_id}")


def _to_look_up(link: Exists, facts: Facts) -> tuple[str, ...]:
    """Return the resource ID of an identity that the cluster's subscription does not list."""
    if _listed(facts, link.identity) is not None:
        return ()
    found = cluster_facts.resource_id_of(facts, link.identity)
    return (found,) if found else ()


def _listed(facts: Facts, identity: ManagedIdentity) -> ManagedIdentity | None:
    """Return an identity as the subscription lists it; None also for who may not list them."""
    try:
        return cluster_facts.listed(facts, identity)
    except AdxmiError:  # the identity itself may be open to the caller
        return None


@dataclass(frozen=True)
class Judge:
    """Judges links by facts, for a workflow in a database; `places` are where targets are."""

    facts: Facts
    places: Places
    database: str

    def judged(self, link: Link) -> Finding:
        """Return how a link was found; what could not be asked for makes it ``unknown``."""
        try:
            return self._judged(link)
        except AdxmiError as failure:
            return unknown(link, failure)

    def _judged(self, link: Link) -> Finding:
        match link:
            case NamedBy():
                return self._named_by(link)
            case Exists():
                return self._exists(link)
            case Assigned():
                return self._assigned(link)
            case Allowed():
                return self._allowed(link)
            case GrantedInKusto():
                return self._granted_in_kusto(link)
            case CalloutAllowed():
                return self._callout(link)
            case PluginEnabled():
                return self._plugin(link)
            case (
                SameTenant()
                | GrantedInAzure()
                | GrantedInCosmosDb()
                | GrantedInSqlServer()
                | AssignedToFollowers()
            ):
                return TargetJudge(self.facts, self.places, self.database).judged(link)
            case _:
                return finding(link, State.UNKNOWN, getattr(link, "what", ""))

    def _named_by(self, link: NamedBy) -> Finding:
        found = named_by(link)
        if not (link.identity.display_name or link.identity.client_id):
            # Nobody knows it. Where Azure could not be asked, it may be known by its client ID.
            for fact in (cluster_facts.assigned(), cluster_facts.in_subscription()):
                if self.facts.has(fact):
                    self.facts.answer(fact)
        return found

    def _exists(self, link: Exists) -> Finding:
        wanted = link.identity
        if _listed(self.facts, wanted) is not None:
            return finding(link, State.OK)
        resource_id = cluster_facts.resource_id_of(self.facts, wanted)
        if not resource_id:
            return self._never_seen(link)
        try:
            now: ManagedIdentity = self.facts.answer(cluster_facts.identity_resource(resource_id))
        except ResourceNotFound:
            why = "it was deleted in Azure; the cluster goes on listing it"
            return finding(link, State.MISSING, why, _create_again(resource_id))
        # A data connection names it by its resource ID, and so whichever it is now.
        if wanted.object_id.lower() in {"", now.object_id.lower()}:
            return finding(link, State.OK)
        return _made_again(link, now)

    def _never_seen(self, link: Exists) -> Finding:
        """Tell of an identity that is nowhere: somebody may have made it again by its name."""
        found = self.facts.answer(cluster_facts.in_subscription()).values()
        again = next((one for one in found if one.label == link.identity.label), None)
        if again is not None:
            return _made_again(link, again)
        why = "Azure shows none with this object ID: it was deleted, or you may not read it there"
        return finding(link, State.UNKNOWN, why)

    def _assigned(self, link: Assigned) -> Finding:
        present: AssignedIdentities = self.facts.answer(cluster_facts.assigned())
        wanted = link.identity
        if wanted.is_system:
            if present.system is not None:
                return finding(link, State.OK)
            return missing(link, "the cluster has none", AssignIdentity(wanted))
        if any(_is_same(wanted, one) for one in present.all):
            return finding(link, State.OK)
        again = next((one for one in present.all if one.label == wanted.label), None)
        untold = next((one for one in present.users if not one.object_id), None)
        if untold is not None:  # an identity has its IDs some time after it was assigned
            why = f"Azure does not tell the object ID of {untold.label}, which is assigned"
            return finding(link, State.UNKNOWN, why)
        if again is not None:
            why = (
                f"an identity of this name is, with another object ID: {again.object_id}; "
                f"{wanted.object_id} is one that was there before"
            )
            return finding(link, State.MISSING, why, f"--identity {again.object_id}")
        return missing(link, "not assigned to the cluster", AssignIdentity(wanted))

    def _allowed(self, link: Allowed) -> Finding:
        if not link.identity.word:
            return finding(link, State.UNKNOWN, NO_ID)
        here = Scope(self.database)
        failure: AdxmiError | None = None
        for scope in (CLUSTER,) if link.cluster_only else (here, CLUSTER):
            try:
                if self._policy(scope).allows(link.identity, link.usage):
                    return finding(link, State.OK, f"by the policy of the {scope}")
            except AdxmiError as one:
                failure = failure or one
        if failure is not None:
            raise failure
        place = CLUSTER if link.cluster_only else here
        repair = GrantUsage(place, link.identity, link.usage)
        return missing(link, self._not_allowed(link), repair)

    def _policy(self, scope: Scope) -> Policy:
        found: Policy = self.facts.answer(cluster_facts.policy(scope))
        try:
            present: AssignedIdentities = self.facts.answer(cluster_facts.assigned())
        except AdxmiError:  # that this could not be looked at, the link of the assignment tells
            return found
        return found.as_of(present.system)

    def _not_allowed(self, link: Allowed) -> str:
        if not link.cluster_only:
            return f"neither the policy of {self.database} nor the cluster's allows it" + (
                self._allowed_before(link)
            )
        try:
            there = self._policy(Scope(self.database)).allows(link.identity, link.usage)
        except AdxmiError:  # what a database's policy says does not count here anyway
            there = False
        if there:
            return f"the policy of {self.database} allows it, and only the cluster's counts"
        return "the cluster policy does not allow it"

    def _allowed_before(self, link: Allowed) -> str:
        """Say so if it is an identity of this name that was there before that is allowed."""
        entries = [*self._policy(Scope(self.database)), *self._policy(CLUSTER)]
        before = [
            entry.identity.object_id
            for entry in entries
            if entry.identity.display_name == link.identity.label and entry.allows(link.usage)
        ]
        return f"; allowed is another identity of this name, {before[0]}" if before else ""

    def _granted_in_kusto(self, link: GrantedInKusto) -> Finding:
        if not link.identity.word:
            return finding(link, State.UNKNOWN, NO_ID)
        who: ResolvedPrincipal = self.facts.answer(cluster_facts.principal(link.identity))
        for where in link.databases or (self.database,):
            assignments: tuple[RoleAssignment, ...] = self.facts.answer(cluster_facts.roles(where))
            good = (link.role, *_AS_GOOD.get(link.role, ()), *_ALWAYS_GOOD)
            mine = [one for one in who.listed_in(assignments) if one.role in good]
            if all(who.is_by_object_id(one) for one in mine):
                why = f"it does not hold {link.role} on {where}"
                if mine:
                    why = f"listed is its object ID, which the cluster may refuse: {mine[0].fqn}"
                return missing(link, why, GrantRole(where, link.role, link.identity))
        return finding(link, State.OK)

    def _callout(self, link: CalloutAllowed) -> Finding:
        rules: tuple[callout.CalloutRule, ...] = self.facts.answer(cluster_facts.callouts())
        found = callout.verdict(rules, link.callout_type, link.uri)
        if found.is_allowed:
            return finding(link, State.OK)
        if found.is_allowed is None:
            why = f"it depends on a rule that cannot be read here: {found.unclear[0].pattern}"
            return finding(link, State.UNKNOWN, why)
        if found.denying:
            rule = found.denying[0]
            repair = None if rule.is_fixed else RevokeCallout(link.callout_type, rule.pattern)
            return missing(link, f"a rule denies it: {rule}", repair)
        why = f"no rule of {link.callout_type} allows it"
        return missing(link, why, AllowCallout(link.callout_type, link.uri))

    def _plugin(self, link: PluginEnabled) -> Finding:
        if link.plugin.lower() in self.facts.answer(cluster_facts.plugins()):
            return finding(link, State.OK)
        fix = (
            "enable it in the Azure portal: the cluster's page Configurations; "
            "it takes up to an hour"
        )
        return finding(link, State.MISSING, "not enabled on the cluster", fix)
