"""The callout policy: list its rules, allow an address, take a rule back.

Source: *Callout policy*, *.alter-merge cluster policy callout* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    ConfirmationRequired,
    NothingToRevoke,
    PolicyChanged,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.callout import parse_callouts
from adxmi_jupyter.model.kusto_shapes import CALLOUT_POLICY
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.service.connection import Connection

_SHOW = ".show cluster policy callout"


@dataclass(frozen=True)
class CalloutChange:
    """A planned or finished change of the cluster's own rules; an empty command changes nothing.

    `fixed` are the service's own rules, which no command touches.
    """

    before: tuple[CalloutRule, ...]
    after: tuple[CalloutRule, ...]
    command: str
    notes: tuple[str, ...] = ()
    fixed: tuple[CalloutRule, ...] = ()

    @property
    def added(self) -> tuple[CalloutRule, ...]:
        """The rules that appear."""
        return tuple(rule for rule in self.after if rule not in self.before)

    @property
    def removed(self) -> tuple[CalloutRule, ...]:
        """The rules that disappear."""
        return tuple(rule for rule in self.before if rule not in self.after)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each rule that appears or disappears."""
        return (*(f"- {rule}" for rule in self.removed), *(f"+ {rule}" for rule in self.added))

    @property
    def rules(self) -> tuple[CalloutRule, ...]:
        """All rules there are afterwards."""
        return (*self.after, *self.fixed)


def read_rules(connection: Connection) -> tuple[CalloutRule, ...]:
    """Read the rules, the service's own among them; raises as `Kusto.command` does."""
    rows = connection.kusto.command(_SHOW, database=connection.database).rows(CALLOUT_POLICY)
    return parse_callouts(rows)


def rules_frame(connection: Connection, rules: tuple[CalloutRule, ...]) -> pd.DataFrame:
    """Return a row for each rule.

    Columns: ``type``, ``pattern`` string, ``can_call``, ``predefined`` bool.
    """
    columns = {"type": TEXT, "pattern": TEXT, "can_call": FLAG, "predefined": FLAG}
    rows = [(one.callout_type, one.pattern, one.can_call, one.is_fixed) for one in rules]
    frame = fixed_frame(columns, rows)
    frame.attrs["adxmi"] = {"connection": connection.name, "command": _SHOW}
    return frame


def plan_allow(
    connection: Connection, callout_type: str, *, uri: str = "", pattern: str = ""
) -> CalloutChange:
    """Plan to allow calls to a host, or to whatever matches an expression.

    Raises
    ------
    InvalidInput
        There is no such type, the expression is none, or the address.

    """
    kind = callout.checked_type(callout_type)
    rule = callout.rule_of(kind, pattern) if pattern else callout.rule_for(kind, uri)
    rules = read_rules(connection)
    own, fixed = _split(rules)
    found = callout.verdict(rules, kind, uri) if uri else callout.Verdict()
    denials = tuple(
        f"a rule that denies it stays, and wins: {one}"
        for one in found.denying
        if one.key != rule.key
    )
    if rule in own or found.is_allowed:
        return CalloutChange(own, own, "", ("already allowed", *denials), fixed)
    kept = tuple(one for one in own if one.key != rule.key)
    return CalloutChange(own, (*kept, rule), callout.allow_command((rule,)), denials, fixed)


def plan_revoke(connection: Connection, callout_type: str, pattern: str) -> CalloutChange:
    """Plan to take a rule back, by ``.alter`` with those that remain.

    Raises
    ------
    NothingToRevoke
        The cluster has no such rule of its own.

    """
    kind = callout.checked_type(callout_type)
    own, fixed = _split(read_rules(connection))
    left = tuple(one for one in own if one.key != (kind, pattern))
    if left == own:
        there = "; ".join(map(str, own)) or "none of its own"
        raise NothingToRevoke(
            f"there is no rule {kind} {pattern}",
            why=f"the cluster has: {there}; the predefined rules stay",
            fix="%adxmi callout list",
        )
    return CalloutChange(own, left, callout.alter_command(left), fixed=fixed)


def _split(
    rules: tuple[CalloutRule, ...],
) -> tuple[tuple[CalloutRule, ...], tuple[CalloutRule, ...]]:
    """Return the cluster's own rules, and the service's."""
    own = tuple(rule for rule in rules if not rule.is_fixed)
    return own, tuple(rule for rule in rules if rule.is_fixed)


def apply(connection: Connection, change: CalloutChange, *, confirmed: bool) -> CalloutChange:
    """Carry out a planned change and return it with the rules the service has now.

    Raises
    ------
    ConfirmationRequired
        It takes a rule away and is not confirmed. Nothing was sent.
    PolicyChanged
        Somebody else wrote since the plan was made. Nothing was sent.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached. Nothing was changed.
    WriteNotApplied, WriteOutcomeUnknown
        The answer was lost; the rules were read again.

    """
    if not change.command:
        return change
    if change.removed and not change.added:
        _confirm(connection, change, confirmed=confirmed)
    # Adding twice adds once; the whole policy must not be written over somebody else's.
    resend = Resend.IDEMPOTENT if change.added else Resend.NEVER
    try:
        connection.kusto.command(change.command, database=connection.database, resend=resend)
    except AnswerLost as lost:
        return _truth(connection, change, lost)
    except KeyboardInterrupt as interrupt:
        raise _unknown("you interrupted before the answer came") from interrupt
    return _read_again(connection, change)


def _confirm(connection: Connection, change: CalloutChange, *, confirmed: bool) -> None:
    if not confirmed:
        raise ConfirmationRequired(
            "a rule of the callout policy would go",
            why="what calls these addresses stops working: " + "; ".join(map(str, change.removed)),
            repeat_with="--yes",
        )
    if _split(read_rules(connection))[0] != change.before:
        raise PolicyChanged(
            "the callout policy changed in between; nothing was written",
            why="it was read again just before writing",
            fix="repeat the line",
        )


def _read_again(connection: Connection, change: CalloutChange) -> CalloutChange:
    try:
        return replace(change, after=_split(read_rules(connection))[0])
    except AdxmiError as failure:  # the change itself is through
        unread = f"it is done; the rules could not be read again: {failure.what}"
        return replace(change, notes=(*change.notes, unread))


def _truth(connection: Connection, change: CalloutChange, lost: AnswerLost) -> CalloutChange:
    try:
        now = _split(read_rules(connection))[0]
    except AdxmiError as failure:
        raise _unknown(f"{lost.what}, and {failure.what}") from failure
    if set(now) == set(change.after):
        return replace(change, after=now, notes=(*change.notes, f"{lost.what}; it took effect"))
    if set(now) == set(change.before):
        raise WriteNotApplied(
            "the change of the callout policy did not happen",
            why=f"{lost.what} ({lost.why}); the policy was read again and is as before",
            fix="repeat the line",
        ) from lost
    raise _unknown(
        f"{lost.what}, and the policy is neither as before nor as it was to be"
    ) from lost


def _unknown(why: str) -> WriteOutcomeUnknown:
    return WriteOutcomeUnknown(
        "whether the callout policy was changed is unknown", why=why, fix="%adxmi callout list"
    )
