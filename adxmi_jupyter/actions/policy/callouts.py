"""The callout policy: list its rules, allow an address, take a rule back.

Source: *Callout policy*, *.alter-merge cluster policy callout* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.lost_updates import Watch
from adxmi_jupyter.actions.write.protocol import Write
from adxmi_jupyter.errors import (
    ChangeOverwritten,
    ConfirmationRequired,
    NothingToRevoke,
    PolicyChanged,
)
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.callout import CalloutRule, parse_callouts
from adxmi_jupyter.model.kusto_shapes import CALLOUT_POLICY
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.write.protocol import Comparison
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connection import Connection

_SHOW = ".show cluster policy callout"
CALLOUT, ALLOW = "callout", "allow"

Rules = tuple[CalloutRule, ...]


@dataclass(frozen=True)
class CalloutChange:
    """A planned or finished change of the cluster's own rules; an empty command changes nothing.

    `fixed` are the service's own rules, which no command touches. `is_whole` tells that the command
    writes the whole policy, whatever it adds.
    """

    before: tuple[CalloutRule, ...]
    after: tuple[CalloutRule, ...]
    command: str
    notes: tuple[Note, ...] = ()
    fixed: tuple[CalloutRule, ...] = ()
    is_whole: bool = False

    @property
    def added(self) -> tuple[CalloutRule, ...]:
        """The rules that appear."""
        return tuple(rule for rule in self.after if rule not in self.before)

    @property
    def removed(self) -> tuple[CalloutRule, ...]:
        """The rules that disappear."""
        return tuple(rule for rule in self.before if rule not in self.after)

    @property
    def verb(self) -> str:
        """The verb that does it."""
        return ALLOW if self.only_adds else "revoke"

    @property
    def only_adds(self) -> bool:
        """Whether it adds rules to whatever is there."""
        return bool(self.added) and not self.is_whole

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
    found = callout.verdict(rules, kind, uri) if uri else callout.CalloutVerdict()
    denials = tuple(
        f"a rule that denies it stays in effect: {one}"
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
            fix=Command.of("callout", "list"),
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

    The rules are read afresh under the cluster's lock. A rule is added to what is there then; to
    remove one, the whole policy is written, and only if it is still as it was.

    Raises
    ------
    ConfirmationRequired
        It removes a rule and is not confirmed. Nothing was sent.
    PolicyChanged
        Another principal wrote since the plan was made. Nothing was sent.
    ChangeOverwritten
        It was applied, and overwrote what another principal had written a moment before.
    ClusterLocked
        Another write of this account does not end. Nothing was sent.
    AdxmiError
        As `writing.carry_out`.

    """
    if not change.command:
        return change
    if not change.only_adds and not confirmed:
        raise ConfirmationRequired(
            "a rule of the callout policy would be removed",
            why=Explain.of(
                "calls to these addresses stop working: ",
                Several.of(map(str, change.removed), separator="; "),
            ),
            fix=Retry.having("--yes"),
        )
    with connection.lock.held():
        watch = Watch(connection, CLUSTER, "callout")
        present = _afresh(change, own_rules(connection))
        written = protocol.carry_out(connection, _write(connection, present))
        unseen = () if change.only_adds else _not_overwritten(watch, present)
    now = present.after if written.state is None else written.state
    return replace(present, after=now, notes=(*present.notes, *written.notes, *unseen))


def _not_overwritten(watch: Watch, change: CalloutChange) -> tuple[str, ...]:
    """Return what to say if it is unknown whether another principal's rule was overwritten.

    Raises
    ------
    ChangeOverwritten
        It was.

    """
    replaced = watch.replaced_by(change.command, lambda state: parse_callouts([{"Policy": state}]))
    if replaced.state is None:
        return (replaced.note,)
    rules = _split(replaced.state)[0]
    lost = sorted(set(map(str, rules)) ^ set(map(str, change.before)))
    if not lost:
        return ()
    raise ChangeOverwritten(
        "the change of the callout policy was applied, and overwrote a change of "
        f"{replaced.author or 'another principal'}",
        why=Explain.of(
            "in between they had written, or removed: ", Several.of(lost, separator="; ")
        ),
        fix=Explain.of(Command.of("callout", "list"), ", then allow or revoke it again"),
    )


def own_rules(connection: Connection) -> Rules:
    """Read the cluster's own rules; raises as `Kusto.command` does."""
    return _split(read_rules(connection))[0]


def history_value(rules: Rules) -> list[str]:
    """Return rules as the history notes them: a text for each."""
    return sorted(map(str, rules))


def compare(verb: str, before: list[str], wanted: list[str], now: Rules) -> Comparison:
    """Compare the rules with what a write was to bring about: to remove one, all are written."""
    return protocol.compare_lists(before, wanted, history_value(now), is_whole=verb != ALLOW)


def _afresh(change: CalloutChange, now: Rules) -> CalloutChange:
    """Return the change as it is to be made of the rules that are there now."""
    if set(now) == set(change.before):
        return change
    if not change.only_adds:
        raise PolicyChanged(
            "the callout policy changed in between; nothing was written",
            why="it was read again just before writing",
            fix=Retry(),
        )
    replaced = {rule.key for rule in change.added}
    kept = (rule for rule in now if rule.key not in replaced)
    return replace(change, before=now, after=(*kept, *change.added))


def _write(connection: Connection, change: CalloutChange) -> Write[Rules]:
    # Adding twice adds once; the whole policy must not be written over another principal's.
    resend = Resend.IDEMPOTENT if change.only_adds else Resend.NEVER

    def send() -> None:
        connection.kusto.command(change.command, database=connection.database, resend=resend)

    return Write(
        kind=CALLOUT,
        database="",
        target="",
        verb=change.verb,
        command=change.command,
        title="the change of the callout policy",
        subject="the policy",
        show_command=Command.of("callout", "list"),
        before=history_value(change.before),
        wanted=history_value(change.after),
        restoring=list(map(str, change.before)),
        send=send,
        read=lambda: own_rules(connection),
        compare=lambda now: compare(
            change.verb, history_value(change.before), history_value(change.after), now
        ),
        history_value=history_value,
    )
