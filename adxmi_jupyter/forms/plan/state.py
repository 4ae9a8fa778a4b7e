"""What the plan form knows and does: the changes of a plan, and which of them to apply.

No widget in here. Additions are ticked unless the user unticks them, removals only if the user
ticks them. What a change requires is ticked and unticked with it. The plan is made of what was read
once, for each choice anew; *Apply* reads the cluster again, and sends what was shown or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.dependencies import Dependencies
from adxmi_jupyter.actions.plan.planning import survey
from adxmi_jupyter.forms.plan.writing import WritingState
from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.rendering.plan_text import (
    broken_by,
    change_label,
    change_lines,
    commands_of,
    kept_line,
    remarks_on,
    replaced_line,
    totals,
    unmatched_line,
    unseen_words,
)

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.planning import Options, Prepared, Survey
    from adxmi_jupyter.model.plan import Change, Identifier, Plan
    from adxmi_jupyter.model.policy_file.reading import PolicyFile
    from adxmi_jupyter.service.connection import Connection

ReadFile = Callable[[], "PolicyFile"]


@dataclass(frozen=True)
class PlanPreview:
    """What *Apply* would do: a line for each change, what stops working, the exact commands."""

    changes: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class PlanState(WritingState):
    """The plan of a policy file and what is ticked of it.

    Raises an AdxmiError when the file or the cluster cannot be read, also from `reload`; then
    everything stays as it was.

    Parameters
    ----------
    connection
        The cluster.
    read_file
        Reads the policy file, each time anew.
    options
        How the plan is made.

    """

    shows = "the plan"
    from_before = "the plan is the one from before"

    def __init__(self, connection: Connection, read_file: ReadFile, options: Options) -> None:
        super().__init__(connection)
        self._read_file = read_file
        self._options = options
        self._wanted: dict[Identifier, bool] = {}
        self._take(self._surveyed())

    def _surveyed(self) -> Survey:
        return survey(self._connection, self._read_file(), self._options)

    def _take(self, read: Survey) -> None:
        self._survey = read
        self.plan: Plan = read.prepared().plan
        self._dependencies = Dependencies.of(self.plan)
        there = {one.identifier for one in self.plan.changes}
        self._wanted = {one: ticked for one, ticked in self._wanted.items() if one in there}
        self._settle()

    def reload(self) -> None:
        """Read file and cluster again; what is ticked stays, as far as it is still planned."""
        self._connection.forget()
        self._take(self._surveyed())
        self.said = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The rows: every change of the plan, in the order of its text."""
        return self.plan.changes

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, exceptions that leave nothing out, what the file doesn't name."""
        kept = (kept_line(self.plan),) if self.plan.kept else ()
        unread = (f"not read: {unseen_words(one)}" for one in self.plan.unseen)
        unmatched = (unmatched_line(self.plan, one) for one in self.plan.unmatched)
        return (*map(replaced_line, self.plan.replacements), *unread, *unmatched, *kept)

    @property
    def totals(self) -> str:
        """How many changes of each kind the plan has."""
        return totals(self.plan)

    def is_ticked(self, change: Change) -> bool:
        """Tell whether a change is to be applied."""
        if change.status is not Status.PLANNED:
            return False
        return self._wanted.get(change.identifier, self._is_by_default(change))

    def _is_by_default(self, change: Change) -> bool:
        return change.action is Action.ADD and change.identifier not in self._dependencies.late

    def is_free(self, change: Change) -> bool:
        """Tell whether a change can be ticked, and unticked."""
        if change.status is not Status.PLANNED:
            return False
        return change.identifier not in self._dependencies.late or self.is_ticked(change)

    def remarks(self, change: Change) -> list[str]:
        """Return what there is to say about a change, why it cannot be ticked among it."""
        if self.is_free(change) or change.status is not Status.PLANNED:
            return remarks_on(change)
        required = self._dependencies.required_by(change)
        removals = [change_label(one) for one in required if one.action is Action.REMOVE]
        return [f"only together with {', '.join(removals)}", *remarks_on(change)]

    def want(self, change: Change, *, ticked: bool) -> None:
        """Tick a change and what it requires, or untick it and what requires it."""
        self.want_all((change,), ticked=ticked)

    def want_all(self, changes: tuple[Change, ...], *, ticked: bool) -> None:
        """Tick or untick several changes."""
        meant = {one.identifier for one in changes}
        said: dict[str, None] = {}
        for change in changes:
            if not self.is_free(change) or self.is_ticked(change) is ticked:
                continue
            for one in self._wish(change, ticked=ticked):
                if one.identifier not in meant:
                    said[self._along(one, change, ticked=ticked)] = None
        self.said = (*said, *self._settle())

    def _wish(self, change: Change, *, ticked: bool) -> list[Change]:
        """Note what is wanted of a change, and of others with it; return these."""
        others = self._dependencies.required_by if ticked else self._dependencies.that_require
        along = [one for one in others(change) if self.is_ticked(one) is not ticked]
        for one in (change, *along):
            self._wanted[one.identifier] = ticked
        return along

    @staticmethod
    def _along(one: Change, change: Change, *, ticked: bool) -> str:
        if ticked:
            return f"also selected: {change_label(one)}, required by {change_label(change)}"
        return f"also cleared: {change_label(one)}, which requires {change_label(change)}"

    def _settle(self) -> tuple[str, ...]:
        """Make the plan of what is ticked; untick what must not be done without the rest."""
        said: list[str] = []
        while True:
            self._chosen = self._survey.prepared(self._ticked)
            blocked = self._chosen.plan.of(Status.BLOCKED)
            for one in blocked:
                for other in (one, *self._dependencies.that_require(one)):
                    self._wanted[other.identifier] = False
                why = "; ".join(remarks_on(one))
                said.append(f"cleared: {change_label(replace(one, status=Status.PLANNED))}: {why}")
            if not blocked:
                return tuple(said)

    @property
    def _ticked(self) -> frozenset[Identifier]:
        return frozenset(one.identifier for one in self.changes if self.is_ticked(one))

    def discard(self) -> None:
        """Tick what is ticked at first."""
        self._wanted, self.said = {}, ()
        self._settle()

    @property
    def is_changed(self) -> bool:
        """Whether something else is ticked than at first."""
        return any(self.is_ticked(one) is not self._is_by_default(one) for one in self._planned)

    @property
    def _planned(self) -> tuple[Change, ...]:
        return self.plan.of(Status.PLANNED)

    @property
    def is_valid(self) -> bool:
        """Whether something is ticked."""
        return bool(self._ticked)

    @property
    def is_whole(self) -> bool:
        """Whether everything is ticked, and nothing is blocked: what ``apply`` does."""
        return not self.plan.of(Status.BLOCKED) and len(self._ticked) == len(self._planned)

    @property
    def targets(self) -> tuple[str, ...] | None:
        """The addresses of what is ticked, none for the whole plan; None if others have them, too.

        Whatever is blocked is left out by their addresses, for ``apply`` would apply nothing.
        """
        if self.is_whole:
            return ()
        addresses = {one.address for one in self.changes if self.is_ticked(one)}
        others = {one.address for one in self.changes if not self.is_ticked(one)}
        return None if addresses & others else tuple(sorted(addresses))

    @property
    def removes(self) -> bool:
        """Whether a removal is ticked."""
        return bool(self._chosen.plan.removals)

    @property
    def preview(self) -> PlanPreview:
        """What *Apply* would do now."""
        plan = self._chosen.plan
        lines = tuple(change_lines(plan.of(Status.PLANNED)))
        return PlanPreview(lines, broken_by(plan), commands_of(plan))

    @property
    def _ready(self) -> Prepared:
        return self._chosen
