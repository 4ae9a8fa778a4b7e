"""The picture of ``check``: the links of a chain, one below the other, and what mends them.

Marks are drawn as SVG, without any outside resource, beside a table of words: a front end takes
drawings out of a notebook that it does not trust, and what is left must be read all the same.
Colours are half transparent and text takes the theme's, so that it works on light and dark ground;
marks and words say the same without colour.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import one_line
from adxmi_jupyter.magics.whole import Whole

if TYPE_CHECKING:
    import pandas as pd

_RADIUS, _CENTRE = 11, 20
_SIGNS = {"ok": "✓", "missing": "✗", "unknown": "?", "warning": "!"}
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


class Chain(Whole):
    """The frame of `links_frame` with a picture of its chains; what is made from it is plain."""

    def to_text(self) -> str:
        """Return the chains as text."""
        return "\n\n".join(chain_text(title, links) for title, links in self._chains())

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str | None:
        return "".join(picture(title, links) + _mending(links) for title, links in self._chains())

    def _chains(self) -> list[tuple[str, pd.DataFrame]]:
        groups = self.groupby(["workflow", "name"], sort=False)
        return [(f"{workflow} {name}".rstrip(), links) for (workflow, name), links in groups]


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


def picture(title: str, links: pd.DataFrame) -> str:
    """Return the chain of one workflow as HTML; `links` are its rows of `links_frame`."""
    rows = [_row(*cells) for cells in _cells(links)]
    broken = sum(row.state == "missing" for row in rows)
    state = f"{broken} missing" if broken else _whole_state(rows)
    head = html.escape(one_line(f"{title}: {state}"))
    body = "".join(_drawn(row, is_last=row is rows[-1]) for row in rows)
    return (
        f'<div style="font-weight: 600; color: {_TEXT}">{head}</div>'
        f'<table class="adxmi-chain" aria-label="{head}" style="border: none; margin: 4px 0; '
        f'border-collapse: collapse"><tbody>{body}</tbody></table>'
    )


def chain_text(title: str, links: pd.DataFrame) -> str:
    """Return the chain as text, for a terminal: a line for each link, with what mends it below."""
    lines = [title]
    for row in (_row(*cells) for cells in _cells(links)):
        lines.append(f"  {_SIGNS[row.state]} {row.head}")
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
        f"{_SIGNS.get(state, '?')}</text></svg></div>"
    )
