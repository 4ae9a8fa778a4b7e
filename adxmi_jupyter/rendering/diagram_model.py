"""What a diagram of a workflow shows: identity, assignment, policy, workflow, target.

Plain values for whoever draws the requirements of a workflow or tells of them. A workflow that goes
through an external table has two tracks: its own, and that of the identity of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    Exists,
    Key,
    ReadsThrough,
    WritesThrough,
)
from adxmi_jupyter.rendering.requirements import besides_identity, evidence, subject, title

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.rendering.requirements import About


class Part(StrEnum):
    """The parts of a diagram, in their order."""

    IDENTITY = "identity"
    ASSIGNED = "assigned"
    POLICY = "policy"
    WORKFLOW = "workflow"
    TARGET = "target"
    TABLE = "external table"


PARTS = (Part.IDENTITY, Part.ASSIGNED, Part.POLICY, Part.WORKFLOW, Part.TARGET)

UNSEEN, PLAIN = "unseen", ""
"""States beside those of findings: not looked at yet, and nothing to look at."""

SIGNS = {"met": "✓", "not met": "✗", "unknown": "?", "warning": "!", UNSEEN: "…", PLAIN: ""}
_WORST_FIRST = ("not met", "warning", "unknown", UNSEEN, "met", PLAIN)

# What is not named here is about the workflow itself.
_PART_OF = {
    Key.ID: Part.IDENTITY,
    Key.EXISTS: Part.IDENTITY,
    Key.ASSIGNED: Part.ASSIGNED,
    Key.FOLLOWERS: Part.ASSIGNED,
    Key.ALLOWED: Part.POLICY,
    Key.CALLOUT: Part.POLICY,
    Key.EXTERNAL_TABLE: Part.TARGET,
    Key.TENANT: Part.TARGET,
    Key.AZURE_ROLE: Part.TARGET,
    Key.COSMOS_DB_ROLE: Part.TARGET,
    Key.SQL_SERVER_ROLE: Part.TARGET,
    Key.TARGET: Part.TARGET,
    Key.CONSUMER_GROUP: Part.TARGET,
    Key.NETWORK: Part.TARGET,
}
_OF_NO_BOX = (Key.TENANT, Key.NETWORK)
_OF_THE_IDENTITY = (Part.IDENTITY, Part.ASSIGNED, Part.POLICY)


def css_class(state: str) -> str:
    """Return the class of what is drawn in a state, a single word."""
    return state.replace(" ", "-") or "plain"


@dataclass(frozen=True)
class Step:
    """A requirement or observation as it is known; without a finding it was not looked at yet."""

    about: About
    finding: Finding | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return title(self.about)

    @property
    def subject(self) -> str:
        """What it is about."""
        return subject(self.about)

    @property
    def state(self) -> str:
        """What is known of it, in a word."""
        return self.finding.state.value if self.finding else UNSEEN

    @property
    def evidence(self) -> str:
        """Why it was found so."""
        return evidence(self.finding) if self.finding else ""

    @property
    def part(self) -> Part:
        """The part of the diagram that it belongs to."""
        key = self.about.key
        return _PART_OF.get(key, Part.WORKFLOW) if isinstance(key, Key) else Part.WORKFLOW

    @property
    def words(self) -> str:
        """All that is known of it, on one line."""
        told = f"{self.title}: {self.subject}: {_in_words(self.state)}"
        return one_line(f"{told}, {self.evidence}" if self.evidence else told)


def step_of(finding: Finding) -> Step:
    """Return a finding as a step."""
    return Step(finding.about, finding)


@dataclass(frozen=True)
class Box:
    """A part of the diagram and its steps; `about` is what they are about, in few words.

    Without any step its state is `otherwise`, and `note` says why there is none.
    """

    part: Part
    about: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    otherwise: str = PLAIN
    note: str = ""

    @property
    def state(self) -> str:
        """The worst that is known of its steps; `otherwise` without any."""
        return min(
            (step.state for step in self.steps), key=_WORST_FIRST.index, default=self.otherwise
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What it is about, and each of its steps."""
        head = one_line(" ".join((self.part, *self.about)))
        notes = [self.note] if self.note else []
        return (head, *(step.words for step in self.steps), *notes)


@dataclass(frozen=True)
class Track:
    """Boxes one after the other; `caption` tells whose, where that is not plain."""

    boxes: tuple[Box, ...]
    caption: str = ""

    @property
    def words(self) -> str:
        """The track on one line: every box with its sign."""
        return " → ".join(f"{one.part} {SIGNS[one.state]}".rstrip() for one in self.boxes)


def tracks_of(
    workflow: str, name: str, steps: Sequence[Step], kind: CheckedKind = CheckedKind.WORKFLOW
) -> tuple[Track, ...]:
    """Return the track of a workflow, and that of the external table it goes through.

    Without steps nothing is known yet. Observations alone, such as those of an error of the service
    itself, make no track.
    """
    if steps and not any(_belongs(step) for step in steps):
        return ()
    own, beyond = _parted(steps)
    about = tuple(filter(None, (workflow, name))) if kind is CheckedKind.WORKFLOW else ()
    first = Track(_boxes(own, about))
    if not steps:
        return (Track(tuple(map(_unseen, first.boxes))),)
    return (first, _through(own, beyond)) if beyond else (first,)


def _belongs(step: Step) -> bool:
    """Tell whether a step is a requirement, or an observation about one."""
    return isinstance(step.about.key, Key)


def _unseen(box: Box) -> Box:
    return replace(box, otherwise=UNSEEN, note=_in_words(UNSEEN))


def _through(own: Sequence[Step], beyond: Sequence[Step]) -> Track:
    """Return the track of an external table; what it shares with the workflow is told there."""
    table = next(one.about for one in own if isinstance(one.about, WritesThrough | ReadsThrough))
    boxes = []
    for one in _boxes(beyond, (table.external_table,)):
        if one.part is Part.WORKFLOW:
            boxes.append(replace(one, part=Part.TABLE))
        else:
            boxes.append(one if one.steps else replace(one, note="as above"))
    label = _label(beyond) or _label(own)
    caption = f"Through the {Part.TABLE} {table.external_table}, as {label}:"
    return Track(tuple(boxes), one_line(caption))


def _parted(steps: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """Part the steps of a workflow from those of the external table, if it acts by itself."""
    places = (n for n, one in enumerate(steps) if one.about.key is Key.EXTERNAL_TABLE)
    at = next(places, len(steps)) + 1
    after = steps[at:]
    if not any(one.part in _OF_THE_IDENTITY for one in after):
        return list(steps), []
    of_workflow = [
        one for one in after if one.part is Part.WORKFLOW or one.about.key is Key.EXTERNAL_TABLE
    ]
    return [*steps[:at], *of_workflow], [one for one in after if one not in of_workflow]


def _boxes(steps: Sequence[Step], about: tuple[str, ...]) -> tuple[Box, ...]:
    made = []
    for part in PARTS:
        here = tuple(step for step in steps if step.part is part)
        said = about if part is Part.WORKFLOW else _about(part, here, _label(steps))
        made.append(Box(part, tuple(map(one_line, said)), here))
    return tuple(made)


def _about(part: Part, steps: Iterable[Step], label: str) -> tuple[str, ...]:
    if part is Part.IDENTITY:
        return (label,) if label else ()
    told = {
        Part.POLICY: [one for one in steps if one.about.key is Key.ALLOWED],
        Part.TARGET: [one for one in steps if one.about.key not in _OF_NO_BOX],
    }
    return tuple(dict.fromkeys(besides_identity(one.about) for one in told.get(part, ())))


def _label(steps: Iterable[Step]) -> str:
    """Return what the identity of a track is called."""
    for kinds in ((Assigned,), (Exists,), (Allowed,)):
        for one in steps:
            if isinstance(one.about, kinds):
                return one.about.identity.label
    return ""


def _in_words(state: str) -> str:
    return "not checked" if state == UNSEEN else state
