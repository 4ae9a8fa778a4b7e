"""Read who holds which security role, and plan to grant and revoke roles on databases.

A change is planned first, as for policies; `role_writes` carries it out.

Source: *Manage database security roles*, *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions import principals
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.errors import NothingToRevoke
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.model.role import Role, RoleAssignment, parse_assignment, parse_own_role

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.principals import ResolvedPrincipal
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.kusto import Answer

GRANT, REVOKE = "grant", "revoke"

_COLUMNS = (
    *("scope", "database", "role", "principal_type", "display_name", "object_id", "fqn"),
    "notes",
)


@dataclass(frozen=True)
class RoleReading:
    """Who holds which role, and which scopes could not be read."""

    connection: str
    command: str
    assignments: tuple[RoleAssignment, ...]
    unreadable: tuple[tuple[Scope, AdxmiError], ...] = ()


@dataclass(frozen=True)
class RoleChange:
    """A planned or finished write: `changed` appears in, or disappears from, `before`.

    An empty command means there is nothing to change.
    """

    verb: str
    database: str
    role: Role
    principals: tuple[ResolvedPrincipal, ...]
    before: tuple[RoleAssignment, ...]
    after: tuple[RoleAssignment, ...]
    changed: tuple[RoleAssignment, ...]
    command: str
    notes: tuple[str, ...] = ()

    def held_by(self, assignments: Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
        """Return those who hold the role itself on the database itself."""
        return _held(assignments, self.role)

    def is_done_in(self, assignments: Sequence[RoleAssignment]) -> bool:
        """Tell whether these assignments are what the change was to bring about."""
        held = self.held_by(assignments)
        if self.verb == REVOKE:
            gone = {assignment.fqn for assignment in self.changed}
            return gone.isdisjoint(assignment.fqn for assignment in held)
        return all(_is_there(principal, held) for principal in self.principals)


def read_roles(
    connection: Connection, scopes: Sequence[Scope], *, skip_unreadable: bool = False
) -> RoleReading:
    """Read who holds which role in several scopes, concurrently; of the cluster the caller's own.

    A role on the cluster that several lists show is returned once.

    Raises
    ------
    PartialRead
        Some scopes could not be read and `skip_unreadable` is false.
    AdxmiError
        None could be read: the first one's error.

    """
    read, unreadable = read_each(
        lambda scope: read_one(connection, scope),
        scopes,
        what="lists of roles",
        skip_unreadable=skip_unreadable,
    )
    found = [assignment for assignments in read.values() for assignment in assignments]
    command = "\n".join(kql.show_roles(scope) for scope in read)
    return RoleReading(connection.name, command, _each_once(found), unreadable)


def _each_once(found: Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
    # What the service tells callers of themselves has no fully qualified name.
    named = {(one.database, one.role, one.object_id) for one in found if one.fqn}
    return tuple(
        one
        for one in dict.fromkeys(found)
        if one.fqn or (one.database, one.role, one.object_id) not in named
    )


def read_one(connection: Connection, scope: Scope) -> tuple[RoleAssignment, ...]:
    """Read the roles of one scope; raises as `Kusto.command` does."""
    database = scope.database or connection.database
    answer = connection.kusto.command(kql.show_roles(scope), database=database)
    if scope.database:
        return listed(answer, scope.database)
    return tuple(parse_own_role(row) for row in answer.rows())


def listed(answer: Answer, database: str) -> tuple[RoleAssignment, ...]:
    """Read the assignments out of a role command's answer.

    Raises
    ------
    UnreadableAnswer
        The answer lists no roles.

    """
    return tuple(parse_assignment(row, database) for row in answer.rows())


def plan_grant(
    connection: Connection,
    database: str,
    role: Role,
    wanted: Sequence[ResolvedPrincipal],
    description: str = "",
) -> RoleChange:
    """Plan to put principals into a role by ``.add``; whoever holds it already is not sent.

    Raises
    ------
    InvalidInput
        The tenant of a principal is not known.

    """
    wanted = tuple(principals.with_tenant(connection, principal) for principal in wanted)
    before = read_one(connection, Scope(database))
    held = _held(before, role)
    new = tuple(one for one in wanted if not _is_there(one, held))
    notes = [one.note for one in wanted if one.note]
    notes += principals.tenant_notes(connection, new)
    for one in wanted:
        notes += _remarks(one, database, role, before)
    if description and len(new) < len(wanted):
        notes.append("a description is kept as it is; to change it, revoke the role and grant it")
    if not new:
        return _change(GRANT, database, role, wanted, before, (), "", notes)
    added = tuple(_expected(one, database, role, description) for one in new)
    command = kql.add_to_role(database, role, [one.fqn for one in added], description)
    return _change(GRANT, database, role, new, before, added, command, notes)


def plan_revoke(
    connection: Connection, database: str, role: Role, unwanted: Sequence[ResolvedPrincipal]
) -> RoleChange:
    """Plan to take principals out of a role by ``.drop``, under the names they are listed by.

    Raises
    ------
    NothingToRevoke
        One of them does not hold the role on the database itself.

    """
    before = read_one(connection, Scope(database))
    held = _held(before, role)
    gone: dict[RoleAssignment, None] = {}
    for principal in unwanted:
        found = principal.listed_in(held)
        if not found:
            raise _not_held(principal, database, role, before)
        gone |= dict.fromkeys(found)
    left = [one for one in before if one not in gone]
    notes = _kept(unwanted, left)
    if role is Role.ADMINS and not _held(left, role):
        notes.append(f"{database} is left without admins of its own")
    command = kql.drop_from_role(database, role, [one.fqn for one in gone])
    return _change(REVOKE, database, role, tuple(unwanted), before, tuple(gone), command, notes)


def _change(
    verb: str,
    database: str,
    role: Role,
    about: tuple[ResolvedPrincipal, ...],
    before: tuple[RoleAssignment, ...],
    changed: tuple[RoleAssignment, ...],
    command: str,
    notes: Sequence[str],
) -> RoleChange:
    gone = changed if verb == REVOKE else ()
    after = tuple(one for one in before if one not in gone) + (changed if verb == GRANT else ())
    said = tuple(dict.fromkeys(notes))
    return RoleChange(verb, database, role, about, before, after, changed, command, said)


def _held(assignments: Sequence[RoleAssignment], role: Role) -> tuple[RoleAssignment, ...]:
    return tuple(one for one in assignments if one.role == role and one.database)


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
    held = _held(mine, role)
    notes = [f"{label} holds {role} already" for _ in held[:1] if _is_there(principal, held)]
    notes += [
        f"{label} is listed by its object ID in {role}: {one.fqn}; if its calls end with HTTP 401, "
        f'%adxmi role revoke --database "{database}" --role {role} --identity "{one.fqn}" --yes, '
        "then grant the role again: the service may take one id for the other"
        for one in held
        if _is_by_object_id(principal, one)
    ]
    if role.needs and not any(one.role in role.needs for one in mine):
        notes.append(f"{role} has no effect without {' or '.join(role.needs)}, which {label} lacks")
    notes += [
        f"{label} already has {one.role}, on every database" for one in mine if not one.database
    ]
    return notes


def _is_there(principal: ResolvedPrincipal, held: Sequence[RoleAssignment]) -> bool:
    mine = principal.listed_in(held)
    return any(not _is_by_object_id(principal, one) for one in mine)


def _is_by_object_id(principal: ResolvedPrincipal, assignment: RoleAssignment) -> bool:
    sent, shown = principal.reference, assignment.reference
    if shown is None or shown.kind is not PrincipalKind.APPLICATION or not principal.object_id:
        return False
    by_object_id = shown.identifier.casefold() == principal.object_id.casefold()
    return by_object_id and sent.identifier.casefold() != principal.object_id.casefold()


def _kept(unwanted: Sequence[ResolvedPrincipal], left: Sequence[RoleAssignment]) -> list[str]:
    """Say what the principals still hold, since they may go on reaching what they reached."""
    return [
        f"{principal.label} keeps {one.role} on "
        + (f"the database {one.database}" if one.database else "every database")
        for principal in unwanted
        for one in principal.listed_in(left)
    ]


def _not_held(
    principal: ResolvedPrincipal, database: str, role: Role, before: Sequence[RoleAssignment]
) -> NothingToRevoke:
    mine = principal.listed_in(before)
    on_cluster = [one.role for one in mine if one.role == role.on_cluster and not one.database]
    if on_cluster:
        return NothingToRevoke(
            f"{principal.label} does not hold {role} on the database {database} itself",
            why=f"it has {on_cluster[0]}, on every database, which role commands cannot take away",
            fix="the cluster's page Permissions in the Azure portal",
        )
    others = ", ".join(one.role for one in mine)
    return NothingToRevoke(
        f"{principal.label} does not hold {role} on the database {database}",
        why=f"it holds {others or 'no role'} there",
        fix=f'%adxmi role list --database "{database}"',
    )


def roles_frame(reading: RoleReading) -> pd.DataFrame:
    """Return one row for each assignment.

    Columns: ``scope`` (``cluster`` or ``database``), ``database``, ``role`` (as role commands
    spell it, or ``AllDatabases…``), ``principal_type``, ``display_name``, ``object_id``, ``fqn``,
    ``notes``, all string.
    """
    frame = fixed_frame(dict.fromkeys(_COLUMNS, TEXT), map(_cells, reading.assignments))
    frame.attrs["adxmi"] = {"connection": reading.connection, "command": reading.command}
    return frame


def changed_roles_frame(connection: Connection, change: RoleChange) -> pd.DataFrame:
    """Return the roles of a database after a change, as `roles_frame` does."""
    return roles_frame(RoleReading(connection.name, change.command, change.after))


def role_change_frame(change: RoleChange) -> pd.DataFrame:
    """Return what appears or disappears: the columns of `roles_frame` and ``change``."""
    word = "added" if change.verb == GRANT else "removed"
    rows = [(*_cells(one), word) for one in change.changed]
    return fixed_frame(dict.fromkeys((*_COLUMNS, "change"), TEXT), rows)


def _cells(one: RoleAssignment) -> tuple[str, ...]:
    return (
        *(Scope(one.database).kind, one.database, one.role, one.principal_type),
        *(one.display_name, one.object_id, one.fqn, one.notes),
    )
