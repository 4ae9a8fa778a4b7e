"""Carry out planned changes of roles on databases, and tell the truth about how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, also_lost, unconfirmed
from adxmi_jupyter.actions.roles.database_roles import listed, read_one
from adxmi_jupyter.actions.roles.directory import LONGEST, patiently
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import Verdict, Write
from adxmi_jupyter.errors import (
    AdxmiError,
    CommandRefused,
    WriteNotApplied,
)
from adxmi_jupyter.model.role import RoleAssignment
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.service.connection import Connection

ROLE = "role"

Roles = tuple[RoleAssignment, ...]


def apply(
    connection: Connection,
    change: RoleChange,
    *,
    confirmed: bool,
    wait_for_directory: float = LONGEST,
    tell: Tell | None = None,
) -> RoleChange:
    """Carry out a planned change and return it with the roles the service lists now.

    An identity that Azure has and the directory does not know yet is waited for, at most
    `wait_for_directory` seconds; `tell` hears of that (see `directory.patiently`).

    ``.add`` and ``.drop`` name one role and the principals they are about, and touch nobody else:
    sent twice, they do what they do once. So both are sent again when the answer is lost.

    Raises
    ------
    ConfirmationRequired
        The change removes a role and is not confirmed. Nothing was sent.
    PrincipalNotFound
        The directory does not know a principal, or not in time. Nothing was changed.
    AdxmiError
        As `writing.carry_out`; `WriteNotApplied` also if the service took the command and still
        lists whom it was to drop.

    """
    if not change.command:
        return change
    if change.verb == REVOKE and not confirmed:
        raise unconfirmed(change)
    write = _write(connection, change, wait_for_directory, tell)
    try:
        written = protocol.carry_out(connection, write)
    except CommandRefused as refusal:
        return _after_refusal(connection, change, refusal)
    now = change.after if written.state is None else written.state
    return replace(change, after=now, notes=change.notes + written.notes + also_lost(change, now))


def as_noted(holders: Sequence[RoleAssignment]) -> list[str]:
    """Return who holds a role as the history notes it: fully qualified names."""
    return sorted(one.fqn for one in holders)


def _write(
    connection: Connection, change: RoleChange, wait_for_directory: float, tell: Tell | None
) -> Write[Roles]:
    def attempt() -> Roles:
        answer = connection.kusto.command(
            change.command, database=change.database, resend=Resend.IDEMPOTENT
        )
        return listed(answer, change.database)

    def send() -> Roles:
        if change.verb == REVOKE:
            return attempt()
        longest = wait_for_directory
        return patiently(connection, change.principals, attempt, longest=longest, tell=tell)

    return Write(
        kind=ROLE,
        database=change.database,
        target=str(change.role),
        verb=change.verb,
        command=change.command,
        title=f"{change.verb} of {change.role} on the database {change.database}",
        subject="the list of roles",
        look=change.look,
        before=as_noted(change.held_by(change.before)),
        wanted=as_noted(change.held_by(change.after)),
        send=send,
        read=lambda: read_one(connection, change.database),
        judge=lambda now: _judged(change, now),
        noted=lambda now: as_noted(change.held_by(now)),
        disputed=lambda now: _unlisted(change, also_lost(change, now)),
    )


def _judged(change: RoleChange, now: Roles) -> Verdict:
    if change.is_done_in(now):
        return Verdict.DONE
    is_as_before = set(change.held_by(now)) == set(change.held_by(change.before))
    return Verdict.AS_BEFORE if is_as_before else Verdict.OTHER


def _after_refusal(
    connection: Connection, change: RoleChange, refusal: CommandRefused
) -> RoleChange:
    """Return the change if there was nobody left to drop, which the service refuses."""
    if change.verb == GRANT:
        raise refusal
    try:
        now = read_one(connection, change.database)
    except AdxmiError:  # the refusal itself says more than this second failure
        raise refusal from None
    if not change.is_done_in(now):
        raise refusal
    note = f"the service answered: {refusal.why}; nobody of them is listed any more"
    return replace(change, after=now, notes=(*change.notes, note, *also_lost(change, now)))


def _unlisted(change: RoleChange, missed: tuple[str, ...]) -> tuple[str, ...]:
    if change.verb == GRANT:
        return ("the service took the command; it lists the principal by a name of its own",)
    why = "the service took the command, and lists the principal all the same"
    raise WriteNotApplied(
        f"revoke of {change.role} on the database {change.database} did not do what it should",
        why="; ".join((why, *missed)),
        fix="the database's page Permissions in the Azure portal",
    )
