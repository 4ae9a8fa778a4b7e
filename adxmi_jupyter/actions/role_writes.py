"""Carry out planned changes of roles on databases, and tell the truth about how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.directory import LONGEST, patiently
from adxmi_jupyter.actions.role_change import (
    GRANT,
    REVOKE,
    also_lost,
    outcome_unknown,
    unconfirmed,
)
from adxmi_jupyter.actions.roles import listed, read_one
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    CommandRefused,
    WriteNotApplied,
)
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.operations import Tell
    from adxmi_jupyter.actions.role_change import RoleChange
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


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
    sent twice, they do what they do once. So both are sent again when the answer is lost; if a
    repeated ``.drop`` is refused because nobody is left to drop, the roles are read and count.

    Raises
    ------
    ConfirmationRequired
        The change takes a role away and is not confirmed. Nothing was sent.
    PrincipalNotFound
        The directory does not know a principal, or not in time. Nothing was changed.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached. Nothing was changed.
    WriteNotApplied
        The answer was lost, and the roles are as before; or the service took the command and
        still lists whom it was to drop.
    WriteOutcomeUnknown
        The answer was lost, or waiting for it was interrupted, and the roles cannot tell.

    """
    if not change.command:
        return change
    if change.verb == REVOKE and not confirmed:
        raise unconfirmed(change)
    try:
        now, notes = _send(connection, change, wait_for_directory, tell)
    finally:
        connection.forget()  # with a role, other databases may be seen than before
    missed = also_lost(change, now)
    if not change.is_done_in(now):
        notes += _unlisted(change, missed)
    return replace(change, after=now, notes=change.notes + notes + missed)


def _send(
    connection: Connection, change: RoleChange, wait_for_directory: float, tell: Tell | None
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    def attempt() -> tuple[RoleAssignment, ...]:
        answer = connection.kusto.command(
            change.command, database=change.database, resend=Resend.IDEMPOTENT
        )
        return listed(answer, change.database)

    try:
        if change.verb == REVOKE:
            return attempt(), ()
        longest = wait_for_directory
        return patiently(connection, change.principals, attempt, longest=longest, tell=tell), ()
    except AnswerLost as lost:
        return _truth(connection, change, lost)
    except CommandRefused as refusal:
        return _after_refusal(connection, change, refusal)
    except KeyboardInterrupt as interrupt:
        raise outcome_unknown(change, "you interrupted before the answer came") from interrupt


def _truth(
    connection: Connection, change: RoleChange, lost: AnswerLost
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    """Find out from the roles themselves whether a write whose answer was lost took effect."""
    try:
        now = read_one(connection, change.database)
    except AdxmiError as failure:
        why = f"{lost.what}, and the roles could not be read again: {failure.why}"
        raise outcome_unknown(change, why) from failure
    if change.is_done_in(now):
        return now, ("the answer was lost; the roles were read again: the change took effect",)
    if set(change.held_by(now)) == set(change.held_by(change.before)):
        raise WriteNotApplied(
            f"{change.verb} of {change.role} on the database {change.database} did not happen",
            why=f"{lost.what} ({lost.why}); the roles were read again and are as before",
            fix="repeat the line",
        ) from lost
    why = f"{lost.what}, and {change.role} is held neither as before nor as it was to be"
    raise outcome_unknown(change, why) from lost


def _after_refusal(
    connection: Connection, change: RoleChange, refusal: CommandRefused
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    if change.verb == GRANT:
        raise refusal
    try:
        now = read_one(connection, change.database)
    except AdxmiError:  # the refusal itself says more than this second failure
        raise refusal from None
    if not change.is_done_in(now):
        raise refusal
    return now, (f"the service answered: {refusal.why}; nobody of them is listed any more",)


def _unlisted(change: RoleChange, missed: tuple[str, ...]) -> tuple[str, ...]:
    if change.verb == GRANT:
        return ("the service took the command; it lists the principal by a name of its own",)
    why = "the service took the command, and lists the principal all the same"
    raise WriteNotApplied(
        f"revoke of {change.role} on the database {change.database} did not do what it should",
        why="; ".join((why, *missed)),
        fix="the database's page Permissions in the Azure portal",
    )
