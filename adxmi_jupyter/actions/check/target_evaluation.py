"""Judge the links at the target: its tenant, its roles; and those of clusters that follow.

Source: *Managed identities overview*, *Authenticate external tables with managed identities*
(Azure Data Explorer docs); *Azure built-in roles* (Azure RBAC docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, target_facts
from adxmi_jupyter.actions.check.findings import Finding, State, finding, missing, name_of
from adxmi_jupyter.actions.check.repairs import GrantAzureRole, GrantCosmosRole, GrantSqlRole
from adxmi_jupyter.model import azure_role
from adxmi_jupyter.model.declaration.requirements import (
    AssignedToFollowers,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInSqlServer,
    SameTenant,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.word import line

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.target_facts import (
        CosmosRole,
        FollowerCluster,
        HeldRole,
        Places,
    )
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.followers import Follower

    TargetLink = (
        SameTenant | GrantedInAzure | GrantedInCosmosDb | GrantedInSqlServer | AssignedToFollowers
    )

_UNSEEN = "it is not to be seen in Azure: no such resource, or you may not read it (Reader on it)"
_NO_SYSTEM = "the cluster has no system-assigned identity"
NO_ID = "nobody tells the object ID of the identity"
_LATELY = "was given minutes ago: it can take up to ten minutes until it has effect"
_CONDITIONAL = "is granted under a condition, and only Azure can tell whether it holds"
_COSMOS_READERS = (azure_role.COSMOS_READER, azure_role.COSMOS_CONTRIBUTOR)


def followers_of(facts: Facts, database: str) -> tuple[str, ...]:
    """Return the resource IDs of clusters that follow a database; raises as the facts do."""
    found: tuple[Follower, ...] = facts.answer(target_facts.followed())
    return tuple(dict.fromkeys(one.cluster_id for one in found if one.follows(database)))


@dataclass(frozen=True)
class TargetJudge:
    """Judges links at targets by facts, for a workflow in a database."""

    facts: Facts
    places: Places
    database: str

    def judged(self, link: TargetLink) -> Finding:
        """Return how a link was found; raises as the facts do."""
        match link:
            case SameTenant():
                return self._same_tenant(link)
            case GrantedInAzure():
                return self._granted_in_azure(link)
            case GrantedInCosmosDb():
                return self._granted_in_cosmos_db(link)
            case GrantedInSqlServer():
                return _granted_in_sql_server(link)
            case AssignedToFollowers():
                return self._assigned_to_followers(link)

    def _same_tenant(self, link: SameTenant) -> Finding:
        there = self.places.resource(link.target).tenant_id
        if not there:
            return finding(link, State.UNKNOWN, _UNSEEN)
        own = cluster_facts.tenant_of(self.facts, link.identity)
        if not own:
            return finding(link, State.UNKNOWN, "nobody tells the tenant of the identity")
        if own.lower() == there.lower():
            return finding(link, State.OK)
        why = f"the target is in the tenant {there}, and an identity reaches its own only: {own}"
        fix = "use a target in the identity's tenant, or a key"
        return finding(link, State.MISSING, why, fix)

    def _granted_in_azure(self, link: GrantedInAzure) -> Finding:
        scope = self.places.scope(link.target)
        if not scope:
            return finding(link, State.UNKNOWN, _UNSEEN)
        object_id = cluster_facts.object_id_of(self.facts, link.identity)
        if not object_id:
            return finding(link, State.UNKNOWN, _nobody(link.identity))
        held: tuple[HeldRole, ...] = self.facts.answer(target_facts.azure_roles(scope, object_id))
        names = {role.definition_id: role.role_name for role in link.roles}
        enough = [one for one in held if one.definition_id in names]
        if enough:
            best = min(enough, key=lambda one: (one.is_conditional, one.is_new))
            name = names[best.definition_id]
            if best.is_conditional:
                return finding(link, State.UNKNOWN, f"{name} {_CONDITIONAL}")
            if best.is_new:
                return finding(link, State.WARNING, f"{name} {_LATELY}")
            return finding(link, State.OK, name)
        if self._is_other_tenant(link):
            return finding(link, State.MISSING, "no role there counts: it is another tenant")
        least = link.roles[0]
        others = ", ".join(dict.fromkeys(azure_role.name_of(one.definition_id) for one in held))
        why = f"{least.role_name} is not granted there"
        who = replace(link.identity, object_id=object_id)
        repair = GrantAzureRole(who, least, link.target, scope)
        return missing(link, f"{why}; {others} does not do" if others else why, repair)

    def _is_other_tenant(self, link: GrantedInAzure) -> bool:
        there = self.places.resource(link.target).tenant_id
        own = cluster_facts.tenant_of(self.facts, link.identity)
        return bool(there and own and there.lower() != own.lower())

    def _granted_in_cosmos_db(self, link: GrantedInCosmosDb) -> Finding:
        account = self.places.resource(link.target).resource_id
        if not account:
            return finding(link, State.UNKNOWN, _UNSEEN)
        object_id = cluster_facts.object_id_of(self.facts, link.identity)
        if not object_id:
            return finding(link, State.UNKNOWN, _nobody(link.identity))
        every: tuple[CosmosRole, ...] = self.facts.answer(target_facts.cosmos_roles(account))
        held = [one for one in every if one.object_id == object_id.lower()]
        if any(one.definition_id in _COSMOS_READERS and not one.is_on_part for one in held):
            return finding(link, State.OK, azure_role.COSMOS_READER_NAME)
        if held:
            why = "it holds a role of its own making, or one on a part of the account only"
            return finding(link, State.UNKNOWN, why)
        why = f"{azure_role.COSMOS_READER_NAME} is not granted there, a role of Cosmos DB's own"
        who = replace(link.identity, object_id=object_id)
        return missing(link, why, GrantCosmosRole(who, account))

    def _assigned_to_followers(self, link: AssignedToFollowers) -> Finding:
        clusters = followers_of(self.facts, self.database)
        if not clusters:
            return finding(link, State.OK, f"no cluster follows {self.database}")
        found = [self._follower(one) for one in clusters]
        lacking = [one for one in found if not _has(one.present, link.identity)]
        names = ", ".join(one.present.cluster_name for one in lacking or found)
        if not lacking:
            return finding(link, State.OK, f"assigned to {names}")
        why = f"not assigned to {names}: queries there are refused; assign it there, too"
        uri = next((one.uri for one in lacking if one.uri), "")
        return finding(link, State.WARNING, why, line("connect", uri) if uri else "")

    def _follower(self, cluster: str) -> FollowerCluster:
        found: FollowerCluster = self.facts.answer(target_facts.follower(cluster))
        return found


def _nobody(identity: ManagedIdentity) -> str:
    return _NO_SYSTEM if identity.word == SYSTEM else NO_ID


def _has(present: AssignedIdentities, identity: ManagedIdentity) -> bool:
    if identity.is_system:
        return present.system is not None
    return identity.object_id.lower() in {one.object_id.lower() for one in present.all}


def _granted_in_sql_server(link: GrantedInSqlServer) -> Finding:
    """Tell what SQL Server alone knows, and how it is put in place if it is not there yet."""
    repair = GrantSqlRole(link.identity, link.server, link.catalog, writes=link.writes)
    why = f"only SQL Server can tell: {link.catalog} must have it as a user, with {repair.role}"
    return Finding(name_of(link), link.subject, State.UNKNOWN, why, repair=repair)
