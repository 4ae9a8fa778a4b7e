"""Carry out planned changes of security roles, and tell the truth about how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import GRANT, REVOKE, listed, read_one
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    CommandRefused,
    ConfirmationRequired,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles import RoleChange
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

_SAID_AT_MOST = 3


def apply(connection: Connection, change: RoleChange, *, confirmed: bool) -> RoleChange:
    """Carry out a planned change and return it with the roles the service lists now.

    ``.add`` and ``.drop`` name one role and the principals they are about, and touch nobody else:
    sent twice, they do what they do once. So both are sent again when the answer is lost; if a
    repeated ``.drop`` is refused because nobody is left to drop, the roles are read and count.

    Raises
    ------
    ConfirmationRequired
        The change takes a role away and is not confirmed. Nothing was sent.
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
        raise _unconfirmed(change)
    try:
        now, notes = _send(connection, change)
    finally:
        connection.forget()  # with a role, other databases may be seen than before
    missed = _missed(change, now)
    if not change.is_done_in(now):
        notes += _unlisted(change, missed)
    return replace(change, after=now, notes=change.notes + notes + missed)


def _missed(change: RoleChange, now: tuple[RoleAssignment, ...]) -> tuple[str, ...]:
    """Say who else lost the role: the service may take one id of an identity for another."""
    still = {one.fqn for one in change.held_by(now)} | {one.fqn for one in change.changed}
    gone = [one for one in change.held_by(change.before) if one.fqn not in still]
    return tuple(f"no longer listed in {change.role} either: {one.fqn}" for one in gone)


def _send(
    connection: Connection, change: RoleChange
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    try:
        answer = connection.kusto.command(
            change.command, database=change.database, resend=Resend.IDEMPOTENT
        )
        return listed(answer, change.database), ()
    except AnswerLost as lost:
        return _truth(connection, change, lost)
    except CommandRefused as refusal:
        return _after_refusal(connection, change, refusal)
    except KeyboardInterrupt as interrupt:
        raise _outcome_unknown(change, "you interrupted before the answer came") from interrupt


def _truth(
    connection: Connection, change: RoleChange, lost: AnswerLost
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    """Find out from the roles themselves whether a write whose answer was lost took effect."""
    try:
        now = read_one(connection, Scope(change.database))
    except AdxmiError as failure:
        why = f"{lost.what}, and the roles could not be read again: {failure.why}"
        raise _outcome_unknown(change, why) from failure
    if change.is_done_in(now):
        return now, ("the answer was lost; the roles were read again: the change took effect",)
    if set(change.held_by(now)) == set(change.held_by(change.before)):
        raise WriteNotApplied(
            f"{change.verb} of {change.role} on the database {change.database} did not happen",
            why=f"{lost.what} ({lost.why}); the roles were read again and are as before",
            fix="repeat the line",
        ) from lost
    why = f"{lost.what}, and {change.role} is held neither as before nor as it was to be"
    raise _outcome_unknown(change, why) from lost


def _after_refusal(
    connection: Connection, change: RoleChange, refusal: CommandRefused
) -> tuple[tuple[RoleAssignment, ...], tuple[str, ...]]:
    if change.verb == GRANT:
        refusal.fix = _mending(change)
        raise refusal
    try:
        now = read_one(connection, Scope(change.database))
    except AdxmiError:  # the refusal itself says more than this second failure
        raise refusal from None
    if not change.is_done_in(now):
        raise refusal
    return now, (f"the service answered: {refusal.why}; nobody of them is listed any more",)


def _mending(change: RoleChange) -> str:
    """Tell a principal that the directory does not know yet from one that may not exist."""
    if all(principal.exists for principal in change.principals):
        labels = ", ".join(principal.label for principal in change.principals)
        return f"{labels} exists; when new, the directory learns of it in minutes: repeat the line"
    return "check the id and the tenant; %adxmi identity list --all shows those of identities"


def _unlisted(change: RoleChange, missed: tuple[str, ...]) -> tuple[str, ...]:
    if change.verb == GRANT:
        return ("the service took the command; it lists the principal by a name of its own",)
    why = "the service took the command, and lists the principal all the same"
    raise WriteNotApplied(
        f"revoke of {change.role} on the database {change.database} did not do what it should",
        why="; ".join((why, *missed)),
        fix="the database's page Permissions in the Azure portal",
    )


def _unconfirmed(change: RoleChange) -> ConfirmationRequired:
    rest = len(change.changed) - _SAID_AT_MOST
    shown = ", ".join(one.label for one in change.changed[:_SAID_AT_MOST])
    return ConfirmationRequired(
        f"revoke on the database {change.database} takes {change.role} from {shown}"
        + (f" and {rest} more" if rest > 0 else ""),
        why=f"may stop working: {change.role.allows}",
        repeat_with="--yes",
    )


def _outcome_unknown(change: RoleChange, why: str) -> WriteOutcomeUnknown:
    return WriteOutcomeUnknown(
        f"{change.verb} of {change.role} on the database {change.database}: "
        "whether it took effect is unknown",
        why=why,
        fix=f'%adxmi role list --database "{change.database}"',
    )
