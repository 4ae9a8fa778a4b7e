"""Read who holds a role on every database, and plan to grant and revoke such roles.

They are resources of Azure, so all of this takes rights in Azure Resource Manager.
`cluster_role_writes` carries a planned change out.

Source: *Manage cluster permissions* (Azure Data Explorer docs); REST reference of
Microsoft.Kusto/clusters/principalAssignments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import (
    GRANT,
    REVOKE,
    change_of,
    held,
    is_by_object_id,
    is_there,
    kept,
    listing,
)
from adxmi_jupyter.errors import InvalidInput, NothingToRevoke, UnknownIdentity
from adxmi_jupyter.model.cluster_role import (
    ClusterRole,
    parse_principal_assignment,
    planned_assignment,
)
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.principal import PrincipalKind, differ

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.cluster_role import PrincipalAssignment
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.service.connection import Connection


def read_assigned(connection: Connection) -> tuple[PrincipalAssignment, ...]:
    """Read the roles on the whole cluster from Azure.

    Raises
    ------
    ResourceNotFound, NotAuthorized, ConnectionFailure
        The caller does not see the cluster in Azure Resource Manager, or may not read it.

    """
    cluster = identities.cluster_id(connection)
    resources = connection.resource_manager.principal_assignments(cluster)
    return tuple(parse_principal_assignment(resource) for resource in resources)


def mending(assigned: Sequence[PrincipalAssignment]) -> tuple[str, ...]:
    """Return what is to be said of assignments by object ID, with the lines that mend them."""
    return tuple(_mending(one, assigned) for one in assigned if one.is_by_object_id)


def _mending(wrong: PrincipalAssignment, assigned: Sequence[PrincipalAssignment]) -> str:
    line = f'--cluster --role {wrong.role} --identity "{wrong.fqn}"'
    revoke, grant = f"%adxmi role revoke {line} --yes", f"%adxmi role grant {line}"
    start = f"{wrong.label} is listed by its object ID in {wrong.role}"
    if any(one.is_right_beside(wrong) for one in assigned):
        return f"{start} too, which is of no use: {revoke}"
    why = "so its calls end with HTTP 401"
    return f"{start}, {why}: {revoke}, then {grant}, which takes the client ID"


def plan_grant(
    connection: Connection,
    role: ClusterRole,
    wanted: Sequence[ResolvedPrincipal],
    before: tuple[PrincipalAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to give principals a role on every database, an application by its client ID.

    `before` is what is assigned, for those who have just read it.

    Raises
    ------
    InvalidInput
        A kind of principal, or a name of an application, that Azure Resource Manager does not take.
    UnknownIdentity
        Only the object ID of an identity is known.
    AdxmiError
        As `read_assigned`.

    """
    before = read_assigned(connection) if before is None else before
    found = [_by_client_id(connection, principal) for principal in wanted]
    wanted = tuple({str(one.reference).casefold(): one for one in found}.values())
    holders = held(before, role, "")
    new = tuple(one for one in wanted if not is_there(one, holders))
    added, command = granting(identities.cluster_id(connection), role, new, before)
    notes = [one.note for one in wanted if one.note]
    notes += principals.tenant_notes(connection, new)
    notes += [f"{one.label} holds {role} already" for one in wanted if one not in new]
    for one in wanted:
        notes += _wrongly_listed(one, holders, (*before, *added))
    return change_of(GRANT, "", role, new or wanted, before, added, command, notes)


def granting(
    cluster: str,
    role: ClusterRole,
    new: Sequence[ResolvedPrincipal],
    before: Sequence[PrincipalAssignment],
) -> tuple[tuple[PrincipalAssignment, ...], str]:
    """Return what is assigned once principals hold a role, and the requests that do that.

    Raises
    ------
    InvalidInput
        A kind of principal that Azure Resource Manager does not take.

    """
    added: list[PrincipalAssignment] = []
    for one in new:
        taken = [assignment.name for assignment in (*before, *added)]
        added.append(_planned(cluster, role, one, taken))
    return tuple(added), "\n".join(one.creation for one in added)


def revoking(gone: Sequence[PrincipalAssignment]) -> str:
    """Return the requests that remove assignments."""
    return "\n".join(one.deletion for one in gone)


def _planned(
    cluster: str, role: ClusterRole, principal: ResolvedPrincipal, taken: Sequence[str]
) -> PrincipalAssignment:
    return planned_assignment(
        cluster,
        role,
        principal.reference,
        display_name="" if principal.is_literal else principal.label,
        object_id=principal.object_id,
        taken=taken,
    )


def _by_client_id(connection: Connection, principal: ResolvedPrincipal) -> ResolvedPrincipal:
    """Return a principal as Azure wants it: with a tenant, and an application by its client ID."""
    principal = principals.with_tenant(connection, principal, of_all_kinds=True)
    reference = principal.reference
    if reference.kind is not PrincipalKind.APPLICATION:
        return principal
    if not is_guid(reference.identifier):
        raise InvalidInput(
            f"{reference} does not say which application is meant",
            why="Azure Resource Manager takes the client ID of an application, and no name",
            fix="give its client ID; a managed identity may be named without aadapp=",
        )
    identity = _identity_of(connection, reference)
    if identity is None:
        return principal
    identity = principals.with_client_id(connection, identity)
    if not identity.client_id:
        raise UnknownIdentity(
            f"the client ID of {identity.label} is not known",
            why="by its object ID Azure would take it, and the cluster would never let it in",
            fix="%adxmi identity show shows it, with rights to read the identity in Azure",
        )
    return _renamed(principal, identity)


def _identity_of(connection: Connection, reference: PrincipalReference) -> ManagedIdentity | None:
    """Return the identity that an application is, as policies or Azure know it."""
    wanted = reference.identifier.lower()
    for identity in names.seen(connection):
        is_named = wanted in {identity.client_id.lower(), identity.object_id.lower()}
        if is_named and not differ(identity.tenant_id, reference.tenant):
            return identity
    return None


def _renamed(principal: ResolvedPrincipal, identity: ManagedIdentity) -> ResolvedPrincipal:
    """Return the principal by the client ID and the name of its identity."""
    given = principal.reference.identifier
    found = replace(
        principal,
        reference=replace(principal.reference, identifier=identity.client_id),
        label=identity.label,
        object_id=identity.object_id,
        is_literal=False,
    )
    if given.casefold() == identity.client_id.casefold():
        return found
    note = (
        f"{given} is the object ID of {identity.label}: "
        f"its client ID {identity.client_id} is used, as Azure Resource Manager needs"
    )
    return replace(found, note=note)


def _wrongly_listed(
    principal: ResolvedPrincipal,
    holders: Sequence[PrincipalAssignment],
    afterwards: Sequence[PrincipalAssignment],
) -> list[str]:
    mine = principal.listed_in(holders)
    wrong = [one for one in mine if one.is_by_object_id or is_by_object_id(principal, one)]
    return [_mending(one, afterwards) for one in wrong]


def plan_revoke(
    connection: Connection,
    role: ClusterRole,
    unwanted: Sequence[ResolvedPrincipal],
    before: tuple[PrincipalAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to take a role on every database away, by whatever id a principal is listed.

    `before` is what is assigned, for those who have just read it.

    Raises
    ------
    NothingToRevoke
        One of them does not hold the role.
    AdxmiError
        As `read_assigned`.

    """
    before = read_assigned(connection) if before is None else before
    holders = held(before, role, "")
    gone: dict[PrincipalAssignment, None] = {}
    for principal in unwanted:
        found = principal.listed_in(holders)
        if not found:
            raise _not_held(principal, role, before)
        gone |= dict.fromkeys(found)
    left = [one for one in before if one not in gone]
    warnings: list[str] = []
    if role is ClusterRole.ADMIN:
        warnings += principals.lost_by_oneself(connection, tuple(gone))
    if role is ClusterRole.ADMIN and not held(left, role, ""):
        warnings.append(
            "the cluster is left without AllDatabasesAdmin: its policies cannot be changed any more"
        )
    command, about = revoking(tuple(gone)), tuple(unwanted)
    notes = kept(unwanted, left)
    return change_of(REVOKE, "", role, about, before, tuple(gone), command, notes, warnings)


def _not_held(
    principal: ResolvedPrincipal, role: ClusterRole, before: Sequence[PrincipalAssignment]
) -> NothingToRevoke:
    others = ", ".join(one.role for one in principal.listed_in(before))
    return NothingToRevoke(
        f"{principal.label} does not hold {role}",
        why=f"it holds {others or 'no role'} on the whole cluster",
        fix=listing(""),
    )
