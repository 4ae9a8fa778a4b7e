"""Judge one link by what is known: is it in place, and what mends it if not.

A link that could not be looked at is ``unknown``, never ``ok``.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions import link_facts
from adxmi_jupyter.actions.findings import Finding, State
from adxmi_jupyter.actions.repairs import (
    AllowCallout,
    AssignIdentity,
    GrantAzureRole,
    GrantRole,
    GrantUsage,
    RevokeCallout,
)
from adxmi_jupyter.actions.role_change import is_by_object_id
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import azure_role, callout
from adxmi_jupyter.model.declaration.links import (
    Allowed,
    Assigned,
    CalloutAllowed,
    GrantedInAzure,
    GrantedInKusto,
    NotVerifiable,
    PluginEnabled,
    ReadsThrough,
    WritesThrough,
)
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.link_facts import Fact, Facts
    from adxmi_jupyter.actions.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.repairs import Repair
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.links import Link
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.model.role import RoleAssignment

_NAMES = {
    Assigned: "assigned to the cluster",
    Allowed: "allowed by policy",
    GrantedInAzure: "Azure role",
    GrantedInKusto: "security role",
    CalloutAllowed: "callout policy",
    PluginEnabled: "plugin",
    NotVerifiable: "right at the target",
    WritesThrough: "external table",
    ReadsThrough: "external table",
}

# Roles on a database, or on all, that let their holders do what a role lets them.
_AS_GOOD = {
    Role.VIEWERS: ("users", "AllDatabasesViewer"),
    Role.UNRESTRICTED_VIEWERS: ("AllDatabasesViewer",),
}
_ALWAYS_GOOD = ("admins", "AllDatabasesAdmin")


def name_of(link: Link) -> str:
    """Return what a link is called, for people."""
    return _NAMES[type(link)]


def finding(link: Link, state: State, detail: str = "", fix: str = "") -> Finding:
    """Return how a link was found."""
    return Finding(name_of(link), link.subject, state, detail, fix)


def _missing(link: Link, detail: str, repair: Repair | GrantAzureRole | None) -> Finding:
    return Finding(name_of(link), link.subject, State.MISSING, detail, repair=repair)


def unknown(link: Link, failure: AdxmiError) -> Finding:
    """Return how a link was found that could not be looked at."""
    return finding(link, State.UNKNOWN, f"{failure.what}: {failure.why}")


def facts_for(link: Link, database: str) -> tuple[Fact, ...]:
    """Return what must be known to judge a link, Azure roles aside."""
    match link:
        case Assigned():
            return (link_facts.assigned(),)
        case Allowed():
            return (link_facts.policy(Scope(database)), link_facts.policy(CLUSTER))
        case GrantedInKusto():
            where = link.databases or (database,)
            return (link_facts.principal(link.identity), *map(link_facts.roles, where))
        case CalloutAllowed():
            return (link_facts.callouts(),)
        case PluginEnabled():
            return (link_facts.plugins(),)
        case GrantedInAzure():
            return (link_facts.assigned(), link_facts.resource(link.target))
        case WritesThrough() | ReadsThrough():
            return (link_facts.external_tables(database),)
        case NotVerifiable():
            return ()


def azure_facts_for(link: Link, facts: Facts) -> tuple[Fact, ...]:
    """Return what must be known of Azure roles, once it is known where and whose."""
    if not isinstance(link, GrantedInAzure):
        return ()
    try:
        scope, object_id = _scope(link, facts), link_facts.object_id_of(facts, link.identity)
    except AdxmiError:  # then judging it says why
        return ()
    return (link_facts.azure_roles(scope, object_id),) if scope and object_id else ()


def _scope(link: GrantedInAzure, facts: Facts) -> str:
    found: str = facts.answer(link_facts.resource(link.target))
    inside = link.target.inside
    return f"{found}/{inside}" if found and inside else found


@dataclass(frozen=True)
class Judge:
    """Judges links by facts, for a workflow in a database."""

    facts: Facts
    database: str

    def judged(self, link: Link) -> Finding:
        """Return how a link was found; what could not be asked for makes it ``unknown``."""
        try:
            return self._judged(link)
        except AdxmiError as failure:
            return unknown(link, failure)

    def _judged(self, link: Link) -> Finding:
        match link:
            case Assigned():
                return self._assigned(link)
            case Allowed():
                return self._allowed(link)
            case GrantedInAzure():
                return self._granted_in_azure(link)
            case GrantedInKusto():
                return self._granted_in_kusto(link)
            case CalloutAllowed():
                return self._callout(link)
            case PluginEnabled():
                return self._plugin(link)
            case _:
                return finding(link, State.UNKNOWN, getattr(link, "what", ""))

    def _assigned(self, link: Assigned) -> Finding:
        present: AssignedIdentities = self.facts.answer(link_facts.assigned())
        wanted = link.identity
        if wanted.is_system:
            if present.system is not None:
                return finding(link, State.OK)
            return _missing(link, "the cluster has none", AssignIdentity(wanted))
        if wanted.object_id.lower() in {one.object_id.lower() for one in present.all}:
            return finding(link, State.OK)
        again = next((one for one in present.all if one.label == wanted.label), None)
        if again is not None:
            why = (
                f"an identity of this name is, with another object ID: {again.object_id}; "
                f"{wanted.object_id} is one that was there before"
            )
            return finding(link, State.MISSING, why, f"--identity {again.object_id}")
        return _missing(link, "not assigned to the cluster", AssignIdentity(wanted))

    def _allowed(self, link: Allowed) -> Finding:
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
        return _missing(link, self._not_allowed(link), repair)

    def _policy(self, scope: Scope) -> Policy:
        found: Policy = self.facts.answer(link_facts.policy(scope))
        return found

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

    def _granted_in_azure(self, link: GrantedInAzure) -> Finding:
        scope = _scope(link, self.facts)
        if not scope:
            return finding(link, State.UNKNOWN, f"{link.target.name} is not to be seen in Azure")
        object_id = link_facts.object_id_of(self.facts, link.identity)
        if not object_id:
            return finding(link, State.UNKNOWN, "the cluster has no system-assigned identity")
        held: tuple[str, ...] = self.facts.answer(link_facts.azure_roles(scope, object_id))
        enough = next((role for role in link.roles if role.definition_id in held), None)
        if enough is not None:
            return finding(link, State.OK, enough.role_name)
        least = link.roles[0]
        others = ", ".join(dict.fromkeys(map(azure_role.name_of, held)))
        why = f"{least.role_name} is not granted there"
        who = replace(link.identity, object_id=object_id)
        repair = GrantAzureRole(who, least, link.target, scope)
        return _missing(link, f"{why}; {others} does not do" if others else why, repair)

    def _granted_in_kusto(self, link: GrantedInKusto) -> Finding:
        who: ResolvedPrincipal = self.facts.answer(link_facts.principal(link.identity))
        for where in link.databases or (self.database,):
            assignments: tuple[RoleAssignment, ...] = self.facts.answer(link_facts.roles(where))
            good = (link.role, *_AS_GOOD.get(link.role, ()), *_ALWAYS_GOOD)
            mine = [one for one in who.listed_in(assignments) if one.role in good]
            if all(is_by_object_id(who, one) for one in mine):
                why = f"it does not hold {link.role} on {where}"
                if mine:
                    why = f"listed is its object ID, which the cluster may refuse: {mine[0].fqn}"
                return _missing(link, why, GrantRole(where, link.role, link.identity))
        return finding(link, State.OK)

    def _callout(self, link: CalloutAllowed) -> Finding:
        rules: tuple[callout.CalloutRule, ...] = self.facts.answer(link_facts.callouts())
        found = callout.verdict(rules, link.callout_type, link.uri)
        if found.is_allowed:
            return finding(link, State.OK)
        if found.is_allowed is None:
            why = f"it depends on a rule that cannot be read here: {found.unclear[0].pattern}"
            return finding(link, State.UNKNOWN, why)
        if found.denying:
            rule = found.denying[0]
            repair = None if rule.is_fixed else RevokeCallout(link.callout_type, rule.pattern)
            return _missing(link, f"a rule denies it: {rule}", repair)
        why = f"no rule of {link.callout_type} allows it"
        return _missing(link, why, AllowCallout(link.callout_type, link.uri))

    def _plugin(self, link: PluginEnabled) -> Finding:
        if link.plugin.lower() in self.facts.answer(link_facts.plugins()):
            return finding(link, State.OK)
        fix = (
            "enable it in the Azure portal: the cluster's page Configurations; "
            "it takes up to an hour"
        )
        return finding(link, State.MISSING, "not enabled on the cluster", fix)
