"""What a change of roles shows: preview, a line for each change, the command that undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConfirmationRequired

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.role import RoleAssignment

_SHOWN_AT_MOST = 10


def found(
    call: Call, references: tuple[str, ...], tenant: str = ""
) -> tuple[ResolvedPrincipal, ...]:
    """Find the principals a line names; raises as `principals.find`."""
    from adxmi_jupyter.actions.roles.principals import find

    return find(call.connection, references, tenant=tenant)


def write(
    call: Call,
    change: RoleChange,
    *,
    dry_run: bool = False,
    confirmed: bool = True,
    waits: bool = True,
    wait_for_directory: float = 0,
) -> pd.DataFrame:
    """Carry out a planned change, or only show it, and return a frame.

    After a write those are the roles as they are now (see `roles_frame`), or the changes under
    way (see `operations_frame`) for a change that is not waited for; after a dry run, what would
    appear or disappear (see `role_change_frame`).

    Raises
    ------
    ConfirmationRequired
        The change takes a role away and is not confirmed; the preview is shown.
    AdxmiError
        As `roles.writes.apply`.

    """
    from adxmi_jupyter.actions.roles.frames import changed_roles_frame, role_change_frame
    from adxmi_jupyter.actions.roles.scope import Waiting
    from adxmi_jupyter.actions.roles.writes import apply
    from adxmi_jupyter.actions.write.operations import operations_frame

    if dry_run:
        call.has_found = bool(change.command)
        _preview(call, change)
        return role_change_frame(change)
    try:
        waiting = Waiting(for_the_end=waits, for_directory=wait_for_directory)
        done = apply(call.connection, change, confirmed=confirmed, waiting=waiting)
    except ConfirmationRequired:
        _preview(call, change)
        raise
    if not waits and change.command:
        call.say(f"Azure goes on; {call.front.program} identity operations tells how far it is")
        return operations_frame(call.connection)
    for line in (*done.notes, *_changed_lines(done), *_undo_lines(call, done)):
        call.say(line)
    return changed_roles_frame(call.connection, done)


def _preview(call: Call, change: RoleChange) -> None:
    call.preview(change.notes, change.command, _changed_lines(change))
    if not change.command:
        return
    call.say(f"before: {_members(change, change.before)}")
    call.say(f"after: {_members(change, change.after)}")


def _members(change: RoleChange, assignments: tuple[RoleAssignment, ...]) -> str:
    held = change.held_by(assignments)
    rest = len(held) - _SHOWN_AT_MOST
    shown = ", ".join(one.label for one in held[:_SHOWN_AT_MOST]) or "none"
    return f"{change.role}: {shown}" + (f" and {rest} more" if rest > 0 else "")


def _changed_lines(change: RoleChange) -> list[str]:
    """Return one line for each assignment: ``Sales: mi-ingest + viewers``."""
    from adxmi_jupyter.actions.roles.change import changed_lines

    place = change.database or "cluster"
    return [f"{place}: {line}" for line in changed_lines(change) or ("nothing changed",)]


def _undo_lines(call: Call, change: RoleChange) -> list[str]:
    from adxmi_jupyter.actions.roles.change import undo_commands

    return [
        f"Undo: {call.front.program} {' '.join(map(call.as_word, line.words))}"
        for line in undo_commands(change)
    ]
