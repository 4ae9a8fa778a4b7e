"""Results of many clusters: how many were reached first, then each row once.

The frame holds a row for each cluster. What is displayed folds rows that differ in the cluster
only, since the same change on forty clusters is one thing to read.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from adxmi_jupyter.actions.fleet.frames import CLUSTER, STATE
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.fleet_run import Reach
from adxmi_jupyter.rendering.display import DEFAULT, display_table
from adxmi_jupyter.rendering.html_table import MOST_ROWS, NO_MATH, html_table
from adxmi_jupyter.rendering.shown_frame import ResultFrame
from adxmi_jupyter.rendering.text import plain, text_table, visible

if TYPE_CHECKING:
    from adxmi_jupyter.model.fleet_run import Outcome, Reached
    from adxmi_jupyter.rendering.display import Choice, DisplayTable

_WITH_ROWS = [Reach.REACHED.value, Reach.IN_PART.value, Reach.ROLE_LEFT.value]
_MOST_NAMES = 5
_LONGEST_REASON = 120


class FleetTable(ResultFrame):
    """The frame of a run over many clusters; `lines` are shown above it."""

    _lines: tuple[str, ...] = ()
    _left_out: Mapping[str, str] = MappingProxyType({})
    _documents: Mapping[str, Callable[[], str]] = MappingProxyType({})

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        lines: Sequence[str],
        choice: Choice = DEFAULT,
        left_out: Mapping[str, str] = MappingProxyType({}),
        documents: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    ) -> FleetTable:
        """Return a frame with the columns `CLUSTER` and `STATE` as it is displayed.

        Rows with the value that `left_out` has of a column are counted only. `documents` are the
        formats of its own that the result has.
        """
        table = cls(frame)
        table._lines, table._choice, table._left_out = tuple(lines), choice, left_out
        table._documents = documents
        counts = [
            f"not displayed: {count} with {name} {value}"
            for name, value in left_out.items()
            if name in frame and (count := int((frame[name] == value).sum()))
        ]
        table._lines += tuple(counts)
        return table

    def as_document(self, form: str) -> str | None:
        """Return the result in a format for other tools."""
        make = self._documents.get(form)
        return make() if make else None

    @property
    def display(self) -> DisplayTable:
        """What is displayed of the clusters that were reached: each row once."""
        plain_frame = pd.DataFrame(self)
        if CLUSTER not in plain_frame or STATE not in plain_frame:
            return display_table(plain_frame, self._choice)
        there = plain_frame[plain_frame[STATE].isin(_WITH_ROWS)]
        for name, value in self._left_out.items():
            there = there[there[name] != value] if name in there else there
        rest = there.drop(columns=[CLUSTER, STATE])
        return _folded(display_table(rest, self._choice), there[CLUSTER].tolist())

    @property
    def parts(self) -> tuple[DisplayTable | str, ...]:
        """What a terminal draws: the summary, then the table."""
        table = self.display
        summary = "\n".join(self._lines)
        return (summary, table, *self._below(table)) if table.rows else (summary,)

    def to_text(self) -> str:
        """Return the summary and the table as text."""
        table = self.display
        drawn = [text_table(table.columns, table.rows), *self._below(table)] if table.rows else []
        return "\n".join([*self._lines, *drawn])

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str | None:
        table = self.display
        if self._live is not None and len(table.rows) > MOST_ROWS:
            self._live.add(table)
        lines = "<br/>".join(html.escape(visible(line)) for line in self._lines)
        above = f'<p class="{NO_MATH}" style="margin: 4px 0">{lines}</p>'
        return above + (self._drawn(table) if table.rows else "")

    def _drawn(self, table: DisplayTable) -> str:
        return html_table(table)

    def _below(self, _table: DisplayTable) -> tuple[str, ...]:
        """Return lines that explain the table."""
        return ()


def reached_lines(reached: Reached, noun: str = "clusters") -> list[str]:
    """Return how many clusters were reached, and the others by reason."""
    lines = [f"{reached.count} of {reached.asked} {noun} reached"]
    for reach, outcomes in reached.missing.items():
        names = named_at_most([one.cluster for one in outcomes])
        reasons = _reasons(outcomes)
        lines.append("  " + one_line(f"{reach} ({len(outcomes)}): {names}{reasons}"))
    return lines


def folded_notes(notes: Iterable[tuple[str, str]]) -> list[str]:
    """Return notes of clusters, each once, with the clusters that it was said of."""
    said: dict[str, list[str]] = {}
    for cluster, note in notes:
        said.setdefault(note, []).append(cluster)
    return [one_line(f"{named_at_most(names)}: {note}") for note, names in said.items()]


def named_at_most(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _reasons(outcomes: Sequence[Outcome]) -> str:
    """Return the reason, where it is the same for all of them, or that of the first."""
    reasons = dict.fromkeys(one.why for one in outcomes if one.why)
    if not reasons:
        return ""
    first = next(iter(reasons))
    cut = first if len(first) <= _LONGEST_REASON else f"{first[:_LONGEST_REASON]}…"
    return f" — {cut}" + (f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else "")


def _folded(table: DisplayTable, clusters: Sequence[str]) -> DisplayTable:
    """Return a table with each row once, and the clusters that have it in front."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(table.full_rows):
        groups.setdefault(row, []).append(place)
    used = [at for at in range(len(table.columns)) if any(row[at] for row in table.full_rows)]
    rows, full = [], []
    for places in groups.values():
        names = list(dict.fromkeys(plain(str(clusters[place])) for place in places))
        rows.append((_cell(names), *(table.rows[places[0]][at] for at in used)))
        full.append((", ".join(names), *(table.full_rows[places[0]][at] for at in used)))
    return replace(
        table,
        columns=(CLUSTER, *(table.columns[at] for at in used)),
        rows=tuple(rows),
        full_rows=tuple(full),
        numbers=frozenset(used.index(at) + 1 for at in table.numbers if at in used),
    )


def _cell(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} clusters: {named_at_most(names)}"
