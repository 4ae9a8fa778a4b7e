"""Turn what people call a principal into what security roles need: a client ID with its tenant.

Source: *Referencing security principals*, *Managed identities overview*, *Allow cross-tenant
queries and commands* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.errors import AdxmiError, InvalidInput, UnknownIdentity
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Option
from adxmi_jupyter.model.azure_shapes import CLUSTER
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.kusto_shapes import CALLER
from adxmi_jupyter.model.principal import (
    PrincipalKind,
    application,
    differ,
    looks_like_reference,
    parse_reference,
)
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

Assignment = TypeVar("Assignment", bound="RoleAssignment")


@dataclass(frozen=True)
class ResolvedPrincipal:
    """A principal as it is sent, and what is known of it.

    `object_id` is known for the identities of this cluster's tenant; `is_literal` tells that the
    user wrote the reference, and means no other.
    """

    reference: PrincipalReference
    label: str
    object_id: str = ""
    is_literal: bool = False
    note: str = ""

    def is_listed_as(self, assignment: RoleAssignment) -> bool:
        """Tell whether an assignment is surely this principal's, by the very same reference."""
        listed = assignment.reference
        return listed is not None and self.reference.is_same(listed)

    def may_be(self, assignment: RoleAssignment) -> bool:
        """Tell whether an assignment is this principal's, by whatever id it is listed."""
        listed = assignment.reference
        if self.is_listed_as(assignment):
            return True
        if listed is not None and listed.kind is not self.reference.kind:
            return False
        if listed is not None and differ(listed.tenant, self.reference.tenant):
            return False
        ids = {self.reference.identifier.casefold(), self.object_id.casefold()} - {""}
        return not ids.isdisjoint(known_as(assignment))

    def listed_in(self, assignments: Sequence[Assignment]) -> tuple[Assignment, ...]:
        """Return this principal's assignments; those by another id only if no literal one is."""
        exact = tuple(a for a in assignments if self.is_listed_as(a))
        if exact and self.is_literal:
            return exact
        return tuple(a for a in assignments if self.may_be(a))

    def is_usable_in(self, holders: Sequence[RoleAssignment]) -> bool:
        """Tell whether this principal is among the holders, and not by the wrong id."""
        return any(not self.is_by_object_id(one) for one in self.listed_in(holders))

    def is_by_object_id(self, assignment: RoleAssignment) -> bool:
        """Tell whether an application that is sent by its client ID is listed by its object ID."""
        shown = assignment.reference
        if shown is None or shown.kind is not PrincipalKind.APPLICATION or not self.object_id:
            return False
        own, sent = self.object_id.casefold(), self.reference.identifier.casefold()
        return shown.identifier.casefold() == own != sent


def known_as(assignment: RoleAssignment) -> set[str]:
    """Return the ids of an assignment; users and groups may be listed by another one of theirs.

    In lower case, as `str.casefold` has it.
    """
    listed = assignment.reference
    ids = {assignment.object_id, listed.identifier if listed else ""}
    if listed is not None and listed.kind is not PrincipalKind.APPLICATION:
        name, _, address = assignment.display_name.partition(" (upn: ")
        ids |= {name, address.removesuffix(")")}
    return {one.casefold() for one in ids} - {""}


def find(
    connection: Connection, references: Sequence[str], *, tenant: str = ""
) -> tuple[ResolvedPrincipal, ...]:
    """Find principals by reference, or managed identities by any of their names, each once.

    Parameters
    ----------
    connection
        The cluster.
    references
        Fully qualified names such as ``aadapp=CLIENTID;TENANT``; or display name, object ID,
        client ID, resource ID of an identity, or ``system``.
    tenant
        The tenant of them all, where it is not the cluster's; then the client ID is needed.

    Raises
    ------
    InvalidInput
        A malformed reference, a contradicting tenant; `UnknownIdentity`, `AmbiguousIdentity` and
        `InvalidGuid` as `names.resolved`.

    """
    found = [_find(connection, reference.strip(), tenant) for reference in references]
    return tuple({str(one.reference).casefold(): one for one in found}.values())


def _find(connection: Connection, reference: str, tenant: str) -> ResolvedPrincipal:
    if looks_like_reference(reference):
        return _literal(parse_reference(reference), tenant)
    own = cluster_tenant(connection) if tenant else ""
    if is_guid(reference) and differ(tenant, own):
        # The directory of another tenant can't be read from here.
        return ResolvedPrincipal(application(reference, tenant), reference)
    return _of_identity(_identity(connection, reference, tenant), reference, tenant)


def _literal(reference: PrincipalReference, tenant: str) -> ResolvedPrincipal:
    if differ(reference.tenant, tenant):
        raise InvalidInput(
            f"{reference} is not in the tenant {tenant}",
            why=f"its own text names the tenant {reference.tenant}",
            fix=Explain.of(
                "leave out ", Option("--tenant"), ", or the tenant behind the semicolon"
            ),
        )
    if tenant and not reference.tenant:
        reference = parse_reference(f"{reference};{tenant}")
    return ResolvedPrincipal(reference, str(reference), is_literal=True)


def _identity(connection: Connection, reference: str, tenant: str) -> ManagedIdentity:
    try:
        (resolved,) = names.resolved(connection, (reference,))
    except UnknownIdentity as unknown:
        if tenant:
            raise _no_name_there(reference, tenant) from unknown
        raise
    identity = resolved.identity
    if identity.is_system:
        identity = _system_in_azure(connection, identity)
    if differ(identity.tenant_id, tenant):
        raise _no_name_there(reference, tenant)
    return with_client_id(connection, identity)


def _no_name_there(reference: str, tenant: str) -> UnknownIdentity:
    return UnknownIdentity(
        f"{reference} is not known in the tenant {tenant}",
        why="names can be looked up in the cluster's own tenant only",
        fix=Explain.of(
            "give the client ID of the identity with ",
            Option("--identity"),
            ", and its tenant with ",
            Option("--tenant"),
        ),
    )


def _system_in_azure(connection: Connection, listed: ManagedIdentity) -> ManagedIdentity:
    """Return the system-assigned identity as Azure knows it: a policy may name the former one."""
    why = "the cluster has none"
    try:
        system = identities.assigned(connection).system
    except AdxmiError as failure:
        system, why = None, f"no policy names it, and {failure.what}"
    if system is None and not is_guid(listed.object_id):
        raise UnknownIdentity(
            "the ids of the system-assigned identity are not known",
            why=why,
            fix=Explain.of(Command.of("identity", "show", "system"), ", or give its client ID"),
        )
    if system is None or system.object_id.lower() == listed.object_id.lower():
        return listed  # policies tell the client ID as well
    return system


def with_client_id(connection: Connection, identity: ManagedIdentity) -> ManagedIdentity:
    """Return a system-assigned identity with its client ID, where Azure tells it."""
    if identity.client_id or not identity.is_system or not identity.resource_id:
        return identity
    try:
        ids = connection.resource_manager.system_identity_of(identity.resource_id)
    except AdxmiError:  # the object ID does as well, and is said
        return identity
    return replace(identity, client_id=str(ids.get("clientId") or ""))


def _of_identity(identity: ManagedIdentity, reference: str, tenant: str) -> ResolvedPrincipal:
    exists = bool(identity.display_name or identity.client_id)
    return ResolvedPrincipal(
        application(identity.client_id or identity.object_id, tenant or identity.tenant_id),
        SYSTEM if identity.is_system and not identity.display_name else identity.label,
        object_id=identity.object_id,
        note=_which_id(identity, reference, exists=exists),
    )


def of_identity(connection: Connection, identity: ManagedIdentity) -> ResolvedPrincipal:
    """Return an identity as roles name it: by its client ID, where that is known."""
    return _of_identity(with_client_id(connection, identity), "", "")


def _which_id(identity: ManagedIdentity, reference: str, *, exists: bool) -> str:
    if not exists:
        return (
            f"{reference} is in no policy and can't be read in Azure: it is sent unchanged; a "
            "role needs the client ID, but role commands also resolve an object ID"
        )
    if not identity.client_id:
        return (
            f"only the object ID of {identity.label} is known, so that is sent: role commands "
            "resolve it, Azure Resource Manager does not"
        )
    if reference.lower() == identity.object_id.lower():
        return (
            f"{reference} is the object ID of {identity.label}: "
            f"its client ID {identity.client_id} is used, as security roles need"
        )
    return ""


def with_tenant(
    connection: Connection, principal: ResolvedPrincipal, *, of_all_kinds: bool = False
) -> ResolvedPrincipal:
    """Return an application with a tenant, the cluster's own unless another is named.

    So are users and groups with `of_all_kinds`; role commands find the tenant of those.

    Raises
    ------
    InvalidInput
        The tenant of the cluster is not known either.

    """
    reference = principal.reference
    has_none = reference.kind is PrincipalKind.MICROSOFT_ACCOUNT
    needs_one = of_all_kinds or reference.kind is PrincipalKind.APPLICATION
    if reference.tenant or has_none or not needs_one:
        return principal
    own = cluster_tenant(connection)
    if not own:
        raise InvalidInput(
            f"the tenant of {principal.label} is not known",
            why="no policy names an identity of the cluster, and Azure Resource Manager shows none",
            fix=ChangeOption("--tenant", "TENANT"),
        )
    return replace(principal, reference=replace(reference, tenant=own))


def caller(connection: Connection) -> ResolvedPrincipal | None:
    """Return who the service says you are; None where it does not tell."""
    query = "print principal = current_principal()"
    try:
        (row, *_) = connection.kusto.query(query, database=connection.database).rows(CALLER)
        return ResolvedPrincipal(parse_reference(text_cell(row, "principal")), "you")
    except AdxmiError:  # this wasn't asked for; what was asked for goes on without
        return None


def own_loss(connection: Connection, gone: Sequence[RoleAssignment]) -> tuple[str, ...]:
    """Say so if a role is taken from whoever takes it."""
    me = caller(connection)
    mine = me.listed_in(gone) if me else ()
    return tuple(f"{one.label} is the caller: {one.role} is revoked for you too" for one in mine)


def cluster_tenant(connection: Connection) -> str:
    """Return the tenant of the cluster's identities, which is its own; empty if unknown."""
    try:
        known = names.known_identities(connection)
    except AdxmiError:  # rights to read policies are not what this is about
        known = ()
    found = next((identity.tenant_id for identity in known if identity.tenant_id), "")
    if found:
        return found
    try:
        present = identities.assigned(connection).all
    except AdxmiError:  # without rights in Azure the tenant has to be given
        return ""
    return next((identity.tenant_id for identity in present if identity.tenant_id), "")


def tenant_notes(
    connection: Connection, principals: Sequence[ResolvedPrincipal]
) -> tuple[str, ...]:
    """Say what the tenant rules mean for principals of another tenant than the cluster's."""
    tenants = {one.reference.tenant: None for one in principals if one.reference.tenant}
    own = cluster_tenant(connection) if tenants else ""
    foreign = [tenant for tenant in tenants if is_guid(tenant) and differ(tenant, own)]
    if not foreign:
        return ()
    trusted = tuple(_trust(connection, tenant) for tenant in foreign)
    return (
        *trusted,
        (
            "the other way round there is no role to give: an identity of this cluster reaches "
            f"resources of its own tenant {own} only"
        ),
    )


def _trust(connection: Connection, tenant: str) -> str:
    start = f"{tenant} is another tenant than the cluster's, and the cluster"
    try:
        path = identities.cluster_id(connection)
        cluster = connection.resource_manager.get(path, KUSTO_VERSION, CLUSTER)
    except AdxmiError:  # only whoever may see the cluster in Azure learns whom it trusts
        cluster = {}
    listed = (cluster.get("properties") or {}).get("trustedExternalTenants")
    if listed is None:
        return f"{start} must trust it: trustedExternalTenants, every tenant unless restricted"
    trusted = {str(one.get("value") or "").casefold() for one in listed}
    if trusted & {"*", tenant.casefold()}:
        return f"{start} trusts it (trustedExternalTenants)"
    return (
        f"{start} does not trust it: whatever its roles, it is denied until an owner of the "
        "cluster adds the tenant to trustedExternalTenants"
    )
