"""Principals as principal assignments name them (page: Cluster Principal Assignments)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.security import Principal, PrincipalKind
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Identity
    from adxmi_jupyter.embedded.state.world import World

KINDS = {
    "App": PrincipalKind.APPLICATION,
    "Group": PrincipalKind.GROUP,
    "User": PrincipalKind.USER,
}
TYPES = {
    PrincipalKind.APPLICATION: "App",
    PrincipalKind.GROUP: "Group",
    PrincipalKind.USER: "User",
    PrincipalKind.MICROSOFT_ACCOUNT: "User",
}


def resolve(world: World, kind: PrincipalKind, identifier: str, tenant: str) -> Principal | None:
    """Return the principal; None when the directory of the own tenant does not know it.

    One of another tenant is taken as it is written. An application given by its object ID is
    taken, too, although it will never be let in: that is what the service does.
    """
    if tenant and tenant.casefold() not in {world.tenant_id, world.tenant_domain}:
        shown = f"[{TYPES[kind]} from AAD tenant [{tenant}]]"
        return Principal(kind, identifier, tenant, shown)
    folded = identifier.casefold()
    for each in world.principals:
        if (each.kind, each.tenant_id) == (kind, world.tenant_id) and folded in _identifiers(each):
            return _as_named(each, folded)
    if kind is not PrincipalKind.APPLICATION or not _is_id(world, folded):
        return None
    identity = world.find_identity(folded)
    return _as_named(as_principal(identity), folded) if identity else None


def principal_id(principal: Principal) -> str:
    """Return the ID by which Resource Manager shows a principal: users by their address."""
    return principal.upn or principal.identifier


def principal_name(principal: Principal) -> str:
    """Return the name that Resource Manager shows."""
    if principal.upn:
        return f"{principal.display_name} ({principal.upn})"
    return principal.display_name


def _identifiers(principal: Principal) -> set[str]:
    names = [principal.identifier, principal.object_id, principal.upn]
    if principal.kind is PrincipalKind.GROUP:
        names.append(principal.display_name)
    return {name.casefold() for name in names if name}


def _as_named(principal: Principal, folded: str) -> Principal:
    """Return the principal by the ID it was given with, and without its token."""
    by_object_id = (
        principal.kind is PrincipalKind.APPLICATION and folded == principal.object_id.casefold()
    )
    return Principal(
        principal.kind,
        principal.object_id if by_object_id else principal.identifier,
        principal.tenant_id,
        principal.display_name,
        principal.object_id,
        principal.upn,
    )


def _is_id(world: World, folded: str) -> bool:
    """Tell whether this is the ID of an identity; a display name is none."""
    return any(folded in _ids(each) for each in world.identities)


def _ids(identity: Identity) -> set[str]:
    return {identity.client_id.casefold(), identity.object_id.casefold()}
