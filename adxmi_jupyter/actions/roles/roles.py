"""Read who holds which security role, and plan to grant and revoke roles: on any scope alike.

A change is planned first, as for policies; `writes` carries it out.

Source: *Manage database security roles*, *Manage cluster permissions*, *Security roles overview*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, RoleChange, held
from adxmi_jupyter.actions.roles.cluster import ClusterRoles, object_id_notes
from adxmi_jupyter.actions.roles.database import DatabaseRoles
from adxmi_jupyter.actions.roles.scope import Grant
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.cluster_role import ClusterRole, parse_cluster_role
from adxmi_jupyter.model.kusto_shapes import OWN_ROLES
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.model.role import Role, RoleAssignment, parse_own_role, parse_role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles.scope import RoleScope
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.role import SecurityRole
    from adxmi_jupyter.service.connection import Connection

KINDS = (DatabaseRoles.kind, ClusterRoles.kind)
"""What writes of roles are called in the history."""

Roles = tuple[RoleAssignment, ...]


def roles_of(connection: Connection, database: str) -> RoleScope:
    """Return the roles of a database, or those of the cluster: nothing else tells them apart."""
    if database:
        return DatabaseRoles(connection, database)
    return ClusterRoles(connection, "")


def names_of(database: str) -> tuple[SecurityRole, ...]:
    """Return the roles there are on a database, or on the cluster."""
    return tuple(Role) if database else tuple(ClusterRole)


def parse(text: str, database: str) -> SecurityRole:
    """Return the role a user means on a database, or on the cluster.

    Raises
    ------
    InvalidInput
        There is no such role there.

    """
    return parse_role(text) if database else parse_cluster_role(text)


@dataclass(frozen=True)
class RoleReading:
    """Who holds which role, which scopes could not be read, and what there is to say."""

    connection: str
    command: str
    assignments: Roles
    unreadable: tuple[tuple[Scope, AdxmiError], ...] = ()
    notes: tuple[Note, ...] = ()


def read_roles(
    connection: Connection, scopes: Sequence[Scope], *, skip_unreadable: bool = False
) -> RoleReading:
    """Read who holds which role in several scopes, concurrently.

    Roles on the whole cluster are resources of Azure. Without rights there, the service tells
    the caller's own ones, and a note says so. One that several lists show is returned once.

    Raises
    ------
    PartialRead
        Some scopes could not be read and `skip_unreadable` is false.
    AdxmiError
        None could be read: the first one's error.

    """
    read, unreadable = read_each(
        lambda scope: _read_scope(connection, scope),
        scopes,
        what="lists of roles",
        skip_unreadable=skip_unreadable,
    )
    return RoleReading(
        connection.name,
        "\n".join(part.command for part in read.values()),
        _each_once([one for part in read.values() for one in part.assignments]),
        unreadable,
        tuple(note for part in read.values() for note in part.notes),
    )


def _read_scope(connection: Connection, scope: Scope) -> RoleReading:
    where = roles_of(connection, scope.database)
    try:
        found = where.read()
    except AdxmiError as failure:
        if scope.database:
            raise
        note = f"of the cluster: your own roles only, since {failure.what} ({failure.why})"
        own = _own_roles(connection)
        return RoleReading(connection.name, kql.show_roles(scope), own, notes=(note,))
    notes = object_id_notes(found)
    return RoleReading(connection.name, where.read_command, found, notes=notes)


def _own_roles(connection: Connection) -> Roles:
    answer = connection.kusto.command(kql.show_roles(CLUSTER), database=connection.database)
    return tuple(parse_own_role(row) for row in answer.rows(OWN_ROLES))


def _each_once(found: Sequence[RoleAssignment]) -> Roles:
    # What the service tells callers of themselves has no fully qualified name.
    named = {(one.database, one.role, one.object_id) for one in found if one.fqn}
    once: dict[tuple[str, ...], RoleAssignment] = {}
    for one in found:
        if one.fqn or (one.database, one.role, one.object_id) not in named:
            once.setdefault(_key(one), one)
    return tuple(once.values())


def _key(one: RoleAssignment) -> tuple[str, ...]:
    """Return what makes two listings the same: a user is listed by object ID or by address."""
    reference = one.reference
    is_application = reference is not None and reference.kind is PrincipalKind.APPLICATION
    who = one.fqn if is_application else one.object_id or one.fqn
    return one.database, one.role, who.casefold()


def plan_grant(
    connection: Connection,
    database: str,
    role: SecurityRole,
    wanted: Sequence[ResolvedPrincipal],
    *,
    description: str = "",
    before: Roles | None = None,
) -> RoleChange:
    """Plan to give principals a role; whoever holds it already is not sent.

    `before` is what is listed, for those who have just read it. Only on a database there is a
    description.

    Raises
    ------
    InvalidInput
        The tenant of a principal is not known, or Azure Resource Manager takes no such principal.
    UnknownIdentity
        Only the object ID of an identity is known, and the cluster takes client IDs.
    AdxmiError
        As `RoleScope.read`.

    """
    where = roles_of(connection, database)
    before = where.read() if before is None else before
    found = [where.as_sent(principal) for principal in wanted]
    wanted = tuple({str(one.reference).casefold(): one for one in found}.values())
    holders = held(before, role, database)
    new = tuple(one for one in wanted if not one.is_usable_in(holders))
    added, command = where.to_grant(Grant(role, new, before, description)) if new else ((), "")
    after = (*before, *added)
    notes: list[Note] = [one.note for one in wanted if one.note]
    notes += principals.tenant_notes(connection, new)
    for one in wanted:
        notes += [] if one in new else [f"{one.label} holds {role} already"]
        notes += where.grant_notes(one, role, after)
    if description and len(new) < len(wanted):
        notes.append("a description is kept as it is; to change it, revoke the role and grant it")
    about = new or wanted
    return RoleChange(GRANT, database, role, about, before, after, added, command, _once(notes))


def plan_revoke(
    connection: Connection,
    database: str,
    role: SecurityRole,
    unwanted: Sequence[ResolvedPrincipal],
    *,
    before: Roles | None = None,
) -> RoleChange:
    """Plan to revoke a role from principals, by whatever id they are listed.

    `before` is what is listed, for those who have just read it.

    Raises
    ------
    NothingToRevoke
        One of them does not hold the role in the scope itself.
    AdxmiError
        As `RoleScope.read`.

    """
    where = roles_of(connection, database)
    before = where.read() if before is None else before
    holders = held(before, role, database)
    gone: dict[RoleAssignment, None] = {}
    for principal in unwanted:
        found = principal.listed_in(holders)
        if not found:
            raise where.not_held(principal, role, before)
        gone |= dict.fromkeys(found)
    after = tuple(one for one in before if one not in gone)
    warnings: list[Note] = []
    if role is where.admin:
        warnings += principals.own_loss(connection, tuple(gone))
        warnings += [] if held(after, role, database) else [where.without_admins]
    return RoleChange(
        REVOKE,
        database,
        role,
        tuple(unwanted),
        before,
        after,
        changed=tuple(gone),
        command=where.to_revoke(role, tuple(gone)),
        notes=_once([*_remaining(unwanted, after), *warnings]),
        warnings=tuple(warnings),
    )


def _remaining(unwanted: Sequence[ResolvedPrincipal], left: Roles) -> list[Note]:
    """Say what principals still hold, since they may go on reaching what they reached."""
    return [
        f"{principal.label} keeps {one.role} on "
        + (f"the database {one.database}" if one.database else "every database")
        for principal in unwanted
        for one in principal.listed_in(left)
    ]


def _once(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))
