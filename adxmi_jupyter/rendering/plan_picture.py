"""The picture of a plan: before and after in tables, a row for each identity in a scope.

Rows that are the same on several databases share one. Signs, hatching and dotted edges say without
colour what colours say. It is made of tables with plain inline styles alone, so that a notebook
that is not trusted shows it, too.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.plan import Action, Section, Status
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.rendering.html_table import LINE, NO_MATH, UNBROKEN, breakable
from adxmi_jupyter.rendering.plan_text import (
    UNSEEN,
    broken_by,
    commands_of,
    kept_line,
    remarks_on,
    replaced_line,
    scope_words,
    totals,
    unmatched_line,
    unseen_words,
)

if TYPE_CHECKING:
    from adxmi_jupyter.model.plan import Change, Plan

_MOST_ROWS = 100
_TALL = 15
_FEW_COMMANDS = 3
_START_OF_ID = 8
_SHORT, _WIDE = 30, "16em"

_MINUS = "\N{MINUS SIGN}"
_HATCHED = (
    "background-image: linear-gradient(135deg, {0} 14%, transparent 14%, transparent 50%, {0} 50%, "
    "{0} 64%, transparent 64%); background-size: 8px 8px; border: 2px dashed {0}"
).format("rgba(230, 145, 20, .45)")
_DOTTED = "background: rgba(31, 119, 180, .20); border: 2px dotted rgba(31, 119, 180, .7)"


@dataclass(frozen=True)
class _Mark:
    """What stands in a cell, what it means, and how it looks."""

    sign: str
    meaning: str
    style: str = ""


_KEPT = _Mark("✓", "before and after")
_PARTLY = _Mark("(✓)", "before and after, in some of these databases")
_MARKS = {
    (Status.PLANNED, Action.ADD): _Mark(
        "+", "added: only after", "background: rgba(44, 160, 44, .28)"
    ),
    (Status.PLANNED, Action.REMOVE): _Mark(
        _MINUS, "removed: only before", "background: rgba(214, 39, 40, .28)"
    ),
    (Status.BLOCKED, Action.ADD): _Mark("! +", "blocked, not added", _HATCHED),
    (Status.BLOCKED, Action.REMOVE): _Mark(f"! {_MINUS}", "blocked, not removed", _HATCHED),
    (Status.OBSERVED, Action.ADD): _Mark("~ missing", "in the file, not on the cluster", _DOTTED),
    (Status.OBSERVED, Action.REMOVE): _Mark("~ extra", "on the cluster, not in the file", _DOTTED),
}
_UNSEEN_STYLE = "background: rgba(128, 128, 128, .25); padding: 1px 5px"
_CELL = "padding: 3px 8px; vertical-align: top; white-space: pre-wrap; border: 1px solid #8884"
_MARK = "text-align: center; white-space: nowrap; font-weight: 600"
_NAME = "text-align: left; font-weight: normal; max-width: 24em; overflow-wrap: break-word"
_TITLES = {
    Section.ASSIGNED: "Assigned identities",
    Section.POLICY: "Managed identity policy",
    Section.ROLES: "Security roles",
    Section.CALLOUTS: "Callout policy",
    Section.AZURE_ROLES: "Roles in Azure",
}
_LISTED = {Section.CALLOUTS, Section.AZURE_ROLES}
"""Sections whose items would make too many columns: a row for each change."""
_ROLES = [*map(str, ClusterRole), *map(str, Role)]


@dataclass
class _Row:
    """What changes for one identity in one scope, or in several where it is the same."""

    subject: str
    key: str
    marks: Mapping[str, _Mark]
    remarks: tuple[str, ...]
    scopes: list[str] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)

    def mark(self, item: str) -> _Mark | None:
        """Return what stands in the column of an item."""
        if item in self.marks or not self.kept[item]:
            return self.marks.get(item)
        return _KEPT if self.kept[item] == len(self.scopes) else _PARTLY


def plan_picture(plan: Plan) -> str:
    """Return a plan as HTML; nothing for one that has nothing to show."""
    if plan.is_empty and not (plan.unseen or plan.unmatched):
        return ""
    parts = [_line(totals(plan), "font-weight: 600")]
    parts += [_line(replaced_line(one), _HATCHED) for one in plan.replacements]
    shown: set[_Mark | None] = set()
    for section in Section:
        rows = _rows(plan, section)
        shown |= {row.mark(item) for row in rows for item in (*row.marks, *row.kept)}
        parts += [_table(section, rows)] if rows else []
    parts += [_legend(shown), *map(_unseen, map(unseen_words, plan.unseen))]
    parts += [_line(kept_line(plan))] if plan.kept else []
    parts += [_line(unmatched_line(plan, one), _HATCHED) for one in plan.unmatched]
    parts += [_stopping(broken_by(plan)), _commands(commands_of(plan))]
    return f'<div class="{NO_MATH}">{"".join(parts)}</div>'


def _line(text: str, style: str = "") -> str:
    return f'<div style="padding: 3px 0; {style}">{_shown(text)}</div>'


def _shown(text: str) -> str:
    return html.escape(one_line(text))


def _rows(plan: Plan, section: Section) -> list[_Row]:
    """Return the rows of a section: those that are the same on several databases as one."""
    changes: dict[tuple[str, str, str], list[Change]] = {}
    for one in plan.changes:
        if one.section is section:
            item = one.item if section in _LISTED else ""
            changes.setdefault((one.database, one.key, item), []).append(one)
    kept: dict[tuple[str, str], list[str]] = {}
    for of, database, key, item in plan.unchanged:
        if of == section:
            kept.setdefault((database, key), []).append(item)
    rows: dict[object, _Row] = {}
    for (database, key, _), some in changes.items():
        made = _row(some)
        same = (made.subject, key, tuple(made.marks.items()), made.remarks, bool(database))
        row = rows.setdefault(same, made)
        row.scopes.append(database)
        row.kept.update(kept.get((database, key), ()))
    return list(rows.values())


def _row(changes: Sequence[Change]) -> _Row:
    marks = {one.item: _MARKS[one.status, one.action] for one in changes}
    by_remark: dict[str, list[str]] = {}
    for one in changes:
        told = one if one.status is not Status.OBSERVED else replace(one, status=Status.PLANNED)
        for remark in remarks_on(told):  # what is observed has a mark that says so
            by_remark.setdefault(remark, []).append(one.item)
    every = len(changes)
    remarks = (
        remark if len(items) == every else f"{', '.join(items)}: {remark}"
        for remark, items in by_remark.items()
    )
    return _Row(changes[0].subject, changes[0].key, marks, tuple(remarks))


def _table(section: Section, rows: Sequence[_Row]) -> str:
    columns = [] if section in _LISTED else _columns(rows)
    labels = _Labels(rows)
    whom = "principal" if section is Section.ROLES else "identity"
    heads = ("", "name", "item") if section in _LISTED else ("scope", whom, *columns)
    has_remarks = any(row.remarks for row in rows)
    shown = [
        (_listed(row) if section in _LISTED else _matrix_row(row, columns, labels))
        + (_remarks(row) if has_remarks else "")
        for row in rows[:_MOST_ROWS]
    ]
    more = len(rows) - _MOST_ROWS
    note = _line(f"{more} more rows are in the DataFrame") if more > 0 else ""
    head = "".join(map(_head, (*heads, *([""] if has_remarks else []))))
    return _boxed(_TITLES[section], head, shown) + note


def _boxed(title: str, head: str, rows: Sequence[str]) -> str:
    """Return a table in a box that scrolls where there is little room."""
    tall = "; max-height: 480px" if len(rows) > _TALL else ""
    return (
        f'<div style="overflow: auto; max-width: 100%{tall}" tabindex="0" role="group" '
        f'aria-label="{title}"><table style="border-collapse: collapse; margin: 2px 0 8px">'
        f'<caption style="text-align: left; padding: 3px 0">{title}</caption>'
        f'<thead><tr style="border-bottom: {LINE}">{head}</tr></thead>'
        f"<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table></div>"
    )


def _columns(rows: Sequence[_Row]) -> list[str]:
    """Return the items that occur, in the order in which the documentation has them."""
    items = {item for row in rows for item in (*row.marks, *row.kept)}
    if items & set(_ROLES):
        return [role for role in _ROLES if role in items] + sorted(items - set(_ROLES))
    return list(usages.in_order(items))


def _head(name: str) -> str:
    style = f"{_CELL}; text-align: left; font-weight: 600"
    return f'<th scope="col" style="{style}">{breakable(_shown(name))}</th>'


class _Labels:
    """Names of identities; two that share one are told apart by the beginning of their IDs."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        keys: dict[str, set[str]] = {}
        for row in rows:
            keys.setdefault(row.subject, set()).add(row.key)
        self._several = {name for name, some in keys.items() if len(some) > 1}

    def of(self, row: _Row) -> str:
        """Return the name of a row."""
        if row.subject not in self._several:
            return row.subject
        start = row.key.partition("=")[2] or row.key
        return f"{row.subject} ({start[:_START_OF_ID]}…)"


def _matrix_row(row: _Row, columns: Sequence[str], labels: _Labels) -> str:
    names = [scope or "cluster" for scope in row.scopes]
    where = _row_head(scope_words(names), ", ".join(names))
    who = _row_head(labels.of(row), row.key)
    cells = "".join(_cell(row.mark(item), f"{item}: ") for item in columns)
    return f"{where}{who}{cells}"


def _listed(row: _Row) -> str:
    ((item, mark),) = row.marks.items()
    return _cell(mark, "") + _row_head(row.subject, row.key) + _row_head(item, item)


def _row_head(text: str, title: str) -> str:
    more = "" if title == text else f' title="{_shown(title)}"'
    whole = UNBROKEN if len(text) <= _SHORT else ""
    return f'<th scope="row" style="{_CELL}; {_NAME}{whole}"{more}>{_shown(text)}</th>'


def _cell(mark: _Mark | None, item: str) -> str:
    if mark is None:
        return f'<td style="{_CELL}"></td>'
    title = _shown(f"{item}{mark.meaning}")
    return f'<td style="{_CELL}; {_MARK}; {mark.style}" title="{title}">{mark.sign}</td>'


def _remarks(row: _Row) -> str:
    style = f"{_CELL}; text-align: left; min-width: {_WIDE if row.remarks else 0}"
    return f'<td style="{style}">{_shown("; ".join(row.remarks))}</td>'


def _legend(shown: set[_Mark | None]) -> str:
    told = "".join(
        f'<span style="padding: 0 5px; {mark.style}">{mark.sign}</span> {mark.meaning} &nbsp; '
        for mark in (_KEPT, _PARTLY, *_MARKS.values())
        if mark in shown
    )
    return told and f'<div style="padding: 3px 0; line-height: 1.8">{told}</div>'


def _unseen(words: str) -> str:
    sign = f'<span style="{_UNSEEN_STYLE}">{UNSEEN}</span>'
    return f'<div style="padding: 3px 0">{sign} {_shown(words)}</div>'


def _stopping(names: Sequence[str]) -> str:
    if not names:
        return ""
    lines = "".join(f"<div>{_shown(name)}</div>" for name in names)
    head = "<b>Stops working</b>"
    edge = "border-left: 4px solid rgb(214, 39, 40); padding: 3px 9px; margin: 4px 0"
    return f'<div style="{edge}">{head}{lines}</div>'


def _commands(commands: Sequence[str]) -> str:
    """Return the commands, folded up if they are many."""
    if not commands:
        return ""
    is_open = " open" if len(commands) <= _FEW_COMMANDS else ""
    told = html.escape("\n".join(commands[:_MOST_ROWS]))
    more = len(commands) - _MOST_ROWS
    note = _line(f"{more} more commands are in the DataFrame") if more > 0 else ""
    style = "white-space: pre-wrap; overflow-wrap: break-word; padding: 3px 9px; margin: 0"
    return (
        f"<details{is_open}><summary>Commands: {len(commands)}</summary>"
        f'<pre style="{style}">{told}</pre>{note}</details>'
    )
