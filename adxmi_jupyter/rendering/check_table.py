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

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.diagram import SHEET, diagram
from adxmi_jupyter.rendering.diagram_model import SIGNS, Step, tracks_of
from adxmi_jupyter.rendering.shown_frame import NO_MATH, Whole, visible

_MOST = 12
_COLUMNS = ("workflow", "name", "link", "subject", "state", "detail", "fix")
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
    """One link: a row of `links_frame` without the workflow."""

    link: str
    subject: str
    state: str
    detail: str
    fix: str

    @property
    def head(self) -> str:
        """What it is."""
        return one_line(f"{self.link}: {self.subject}")

    @property
    def body(self) -> str:
        """What was found, and what mends it."""
        return one_line(" — ".join(part for part in (self.detail, self.fix) if part))


@dataclass(frozen=True)
class _Links:
    """The chain of one workflow."""

    workflow: str
    name: str
    rows: tuple[_Row, ...]

    @property
    def title(self) -> str:
        """What it is the chain of."""
        return one_line(f"{self.workflow} {self.name}")

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its links, as they are drawn."""
        return tuple(Step(one.link, one.subject, one.state, one.detail) for one in self.rows)

    @property
    def tracks(self) -> tuple[str, ...]:
        """Its stations on a line, with their marks; another line for an external table's."""
        return tuple(one.words for one in tracks_of(self.workflow, self.name, self.steps))

    @property
    def missing(self) -> int:
        """How many of its links are missing."""
        return sum(one.state == "missing" for one in self.rows)

    @property
    def is_in_order(self) -> bool:
        """Whether every link is in place, without a catch."""
        return all(one.state == "ok" for one in self.rows)

    @property
    def summary(self) -> str:
        """How it stands, in few words."""
        unsure = sum(one.state != "ok" for one in self.rows)
        good = f"nothing missing, {unsure} not certain" if unsure else "every link is in place"
        return f"{self.missing} missing" if self.missing else good


class Chain(Whole):
    """The frame of `links_frame` with a picture of its chains; what is made from it is plain."""

    def to_text(self) -> str:
        """Return the chains as text; of many those that are not in order, and the names of all."""
        every = self._chains()
        shown, others = _parted(every)
        texts = [_text(one) for one in shown]
        if len(every) <= _MOST:
            return "\n\n".join(texts)
        more = ["\n".join((one.title, *(f"  {line}" for line in one.tracks))) for one in others]
        good = [f"in order: {line}" for line in _names_in_order(every)]
        return "\n\n".join(("\n".join((_summary(every), *good)), *texts, *more))

    @property
    def lacks_a_link(self) -> bool:
        """Whether any link of any chain is missing."""
        return bool((self["state"] == "missing").any())

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str | None:
        every = self._chains()
        shown, others = _parted(every)
        told = _told(every, others) if len(every) > _MOST else ""
        drawn = "".join(_picture(one) + _mending(one) for one in shown)
        text = f'<div class="{NO_MATH}">{told}{drawn}</div>'
        return f"<style>{SHEET}</style>{text}" if shown or told else ""

    def _chains(self) -> list[_Links]:
        groups: dict[tuple[str, str], list[_Row]] = {}
        for workflow, name, *cells in self[list(_COLUMNS)].itertuples(index=False):
            groups.setdefault((workflow, name), []).append(_Row(*cells))
        return [_Links(*whose, tuple(rows)) for whose, rows in groups.items()]


def _parted(every: Sequence[_Links]) -> tuple[Sequence[_Links], Sequence[_Links]]:
    """Return the chains to show link by link, and others that are not in order."""
    if len(every) <= _MOST:
        return every, ()
    wrong = [one for one in every if not one.is_in_order]
    wrong.sort(key=lambda one: not one.missing)
    return wrong[:_MOST], wrong[_MOST:]


def _summary(every: Sequence[_Links]) -> str:
    broken = sum(one.missing > 0 for one in every)
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
    lines = "".join(
        f"<div>{html.escape(one.title)}: {html.escape('; '.join(one.tracks))}</div>"
        for one in others
    )
    more = f"<div>Not in order, too:</div>{lines}" if lines else ""
    good = "".join(f"<div>{html.escape(line)}</div>" for line in _names_in_order(every))
    folded = f"<details><summary>Those in order</summary>{good}</details>" if good else ""
    return (
        f'<div style="color: {_TEXT}; overflow-wrap: anywhere"><div style="font-weight: 600">'
        f"{_summary(every)}</div>{folded}{more}</div>"
    )


def _mending(links: _Links) -> str:
    """Return the lines that mend what is missing, to be copied; nothing where all is well."""
    lines = "\n".join(one.fix for one in links.rows if one.fix)
    if not lines:
        return ""
    return (
        f'<div style="color: {_TEXT}">Lines that mend it:</div>'
        f'<pre style="white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0 12px 4px; '
        f'color: {_TEXT}; background: none">{html.escape(visible(lines))}</pre>'
    )


def _picture(links: _Links) -> str:
    """Return the chain of one workflow as HTML: its diagram, and its links."""
    head = html.escape(f"{links.title}: {links.summary}")
    body = "".join(_drawn(row, is_last=row is links.rows[-1]) for row in links.rows)
    return (
        f'<div style="font-weight: 600; color: {_TEXT}">{head}</div>'
        f"{diagram(links.workflow, links.name, links.steps)}"
        f'<table class="adxmi-chain" aria-label="{head}" style="border: none; margin: 4px 0; '
        f'border-collapse: collapse"><tbody>{body}</tbody></table>'
    )


def _text(links: _Links) -> str:
    """Return the chain of one workflow as text, a line for each link, what mends it below."""
    lines = [links.title, *(f"  {track}" for track in links.tracks)]
    for row in links.rows:
        lines.append(f"  {SIGNS.get(row.state, '?')} {row.head}")
        if row.body:
            lines.append(f"      {row.body}")
    return "\n".join(lines)


def _drawn(row: _Row, *, is_last: bool) -> str:
    more = f"<br/><small>{html.escape(visible(row.body or row.state))}</small>"
    return (
        f'<tr style="background: none"><td style="{_CELL}; position: relative; min-width: 40px">'
        f'{_mark(row.state, is_last=is_last)}</td><td style="{_CELL}; padding-bottom: 10px">'
        f"{html.escape(visible(row.head))}{more}</td></tr>"
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
