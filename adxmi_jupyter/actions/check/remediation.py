"""What puts unmet requirements in place: planned for all of a check, then carried out in order.

Each is carried out by the same actions as the command that a user would paste.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.policy import writes as policy_writes
from adxmi_jupyter.actions.roles import principals, roles
from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.change import changed_lines, undo_commands
from adxmi_jupyter.actions.roles.scope import Waiting
from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model.identity import SYSTEM, ResolvedIdentity, word_among
from adxmi_jupyter.model.remediation import (
    AllowCallout,
    AssignIdentity,
    ByOwner,
    GrantRole,
    GrantUsage,
    RevokeCallout,
)

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks, Finding
    from adxmi_jupyter.actions.policy.callouts import CalloutChange
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.model.remediation import Remediation
    from adxmi_jupyter.service.connection import Connection

_HOW_LONG = " (this takes some minutes; an interrupt only ends the waiting)"


@dataclass(frozen=True)
class Done:
    """What was changed, and the commands that undo it."""

    told: tuple[Note, ...]
    back: tuple[Command, ...]


def carry_out(connection: Connection, wanted: Remediation, *, confirmed: bool, tell: Tell) -> Done:
    """Put a requirement in place; `tell` hears how far it is.

    Raises
    ------
    ConfirmationRequired
        Something would be taken away. Nothing was sent.
    AdxmiError
        As the action itself.

    """
    match wanted:
        case AssignIdentity():
            return _assign(connection, wanted, tell)
        case GrantUsage():
            return _allow(connection, wanted, confirmed=confirmed)
        case GrantRole():
            return _grant(connection, wanted, confirmed=confirmed, tell=tell)
        case AllowCallout():
            return _allow_callout(connection, wanted, confirmed=confirmed)
        case RevokeCallout():
            return _revoke_callout(connection, wanted, confirmed=confirmed)


def _assign(connection: Connection, remediation: AssignIdentity, tell: Tell) -> Done:
    wanted = remediation.identity
    reference = SYSTEM if wanted.is_system else wanted.resource_id or wanted.object_id
    (found,) = identities.found(connection, (reference,))
    change = identities.plan_assignment(connection, [found.identity])
    if not change.added:
        return Done((f"{found.identity.label} is assigned already",), ())
    notes = identity_writes.apply(connection, change, tell=tell, hint=_HOW_LONG)
    known = (*change.before.all, *change.added)
    told = (*notes, *(f"assigned to the cluster: {one.label}" for one in change.added))
    word = word_among(found.identity, known, lambda one: one.object_id, found.identity.object_id)
    return Done(told, (Command(("identity", "remove", "--identity", word, "--yes")),))


def _allow(connection: Connection, remediation: GrantUsage, *, confirmed: bool) -> Done:
    who = (ResolvedIdentity(remediation.identity),)
    change = policies.plan_grant(connection, remediation.scope, who, (str(remediation.usage),))
    done = policy_writes.apply(connection, change, confirmed=confirmed)
    place = remediation.scope.database or "cluster"
    told = [f"{place}: {one.identity.label} + {one.usage}" for one in done.diff]
    undo = (Command(("policy", "undo", str(done.entry_id))),) if done.command else ()
    return Done((*done.notes, *told), undo)


def _grant(connection: Connection, remediation: GrantRole, *, confirmed: bool, tell: Tell) -> Done:
    identity = remediation.identity
    reference = SYSTEM if identity.is_system else identity.object_id
    wanted = principals.find(connection, (reference,))
    change = roles.plan_grant(connection, remediation.database, remediation.role, wanted)
    done = role_writes.apply(connection, change, confirmed=confirmed, waiting=Waiting(tell=tell))
    told = [f"{remediation.database}: {line}" for line in changed_lines(done)]
    return Done((*done.notes, *told), undo_commands(done))


def _allow_callout(connection: Connection, remediation: AllowCallout, *, confirmed: bool) -> Done:
    change = callouts.plan_allow(connection, remediation.callout_type, uri=remediation.uri)
    if change.removed and not confirmed:
        raise _replaces(change)
    done = callouts.apply(connection, change, confirmed=confirmed)
    back = tuple(
        Command(
            ("callout", "revoke", "--type", one.callout_type, "--pattern", one.pattern, "--yes")
        )
        for one in done.added
    )
    return Done((*done.notes, *(f"callout policy: {line}" for line in done.lines)), back)


def _revoke_callout(connection: Connection, remediation: RevokeCallout, *, confirmed: bool) -> Done:
    change = callouts.plan_revoke(connection, remediation.callout_type, remediation.pattern)
    done = callouts.apply(connection, change, confirmed=confirmed)
    return Done((*done.notes, *(f"callout policy: {line}" for line in done.lines)), ())


def _replaces(change: CalloutChange) -> ConfirmationRequired:
    return ConfirmationRequired(
        "a rule of the callout policy would be replaced",
        why=Explain.of(Several.of(change.lines, separator="; ")),
        fix=Retry.having("--yes"),
    )


@dataclass(frozen=True)
class PlannedFix:
    """What puts one requirement in place; `checked` are those that wait for it."""

    finding: Finding
    checked: tuple[Checked, ...]

    @property
    def remediation(self) -> Remediation | None:
        """What this tool can carry out; None where somebody else must."""
        found = self.finding.remediation
        return None if isinstance(found, ByOwner) else found


def planned(checks: Checks) -> tuple[PlannedFix, ...]:
    """Return what puts missing requirements in place, each once, in their order."""
    found: dict[Fix, tuple[Finding, list[Checked]]] = {}
    for one in checks.checked:
        for finding in one.findings:
            if finding.state is State.NOT_MET and finding.fix:
                _, waiting = found.setdefault(finding.fix, (finding, []))
                waiting.append(one)
    return tuple(
        PlannedFix(finding, tuple(dict.fromkeys(waiting))) for finding, waiting in found.values()
    )


def apply(
    connection: Connection,
    fixes: Iterable[PlannedFix],
    *,
    confirmed: bool,
    tell: Tell,
    after: Callable[[Done], None],
    called: Callable[[Finding], str],
) -> tuple[PlannedFix, ...]:
    """Carry out what this tool can, in order, and return what is left for others.

    `tell` hears how far a slow one is; `after` gets each one that is done, with what undoes it;
    `called` names findings in errors.

    Raises
    ------
    ConfirmationRequired
        There is something to do and it is not confirmed. Nothing was sent.
    AdxmiError
        As the action itself; *why* says what was done before that, and what was not started.

    """
    every = tuple(fixes)
    mine = [one for one in every if one.remediation is not None]
    if mine and not confirmed:
        raise ConfirmationRequired(
            f"{len(mine)} of {len(every)} fixes would be applied by this tool",
            why=Explain.of(Several.of((called(one.finding) for one in mine), separator="; ")),
            fix=Retry.having("--yes"),
        )
    for place, one in enumerate(mine):
        try:
            if one.remediation is not None:
                after(carry_out(connection, one.remediation, confirmed=True, tell=tell))
        except AdxmiError as error:
            error.why = "; ".join(
                (error.why, *_how_far([called(one.finding) for one in mine], place))
            )
            raise
    return tuple(one for one in every if one.remediation is None)


def _how_far(fixes: list[str], failed: int) -> list[str]:
    parts = {
        "done": fixes[:failed],
        "failed": fixes[failed : failed + 1],
        "not started": fixes[failed + 1 :],
    }
    return [f"{words}: {', '.join(some)}" for words, some in parts.items() if some]
