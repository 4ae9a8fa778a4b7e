"""Read who holds which security role, and plan to grant and revoke roles on databases.

A change is planned first, as for policies; `role_writes` carries it out.

Source: *Manage database security roles*, *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity.identities import cluster_id
from adxmi_jupyter.actions.roles import cluster_roles, principals
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
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.errors import AdxmiError, NothingToRevoke
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.cluster_role import COLLECTION
from adxmi_jupyter.model.kusto_shapes import OWN_ROLES, ROLES
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.model.role import Role, RoleAssignment, parse_assignment, parse_own_role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.kusto import Answer


@dataclass(frozen=True)
class RoleReading:
    """Who holds which role, which scopes could not be read, and what there is to say."""

    connection: str
    command: str
    assignments: tuple[RoleAssignment, ...]
    unreadable: tuple[tuple[Scope, AdxmiError], ...] = ()
    notes: tuple[str, ...] = ()


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
    if scope.database:
        found = read_one(connection, scope.database)
        return RoleReading(connection.name, kql.show_roles(scope), found)
    try:
        assigned = cluster_roles.read_assigned(connection)
    except AdxmiError as failure:
        note = f"of the cluster: your own roles only, since {failure.what} ({failure.why})"
        own = _own_roles(connection)
        return RoleReading(connection.name, kql.show_roles(scope), own, notes=(note,))
    command = f"GET {cluster_id(connection)}/{COLLECTION}"
    mending = cluster_roles.mending(assigned)
    return RoleReading(connection.name, command, assigned, notes=mending)


def _own_roles(connection: Connection) -> tuple[RoleAssignment, ...]:
    answer = connection.kusto.command(kql.show_roles(CLUSTER), database=connection.database)
    return tuple(parse_own_role(row) for row in answer.rows(OWN_ROLES))


def _each_once(found: Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
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


def read_one(connection: Connection, database: str) -> tuple[RoleAssignment, ...]:
    """Read the roles of one database; raises as `Kusto.command` does."""
    command = kql.show_roles(Scope(database))
    return listed(connection.kusto.command(command, database=database), database)


def listed(answer: Answer, database: str) -> tuple[RoleAssignment, ...]:
    """Read the assignments out of a role command's answer.

    Raises
    ------
    UnreadableAnswer
        The answer lists no roles.

    """
    return tuple(parse_assignment(row, database) for row in answer.rows(ROLES))


def plan_grant(
    connection: Connection,
    database: str,
    role: Role,
    wanted: Sequence[ResolvedPrincipal],
    description: str = "",
    before: tuple[RoleAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to put principals into a role by ``.add``; whoever holds it already is not sent.

    `before` is what is listed, for those who have just read it.

    Raises
    ------
    InvalidInput
        The tenant of a principal is not known.

    """
    wanted = tuple(principals.with_tenant(connection, principal) for principal in wanted)
    before = read_one(connection, database) if before is None else before
    holders = held(before, role, database)
    new = tuple(one for one in wanted if not is_there(one, holders))
    notes = [one.note for one in wanted if one.note]
    notes += principals.tenant_notes(connection, new)
    for one in wanted:
        notes += _remarks(one, database, role, before)
    if description and len(new) < len(wanted):
        notes.append("a description is kept as it is; to change it, revoke the role and grant it")
    if not new:
        return change_of(GRANT, database, role, wanted, before, (), "", notes)
    added, command = granting(database, role, new, description)
    return change_of(GRANT, database, role, new, before, added, command, notes)


def granting(
    database: str, role: Role, new: Sequence[ResolvedPrincipal], description: str = ""
) -> tuple[tuple[RoleAssignment, ...], str]:
    """Return what is listed once principals hold a role, and the command that brings that about."""
    added = tuple(_expected(one, database, role, description) for one in new)
    return added, kql.add_to_role(database, role, [one.fqn for one in added], description)


def revoking(database: str, role: Role, gone: Sequence[RoleAssignment]) -> str:
    """Return the command after which these are not listed any more."""
    return kql.drop_from_role(database, role, [one.fqn for one in gone])


def plan_revoke(
    connection: Connection,
    database: str,
    role: Role,
    unwanted: Sequence[ResolvedPrincipal],
    before: tuple[RoleAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to take principals out of a role by ``.drop``, under the names they are listed by.

    `before` is what is listed, for those who have just read it.

    Raises
    ------
    NothingToRevoke
        One of them does not hold the role on the database itself.

    """
    before = read_one(connection, database) if before is None else before
    holders = held(before, role, database)
    gone: dict[RoleAssignment, None] = {}
    for principal in unwanted:
        found = principal.listed_in(holders)
        if not found:
            raise _not_held(principal, database, role, before)
        gone |= dict.fromkeys(found)
    left = [one for one in before if one not in gone]
    warnings: list[str] = []
    if role is Role.ADMINS:
        warnings += principals.lost_by_oneself(connection, tuple(gone))
    if role is Role.ADMINS and not held(left, role, database):
        warnings.append(f"{database} is left without admins of its own")
    command, about = revoking(database, role, tuple(gone)), tuple(unwanted)
    notes = kept(unwanted, left)
    return change_of(REVOKE, database, role, about, before, tuple(gone), command, notes, warnings)


def _expected(
    principal: ResolvedPrincipal, database: str, role: Role, description: str
) -> RoleAssignment:
    name = "" if principal.is_literal else principal.label
    fqn = str(principal.reference)
    return RoleAssignment(database, role.value, "", name, principal.object_id, fqn, description)


def _remarks(
    principal: ResolvedPrincipal, database: str, role: Role, before: Sequence[RoleAssignment]
) -> list[str]:
    label = principal.label
    mine = principal.listed_in(before)
    holders = held(mine, role, database)
    notes = [f"{label} holds {role} already" for _ in holders[:1] if is_there(principal, holders)]
    notes += [
        f"{label} is listed by its object ID in {role}: {one.fqn}; if its calls end with HTTP 401, "
        f'%adxmi role revoke --database "{database}" --role {role} --identity "{one.fqn}" --yes, '
        "then grant the role again: the service may take one id for the other"
        for one in holders
        if is_by_object_id(principal, one)
    ]
    if role.needs and not any(one.role in role.needs for one in mine):
        notes.append(f"{role} has no effect without {' or '.join(role.needs)}, which {label} lacks")
    notes += [
        f"{label} already has {one.role}, on every database" for one in mine if not one.database
    ]
    return notes


def _not_held(
    principal: ResolvedPrincipal, database: str, role: Role, before: Sequence[RoleAssignment]
) -> NothingToRevoke:
    mine = principal.listed_in(before)
    on_cluster = [one for one in mine if one.role == role.on_cluster and not one.database]
    if on_cluster:
        who, what = on_cluster[0].fqn, on_cluster[0].role
        return NothingToRevoke(
            f"{principal.label} does not hold {role} on the database {database} itself",
            why=f"it has {what}, on every database, which is taken away as a whole only",
            fix=f'%adxmi role revoke --cluster --role {what} --identity "{who}" --yes',
        )
    others = ", ".join(one.role for one in mine)
    return NothingToRevoke(
        f"{principal.label} does not hold {role} on the database {database}",
        why=f"it holds {others or 'no role'} there",
        fix=listing(database),
    )
