"""Make the narrowest policy that the evidence of an audit supports, as a plan that can be applied.

What rules find superfluous is put together, then tried: where the check of a workflow would be
worse than it is now, or a protection holds, what it comes from is left out, until nothing is worse.
Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.audit.including import assumed
from adxmi_jupyter.actions.audit.simulating import Simulation
from adxmi_jupyter.actions.audit.suppressing import suppressed
from adxmi_jupyter.actions.audit.target_policy import planned_by, protected_of
from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.audit.narrowing import (
    Allowance,
    Hindrance,
    Kept,
    Narrowing,
    Step,
    Untold,
    planned,
)
from adxmi_jupyter.model.audit.rule import Rule, rule_of
from adxmi_jupyter.model.plan import Reason, Section, Status

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.actions.audit.simulating import Failure
    from adxmi_jupyter.actions.audit.suppressing import Settings
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.audit.narrowing import Assumed, Policies
    from adxmi_jupyter.model.plan import Change
    from adxmi_jupyter.model.policy_file.reading import ClusterContent

_NOTHING = Narrowing(())
_HINDRANCES = {
    Reason.WORKFLOW: Hindrance.WORKFLOW,
    Reason.NOT_ASSIGNED: Hindrance.NOT_ASSIGNED,
}


@dataclass(frozen=True)
class Narrowed:
    """A narrower policy: the plan of it, the steps that it is made of, and what stays, and why.

    `before` and `after` are the policies of the scopes that the plan changes.
    """

    prepared: Prepared
    steps: tuple[Step, ...]
    kept: tuple[Kept, ...]
    before: Policies
    after: Policies


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a narrower policy besides what the evidence supports.

    `include` names rows that cannot be told and are to be narrowed all the same, `file` is the
    policy file whose protections hold. `vouched` are rows that are included, too; of `rows` the
    policy gets narrower, of None all that can be.
    """

    settings: Settings
    include: tuple[str, ...] = ()
    file: ClusterContent | None = None
    vouched: Assumed = frozenset()
    rows: frozenset[Allowance] | None = None


def narrowed(found: Audit, wanted: Wanted) -> Narrowed:
    """Return the narrowest policy that the evidence supports, and what stays as it is.

    Raises
    ------
    InvalidValue, UnknownIdentity
        As `including.assumed`.
    InvalidPolicyFile
        A name in the policy file stands for nothing.

    """
    every = _Candidates(found, wanted.settings)
    given = assumed(found.cluster, tuple(every.untold(frozenset())), wanted.include)
    given |= wanted.vouched
    steps, kept = every.sorted_out(given)
    if wanted.rows is not None:
        chosen = {one.key for one in wanted.rows}
        steps = [one for one in steps if chosen.issuperset(each.key for each in _removed(one))]
    protected = protected_of(found, wanted.file)
    kept += [each for one in steps if protected(one) for each in _kept(one, Hindrance.PROTECTED)]
    choice = _Choice(found, [one for one in steps if not protected(one)])
    prepared = choice.settled()
    return Narrowed(
        prepared,
        tuple(choice.steps),
        tuple(_merged([*kept, *choice.kept])),
        {scope: found.cluster.policies[scope].known for scope in choice.after},
        choice.after,
    )


@dataclass(frozen=True)
class _Candidates:
    """What rules find superfluous, and what they cannot tell."""

    found: Audit
    settings: Settings

    def sorted_out(self, given: Assumed) -> tuple[list[Step], list[Kept]]:
        """Return what can be narrowed, and what stays because it is accepted or cannot be told."""
        accepted = {one.key for step in self._steps(given, State.MUTED) for one in _removed(step)}
        steps: dict[tuple[object, ...], Step] = {}
        kept: list[Kept] = []
        for step in self._steps(given, State.OPEN):
            if accepted.isdisjoint(one.key for one in _removed(step)):
                steps.setdefault(tuple(one.key for one in _removed(step)), step)
        for step in self._steps(given, State.MUTED):
            kept += _kept(step, Hindrance.SUPPRESSED)
        named = {one.key for one in given}
        for finding, row in self._rows(given):
            if row.allowance.key not in named:
                kept.append(Kept(row.allowance, Hindrance.CANNOT_TELL, finding, (), row.unseen))
        return list(steps.values()), kept

    def untold(self, given: Assumed) -> Iterator[Untold]:
        """Yield what cannot be told, each once."""
        yield from dict.fromkeys(row for _, row in self._rows(given))

    def _steps(self, given: Assumed, state: State) -> Iterator[Step]:
        for finding, narrowing in self._judged(given):
            if finding.state is state and not self._is_stale(narrowing):
                yield from (Step(finding, one) for one in _divided(narrowing))

    def _is_stale(self, narrowing: Narrowing) -> bool:
        """Tell whether something would be granted to an identity that isn't assigned."""
        cluster = self.found.cluster
        if cluster.assigned.unseen is not None:
            return False
        return any(not cluster.is_assigned(one.identity) for one in narrowing.added)

    def _rows(self, given: Assumed) -> Iterator[tuple[AuditFinding, Untold]]:
        for finding, narrowing in self._judged(given):
            if finding.state is State.CANNOT_TELL:
                unseen = finding.verdict.unseen
                yield from ((finding, Untold(one, unseen)) for one in _rows_of(finding))
            yield from ((finding, one) for one in narrowing.untold)

    def _judged(self, given: Assumed) -> Iterator[tuple[AuditFinding, Narrowing]]:
        """Yield findings that policies fix; what cannot be told is open if it is assumed."""
        for one in self.found.findings:
            rule = rule_of(one.rule)
            if one.state is State.PASSED or type(rule).narrowed is Rule.narrowed:
                continue
            finding = self._as_assumed(one, given)
            narrowing = rule.narrowed(self.found.cluster, finding.verdict, given)
            if narrowing is not None or finding.state is State.CANNOT_TELL:
                yield finding, narrowing or _NOTHING

    def _as_assumed(self, finding: AuditFinding, given: Assumed) -> AuditFinding:
        rows = {one.key for one in _rows_of(finding)}
        if finding.state is not State.CANNOT_TELL or rows.isdisjoint(one.key for one in given):
            return finding
        opened = replace(finding, verdict=replace(finding.verdict, state=State.OPEN))
        return suppressed((opened,), self.settings, self.found.cluster).findings[0]


def _divided(narrowing: Narrowing) -> Iterator[Narrowing]:
    """Yield what can be done without the rest, each on its own."""
    if narrowing.added:
        yield narrowing
        return
    yield from (Narrowing((one,)) for one in narrowing.removed)


def _rows_of(finding: AuditFinding) -> tuple[Allowance, ...]:
    """Return the row that a finding is about, where it is about a usage of an entry."""
    about = finding.verdict
    if about.identity is None or not about.usage:
        return ()
    return (Allowance(about.scope, about.identity, about.usage),)


def _removed(step: Step) -> tuple[Allowance, ...]:
    return step.narrowing.removed


def _kept(step: Step, hindrance: Hindrance, breaks: tuple[str, ...] = ()) -> Iterator[Kept]:
    for one in _removed(step):
        yield Kept(one, hindrance, step.finding, breaks)


def _merged(kept: Iterable[Kept]) -> Iterator[Kept]:
    """Yield what stays, once for each usage of an entry and each reason."""
    found: dict[object, Kept] = {}
    for one in kept:
        key = (one.allowance.key, one.hindrance)
        known = found.get(key)
        unseen = tuple(dict.fromkeys((*known.unseen, *one.unseen))) if known else one.unseen
        found[key] = replace(known or one, unseen=unseen)
    yield from found.values()


class _Choice:
    """The steps that are left, while those that would break something are left out."""

    def __init__(self, found: Audit, steps: Sequence[Step]) -> None:
        self._found = found
        self._present = {s: found.cluster.policies[s].known for s in found.cluster.scopes()}
        self._simulation: Simulation | None = None
        self.steps = list(steps)
        self.kept: list[Kept] = []

    @property
    def after(self) -> Policies:
        """The policies that the steps make."""
        return planned(self._present, self.steps)

    def settled(self) -> Prepared:
        """Leave out what would break something; return the plan of the rest."""
        while True:
            self._leave_out_failures()
            prepared = planned_by(self._found, self.after)
            blocked = prepared.plan.of(Status.BLOCKED)
            if not blocked or not self.steps:
                return prepared
            self._leave_out_blocked(blocked)

    def _leave_out_failures(self) -> None:
        """Leave out steps one at a time: without one, another may break nothing any more."""
        left_out: list[tuple[Step, tuple[str, ...]]] = []
        while self.steps and (failures := self._failures(self.steps)):
            culprit = failures[0].culprits(self.steps)[-1]
            breaks = tuple(
                dict.fromkeys(
                    one.workflow for one in failures if culprit in one.culprits(self.steps)
                )
            )
            left_out.append((culprit, breaks))
            self.steps.remove(culprit)
        for step, breaks in sorted(left_out, key=lambda one: one[0].order):
            if self._failures([*self.steps, step]):
                self.kept += _kept(step, Hindrance.WORKFLOW, breaks)
            else:
                self.steps.append(step)

    def _failures(self, steps: Sequence[Step]) -> Sequence[Failure]:
        if self._simulation is None:
            self._simulation = Simulation(self._found.facts, self._found.cluster.databases)
        return self._simulation.failures(planned(self._present, steps))

    def _leave_out_blocked(self, blocked: Sequence[Change]) -> None:
        left = list(self.steps)
        for change in blocked:
            hindrance = _HINDRANCES.get(change.reason or Reason.PROTECTED, Hindrance.PROTECTED)
            for step in [one for one in left if _is_in(change, one)]:
                left.remove(step)
                self.kept += _kept(step, hindrance, change.breaks)
        if len(left) == len(self.steps):  # nothing tells where it comes from
            for step in left:
                self.kept += _kept(step, Hindrance.PROTECTED)
            left = []
        self.steps = left


def _is_in(change: Change, step: Step) -> bool:
    """Tell whether a change comes from a step; the service rejects a policy as a whole."""
    every = (*step.narrowing.removed, *step.narrowing.added)
    if change.reason is Reason.NOT_ASSIGNED:
        return any(one.scope.database == change.database for one in every)
    return change.section is Section.POLICY and any(
        (one.scope.database, one.key[1], one.usage) == (change.database, change.key, change.item)
        for one in every
    )
