"""Fully qualified names of principals (page: Referencing security principals)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.world import Principal, PrincipalKind, as_principal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.world import World

_KIND_NOUNS = {
    PrincipalKind.USER: "User",
    PrincipalKind.GROUP: "Group",
    PrincipalKind.APPLICATION: "Application",
}


def resolve_principal(fqn: str, world: World) -> Principal:
    """Return the principal a name stands for; a Refusal (400) when it is malformed or unknown.

    A principal of the cluster's own tenant must exist in the directory. One of another tenant is
    taken as it is written, since that directory cannot be read.
    """
    prefix, separator, rest = fqn.partition("=")
    identifier, _, tenant = rest.partition(";")
    kind = next((k for k in PrincipalKind if k == prefix.casefold()), None)
    if kind is None or not separator or not identifier:
        raise bad_request(f"'{fqn}' is not the fully qualified name of a principal.")
    if kind is PrincipalKind.MICROSOFT_ACCOUNT:
        return Principal(kind, identifier, "", identifier, upn=identifier)
    if tenant and tenant.casefold() not in {world.tenant_id, world.tenant_domain}:
        shown = f"[{_KIND_NOUNS[kind]} from AAD tenant [{tenant}]]"
        return Principal(kind, identifier, tenant, shown, identifier)
    found = _in_directory(kind, identifier.casefold(), world)
    if found is None:
        raise bad_request(
            f"Entity ID '{identifier}' was not found in AAD tenant '{world.tenant_id}'."
        )
    return found


def _in_directory(kind: PrincipalKind, identifier: str, world: World) -> Principal | None:
    for principal in world.principals:
        if principal.kind is kind and identifier in _known_as(principal):
            return principal
    if kind is not PrincipalKind.APPLICATION:
        return None
    identity = world.find_identity(identifier)
    return as_principal(identity) if identity else None


def _known_as(principal: Principal) -> set[str]:
    names = (principal.identifier, principal.object_id, principal.upn, principal.display_name)
    return {name.casefold() for name in names if name}
