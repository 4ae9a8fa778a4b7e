"""Carry out planned changes of a policy, and tell the truth about how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions import journal
from adxmi_jupyter.actions.journal import Journal
from adxmi_jupyter.actions.policies import read_one, scoped
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    CommandRefused,
    ConfirmationRequired,
    PolicyChanged,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.journal import Entry
    from adxmi_jupyter.actions.policies import PolicyChange, ScopedPolicy
    from adxmi_jupyter.model.policy import Policy, Scope, UsageChange
    from adxmi_jupyter.service.connection import Connection

_ADDITIVE = {"alter-merge", "grant"}
_SAID_AT_MOST = 3


def apply(connection: Connection, change: PolicyChange, *, confirmed: bool) -> PolicyChange:
    """Carry out a planned change and return it with the policy the service has now.

    ``.alter-merge`` may be sent again when its answer is lost, since adding twice adds once.
    ``.alter`` and ``.delete`` are not: the policy is read again just before, and after a lost
    answer, instead.

    Raises
    ------
    ConfirmationRequired
        The change takes something away and is not confirmed. Nothing was sent.
    PolicyChanged
        Somebody else wrote since the plan was made. Nothing was sent.
    HistoryUnavailable
        The change could not be noted for undo. Nothing was sent.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached. Nothing was changed.
    WriteNotApplied
        The answer was lost, and the policy is as before.
    WriteOutcomeUnknown
        The answer was lost, or waiting for it was interrupted, and the policy cannot tell.

    """
    if not change.command:
        return change
    if change.losses and not confirmed:
        raise _unconfirmed(change)
    if change.verb not in _ADDITIVE:
        _refuse_if_changed(connection, change)
    history = Journal(connection.history_file)
    entry = history.begin(
        database=change.scope.database,
        verb=change.verb,
        command=change.command,
        before=change.before_text,
        undoes=change.undoes,
    )
    try:
        now, notes = _send(connection, change, history, entry)
    finally:
        connection.forget()
    history.settle(entry, journal.APPLIED, now.text)
    return replace(change, after=now.policy, notes=change.notes + notes, entry_id=entry.number)


def _send(
    connection: Connection, change: PolicyChange, history: Journal, entry: Entry
) -> tuple[ScopedPolicy, tuple[str, ...]]:
    resend = Resend.IDEMPOTENT if change.verb in _ADDITIVE else Resend.NEVER
    database = change.scope.database or connection.database
    try:
        answer = connection.kusto.command(change.command, database=database, resend=resend)
        return scoped(change.scope, answer), ()
    except AnswerLost as lost:
        return _truth(connection, change, history, entry, lost)
    except AdxmiError as refusal:
        history.settle(entry, journal.REFUSED)
        if isinstance(refusal, CommandRefused):
            # The service may not say more, and by far the most frequent reason is this one.
            names = ",".join(dict.fromkeys(c.identity.label for c in change.diff))
            refusal.fix = f"if not assigned yet: %adxmi identity assign --identity {names}"
        raise
    except KeyboardInterrupt as interrupt:
        history.settle(entry, journal.UNKNOWN)
        raise _outcome_unknown(change, "you interrupted before the answer came") from interrupt


def _truth(
    connection: Connection,
    change: PolicyChange,
    history: Journal,
    entry: Entry,
    lost: AnswerLost,
) -> tuple[ScopedPolicy, tuple[str, ...]]:
    """Find out from the policy itself whether a write whose answer was lost took effect."""
    try:
        now = read_one(connection, change.scope)
    except AdxmiError as failure:
        history.settle(entry, journal.UNKNOWN)
        why = f"{lost.what}, and the policy cannot be read again: {failure.what}"
        raise _outcome_unknown(change, why) from lost
    if now.policy == change.after or _added_all_the_same(change, now.policy):
        return now, (f"{lost.what}; the policy was read again: the change took effect",)
    if now.policy == change.before:
        history.settle(entry, journal.NOT_APPLIED)
        raise WriteNotApplied(
            f"{change.verb} on the {change.scope} did not happen",
            why=f"{lost.what} ({lost.why}); the policy was read again and is as before",
            fix="repeat the line",
        ) from lost
    history.settle(entry, journal.UNKNOWN)
    why = f"{lost.what}, and the policy is now neither the old one nor the new one"
    raise _outcome_unknown(change, why) from lost


def _added_all_the_same(change: PolicyChange, now: Policy) -> bool:
    # Somebody may have added more at the same time: what counts is that ours is there.
    return change.verb in _ADDITIVE and now.contains(change.after)


def _refuse_if_changed(connection: Connection, change: PolicyChange) -> None:
    now = read_one(connection, change.scope)
    if now.policy != change.before:
        raise PolicyChanged(
            f"the policy of the {change.scope} changed in between; nothing was written",
            why="since it was read: " + described(change.before.diff(now.policy)),
            fix="repeat the line: it starts from the policy as it is now",
        )


def described(changes: tuple[UsageChange, ...]) -> str:
    """Describe changes in one line: ``mi-export + ExportRequest, mi-ingest - NativeIngestion``."""
    signs = {"added": "+", "removed": "-"}
    return ", ".join(f"{c.identity.label} {signs[c.change]} {c.usage}" for c in changes)


def _unconfirmed(change: PolicyChange) -> ConfirmationRequired:
    stops = dict.fromkeys(usages.permits(loss.usage) for loss in change.losses)
    return ConfirmationRequired(
        f"{change.verb} on the {change.scope} takes away: {_shortened(change.losses)}",
        why="may stop working: " + "; ".join(stops),
        repeat_with="--yes",
    )


def _shortened(losses: tuple[UsageChange, ...]) -> str:
    rest = len(losses) - _SAID_AT_MOST
    shown = ", ".join(f"{loss.identity.label} {loss.usage}" for loss in losses[:_SAID_AT_MOST])
    return f"{shown} and {rest} more" if rest > 0 else shown


def _outcome_unknown(change: PolicyChange, why: str) -> WriteOutcomeUnknown:
    return WriteOutcomeUnknown(
        f"{change.verb} on the {change.scope}: whether it took effect is unknown",
        why=why,
        fix=f"%adxmi policy show {_option(change.scope)}",
    )


def _option(scope: Scope) -> str:
    return f'--database "{scope.database}"' if scope.database else "--cluster"
