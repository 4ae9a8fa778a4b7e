"""Which identities hold roles, and where their workflows need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.declaration.requirements import GrantedInKusto
from adxmi_jupyter.model.principal import PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import RoleAssignment


def identity_of(cluster: AuditedCluster, one: RoleAssignment) -> ManagedIdentity | None:
    """Return the identity that holds a role; None for any other principal."""
    reference = one.reference
    if reference is None or reference.kind is not PrincipalKind.APPLICATION:
        return None
    ids = {one.object_id.lower(), reference.identifier.lower()} - {""}
    known = cluster.known
    return next((each for each in known if not ids.isdisjoint(cluster.names_of(each))), None)


def databases_needing(cluster: AuditedCluster, identity: ManagedIdentity) -> tuple[str, ...]:
    """Return the databases on which workflows need a role of an identity."""
    found: dict[str, None] = {}
    for workflow in cluster.workflows:
        for one, where in workflow.requirements:
            if isinstance(one, GrantedInKusto) and same(one.identity, identity):
                found |= dict.fromkeys(one.databases or (where,))
    return tuple(sorted(found, key=str.casefold))
