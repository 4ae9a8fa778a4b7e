"""Fully qualified names of principals (page: Referencing security principals)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.state.security import Principal, PrincipalKind
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.state.world import World

_KIND_NOUNS = {
    PrincipalKind.USER: "User",
    PrincipalKind.GROUP: "Group",
    PrincipalKind.APPLICATION: "Application",
}


@dataclass(frozen=True)
class _Name:
    """A fully qualified name, taken apart; an empty tenant is the own one."""

    kind: PrincipalKind
    identifier: str
    tenant: str

    @classmethod
    def read(cls, fqn: str) -> Self:
        """Return the parts; a KustoError (400) when the name is malformed."""
        prefix, separator, rest = fqn.partition("=")
        identifier, _, tenant = rest.partition(";")
        kind = next((k for k in PrincipalKind if k == prefix.casefold()), None)
        if kind is None or not separator or not identifier:
            raise bad_request(f"'{fqn}' is not the fully qualified name of a principal.")
        return cls(kind, identifier, tenant or _implied_tenant(kind, identifier))

    def is_foreign(self, world: World) -> bool:
        """Tell whether it is of another tenant."""
        own = {"", world.tenant_id, world.tenant_domain}
        return self.tenant.casefold() not in own

    def is_of(self, principal: Principal, world: World) -> bool:
        """Tell whether it is the very name of a principal, ignoring case."""
        is_account = self.kind is PrincipalKind.MICROSOFT_ACCOUNT
        own = "" if is_account else world.tenant_id
        tenant = self.tenant if self.is_foreign(world) else own
        written = (self.kind, self.identifier.casefold(), tenant.casefold())
        named = (principal.kind, principal.identifier.casefold(), principal.tenant_id.casefold())
        return written == named


def _implied_tenant(kind: PrincipalKind, identifier: str) -> str:
    """Return the domain in the name of a user or the address of a group: it names the tenant."""
    has_domain = kind in {PrincipalKind.USER, PrincipalKind.GROUP}
    return identifier.rpartition("@")[2] if has_domain and "@" in identifier else ""


def resolve_principal(fqn: str, world: World) -> Principal:
    """Return the principal a name stands for; a KustoError (400) when it is malformed or unknown.

    A principal of the cluster's own tenant must exist in the directory. One of another tenant is
    taken as it is written, since that directory cannot be read.
    """
    name = _Name.read(fqn)
    if name.kind is PrincipalKind.MICROSOFT_ACCOUNT:
        return Principal(name.kind, name.identifier, "", name.identifier, upn=name.identifier)
    if name.is_foreign(world):
        shown = f"[{_KIND_NOUNS[name.kind]} from AAD tenant [{name.tenant}]]"
        return Principal(name.kind, name.identifier, name.tenant, shown, name.identifier)
    found = _in_directory(name.kind, name.identifier.casefold(), world)
    if found is None:
        raise bad_request(
            f"Entity ID '{name.identifier}' was not found in AAD tenant '{world.tenant_id}'."
        )
    return found


def named_among(fqn: str, holders: Sequence[Principal], world: World) -> list[Principal]:
    """Return the holders of a role that a name stands for; a KustoError (400) as for resolving.

    Whoever is listed by exactly this name is meant, and the directory is not asked; else
    whoever is the same principal, since an object ID and a client ID name one identity.
    """
    name = _Name.read(fqn)
    listed = [each for each in holders if name.is_of(each, world)]
    if listed:
        return listed
    principal = resolve_principal(fqn, world)
    return [each for each in holders if _is_same(each, principal)]


def _is_same(one: Principal, other: Principal) -> bool:
    if (one.kind, one.tenant_id) != (other.kind, other.tenant_id):
        return False
    by_object_id = bool(one.object_id) and one.object_id == other.object_id
    return by_object_id or one.identifier == other.identifier


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
