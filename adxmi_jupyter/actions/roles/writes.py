"""Carry out planned changes of roles on any scope, and say truthfully how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.roles.change import REVOKE, changed_lines, confirmation_required
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.roles.scope import Waiting, others_lost
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.errors import AdxmiError, CommandRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.scope import RoleScope, RoleWrite
    from adxmi_jupyter.actions.write.protocol import Written
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


def apply(
    connection: Connection, change: RoleChange, *, confirmed: bool, waiting: Waiting | None = None
) -> RoleChange:
    """Carry out a planned change, and return it with the roles that are listed now.

    Unless told otherwise by `waiting`, it waits for the end, and for the directory.

    Raises
    ------
    ConfirmationRequired
        The change revokes a role and is not confirmed. Nothing was sent.
    ClusterBusy
        Another change of the cluster did not end in five minutes.
    PrincipalNotFound
        The directory does not know a principal, or not in time.
    OperationFailed
        Azure began it and gave it up; its words are kept.
    OperationContinues
        Waiting was interrupted.
    AdxmiError
        As `protocol.carry_out`; `WriteNotApplied` also if the role is still listed.

    Where a change takes several requests, *why* says which were through, and which not started.

    """
    if not change.command:
        return change
    if change.verb == REVOKE and not confirmed:
        raise confirmation_required(change)
    where, waiting = roles_of(connection, change.database), waiting or Waiting()
    try:
        written = _in_turn(change, connection, where.writes(change, waiting))
    except CommandRefused as denied:
        return _already_gone(where, change, denied)
    if not waiting.for_the_end:
        return change
    return _listed_now(change, *where.read_back(change, written))


def _in_turn(
    change: RoleChange, connection: Connection, writes: Sequence[RoleWrite]
) -> list[Written[Any]]:
    written: list[Written[Any]] = []
    try:
        written.extend(protocol.carry_out(connection, one.write) for one in writes)
    except AdxmiError as error:
        error.why = "; ".join((error.why, *_how_far(change, writes, len(written))))
        raise
    return written


def _how_far(change: RoleChange, writes: Sequence[RoleWrite], failed: int) -> tuple[str, ...]:
    """Say how far several requests came when one of them failed; nothing for a single one."""
    if len(writes) == 1:
        return ()
    parts = {
        "done": writes[:failed],
        "failed": writes[failed : failed + 1],
        "not started": writes[failed + 1 :],
    }
    return tuple(
        f"{words}: "
        + ", ".join(line for one in some for line in changed_lines(change, one.changed))
        for words, some in parts.items()
        if some
    )


def _already_gone(where: RoleScope, change: RoleChange, denied: CommandRefused) -> RoleChange:
    """Return the change if no principal was left to revoke it from, which the service denies."""
    if change.verb != REVOKE:
        raise denied
    try:
        now = where.read()
    except AdxmiError:  # the denial itself says more than this second failure
        raise denied from None
    if not change.is_done_in(now):
        raise denied
    note = f"the service answered: {denied.why}; none of them is listed any more"
    return _listed_now(change, now, (note,))


def _listed_now(
    change: RoleChange, now: tuple[RoleAssignment, ...], notes: Sequence[Note]
) -> RoleChange:
    said = dict.fromkeys((*change.notes, *notes, *others_lost(change, now)))
    return replace(change, after=now, notes=tuple(said))
