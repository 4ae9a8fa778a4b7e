"""Evaluate requirements at the target: its tenant, its roles.

Source: *Managed identities overview*, *Authenticate external tables with managed identities*
(Azure Data Explorer docs); *Azure built-in roles* (Azure RBAC docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, network_evaluation, target_facts
from adxmi_jupyter.actions.check.findings import Finding, State, finding, missing
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.model import azure_role
from adxmi_jupyter.model.declaration.requirements import (
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInSqlServer,
    NetworkOpen,
    SameTenant,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.remediation import GrantAzureRole, GrantCosmosRole, GrantSqlRole

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.target_facts import (
        CosmosRole,
        HeldRole,
        Places,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity

    TargetRequirement = (
        SameTenant | GrantedInAzure | GrantedInCosmosDb | GrantedInSqlServer | NetworkOpen
    )

_UNSEEN = "it can't be read in Azure: the resource doesn't exist, or requires Reader on it"
_NO_SYSTEM = "the cluster has no system-assigned identity"
NO_ID = "the object ID of the identity is unknown"
_LATELY = "was assigned minutes ago: it can take up to ten minutes to take effect"
_CONDITIONAL = "is assigned with a condition that only Azure can evaluate"
_COSMOS_READERS = (azure_role.COSMOS_READER, azure_role.COSMOS_CONTRIBUTOR)


@dataclass(frozen=True)
class TargetEvaluator:
    """Evaluates requirements at targets by facts, for a workflow in a database."""

    facts: Facts
    places: Places
    database: str

    def evaluated(self, requirement: TargetRequirement) -> Finding:
        """Return how a requirement was found; raises as the facts do."""
        match requirement:
            case SameTenant():
                return self._same_tenant(requirement)
            case GrantedInAzure():
                return self._granted_in_azure(requirement)
            case GrantedInCosmosDb():
                return self._granted_in_cosmos_db(requirement)
            case GrantedInSqlServer():
                return _granted_in_sql_server(requirement)
            case NetworkOpen():
                return network_evaluation.evaluated(requirement, self.facts, self.places)

    def _same_tenant(self, requirement: SameTenant) -> Finding:
        there = self.places.resource(requirement.target).tenant_id
        if not there:
            return finding(requirement, State.UNKNOWN, _UNSEEN)
        own = cluster_facts.tenant_of(self.facts, requirement.identity)
        if not own:
            return finding(requirement, State.UNKNOWN, "the tenant of the identity is unknown")
        if own.lower() == there.lower():
            return finding(requirement, State.MET)
        why = f"the target is in the tenant {there}, and an identity reaches its own only: {own}"
        fix = Explain.of("use a target in the identity's tenant, or a key")
        return finding(requirement, State.NOT_MET, why, fix)

    def _granted_in_azure(self, requirement: GrantedInAzure) -> Finding:
        scope = self.places.scope(requirement.target)
        if not scope:
            return finding(requirement, State.UNKNOWN, _UNSEEN)
        object_id = cluster_facts.object_id_of(self.facts, requirement.identity)
        if not object_id:
            return finding(requirement, State.UNKNOWN, _without_identity(requirement.identity))
        held: tuple[HeldRole, ...] = self.facts.answer(target_facts.azure_roles(scope, object_id))
        names = {role.definition_id: role.role_name for role in requirement.roles}
        enough = [one for one in held if one.definition_id in names]
        if enough:
            best = min(enough, key=lambda one: (one.is_conditional, one.is_new))
            name = names[best.definition_id]
            if best.is_conditional:
                return finding(requirement, State.UNKNOWN, f"{name} {_CONDITIONAL}")
            if best.is_new:
                return finding(requirement, State.WARNING, f"{name} {_LATELY}")
            return finding(requirement, State.MET, name)
        if self._is_other_tenant(requirement):
            why = "no role has an effect there: it is another tenant"
            return finding(requirement, State.NOT_MET, why)
        least = requirement.roles[0]
        others = ", ".join(dict.fromkeys(azure_role.name_of(one.definition_id) for one in held))
        why = f"missing role {least.role_name} on {requirement.target}"
        if others:
            why = f"{why} ({others} doesn't grant access to data)"
        who = replace(requirement.identity, object_id=object_id)
        remediation = GrantAzureRole(who, least, requirement.target, scope)
        return missing(requirement, why, remediation)

    def _is_other_tenant(self, requirement: GrantedInAzure) -> bool:
        there = self.places.resource(requirement.target).tenant_id
        own = cluster_facts.tenant_of(self.facts, requirement.identity)
        return bool(there and own and there.lower() != own.lower())

    def _granted_in_cosmos_db(self, requirement: GrantedInCosmosDb) -> Finding:
        account = self.places.resource(requirement.target).resource_id
        if not account:
            return finding(requirement, State.UNKNOWN, _UNSEEN)
        object_id = cluster_facts.object_id_of(self.facts, requirement.identity)
        if not object_id:
            return finding(requirement, State.UNKNOWN, _without_identity(requirement.identity))
        every: tuple[CosmosRole, ...] = self.facts.answer(target_facts.cosmos_roles(account))
        held = [one for one in every if one.object_id == object_id.lower()]
        if any(one.definition_id in _COSMOS_READERS and not one.is_on_part for one in held):
            return finding(requirement, State.MET, azure_role.COSMOS_READER_NAME)
        if held:
            why = "it has a custom role, or a role on only a part of the account"
            return finding(requirement, State.UNKNOWN, why)
        why = f"missing role {azure_role.COSMOS_READER_NAME} of Cosmos DB on {requirement.target}"
        who = replace(requirement.identity, object_id=object_id)
        return missing(requirement, why, GrantCosmosRole(who, account))


def _without_identity(identity: ManagedIdentity) -> str:
    return _NO_SYSTEM if identity.word == SYSTEM else NO_ID


def _granted_in_sql_server(requirement: GrantedInSqlServer) -> Finding:
    """Tell what SQL Server alone knows, and how it is put in place if it is not there yet."""
    catalog = requirement.catalog
    remediation = GrantSqlRole(
        requirement.identity, requirement.server, catalog, writes=requirement.writes
    )
    why = f"only SQL Server shows it: {catalog} must have it as a user, with {remediation.role}"
    return Finding(requirement, State.UNKNOWN, Explain.of(why), remediation=remediation)
