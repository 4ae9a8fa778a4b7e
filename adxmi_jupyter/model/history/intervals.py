"""States of many runs as intervals: a row, the run that saw it first, and the first that did not.

What does not change is kept once, however many runs see it. Moments are the ends of runs, as texts,
which sort as moments do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from adxmi_jupyter.model.history.rows import COMPLETE, Kind
from adxmi_jupyter.model.history.state import SeenSection, SeenState, of_sections

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import Run, SectionKey, StateRow


@dataclass(frozen=True, order=True)
class Interval:
    """A row that runs saw from `since` on and before `until`, which is empty while they do.

    A section stands in those runs that tried to read it. An atom stays when its section could not
    be read: it is what is known last.
    """

    row: StateRow
    since: str
    until: str = ""

    def covers(self, moment: str) -> bool:
        """Tell whether it holds at the end of a run."""
        return self.since <= moment and (not self.until or moment < self.until)


def advanced(
    intervals: Iterable[Interval], ended: str, state: Sequence[StateRow]
) -> tuple[Interval, ...]:
    """Return the intervals after a later run, which saw this state."""
    seen = set(state)
    whole = {one.section for one in state if one.is_section and one.completeness == COMPLETE}
    names = _databases(state) if any(key.kind == Kind.DATABASE for key in whole) else None
    found: list[Interval] = []
    for one in intervals:
        is_open = not one.until
        if is_open and one.row in seen:
            seen.discard(one.row)
        elif is_open and (one.row.is_section or one.row.section in whole or _gone(one, names)):
            found.append(replace(one, until=ended))
            continue
        found.append(one)
    return (*found, *(Interval(row, ended) for row in sorted(seen)))


def _databases(state: Iterable[StateRow]) -> frozenset[str]:
    return frozenset(one.item for one in state if one.kind == Kind.DATABASE)


def _gone(one: Interval, names: frozenset[str] | None) -> bool:
    return names is not None and bool(one.row.database) and one.row.database not in names


def known_only(intervals: Iterable[Interval], ends: frozenset[str]) -> tuple[Interval, ...]:
    """Return the intervals without what a run left behind that is not among the runs."""
    return tuple(
        one if not one.until or one.until in ends else replace(one, until="")
        for one in intervals
        if one.since in ends
    )


def state_at(intervals: Iterable[Interval], ended: str) -> tuple[StateRow, ...]:
    """Return the rows of the run that ended at a moment."""
    here = [one.row for one in intervals if one.covers(ended)]
    sections = [one for one in here if one.is_section]
    whole = {one.section for one in sections if one.completeness == COMPLETE}
    return tuple(sorted(one for one in here if one.is_section or one.section in whole))


def state_sizes(intervals: Iterable[Interval], ends: Sequence[str]) -> tuple[int, ...]:
    """Return how many rows each of the runs has that ended at these moments, which are in order."""
    by_section: dict[SectionKey, list[Interval]] = {}
    for one in intervals:
        by_section.setdefault(one.row.section, []).append(one)
    sizes = [0] * len(ends)
    for some in by_section.values():
        sections = [one for one in some if one.row.is_section]
        tried = _covering(sections, ends)
        whole = _covering((one for one in sections if one.row.completeness == COMPLETE), ends)
        atoms = _covering((one for one in some if not one.row.is_section), ends)
        for place in range(len(ends)):
            sizes[place] += tried[place] + (atoms[place] if whole[place] else 0)
    return tuple(sizes)


def _covering(intervals: Iterable[Interval], ends: Sequence[str]) -> tuple[int, ...]:
    """Return how many intervals cover each of the moments."""
    steps = [0] * (len(ends) + 1)
    for one in intervals:
        steps[bisect_left(ends, one.since)] += 1
        steps[bisect_left(ends, one.until) if one.until else len(ends)] -= 1
    return tuple(accumulate(steps[:-1]))


def seen_at(intervals: Sequence[Interval], runs: Sequence[Run], moment: str) -> SeenState:
    """Return what runs saw until a moment; `runs` are those that saw a state, in their order."""
    before = [one for one in runs if one.ended <= moment]
    if not before:
        return SeenState()
    last = before[-1].ended
    atoms = (one.row for one in intervals if not one.row.is_section and one.covers(last))
    return of_sections(last, _sections(intervals, before), atoms)


def _sections(
    intervals: Iterable[Interval], runs: Sequence[Run]
) -> Mapping[SectionKey, SeenSection]:
    found: dict[SectionKey, SeenSection] = {}
    lines = sorted((one.since, one) for one in intervals if one.row.is_section)
    for since, one in lines:
        held = [run for run in runs if since <= run.ended and one.covers(run.ended)]
        if not held:
            continue
        last, key = held[-1], one.row.section
        before = found.get(key, SeenSection())
        if one.row.completeness == COMPLETE:
            found[key] = SeenSection(last.ended, last.id, last.ended)
        else:
            found[key] = SeenSection(before.seen, before.run, last.ended, one.row.completeness)
    return found
