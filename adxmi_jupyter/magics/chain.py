"""The picture of ``check``: a diagram of a chain, its links below it, and what mends them.

Of many chains only those that are not in order are drawn; the others are told. The links stand in
a table of words, with marks beside them that are drawn as SVG, without any outside resource: a
front end takes drawings out of a notebook that it does not trust, and what is left must be read all
the same. Colours are half transparent and text takes the theme's, so that it works on light and
dark ground; marks and words say the same without colour.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import one_line
from adxmi_jupyter.forms.diagram import SHEET, diagram
from adxmi_jupyter.forms.stations import SIGNS, Step, tracks_of
from adxmi_jupyter.magics.whole import Whole

if TYPE_CHECKING:
    import pandas as pd

_MOST = 12
_RADIUS, _CENTRE = 11, 20
_COLOURS = {
    "ok": "44, 160, 44",
    "missing": "214, 39, 40",
    "unknown": "128, 128, 128",
    "warning": "230, 145, 20",
}
_TEXT = "var(--jp-ui-font-color1, currentColor)"
_CELL = (
    f"border: none; padding: 2px 4px; text-align: left; vertical-align: top; color: {_TEXT}; "
    "white-space: normal; overflow-wrap: anywhere; max-width: 860px"
)


@dataclass(frozen=True)
class _Row:
    """One link as the picture shows it."""

    state: str
    head: str
    body: str


@dataclass(frozen=True)
class _Links:
    """The chain of one workflow: its rows of `links_frame`."""

    workflow: str
    name: str
    rows: pd.DataFrame

    @property
    def title(self) -> str:
        """What it is the chain of."""
        return f"{self.workflow} {self.name}".strip()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its links, as they are drawn."""
        shown = self.rows[["link", "subject", "state", "detail"]]
        return tuple(Step(*map(str, row)) for row in shown.itertuples(index=False))

    @property
    def tracks(self) -> tuple[str, ...]:
        """Its stations on a line, with their marks; another line for an external table's."""
        return tuple(one.words for one in tracks_of(self.workflow, self.name, self.steps))

    def lacks(self, state: str) -> bool:
        """Whether a link is in this state."""
        return bool((self.rows["state"] == state).any())

    @property
    def is_in_order(self) -> bool:
        """Whether every link is in place, without a catch."""
        return bool((self.rows["state"] == "ok").all())


class Chain(Whole):
    """The frame of `links_frame` with a picture of its chains; what is made from it is plain."""

    def to_text(self) -> str:
        """Return the chains as text; of many those that are not in order, and the names of all."""
        every = self._chains()
        shown, others = _parted(every)
        texts = [chain_text(one.title, one.rows, one.tracks) for one in shown]
        if len(every) <= _MOST:
            return "\n\n".join(texts)
        more = ["\n".join((one.title, *(f"  {line}" for line in one.tracks))) for one in others]
        good = [f"in order: {line}" for line in _names_in_order(every)]
        return "\n\n".join(("\n".join((_summary(every), *good)), *texts, *more))

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str | None:
        every = self._chains()
        shown, others = _parted(every)
        told = _told(every, others) if len(every) > _MOST else ""
        drawn = "".join(
            picture(one.title, one.rows, diagram(one.workflow, one.name, one.steps))
            + _mending(one.rows)
            for one in shown
        )
        return f"<style>{SHEET}</style>{told}{drawn}" if shown or told else ""

    def _chains(self) -> list[_Links]:
        groups = self.groupby(["workflow", "name"], sort=False)
        return [_Links(str(workflow), str(name), rows) for (workflow, name), rows in groups]


def _parted(every: Sequence[_Links]) -> tuple[Sequence[_Links], Sequence[_Links]]:
    """Return the chains to show link by link, and others that are not in order."""
    if len(every) <= _MOST:
        return every, ()
    wrong = [one for one in every if not one.is_in_order]
    wrong.sort(key=lambda one: not one.lacks("missing"))
    return wrong[:_MOST], wrong[_MOST:]


def _summary(every: Sequence[_Links]) -> str:
    broken = sum(one.lacks("missing") for one in every)
    good = sum(one.is_in_order for one in every)
    unsure = len(every) - broken - good
    return (
        f"{len(every)} checked: {broken} with something missing, {unsure} not certain, "
        f"{good} in order"
    )


def _names_in_order(every: Sequence[_Links]) -> list[str]:
    """Return a line for each kind of workflow with the names of those that are in order."""
    names: dict[str, list[str]] = {}
    for one in every:
        if one.is_in_order:
            names.setdefault(one.workflow, []).append(one.name)
    return [one_line(f"{kind} {', '.join(called)}") for kind, called in names.items()]


def _told(every: Sequence[_Links], others: Sequence[_Links]) -> str:
    """Return what there is to say of chains that are not drawn."""
    rows = "".join(
        f'<tr style="background: none"><td style="{_CELL}">{html.escape(one_line(one.title))}</td>'
        f'<td style="{_CELL}">{"<br/>".join(map(html.escape, one.tracks))}</td></tr>'
        for one in others
    )
    table = f'<table style="border: none; margin: 4px 0">{rows}</table>' if rows else ""
    good = "".join(f"<div>{html.escape(line)}</div>" for line in _names_in_order(every))
    folded = f"<details><summary>Those in order</summary>{good}</details>" if good else ""
    return (
        f'<div style="color: {_TEXT}; overflow-wrap: anywhere"><div style="font-weight: 600">'
        f"{_summary(every)}</div>{folded}"
        f"{f'<div>Not in order, too:</div>{table}' if table else ''}</div>"
    )


def _mending(links: pd.DataFrame) -> str:
    """Return the lines that mend what is missing, to be copied; nothing where all is well."""
    lines = "\n".join(str(line) for line in links["fix"] if line)
    if not lines:
        return ""
    return (
        f'<div style="color: {_TEXT}">Lines that mend it:</div>'
        f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0 12px 4px; '
        f'color: {_TEXT}; background: none">{html.escape(lines)}</pre>'
    )


def picture(title: str, links: pd.DataFrame, drawn: str = "") -> str:
    """Return the chain of one workflow as HTML: its diagram if it is `drawn`, and its links.

    `links` are its rows of `links_frame`.
    """
    rows = [_row(*cells) for cells in _cells(links)]
    broken = sum(row.state == "missing" for row in rows)
    state = f"{broken} missing" if broken else _whole_state(rows)
    head = html.escape(one_line(f"{title}: {state}"))
    body = "".join(_drawn(row, is_last=row is rows[-1]) for row in rows)
    return (
        f'<div style="font-weight: 600; color: {_TEXT}">{head}</div>{drawn}'
        f'<table class="adxmi-chain" aria-label="{head}" style="border: none; margin: 4px 0; '
        f'border-collapse: collapse"><tbody>{body}</tbody></table>'
    )


def chain_text(title: str, links: pd.DataFrame, tracks: Sequence[str] = ()) -> str:
    """Return the chain as text, for a terminal: a line for each link, with what mends it below.

    Before them stand its `tracks`: its stations on a line each.
    """
    lines = [title, *(f"  {track}" for track in tracks)]
    for row in (_row(*cells) for cells in _cells(links)):
        lines.append(f"  {SIGNS.get(row.state, '?')} {row.head}")
        if row.body:
            lines.append(f"      {row.body}")
    return "\n".join(lines)


def _cells(links: pd.DataFrame) -> Sequence[Sequence[str]]:
    shown = links[["link", "subject", "state", "detail", "fix"]]
    return [[str(cell) for cell in row] for row in shown.itertuples(index=False)]


def _whole_state(rows: Sequence[_Row]) -> str:
    unsure = sum(row.state != "ok" for row in rows)
    return f"nothing missing, {unsure} not certain" if unsure else "every link is in place"


def _row(link: str, subject: str, state: str, detail: str, fix: str) -> _Row:
    body = " — ".join(part for part in (detail, fix) if part)
    head = f"{link}: {subject}"
    return _Row(state, one_line(head), one_line(body))


def _drawn(row: _Row, *, is_last: bool) -> str:
    more = f"<br/><small>{html.escape(row.body or row.state)}</small>"
    return (
        f'<tr style="background: none"><td style="{_CELL}; position: relative; min-width: 40px">'
        f'{_mark(row.state, is_last=is_last)}</td><td style="{_CELL}; padding-bottom: 10px">'
        f"{html.escape(row.head)}{more}</td></tr>"
    )


def _mark(state: str, *, is_last: bool) -> str:
    """Return the mark of a link with the line to the next one, which is broken if the link is."""
    colour = _COLOURS.get(state, _COLOURS["unknown"])
    dashes = ' stroke-dasharray="4 5"' if state == "missing" else ""
    line = (
        f'<line x1="{_CENTRE}" y1="{2 * _RADIUS + 4}" x2="{_CENTRE}" y2="100%" '
        f'stroke="rgb({colour})" stroke-width="2"{dashes}/>'
    )
    return (
        '<div style="position: absolute; top: 0; bottom: 0; left: 0; width: 40px; '
        'overflow: hidden"><svg aria-hidden="true" width="40" height="100%" '
        f'style="font-size: 13px">{"" if is_last else line}'
        f'<circle cx="{_CENTRE}" cy="{_RADIUS + 2}" r="{_RADIUS}" fill="rgba({colour}, .2)" '
        f'stroke="rgb({colour})" stroke-width="2"/>'
        f'<text x="{_CENTRE}" y="{_RADIUS + 7}" text-anchor="middle" fill="{_TEXT}">'
        f"{SIGNS.get(state, '?')}</text></svg></div>"
    )
