"""Undo writes of security roles: who holds them, and how that is described.

Source: *Manage database security roles* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, RoleChange, held
from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.roles.scope import Grant
from adxmi_jupyter.errors import HistoryUnavailable, RolesChanged
from adxmi_jupyter.fixes import Command, Explain, Several
from adxmi_jupyter.model.cluster_role import (
    ClusterRole,
    PrincipalAssignment,
    parse_principal_assignment,
)
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole
    from adxmi_jupyter.service.connection import Connection

_HISTORY = Command.of("history")


def of_database(connection: Connection, entry: Entry) -> tuple[Note, ...]:
    """Undo a write of a role on a database; return what could not be restored.

    Raises
    ------
    RolesChanged
        Somebody changed who holds the role, or its description, since. Nothing was sent.
    AdxmiError
        As `role_writes.apply`.

    """
    role, where = Role(entry.target), roles_of(connection, entry.database)
    present = where.read()
    before, left = entry.lists
    holders = held(present, role, entry.database)
    there = {one.fqn for one in holders}
    if there != left:
        raise RolesChanged(
            f"the role {role} of {entry.database} changed after write {entry.number}",
            why=Explain.of("in between: ", Several.of(sorted(there ^ left))),
            fix=Command.of("role", "list", "--database", entry.database),
        )
    described = _described_before(entry, holders)
    gone = tuple(one for one in holders if one.fqn not in before)
    if gone:
        _revoke(connection, entry.database, role, present, gone)
    again = dict.fromkeys(before - there, "") | described
    notes: list[Note] = []
    for description in sorted(set(again.values())):
        fqns = sorted(fqn for fqn, one in again.items() if one == description)
        notes += _grant(connection, entry, fqns, description)
    return tuple(notes)


def _described_before(entry: Entry, holders: Sequence[RoleAssignment]) -> dict[str, str]:
    """Return the descriptions that a write changed, or that went with a role, by principal.

    Raises
    ------
    RolesChanged
        Somebody described it otherwise since.

    """
    noted = entry.restoring if isinstance(entry.restoring, dict) else {}
    former, left = noted.get("before") or {}, noted.get("left") or {}
    now = {one.fqn: one.notes for one in holders}
    others = [f for f in former if f in now and now[f] not in {former[f], left.get(f)}]
    if others:
        raise RolesChanged(
            f"the description of {others[0]} in {entry.target} of {entry.database} changed after "
            f"write {entry.number}",
            why=f"it is now: {now[others[0]]}",
            fix=Command.of("role", "list", "--database", entry.database),
        )
    before, _ = entry.lists
    return {f: one for f, one in former.items() if f in before and now.get(f) != one}


def _grant(
    connection: Connection, entry: Entry, fqns: Sequence[str], description: str
) -> Iterator[Note]:
    """Grant a role with a description; tell where the service keeps another one."""
    role, where = Role(entry.target), roles_of(connection, entry.database)
    present = where.read()
    found = tuple(map(where.as_sent, principals.find(connection, fqns)))
    added, command = where.to_grant(Grant(role, found, present, description))
    change = RoleChange(
        GRANT, entry.database, role, found, present, (*present, *added), added, command
    )
    done = role_writes.apply(connection, change, confirmed=True)
    for one in done.held_by(done.after):
        if one.fqn in fqns and one.notes != description:
            was = f"it was {description!r}" if description else "it had none"
            yield f"the description of {one.label} in {role} stays {one.notes!r}: {was}"


def _revoke(
    connection: Connection,
    database: str,
    role: SecurityRole,
    present: tuple[RoleAssignment, ...],
    gone: tuple[RoleAssignment, ...],
) -> None:
    command = roles_of(connection, database).to_revoke(role, gone)
    after = tuple(one for one in present if one not in gone)
    change = RoleChange(REVOKE, database, role, (), present, after, gone, command)
    role_writes.apply(connection, change, confirmed=True)


def of_cluster(connection: Connection, entry: Entry) -> None:
    """Undo a write of a role on the cluster; raises as `of_database` does."""
    present = roles_of(connection, "").read()
    same = tuple(
        one
        for one in present
        if isinstance(one, PrincipalAssignment) and one.resource_id.lower() == entry.target
    )
    if entry.verb == GRANT:
        if same:
            _revoke(connection, "", ClusterRole(same[0].role), present, same)
        return
    former = parse_principal_assignment({"id": entry.target, "properties": entry.restoring})
    if any(one.fqn == former.fqn and one.role == former.role for one in present):
        return
    role_writes.apply(connection, _granting(present, former), confirmed=True)


def _granting(present: tuple[RoleAssignment, ...], former: PrincipalAssignment) -> RoleChange:
    if former.reference is None:
        raise HistoryUnavailable(
            "the role can't be granted again", why="its principal can't be read", fix=_HISTORY
        )
    principal = ResolvedPrincipal(former.reference, former.label, is_literal=True)
    after = (*present, former)
    role = ClusterRole(former.role)
    return RoleChange(GRANT, "", role, (principal,), present, after, (former,), former.creation)
