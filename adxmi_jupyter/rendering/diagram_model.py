"""The stations of a chain: identity, assigned, policy, workflow, target, and the links at each.

Plain values for whoever draws a chain or tells of it. A workflow that goes through an external
table has two chains: its own, and the one of the identity that the table signs in with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from adxmi_jupyter.error_base import one_line

STATIONS = ("identity", "assigned", "policy", "workflow", "target")
IDENTITY, ASSIGNED, POLICY, WORKFLOW, TARGET = STATIONS
TABLE = "external table"

UNSEEN, PLAIN = "unseen", ""
"""States beside those of findings: not looked at yet, and nothing to look at."""

SIGNS = {"ok": "✓", "missing": "✗", "unknown": "?", "warning": "!", UNSEEN: "…", PLAIN: ""}
_WORST_FIRST = ("missing", "warning", "unknown", UNSEEN, "ok", PLAIN)

# A link that is not named here is about the workflow itself.
_AT = {
    "identity exists": IDENTITY,
    "kind of ID": IDENTITY,
    "assigned to the cluster": ASSIGNED,
    "follower clusters": ASSIGNED,
    "allowed by policy": POLICY,
    "callout policy": POLICY,
    "plugin": WORKFLOW,
    "security role": WORKFLOW,
    "state": WORKFLOW,
    "external table": TARGET,
    "same tenant": TARGET,
    "Azure role": TARGET,
    "Cosmos DB role": TARGET,
    "right at the target": TARGET,
}
# What a check calls rows that are about no workflow.
_NO_WORKFLOWS = ("policy", "refusal")
_NAMES_THE_IDENTITY = ("assigned to the cluster", "identity exists", "allowed by policy")
_BETWEEN = (" on ", " in ", " and ", " through ", " as ")


@dataclass(frozen=True)
class Step:
    """A link as it is known; `state` is that of a finding, or ``unseen``."""

    link: str
    subject: str
    state: str
    detail: str = ""

    @property
    def words(self) -> str:
        """All that is known of it, on one line."""
        told = f"{self.link}: {self.subject}: {_in_words(self.state)}"
        return one_line(f"{told}, {self.detail}" if self.detail else told)


@dataclass(frozen=True)
class Station:
    """A station and its links; `about` is what they are about, in few words.

    Without any link its state is `otherwise`, and `note` says why there is none.
    """

    name: str
    about: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    otherwise: str = PLAIN
    note: str = ""

    @property
    def state(self) -> str:
        """The worst that is known of its links; `otherwise` without any."""
        states = [_known(step.state) for step in self.steps]
        return min(states, key=_WORST_FIRST.index, default=self.otherwise)

    @property
    def words(self) -> str:
        """What it is about and all of its links, a line each."""
        head = one_line(" ".join((self.name, *self.about)))
        notes = [self.note] if self.note else []
        return "\n".join((head, *(step.words for step in self.steps), *notes))


@dataclass(frozen=True)
class Track:
    """Stations one after the other; `caption` tells whose, where that is not plain."""

    stations: tuple[Station, ...]
    caption: str = ""

    @property
    def words(self) -> str:
        """The track on one line: every station with its mark."""
        return " → ".join(f"{one.name} {SIGNS[one.state]}".rstrip() for one in self.stations)


def tracks_of(workflow: str, name: str, steps: Sequence[Step]) -> tuple[Track, ...]:
    """Return the track of a workflow, and that of the external table it goes through.

    Without links nothing is known yet. Links that are none of a chain, such as those of a refusal
    by the service itself, make no track.
    """
    if steps and not any(step.link in _AT and step.link != "state" for step in steps):
        return ()
    own, beyond = _parted(steps)
    about = () if workflow in _NO_WORKFLOWS else tuple(filter(None, (workflow, name)))
    first = Track(_stations(own, about))
    if not steps:
        return (Track(tuple(map(_unseen, first.stations))),)
    return (first, _through(own, beyond)) if beyond else (first,)


def _unseen(station: Station) -> Station:
    return replace(station, otherwise=UNSEEN, note=_in_words(UNSEEN))


def _through(own: Sequence[Step], beyond: Sequence[Step]) -> Track:
    """Return the track of an external table; what it shares with the workflow is told there."""
    label = _label(own)
    table = next(_rest_of(step, label) for step in own if step.link == TABLE)
    stations = []
    for one in _stations(beyond, (table.removeprefix(f"{TABLE} "),)):
        if one.name == WORKFLOW:
            stations.append(replace(one, name=TABLE))
        else:
            stations.append(one if one.steps else replace(one, note="as above"))
    caption = f"Through the {table}, as {_label(beyond) or label}:"
    return Track(tuple(stations), one_line(caption))


def _parted(steps: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """Part the links of a workflow from those of the external table, if it acts by itself."""
    at = next((n for n, step in enumerate(steps) if step.link == TABLE), len(steps)) + 1
    after = steps[at:]
    if not any(_AT.get(step.link) in {IDENTITY, ASSIGNED, POLICY} for step in after):
        return list(steps), []
    of_workflow = [one for one in after if _station_of(one) == WORKFLOW or one.link == TABLE]
    return [*steps[:at], *of_workflow], [one for one in after if one not in of_workflow]


def _stations(steps: Sequence[Step], about: tuple[str, ...]) -> tuple[Station, ...]:
    label = _label(steps)
    made = []
    for name in STATIONS:
        here = tuple(step for step in steps if _station_of(step) == name)
        said = about if name == WORKFLOW else _about(name, here, label)
        made.append(Station(name, tuple(map(one_line, said)), here))
    return tuple(made)


def _station_of(step: Step) -> str:
    return _AT.get(step.link, WORKFLOW)


def _about(name: str, steps: Iterable[Step], label: str) -> tuple[str, ...]:
    if name == IDENTITY:
        return (label,) if label else ()
    told = {
        POLICY: [_rest_of(one, label) for one in steps if one.link == "allowed by policy"],
        TARGET: [_rest_of(one, label) for one in steps if one.link != "same tenant"],
    }
    return tuple(dict.fromkeys(told.get(name, ())))


def _label(steps: Iterable[Step]) -> str:
    """Return what the links call their identity."""
    found = {step.link: step.subject for step in reversed(tuple(steps))}
    named = next((found[link] for link in _NAMES_THE_IDENTITY if link in found), "")
    is_with_usage = not any(link in found for link in _NAMES_THE_IDENTITY[:-1])
    return named.rsplit(" ", 1)[0] if is_with_usage else named


def _rest_of(step: Step, label: str) -> str:
    """Return what a link is about, without the identity."""
    rest = step.subject.removeprefix(label) if label else step.subject
    for word in _BETWEEN:
        rest = rest.removeprefix(word)
    return rest.strip()


def _known(state: str) -> str:
    return state if state in _WORST_FIRST else "unknown"


def _in_words(state: str) -> str:
    return "not checked" if state == UNSEEN else state
