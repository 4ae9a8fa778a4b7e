"""What the role form needs to know of a cluster before it can show one scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.cluster import object_id_notes
from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal, known_as
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.errors import AdxmiError, InvalidInput
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.principal import PrincipalKind, differ
from adxmi_jupyter.model.role import RoleAssignment

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.scope import RoleScope
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

Listed = Mapping[str, Mapping[str, tuple[RoleAssignment, ...]]]
"""The assignments, by the key of who holds them and by role."""

_KINDS = {
    PrincipalKind.USER: "user",
    PrincipalKind.GROUP: "group",
    PrincipalKind.APPLICATION: "application",
    PrincipalKind.MICROSOFT_ACCOUNT: "Microsoft account",
}


@dataclass(frozen=True)
class Holder:
    """Someone who holds roles or may get some: a row of the form.

    `principal` is how roles name them; None for a kind of principal that only a newer service
    knows. `kind` is for people, `identity` there for managed identities. `object_id` is the next
    best ID where no object ID is known, `aliases` what else the service calls them.
    """

    key: str
    label: str
    kind: str
    object_id: str = ""
    principal: ResolvedPrincipal | None = field(default=None, compare=False)
    identity: ManagedIdentity | None = field(default=None, compare=False)
    aliases: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def ids(self) -> frozenset[str]:
        """What it may be listed by: ids in lower case, or its key."""
        named = self.principal.reference.identifier if self.principal else ""
        mine = (self.object_id, named, self.key)
        return self.aliases | {one.casefold() for one in mine if one}

    def is_same(self, other: Holder) -> bool:
        """Tell whether both rows are about the same one."""
        mine, theirs = self.principal, other.principal
        if mine is None or theirs is None or self.key == other.key:
            return self.key == other.key
        by_kind = mine.reference.kind is theirs.reference.kind
        tenants = mine.reference.tenant, theirs.reference.tenant
        return by_kind and not differ(*tenants) and not self.ids.isdisjoint(other.ids)

    def may_hold(self, assignment: RoleAssignment) -> bool:
        """Tell whether an assignment is this one's."""
        if self.principal is None:
            return self.key == _key_of_listed(assignment)
        return self.principal.may_be(assignment)


def of_identity(connection: Connection, identity: ManagedIdentity) -> Holder:
    """Return an identity as a row."""
    principal = principals.of_identity(connection, identity)
    with suppress(InvalidInput):  # without a tenant the service says what it thinks of that
        principal = principals.with_tenant(connection, principal)
    kind = "system identity" if identity.is_system else "identity"
    key = f"identity {identity.object_id.lower()}"
    return Holder(key, identity.label, kind, identity.object_id, principal, identity)


def of_principal(principal: ResolvedPrincipal) -> Holder:
    """Return somebody the user has named as a row."""
    reference = principal.reference
    key = f"{reference.kind} {(principal.object_id or reference.identifier).casefold()}"
    an_id = principal.object_id or reference.identifier
    return Holder(key, principal.label, _KINDS[reference.kind], an_id, principal)


def _of_listed(assignments: Sequence[RoleAssignment], tenant: str) -> Holder:
    """Return the one whom some assignments are about; by its object ID only if by no other."""
    best = min(assignments, key=lambda one: one.object_id.casefold() in one.fqn.casefold())
    reference = best.reference
    key = _key_of_listed(best)
    if reference is None:
        return Holder(key, best.label, best.principal_type or "principal", best.object_id)
    has_its_own = reference.tenant or reference.kind is PrincipalKind.MICROSOFT_ACCOUNT
    reference = reference if has_its_own else replace(reference, tenant=tenant)
    an_id = best.object_id or reference.identifier
    return Holder(
        key,
        best.label,
        _KINDS[reference.kind],
        an_id,
        ResolvedPrincipal(reference, best.label, best.object_id),
        aliases=frozenset(alias for one in assignments for alias in known_as(one)),
    )


def _key_of_listed(assignment: RoleAssignment) -> str:
    reference = assignment.reference
    if reference is None:
        return f"listed {(assignment.fqn or assignment.object_id or assignment.label).casefold()}"
    return f"{reference.kind} {(assignment.object_id or reference.identifier).casefold()}"


@dataclass(frozen=True)
class Surroundings:
    """One scope's roles, and what else the form shows beside them.

    `before` holds who is listed there, `on_cluster` who holds roles on every database as far as
    that can be read; `unread` says what could not be. `roles` is what changes them, `tenant` is
    the cluster's own if anybody tells.
    """

    scope: Scope
    scopes: tuple[Scope, ...]
    before: tuple[RoleAssignment, ...]
    on_cluster: tuple[RoleAssignment, ...]
    holders: Mapping[str, Holder]
    roles: RoleScope
    tenant: str
    unread: tuple[str, ...]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read, and what is wrong with assignments in sight."""
        return (*self.unread, *object_id_notes(self.before))

    def with_listed(self, before: tuple[RoleAssignment, ...]) -> Surroundings:
        """Return the same with other assignments in the scope; new holders become rows."""
        known = [one for one in self.holders.values() if one.identity]
        on_cluster = self.on_cluster if self.scope.database else before
        holders = _all_holders(known, (*before, *on_cluster), self.tenant)
        return replace(self, before=before, on_cluster=on_cluster, holders=holders)


def surroundings(connection: Connection, scope: Scope) -> Surroundings:
    """Read one scope and what belongs beside it.

    Raises
    ------
    AdxmiError
        The scope's own roles could not be read.

    """
    databases = tuple(Scope(name) for name in names.database_names(connection))
    unread: tuple[str, ...] = ()
    on_cluster: tuple[RoleAssignment, ...] = ()
    cluster = roles = roles_of(connection, "")
    try:
        on_cluster = cluster.read()
    except AdxmiError as failure:
        if not scope.database:
            raise
        unread = (f"roles on the whole cluster are not offered: {failure.what} ({failure.why})",)
    before = on_cluster
    if scope.database:
        roles = roles_of(connection, scope.database)
        before = roles.read()
    known = [of_identity(connection, identity) for identity in names.all_identities(connection)]
    tenant = principals.cluster_tenant(connection)
    return Surroundings(
        scope=scope,
        scopes=(() if unread else (CLUSTER,)) + databases,
        before=before,
        on_cluster=on_cluster,
        holders=_all_holders(known, (*before, *on_cluster), tenant),
        roles=roles,
        tenant=tenant,
        unread=unread,
    )


def _all_holders(
    known: Iterable[Holder], assignments: Sequence[RoleAssignment], tenant: str
) -> dict[str, Holder]:
    """Return who holds a role first, then the other identities, each by name."""
    rows = {holder.key: holder for holder in known}
    by_key = listed_by(rows.values(), assignments)
    others: dict[str, list[RoleAssignment]] = {}
    mine = {one for some in by_key.values() for each in some.values() for one in each}
    for one in assignments:
        if one not in mine:
            others.setdefault(_key_of_listed(one), []).append(one)
    rows |= {key: _of_listed(some, tenant) for key, some in others.items()}
    holding = set(by_key) | set(others)
    return dict(sorted(rows.items(), key=lambda i: (i[0] not in holding, i[1].label.lower(), i[0])))


def listed_by(holders: Iterable[Holder], assignments: Sequence[RoleAssignment]) -> Listed:
    """Return the assignments of each of these holders by role; whoever has none is left out."""
    by_id: dict[str, list[RoleAssignment]] = {}
    for one in assignments:
        for an_id in known_as(one) | {_key_of_listed(one)}:
            by_id.setdefault(an_id, []).append(one)
    found: dict[str, dict[str, tuple[RoleAssignment, ...]]] = {}
    for holder in holders:
        candidates = dict.fromkeys(one for i in holder.ids for one in by_id.get(i, ()))
        for one in candidates:
            if holder.may_hold(one):
                roles = found.setdefault(holder.key, {})
                roles[one.role] = (*roles.get(one.role, ()), one)
    return found
