"""The picture of ``check``: the links of a chain, one below the other, and what mends them.

An SVG without any outside resource. Colours are half transparent and text takes the theme's, so
that it works on light and dark ground; marks and words say the same without colour.
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

_ROW, _LEFT, _TOP, _RADIUS, _WIDTH = 52, 22, 30, 11, 900
_SIGNS = {"ok": "✓", "missing": "✗", "unknown": "?", "warning": "!"}
_COLOURS = {
    "ok": "44, 160, 44",
    "missing": "214, 39, 40",
    "unknown": "128, 128, 128",
    "warning": "230, 145, 20",
}
_LONGEST_HEAD, _LONGEST_BODY = 90, 130
_TEXT = "var(--jp-ui-font-color1, currentColor)"


@dataclass(frozen=True)
class _Row:
    """One link as the picture shows it."""

    state: str
    head: str
    body: str
    whole: str


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
    """Return the chain of one workflow as SVG; `links` are its rows of `links_frame`."""
    rows = [_row(*cells) for cells in _cells(links)]
    height = _TOP + _ROW * len(rows) + 4
    broken = sum(row.state == "missing" for row in rows)
    state = f"{broken} missing" if broken else _whole_state(rows)
    head = html.escape(_shortened(f"{title}: {state}", _LONGEST_HEAD))
    body = "".join(
        _drawn(row, place, is_last=place + 1 == len(rows)) for place, row in enumerate(rows)
    )
    return (
        f'<svg class="adxmi-chain" role="img" aria-label="{head}" width="100%" '
        f'viewBox="0 0 {_WIDTH} {height}" style="max-width: {_WIDTH}px; font-size: 13px; '
        'font-family: var(--jp-ui-font-family, sans-serif);">'
        f'<text x="4" y="18" font-weight="600" fill="{_TEXT}">{head}</text>{body}</svg>'
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
    return _Row(state, one_line(head), one_line(body), one_line(f"{head} ({state}) {body}"))


def _drawn(row: _Row, place: int, *, is_last: bool) -> str:
    y = _TOP + _ROW * place + _RADIUS + 4
    colour = _COLOURS.get(row.state, _COLOURS["unknown"])
    dashes = ' stroke-dasharray="4 5"' if row.state == "missing" else ""
    line = (
        ""
        if is_last
        else f'<line x1="{_LEFT}" y1="{y + _RADIUS}" x2="{_LEFT}" y2="{y + _ROW - _RADIUS}" '
        f'stroke="rgb({colour})" stroke-width="2"{dashes}/>'
    )
    return (
        f"<g><title>{html.escape(row.whole)}</title>{line}"
        f'<circle cx="{_LEFT}" cy="{y}" r="{_RADIUS}" fill="rgba({colour}, .2)" '
        f'stroke="rgb({colour})" stroke-width="2"/>'
        f'<text x="{_LEFT}" y="{y + 5}" text-anchor="middle" fill="{_TEXT}">'
        f"{_SIGNS.get(row.state, '?')}</text>"
        f'<text x="{_LEFT + 22}" y="{y - 1}" fill="{_TEXT}">'
        f"{html.escape(_shortened(row.head, _LONGEST_HEAD))}</text>"
        f'<text x="{_LEFT + 22}" y="{y + 15}" font-size="11.5" fill="{_TEXT}">'
        f"{html.escape(_shortened(row.body or row.state, _LONGEST_BODY))}</text></g>"
    )


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
