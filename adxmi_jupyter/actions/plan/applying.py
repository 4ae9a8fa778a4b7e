"""Carry out a plan, step by step, and tell the truth about each change.

The service has no transaction: what was applied stays, what depends on a failed step is not sent,
and the same command once more does the rest. Every step is read afresh before it is sent. What
isn't in the plan is not overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.history.plans import keep_apply, keep_plan
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.plan.policy_steps import PolicySteps
from adxmi_jupyter.actions.plan.replacing import OPTION
from adxmi_jupyter.actions.plan.role_steps import change_roles
from adxmi_jupyter.actions.plan.steps import Phase
from adxmi_jupyter.actions.policy import callouts
from adxmi_jupyter.actions.policy.callouts import CalloutChange
from adxmi_jupyter.actions.policy.policies import PolicyChange
from adxmi_jupyter.actions.roles.change import RoleChange
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    AdxmiError,
    ApplyIncomplete,
    ClusterChanged,
    ConfirmationRequired,
    ConnectionFailure,
    OperationContinues,
    PlanBlocked,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.model.assignment import plan_change
from adxmi_jupyter.model.history.rows import RunKind
from adxmi_jupyter.model.plan import Reason, Status

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.actions.plan.steps import Step
    from adxmi_jupyter.model.assignment import AssignmentChange
    from adxmi_jupyter.model.plan import Change, Plan
    from adxmi_jupyter.service.connection import Connection

_NAMED_AT_MOST = 5


class Result(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """How the changes of a step ended, and why, if not well."""

    step: Step
    result: Result
    failure: AdxmiError | None = None
    because: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Applied:
    """What became of a plan; `number` is what history and undo call it, 0 if nothing was sent."""

    plan: Plan
    number: int
    outcomes: tuple[Outcome, ...]

    @property
    def names(self) -> Mapping[str, str]:
        """The object IDs of the names of the file, as its lock file has them from now on.

        A name that stands for another identity keeps the former one until all is done that follows
        from it: what the former one is allowed would be forgotten before it is removed.
        """
        undone = (change for one in unfinished(self) for change in one.step.changes)
        is_left = self.plan.left_out or any(one.reason is Reason.REPLACED for one in undone)
        former = {one.name: one.before for one in self.plan.replacements} if is_left else {}
        return {**self.plan.names, **former}

    def of(self, *results: Result) -> tuple[Outcome, ...]:
        """Return the outcomes of some results."""
        return tuple(one for one in self.outcomes if one.result in results)


@dataclass(frozen=True)
class Applying:
    """How a plan is carried out."""

    confirmed: bool = False
    max_removals: int | None = None
    fails_fast: bool = False


def check_applicable(plan: Plan, how: Applying) -> None:
    """Check whether a plan may be carried out; nothing is sent.

    Raises
    ------
    PlanBlocked
        It has changes that must not be made.
    ConfirmationRequired
        It removes something and is not confirmed, or removes more than allowed.

    """
    _check_names(plan)
    blocked = plan.of(Status.BLOCKED)
    if blocked:
        raise PlanBlocked(
            f"the plan has {len(blocked)} blocked changes; nothing was sent",
            why=_listed(blocked),
            fix="change the file so that it keeps what the plan marks with !",
        )
    removals = plan.removals
    if how.max_removals is not None and len(removals) > how.max_removals:
        raise ConfirmationRequired(
            f"the plan removes {len(removals)}, more than {how.max_removals}; nothing was sent",
            why=_listed(removals),
            fix=ChangeOption("--max-removals", str(len(removals))),
        )
    if removals and not how.confirmed:
        broken = dict.fromkeys(name for one in removals for name in one.breaks)
        stops = f"; stops working: {', '.join(broken)}" if broken else ""
        raise ConfirmationRequired(
            f"the plan removes {len(removals)}; nothing was sent",
            why=_listed(removals) + stops,
            fix=Retry.having("--yes"),
        )


def _check_names(plan: Plan) -> None:
    changed = [one for one in plan.replacements if not one.is_confirmed]
    if changed:
        names = ",".join(one.name for one in plan.replacements)
        raise PlanBlocked(
            f"{_counted(len(changed))} for another identity than at the last apply; "
            "nothing was sent",
            why="; ".join(f"{one.name}: {one.before}, now {one.after}" for one in changed),
            fix=Retry((ChangeOption(OPTION, names),)),
        )


def _counted(names: int) -> str:
    return f"{names} names stand" if names > 1 else "1 name stands"


def _listed(changes: Sequence[Change]) -> str:
    rest = len(changes) - _NAMED_AT_MOST
    shown = "; ".join(
        f"{one.database or 'cluster'}: {one.subject} {one.item}" for one in changes[:_NAMED_AT_MOST]
    )
    return f"{shown} and {rest} more" if rest > 0 else shown


def apply(connection: Connection, prepare: Callable[[], Prepared], how: Applying) -> Applied:
    """Make a plan and carry it out, while no other write of this account is under way.

    Raises
    ------
    PlanBlocked, ConfirmationRequired
        See `check_applicable`.
    ClusterLocked
        Another write of this account does not end.
    AdxmiError
        As `prepare`. How single steps ended is in what is returned.

    """
    with connection.lock.held():
        prepared = prepare()
        check_applicable(prepared.plan, how)
        return carry_out(connection, prepared, how)


def carry_out(connection: Connection, prepared: Prepared, how: Applying) -> Applied:
    """Carry out the steps of a plan; the caller holds the lock.

    Where the cluster has a history, what the plan read is a run of it, and so are the writes.
    """
    keep_plan(prepared.world, prepared.plan, RunKind.PLAN)
    if not prepared.steps:
        return Applied(prepared.plan, 0, ())
    number = Journal(connection.history_file).next_apply()
    run = _Run(connection, how, PolicySteps(connection))
    with connection.noting(apply=number):
        outcomes = tuple(map(run.outcome_of, prepared.steps))
    keep_apply(connection)
    return Applied(prepared.plan, number, outcomes)


@dataclass
class _Run:
    """The steps of one apply: what they left behind, and what failed."""

    connection: Connection
    how: Applying
    policies: PolicySteps
    failed: list[Outcome] = field(default_factory=list)
    stopped: bool = False

    def outcome_of(self, step: Step) -> Outcome:
        """Carry out a step, unless what it depends on failed."""
        because = tuple(self._reasons(step))
        if because or self.stopped:
            outcome = Outcome(step, Result.SKIPPED, because=because)
        else:
            outcome = self._sent(step)
        if outcome.result is not Result.APPLIED:
            self.failed.append(outcome)
        return outcome

    def _sent(self, step: Step) -> Outcome:
        try:
            self._carry_out(step)
        except (WriteOutcomeUnknown, OperationContinues) as failure:
            self.stopped = self.stopped or _is_interrupt(failure) or self.how.fails_fast
            return Outcome(step, Result.UNKNOWN, failure)
        except AdxmiError as failure:
            hopeless = isinstance(failure, ConnectionFailure)
            self.stopped = self.stopped or hopeless or _is_interrupt(failure) or self.how.fails_fast
            return Outcome(step, Result.FAILED, failure)
        return Outcome(step, Result.APPLIED)

    def _reasons(self, step: Step) -> Iterator[Change]:
        """Yield the changes that did not come about, and that a step depends on.

        In a scope one step follows the other. What removes depends on what was to be added to the
        same identity anywhere, and whatever an identity gets on its being assigned.
        """
        keys = {one.key for one in step.changes}
        section = step.changes[0].section
        for outcome in self.failed:
            other = outcome.step
            for change in other.changes:
                is_same_scope = change.section is section and other.database == step.database
                is_assigned = other.phase is Phase.ASSIGN
                depends = step.phase.removes or is_assigned
                if (is_same_scope and step.phase.removes) or (depends and change.key in keys):
                    yield change

    def _carry_out(self, step: Step) -> None:
        write = step.write
        if isinstance(write, PolicyChange):
            self.policies.change(write)
        elif isinstance(write, RoleChange):
            change_roles(self.connection, write)
        elif isinstance(write, CalloutChange):
            callouts.apply(self.connection, write, confirmed=True)
        else:
            self._change_assigned(write)

    def _change_assigned(self, change: AssignmentChange) -> None:
        """Assign and remove identities.

        A change whose answer was lost may go on for a while: the cluster is read once more.
        """
        try:
            self._change_assigned_afresh(change)
        except ClusterChanged:
            self._change_assigned_afresh(change)

    def _change_assigned_afresh(self, change: AssignmentChange) -> None:
        present = identities.assigned(self.connection)
        gone = [one for one in change.removed if one.is_system or present.lists(one)]
        afresh = plan_change(present, change.added, gone)
        if not afresh.is_empty:
            identity_writes.apply(self.connection, afresh)
            self.policies.forget()


def _is_interrupt(failure: AdxmiError) -> bool:
    return isinstance(failure.__cause__, KeyboardInterrupt)


def unfinished(applied: Applied) -> tuple[Outcome, ...]:
    """Return what was not carried out or is unknown."""
    return applied.of(Result.FAILED, Result.UNKNOWN, Result.SKIPPED)


def incomplete(applied: Applied) -> ApplyIncomplete | None:
    """Return the error for an apply of which something is unfinished; None if nothing is."""
    left = unfinished(applied)
    if not left:
        return None
    changes = sum(len(one.step.changes) for one in left)
    total = sum(len(one.step.changes) for one in applied.outcomes)
    failures = [one.failure for one in left if one.failure is not None]
    interrupted = (one for one in failures if isinstance(one.__cause__, KeyboardInterrupt))
    first = next(interrupted, failures[0])
    error = ApplyIncomplete(
        f"{changes} of {total} changes were not applied",
        why=f"{first.what}: {first.why}",
        fix=Retry(),
    )
    error.__cause__ = first
    return error
