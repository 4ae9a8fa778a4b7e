"""The overview of a cluster as a DataFrame that shows itself as a page of short tables.

Of each section those rows are shown that have the most to tell; the DataFrame has all.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.check.overview import in_state
from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.rendering.check_causes import causes
from adxmi_jupyter.rendering.display import WIDE, display_table
from adxmi_jupyter.rendering.html_table import COMMANDS, NO_MATH, html_table
from adxmi_jupyter.rendering.requirements import evidence, subject
from adxmi_jupyter.rendering.shown_frame import ResultFrame
from adxmi_jupyter.rendering.text import text_table, visible

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.overview import IdentityLine, Overview, Standing
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.rendering.check_causes import Cause
    from adxmi_jupyter.rendering.display import DisplayTable

    Write = Callable[[Fix], str]
    Row = tuple[object, ...]

IDENTITY, DATABASE, WORKFLOW, FINDING = "identity", "database", "workflow", "finding"
_COLUMNS = {
    "section": TEXT,
    "name": TEXT,
    "workflows": NUMBER,
    "not_met": NUMBER,
    "unknown": NUMBER,
    "warning": NUMBER,
    "detail": TEXT,
    "command": TEXT,
}
_NUMBERS = ["workflows", "not_met", "unknown", "warning"]
_MOST = 8
_TITLES = {
    IDENTITY: "Identities",
    DATABASE: "Databases",
    WORKFLOW: "Workflows",
    FINDING: "Findings",
}
_MORE: Mapping[str, Sequence[Command]] = {
    IDENTITY: (Command.of("identity", "list", "--all"), Command.of("identity", "form")),
    DATABASE: (Command.of("policy", "matrix", "--all-databases"), Command.of("policy", "form")),
    WORKFLOW: (Command.of("check"), Command.of("form")),
    FINDING: (Command.of("check", "--fix", "--dry-run"),),
}
_FORM = "form"
_GAP = "   "
_OPEN = {State.NOT_MET: "not-met", State.UNKNOWN: "unknown", State.WARNING: "warning"}


def overview_frame(found: Overview, *, write: Write) -> pd.DataFrame:
    """Return a row for each identity, database, kind of workflow, and state of findings.

    Columns: ``section`` (``identity``, ``database``, ``workflow`` or ``finding``), ``name``,
    ``detail``, ``command`` string; ``workflows``, ``not_met``, ``unknown`` and ``warning`` Int64:
    how many workflows there are, and how many have a requirement in that state; missing where
    that is unknown. `write` writes a command as it is typed.
    """
    rows = [*_identities(found), *_databases(found), *_workflows(found), *_findings(found, write)]
    return fixed_frame(_COLUMNS, [(*cells, write(command)) for cells, command in rows])


def _identities(found: Overview) -> Iterator[tuple[Row, Command]]:
    if found.unread is not None:
        why = one_line(f"assigned identities are unknown: {found.unread.why}")
        unknown = (IDENTITY, "", None, None, None, None, why)
        yield unknown, Command.of("identity", "list")
    for line in found.identities:
        counts = _counts(line.standing)
        is_used = any(counts)
        command = ("check", "--identity", line.word) if is_used else ("identity", "show", line.word)
        yield (IDENTITY, line.identity.label, *counts, _assigned(line)), Command(command)


def _assigned(line: IdentityLine) -> str:
    if line.is_assigned is None:
        return "unknown whether it is assigned"
    kind = "system-assigned" if line.identity.is_system else "user-assigned"
    return kind if line.is_assigned else "not assigned"


def _databases(found: Overview) -> Iterator[tuple[Row, Command]]:
    for name, standing in found.databases:
        row = (DATABASE, name, *_counts(standing), _not_listed(standing, place=False))
        yield row, Command.of("check", "--database", name)


def _workflows(found: Overview) -> Iterator[tuple[Row, Command]]:
    for noun, standing in found.workflows:
        row = (WORKFLOW, noun, *_counts(standing), _not_listed(standing, place=True))
        yield row, Command.of(noun, "list", "--all-databases")


def _findings(found: Overview, write: Write) -> Iterator[tuple[Row, Command]]:
    every = causes(found.checks, _OPEN, write=write, name=lambda one: one.name)
    for state, word in _OPEN.items():
        count = in_state(found.checks.checked, state)
        counts = [count if other is state else 0 for other in _OPEN]
        told = [_told(one) for one in every if one.state is state]
        row = (FINDING, state.value, count, *counts, _first(told))
        yield row, Command.of("check", "--only", word)


def _counts(standing: Standing) -> tuple[int | None, ...]:
    if not standing.is_known:
        return (None,) * 4
    return standing.workflows, standing.not_met, standing.unknown, standing.warnings


def _not_listed(standing: Standing, *, place: bool) -> str:
    """Return what could not be listed, and why: the permission that it requires."""
    told = [
        f"{where if place else subject(found.about)} unknown: {evidence(found)}"
        for where, found in standing.unread
    ]
    return _first(told)


def _told(cause: Cause) -> str:
    """Return what is wrong; of what is unknown the reason, which names the permission."""
    return cause.why if cause.state is State.UNKNOWN and cause.why else cause.what


def _first(told: Sequence[str]) -> str:
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return one_line(f"{told[0]}{more}") if told else ""


class OverviewFrame(ResultFrame):
    """The frame of an overview with its page; what is made from it is a plain table."""

    _head: str = ""
    _more: Mapping[str, Sequence[str]] = {}

    @classmethod
    def of(cls, found: Overview, *, write: Write, has_forms: bool) -> Self:
        """Return an overview; `write` writes a command as it is typed."""
        frame = cls(overview_frame(found, write=write))
        frame._choice = WIDE
        frame._head = _head(found)
        frame._more = {
            section: [write(one) for one in commands if has_forms or _FORM not in one.words]
            for section, commands in _MORE.items()
        }
        return frame

    @property
    def parts(self) -> tuple[DisplayTable | str, ...]:
        """What a terminal draws: the page, with tables as wide as the terminal."""
        sections = (
            (f"\n{title}: {_GAP.join(more)}", table) for title, more, table in self._sections()
        )
        return (self._head, *(part for section in sections for part in section))

    def to_text(self) -> str:
        """Return the page as text."""
        parts = (
            f"{title}: {_GAP.join(more)}\n{text_table(table.columns, table.rows)}"
            for title, more, table in self._sections()
        )
        return "\n\n".join((self._head, *parts))

    def __repr__(self) -> str:
        return self.to_text() if self._is_whole else super().__repr__()

    def _repr_html_(self) -> str | None:
        if not self._is_whole:
            return super()._repr_html_()
        if self._live is not None:
            self._live.ready()
        parts = "".join(
            f'<div style="margin-top: 10px"><b>{title}</b> {_codes(more)}</div>{html_table(table)}'
            for title, more, table in self._sections()
        )
        head = f"<div>{html.escape(self._head)}</div>"
        return f'<div class="{NO_MATH}{COMMANDS}">{head}{parts}</div>'

    @property
    def _is_whole(self) -> bool:
        return bool(self._head) and set(_COLUMNS) <= set(self.columns)

    def _sections(self) -> Iterator[tuple[str, Sequence[str], DisplayTable]]:
        """Yield the title of each section, its commands, and what is shown of it."""
        for section, title in _TITLES.items():
            rows = self[self["section"] == section].drop(columns="section")
            shown = rows if section == FINDING else _of_interest(rows)
            if section == WORKFLOW:
                shown = shown[shown[_NUMBERS].fillna(1).sum(axis=1) > 0]
            some = shown.head(_MOST)
            count = f" ({len(some)} of {len(shown)})" if len(some) < len(shown) else ""
            yield f"{title}{count}", self._more[section], _table(some)


def _codes(commands: Sequence[str]) -> str:
    return " ".join(f"<code>{html.escape(visible(one))}</code>" for one in commands)


def _of_interest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with those first that have the most to tell."""
    order = ["not_met", "unknown", "warning", "workflows"]
    return rows.sort_values(order, ascending=False, kind="stable", na_position="first")


def _table(rows: pd.DataFrame) -> DisplayTable:
    """Return rows for a reader: a number that is missing is unknown, not nothing."""
    texts = rows.astype(dict.fromkeys(_NUMBERS, "string")).fillna("unknown")
    if not any(rows["detail"]):
        texts = texts.drop(columns="detail")
    numbers = frozenset(map(list(rows.columns).index, _NUMBERS))
    return replace(display_table(texts, WIDE), numbers=numbers)


def _head(found: Overview) -> str:
    known = "unknown" if found.unread is not None else str(_assigned_count(found))
    at_least = "at least " if any(standing.unread for _, standing in found.databases) else ""
    workflows = f"{at_least}{sum(standing.workflows for _, standing in found.databases)}"
    states = ", ".join(f"{in_state(found.checks.checked, state)} {state.value}" for state in _OPEN)
    others = f", {found.checks.unnamed} without a managed identity" if found.checks.unnamed else ""
    return one_line(
        f"{found.cluster}: assigned identities: {known}; databases: {len(found.databases)}; "
        f"workflows: {workflows}{others}; findings: {states}"
    )


def _assigned_count(found: Overview) -> int:
    return sum(bool(line.is_assigned) for line in found.identities)
