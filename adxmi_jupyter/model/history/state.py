"""The state of a cluster at a moment, as far as runs saw it, and how two states differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.model.history.rows import COMPLETE, Kind, SectionKey, StateRow

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import Recorded


@dataclass(frozen=True)
class SeenSection:
    """A section: when it was last read as a whole, by which run, and how the last try ended.

    `seen` and `run` are empty where it never was read.
    """

    seen: str = ""
    run: str = ""
    tried: str = ""
    completeness: str = COMPLETE

    @property
    def is_current(self) -> bool:
        """Whether the last run that tried could read it."""
        return bool(self.seen) and self.completeness == COMPLETE


@dataclass(frozen=True)
class SeenState:
    """What was seen until a moment: atoms, each as of the last run that read its section.

    `as_of` is the end of the last run that counts; empty where none did.
    """

    as_of: str = ""
    atoms: tuple[StateRow, ...] = ()
    sections: Mapping[SectionKey, SeenSection] = field(default_factory=dict)

    def knows(self, key: SectionKey) -> bool:
        """Tell whether a section was ever read, or its database is known not to be there."""
        found = self.sections.get(key)
        return (found is not None and bool(found.seen)) or self.lacks(key)

    def lacks(self, key: SectionKey) -> bool:
        """Tell whether the database of a section is known not to have been there."""
        databases = self.sections.get(SectionKey(key.cluster, Kind.DATABASE))
        if not key.database or databases is None or not databases.seen:
            return False
        found = self.sections.get(key)
        if found is not None and found.seen > databases.seen:
            return False
        return key.database not in self._databases(key.cluster)

    def _databases(self, cluster: str) -> set[str]:
        return {
            one.item for one in self.atoms if one.kind == Kind.DATABASE and one.cluster == cluster
        }


def seen_by(recorded: Recorded) -> SeenState:
    """Return what one run saw."""
    return seen_until([recorded])


def seen_until(runs: Iterable[Recorded]) -> SeenState:
    """Return what runs saw, given in their order: of each section what the last one read."""
    sections: dict[SectionKey, SeenSection] = {}
    atoms: dict[SectionKey, tuple[StateRow, ...]] = {}
    as_of = ""
    for recorded in runs:
        run, as_of = recorded.run, recorded.run.ended
        by_section: dict[SectionKey, list[StateRow]] = {}
        for row in recorded.state:
            if row.item:
                by_section.setdefault(row.section, []).append(row)
        for row in (one for one in recorded.state if one.is_section):
            key = row.section
            before = sections.get(key, SeenSection())
            if row.completeness == COMPLETE:
                sections[key] = SeenSection(run.ended, run.id, run.ended)
                atoms[key] = tuple(by_section.get(key, ()))
            else:
                sections[key] = SeenSection(before.seen, before.run, run.ended, row.completeness)
    return of_sections(as_of, sections, (one for some in atoms.values() for one in some))


def of_sections(
    as_of: str, sections: Mapping[SectionKey, SeenSection], atoms: Iterable[StateRow]
) -> SeenState:
    """Return a state without what databases had that are not there any more."""
    whole = SeenState(as_of, tuple(sorted(atoms)), sections)
    there = {key: one for key, one in sections.items() if not whole.lacks(key)}
    return SeenState(as_of, tuple(one for one in whole.atoms if one.section in there), there)


class Change(StrEnum):
    """How an atom differs between two states."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Difference:
    """An atom that differs, or a section of which it is unknown whether it does.

    `reason` says why that is unknown.
    """

    change: Change
    before: StateRow | None = None
    after: StateRow | None = None
    reason: str = ""

    @property
    def row(self) -> StateRow:
        """The atom after, or before where it is no longer there."""
        found = self.after or self.before
        if found is None:
            raise AssertionError
        return found


NOT_READ = "not read"


def differences(before: SeenState, after: SeenState) -> tuple[Difference, ...]:
    """Return how two states differ, in the order of their rows.

    Of a section that one of them does not know, it is unknown: nothing in it counts as added or
    removed.
    """
    found = [*_changed(before, after), *_unknown(before, after)]
    return tuple(sorted(found, key=lambda one: (one.row, one.change)))


def _changed(before: SeenState, after: SeenState) -> Iterator[Difference]:
    old = {one.atom: one for one in before.atoms}
    new = {one.atom: one for one in after.atoms}
    removed = [one for key, one in old.items() if key not in new and after.knows(one.section)]
    added = [one for key, one in new.items() if key not in old and before.knows(one.section)]
    paired = _paired(removed, added)
    for one in removed:
        if one.subject not in paired:
            yield Difference(Change.REMOVED, before=one)
    for one in added:
        if one.subject not in paired:
            yield Difference(Change.ADDED, after=one)
    for was, now in paired.values():
        yield Difference(Change.CHANGED, was, now)


def _paired(
    removed: Sequence[StateRow], added: Sequence[StateRow]
) -> Mapping[tuple[str, ...], tuple[StateRow, StateRow]]:
    """Return the atoms of which only the value differs, where that is certain."""
    gone, come = (Counter(one.subject for one in some) for some in (removed, added))
    now = {one.subject: one for one in added}
    return {
        one.subject: (one, now[one.subject])
        for one in removed
        if gone[one.subject] == come[one.subject] == 1
    }


def _unknown(before: SeenState, after: SeenState) -> Iterator[Difference]:
    for key in sorted({*before.sections, *after.sections}):
        reason = _reason(key, before) or _reason(key, after)
        if reason:
            section = StateRow(key.cluster, key.kind, key.database)
            yield Difference(Change.UNKNOWN, after=section, reason=reason)


def _reason(key: SectionKey, state: SeenState) -> str:
    """Return why a state does not tell of a section; empty where it does."""
    if state.lacks(key):
        return ""
    found = state.sections.get(key)
    if found is None:
        return NOT_READ
    return "" if found.is_current else found.completeness
