"""Carry out planned changes of a policy, and tell the truth about how they ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.policy.policies import (
    ADDITIVE,
    at_present,
    policy_at_present,
    read_one,
    scoped,
)
from adxmi_jupyter.actions.write import journal, protocol
from adxmi_jupyter.actions.write.lost_updates import Watch
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import (
    ChangeOverwritten,
    CommandRefused,
    ConfirmationRequired,
    PolicyChanged,
)
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.policy import parse_policy
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.policies import PolicyChange, ScopedPolicy
    from adxmi_jupyter.actions.write.protocol import Written
    from adxmi_jupyter.model.policy import Policy, Scope, UsageChange
    from adxmi_jupyter.service.connection import Connection

_SAID_AT_MOST = 3


def apply(connection: Connection, change: PolicyChange, *, confirmed: bool) -> PolicyChange:
    """Carry out a planned change and return it with the policy the service has now.

    The policy is read afresh under the cluster's lock. What only adds, ``.alter-merge``, then adds
    to what is there, and may be sent again when its answer is lost, since adding twice adds once.
    ``.alter`` and ``.delete`` write the whole policy: they are sent once, and only if the policy
    is still the one that the plan was made from.

    Raises
    ------
    ConfirmationRequired
        The change removes something and is not confirmed. Nothing was sent.
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
    if change.losses and not confirmed:
        raise _unconfirmed(change)
    with connection.lock.held():
        watch = Watch(connection, change.scope, "managed_identity")
        present = _afresh(change, _present(connection, change, read_one(connection, change.scope)))
        if not present.command:
            return present
        try:
            written = protocol.carry_out(connection, _write(connection, present))
        except CommandRefused as refusal:
            from adxmi_jupyter.actions.diagnosis.denial_fix import fix_of  # needed here only

            refusal.fix = fix_of(connection, refusal, change.scope.database) or refusal.remediation
            raise
        is_addition = change.added is not None
        unseen = () if is_addition else _not_overwritten(connection, watch, present, written)
    now = written.state.policy if written.state else present.after
    notes = (*present.notes, *written.notes, *unseen)
    return replace(present, after=now, notes=notes, entry_id=written.entry.number)


def _afresh(change: PolicyChange, now: ScopedPolicy) -> PolicyChange:
    """Return the change as it is to be made of the policy that is there now."""
    if now.policy == change.before:
        return replace(change, before_text=now.text)
    if change.added is None:
        raise PolicyChanged(
            f"the policy of the {change.scope} changed in between; nothing was written",
            why="since it was read: " + described(change.before.diff(now.policy)),
            fix=Explain.of(Retry(), ": it starts from the policy as it is now"),
        )
    return replace(
        change,
        before=now.policy,
        after=now.policy.merge(change.added),
        before_text=now.text,
        command="" if now.policy.contains(change.added) else change.command,
    )


def _not_overwritten(
    connection: Connection, watch: Watch, change: PolicyChange, written: Written[ScopedPolicy]
) -> tuple[str, ...]:
    """Return what to say if it is unknown whether another principal's change was overwritten.

    Raises
    ------
    ChangeOverwritten
        It was.

    """

    def parse(told: object) -> Policy:
        policy = parse_policy(told)
        return policy_at_present(connection, policy) if change.is_at_present else policy

    replaced = watch.replaced_by(change.command, parse)
    if replaced.state is None:
        return (replaced.note,)
    if replaced.state == change.before:
        return ()
    lost = change.before.diff(replaced.state)
    raise ChangeOverwritten(
        f"{change.verb} on the {change.scope} was applied, and overwrote a change of "
        f"{replaced.author or 'another principal'}",
        why=f"in between they had written: {described(lost)}",
        fix=Explain.of(
            Command.of("policy", "diff", "--since", str(written.entry.number)),
            ", then grant or revoke it again",
        ),
    )


def _present(connection: Connection, change: PolicyChange, now: ScopedPolicy) -> ScopedPolicy:
    """Return a policy as the plan of this change read it."""
    return at_present(connection, now) if change.is_at_present else now


def _write(connection: Connection, change: PolicyChange) -> Write[ScopedPolicy]:
    resend = Resend.IDEMPOTENT if change.verb in ADDITIVE else Resend.NEVER
    scope = change.scope

    def send() -> ScopedPolicy:
        database = scope.database or connection.database
        answer = connection.kusto.command(change.command, database=database, resend=resend)
        return scoped(scope, answer, connection.known)

    return Write(
        kind=journal.POLICY,
        database=scope.database,
        target="",
        verb=change.verb,
        command=change.command,
        title=f"{change.verb} on the {scope}",
        subject="the policy",
        show_command=_show_command(scope),
        before=change.before_text,
        wanted=change.after.to_json(),
        undoes=change.undoes,
        send=send,
        read=lambda: read_one(connection, scope),
        compare=lambda now: _compare(change, _present(connection, change, now)),
        history_value=lambda now: now.text,
    )


def _compare(change: PolicyChange, now: ScopedPolicy) -> Comparison:
    if now.policy == change.after:
        return Comparison.DONE
    if change.added is not None and now.policy.contains(change.added):
        return Comparison.DONE  # another principal may have added more meanwhile
    return Comparison.AS_BEFORE if now.policy == change.before else Comparison.OTHER


def described(changes: tuple[UsageChange, ...]) -> str:
    """Describe changes in one line: ``mi-export + ExportRequest, mi-ingest - NativeIngestion``."""
    signs = {"added": "+", "removed": "-"}
    return ", ".join(f"{c.identity.label} {signs[c.change]} {c.usage}" for c in changes)


def _unconfirmed(change: PolicyChange) -> ConfirmationRequired:
    stops = dict.fromkeys(usages.permits(loss.usage) for loss in change.losses)
    return ConfirmationRequired(
        f"{change.verb} on the {change.scope} removes: {_shortened(change.losses)}",
        why=Explain.of("may stop working: ", Several.of(stops, separator="; ")),
        fix=Retry.having("--yes"),
    )


def _shortened(losses: tuple[UsageChange, ...]) -> str:
    rest = len(losses) - _SAID_AT_MOST
    shown = ", ".join(f"{loss.identity.label} {loss.usage}" for loss in losses[:_SAID_AT_MOST])
    return f"{shown} and {rest} more" if rest > 0 else shown


def _show_command(scope: Scope) -> Command:
    where = ("--database", scope.database) if scope.database else ("--cluster",)
    return Command.of("policy", "show", *where)
