"""Ask a history: its runs, the state as of a moment, and how two states differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, MOMENT, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.write.history import every_entry
from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.history.rows import START, Kind, RunKind, StateRow, time_text
from adxmi_jupyter.model.history.state import Change
from adxmi_jupyter.model.moment import parse_moment

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.history.places import Store
    from adxmi_jupyter.model.history.rows import Recorded, Run
    from adxmi_jupyter.model.history.state import Difference, SeenState
    from adxmi_jupyter.service.connection import Connection

_NOW = "now"
PREVIOUS = "previous"
_PLACES = {"first": 0, PREVIOUS: -2, "last": -1}
"""Words for runs that read the cluster, and where these are among them."""
_WORD = re.compile(rf"({'|'.join(_PLACES)})(?:-({'|'.join(RunKind)}))?", re.IGNORECASE)
_RUN_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f-]{0,28})", re.IGNORECASE)
_APPLY = re.compile(r"[1-9]\d{0,5}")
_RECORD, _RUNS = Command.of("history", "record"), Command.of("history", "runs")
_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead a moment may be: those of another machine, by its clock."""
SEEN, LAST_KNOWN = "seen", "last known"


@dataclass(frozen=True)
class Wanted:
    """What of a state is wanted; empty means all."""

    kinds: tuple[str, ...] = ()
    database: str = ""

    def has(self, row: StateRow) -> bool:
        """Tell whether a row is wanted."""
        is_kind = not self.kinds or row.kind in self.kinds
        return is_kind and (not self.database or row.database == self.database)


EVERYTHING = Wanted()


def state_of(
    connection: Connection, store: Store, text: str, *, is_first: bool = False
) -> SeenState:
    """Return the state that a time, a run or the number of an apply stands for.

    An apply stands for the run after it, or as the first of two states for the run before it.

    Raises
    ------
    HistoryUnavailable
        There is no such run or apply, no run until then, or the time is yet to come.
    InvalidInput
        It is none of these.

    """
    runs = [one for one in store.runs() if one.has_state]
    word = text.strip()
    if word.lower() == _NOW or not word:
        return _until(store, runs, time_text(datetime.now(UTC)))
    placed = _WORD.fullmatch(word.lower())
    if placed:
        return store.as_of(_placed(runs, *placed.groups()).ended)
    if _APPLY.fullmatch(word):
        return _of_apply(connection, store, runs, int(word), is_first=is_first)
    if _RUN_ID.fullmatch(word):
        return _of_run(store, word, runs)
    return _until(store, runs, time_text(parse_moment(word)))


def _until(store: Store, runs: Sequence[Run], moment: str) -> SeenState:
    if not runs:
        raise HistoryUnavailable(
            "no run has read the cluster yet", why="the history has its writes alone", fix=_RECORD
        )
    if not any(one.ended <= moment for one in runs):
        raise HistoryUnavailable(
            f"no run read the cluster until {moment}",
            why=f"the first one ended {runs[0].ended}",
            fix=_RUNS,
        )
    if parse_moment(moment) > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise HistoryUnavailable(
            f"{moment} is in the future",
            why=f"the last run that read the cluster ended {runs[-1].ended}",
            fix=_RUNS,
        )
    return store.as_of(moment)


def _placed(runs: Sequence[Run], word: str, kind: str | None) -> Run:
    place, found = _PLACES[word], [one for one in runs if kind in {None, one.kind}]
    if len(found) < (abs(place) or 1):
        raise HistoryUnavailable(
            f"there is no {word} {kind or 'run'}",
            why=f"runs that read the cluster: {len(runs)}",
            fix=_RECORD,
        )
    return found[place]


def _of_run(store: Store, word: str, runs: Sequence[Run]) -> SeenState:
    found = [one for one in runs if one.id.startswith(word.lower())]
    if len(found) != 1:
        raise HistoryUnavailable(
            f"there is no run {word}" if not found else f"{word} stands for several runs",
            why=f"{len(found)} of {len(runs)} runs that read the cluster begin so",
            fix=_RUNS,
        )
    return store.as_of(found[0].ended)


def _of_apply(
    connection: Connection, store: Store, runs: Sequence[Run], number: int, *, is_first: bool
) -> SeenState:
    writes = [one for one in every_entry(connection) if one.apply == number]
    if not writes:
        raise HistoryUnavailable(
            f"there is no apply {number}",
            why="the journal of this machine has no write of it",
            fix=Command.of("history"),
        )
    begun, ended = (time_text(parse_moment(one.time)) for one in (writes[0], writes[-1]))
    if is_first:
        return _until(store, runs, begun)
    after = next((one for one in runs if one.started >= ended), None)
    if after is None:
        raise HistoryUnavailable(
            f"no run read the cluster after apply {number}", why=f"it ended {ended}", fix=_RECORD
        )
    return store.as_of(after.ended)


_STATE = ("kind", "scope", "database", "item", "identity", "object_id", "detail", "state")


def state_frame(
    state: SeenState, wanted: Wanted = EVERYTHING, *, times: bool = False
) -> pd.DataFrame:
    """Return a state as a DataFrame: an atom in a row, and a row for what could not be read.

    Columns: ``kind``, ``scope``, ``database``, ``item`` (usage, role, rule, workflow), ``identity``
    (its name, or that of the principal), ``object_id``, ``detail``, ``state`` (``seen``,
    ``last known`` or why it is not known), all string; with `times` also ``seen``
    datetime64[ns, UTC] and ``run`` string.
    """
    columns = dict.fromkeys(_STATE, TEXT)
    columns |= {"seen": MOMENT, "run": TEXT} if times else {}
    rows = []
    for one in state.atoms:
        section = state.sections[one.section]
        if wanted.has(one):
            told = SEEN if section.is_current else LAST_KNOWN
            rows.append((*_cells(one), told, *((section.seen, section.run) if times else ())))
    for key, section in sorted(state.sections.items()):
        row = _section_row(key)
        if not section.is_current and wanted.has(row):
            seen = (section.seen or None, section.run) if times else ()
            rows.append((*_cells(row), section.completeness, *seen))
    frame = fixed_frame(columns, rows)
    frame.attrs["adxmi"] = {"as_of": state.as_of}
    return frame


def _section_row(key: tuple[str, str, str]) -> StateRow:
    return StateRow(*key)


def _cells(row: StateRow) -> tuple[str, ...]:
    return (
        *(row.kind, row.scope, row.database, row.item),
        *(row.identity_name, row.object_id, _detail(row)),
    )


def _detail(row: StateRow) -> str:
    values = row.told
    if row.kind == Kind.CALLOUT and row.item:
        return "allowed" if values.get("allowed") else "denied"
    return str(values.get("principal") or values.get("target") or "")


def sections_frame(recorded: Recorded) -> pd.DataFrame:
    """Return what a run read as a DataFrame, a section in a row.

    Columns: ``kind``, ``scope``, ``database`` string; ``rows`` Int64 (the number of its atoms);
    ``completeness`` (``complete``, or why it is unknown) string.
    """
    columns = {"kind": TEXT, "scope": TEXT, "database": TEXT, "rows": NUMBER, "completeness": TEXT}
    rows = [
        (one.kind, one.scope, one.database, one.told.get("rows"), one.completeness)
        for one in recorded.state
        if one.is_section
    ]
    return fixed_frame(columns, rows)


_DIFFERENCE = (
    *("change", "kind", "scope", "database", "item", "identity", "object_id"),
    *("before", "after", "reason"),
)


def difference_frame(found: Iterable[Difference], wanted: Wanted = EVERYTHING) -> pd.DataFrame:
    """Return how two states differ as a DataFrame.

    Columns: ``change`` (``added``, ``removed``, ``changed``, ``unknown``), ``kind``, ``scope``,
    ``database``, ``item``, ``identity``, ``object_id``, ``before``, ``after`` (details, where there
    are any), ``reason`` (why it is unknown), all string.
    """
    rows = [
        (
            one.change.value,
            *_cells(one.row)[:-1],
            _detail(one.before) if one.before else "",
            _detail(one.after) if one.after and one.change is not Change.UNKNOWN else "",
            one.reason,
        )
        for one in found
        if wanted.has(one.row)
    ]
    return fixed_frame(dict.fromkeys(_DIFFERENCE, TEXT), rows)


def runs_frame(
    runs: Sequence[Run], *, sent: frozenset[str] | None, intact: Sequence[bool] | None
) -> pd.DataFrame:
    """Return runs as a DataFrame, in the order of their ends.

    Columns: ``run`` string (its ID), ``started``, ``ended`` datetime64[ns, UTC], ``kind``, ``by``,
    ``findings``, ``sha256`` string, ``reached`` Int64; where it is known ``sent`` bool; once
    verified ``intact`` bool.
    """
    columns = {"run": TEXT, "started": MOMENT, "ended": MOMENT, "kind": TEXT, "by": TEXT}
    columns |= {"reached": NUMBER, "findings": TEXT, "sha256": TEXT}
    columns |= {"sent": FLAG} if sent is not None else {}
    columns |= {"intact": FLAG} if intact is not None else {}
    rows = [
        (
            *(one.id, one.started, one.ended, one.kind, one.by, one.reached),
            *("" if one.findings == "{}" else one.findings, one.digest),
            *((one.id in sent,) if sent is not None else ()),
            *((intact[place],) if intact is not None else ()),
        )
        for place, one in enumerate(runs)
    ]
    return fixed_frame(columns, rows)


def verified(store: Store, runs: Sequence[Run]) -> tuple[bool, ...]:
    """Tell of each run whether its rows are those of its digest, and the run before it is there."""
    digests = {one.digest for one in runs}
    continued: dict[str, int] = {}
    for one in runs:
        continued[one.previous] = continued.get(one.previous, 0) + 1
    return tuple(_is_intact(one, digests, continued) for one in store.recorded(runs))


def _is_intact(recorded: Recorded, digests: set[str], continued: dict[str, int]) -> bool:
    previous = recorded.run.previous
    is_linked = previous == START or (previous in digests and continued[previous] == 1)
    return recorded.is_intact and is_linked
