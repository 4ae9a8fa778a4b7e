"""Carry out what a plan says of one role, as it is to be made of who holds it by then.

Source: *Manage database security roles* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.change import GRANT, held, reference_word, role_command
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.roles.scope import Grant
from adxmi_jupyter.errors import RolesChanged, WriteNotApplied
from adxmi_jupyter.fixes import Explain, Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

Roles = Sequence["RoleAssignment"]


def change_roles(connection: Connection, change: RoleChange) -> None:
    """Carry a change of a plan out, unless nothing is left of it to do.

    Raises
    ------
    RolesChanged
        It would now take the role from the last admin.
    WriteNotApplied
        The service keeps the description of who holds the role.
    AdxmiError
        As `role_writes.apply`.

    """
    present = roles_of(connection, change.database).read()
    afresh = (
        _granted_afresh(connection, change, present)
        if change.verb == GRANT
        else _revoked_afresh(connection, change, present)
    )
    if not afresh.changed:
        return
    done = role_writes.apply(connection, afresh, confirmed=True)
    if change.verb == GRANT:
        _check_descriptions(change, done)


def is_described(principal: ResolvedPrincipal, holders: Roles, description: str) -> bool:
    """Tell whether a principal is listed with a description; any will do where none is given."""
    mine = principal.listed_in(holders)
    return not description or any(one.notes == description for one in mine)


def _granted_afresh(connection: Connection, change: RoleChange, present: Roles) -> RoleChange:
    where, description = roles_of(connection, change.database), _description(change)
    holders = held(present, change.role, change.database)
    new = tuple(
        one
        for one in change.principals
        if not (one.is_usable_in(holders) and is_described(one, holders, description))
    )
    if not new:
        return replace(change, changed=())
    added, command = where.to_grant(Grant(change.role, new, present, description))
    return replace(
        change, principals=new, before=tuple(present), after=(*present, *added), changed=added,
        command=command,
    )  # fmt: skip


def _description(change: RoleChange) -> str:
    return change.changed[0].notes if change.database else ""


def _check_descriptions(change: RoleChange, done: RoleChange) -> None:
    description, holders = _description(change), done.held_by(done.after)
    kept = [one for one in done.principals if not is_described(one, holders, description)]
    if not kept:
        return
    words = [reference_word(one.reference, one.object_id) for one in kept]
    revoke = role_command("revoke", change.database, str(change.role), words)
    raise WriteNotApplied(
        f"the description of {kept[0].label} in {change.role} on {change.place} is as before",
        why="the service accepted the command, and keeps the description of who holds the role",
        fix=Explain.of(revoke, ", then ", Retry(), ": the role is granted again with it"),
    )


def _revoked_afresh(connection: Connection, change: RoleChange, present: Roles) -> RoleChange:
    where = roles_of(connection, change.database)
    wanted = {one.fqn for one in change.changed}
    gone = tuple(one for one in held(present, change.role, change.database) if one.fqn in wanted)
    after = tuple(one for one in present if one not in gone)
    if change.role is where.admin and gone and not held(after, change.role, change.database):
        raise RolesChanged(
            f"{change.role} on {change.place} would have no principal left; nothing was sent",
            why="another principal revoked the role from the others in between",
            fix=Retry(),
        )
    command = where.to_revoke(change.role, gone) if gone else ""
    return replace(change, before=tuple(present), after=after, changed=gone, command=command)
