"""What a check of many workflows shows: counts, then each cause once, and what is met folded.

It fits one screen, whatever was found: where there are more causes than that, the last ones are
counted by their requirement. The DataFrame has them all.
"""

from __future__ import annotations

import html
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.rendering.diagram_model import SIGNS
from adxmi_jupyter.rendering.html_table import LINE, NO_MATH
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.check_causes import Cause

_WIDTH, _MOST_LINES, _MOST_DRAWN = 80, 34, 12
# Half transparent, for light and dark ground.
_COLOURS: Mapping[State, str] = {
    State.NOT_MET: "rgba(214, 39, 40, .25)",
    State.UNKNOWN: "rgba(128, 128, 128, .25)",
    State.WARNING: "rgba(230, 145, 20, .3)",
    State.MET: "rgba(44, 160, 44, .25)",
}
_CELL = "padding: 4px 8px; text-align: left; vertical-align: top; white-space: normal"
_CODE = (
    "white-space: pre-wrap; overflow-wrap: anywhere; background: none; color: inherit; padding: 0"
)


@dataclass(frozen=True)
class Summary:
    """How many workflows stand how, the causes to show, and those with all requirements met.

    `met` counts those by kind, `names_met` names them in a line for each kind; `more` says how to
    see the requirements of one.
    """

    counts: str
    causes: tuple[Cause, ...]
    met: str = ""
    names_met: tuple[str, ...] = ()
    more: str = ""

    def to_text(self) -> str:
        """Return the summary as text of a screen: some 40 lines of 80 columns."""
        lines = textwrap.wrap(self.counts, _WIDTH)
        room = _MOST_LINES
        for place, cause in enumerate(self.causes):
            told = _lines(cause)
            room -= sum(_height(line) for line in told)
            if room < 0:
                lines.append(_cut(_others(self.causes[place:])))
                break
            lines += told
        if self.met:
            lines.append(_cut(f"All requirements met: {self.met}"))
        return "\n".join([*lines, self.more] if self.more else lines)

    def to_html(self) -> str:
        """Return the summary as HTML without style sheet or script: it is left as it is."""
        shown, others = self.causes[:_MOST_DRAWN], self.causes[_MOST_DRAWN:]
        folded = _folded(_others(others), _table(others)) if others else ""
        names = "".join(f"<div>{html.escape(visible(line))}</div>" for line in self.names_met)
        met = _folded(f"All requirements met: {self.met}", names) if self.met else ""
        more = f'<div style="opacity: .75">{html.escape(self.more)}</div>' if self.more else ""
        return (
            f'<div class="{NO_MATH}" style="overflow-wrap: anywhere">'
            f'<div style="font-weight: 600">{html.escape(self.counts)}</div>'
            f"{_table(shown) if shown else ''}{folded}{met}{more}</div>"
        )


def _lines(cause: Cause) -> list[str]:
    """Return a cause, whom it concerns, and what fixes it; the fix whole, to be copied."""
    return [
        _cut(f"{SIGNS[cause.state]} {cause.what}: {cause.affected}"),
        _cut(f"    {cause.some_names}"),
        f"    {cause.fix}" if cause.fix else _cut(f"    {cause.why or cause.state}"),
    ]


def _cut(line: str) -> str:
    """Cut a line that is wider than a terminal."""
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1].rstrip()}…"


def _height(line: str) -> int:
    """Return how many lines of a terminal a line takes."""
    return max(1, -(-len(line) // _WIDTH))


def _others(causes: Sequence[Cause]) -> str:
    counts = Counter(f"{one.requirement} {one.state}" for one in causes)
    told = ", ".join(f"{n} {what}" for what, n in counts.items())
    return f"{len(causes)} more: {told}"


def _folded(head: str, body: str) -> str:
    return f"<details><summary>{html.escape(head)}</summary>{body}</details>"


def _table(causes: Iterable[Cause]) -> str:
    rows = "".join(map(_row, causes))
    heads = "".join(
        f'<th scope="col" style="{_CELL}; font-weight: 600; width: {width}">{head}</th>'
        for head, width in (("Cause and fix", "65%"), ("Workflows", "35%"))
    )
    return (
        '<table style="border-collapse: collapse; margin: 4px 0; width: 100%">'
        f'<thead><tr style="border-bottom: {LINE}">{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(cause: Cause) -> str:
    names = html.escape(visible(", ".join(cause.names)))
    fact = html.escape(visible(cause.fix or cause.why))
    fix = f'<code style="{_CODE}">{fact}</code>' if cause.fix else f"<small>{fact}</small>"
    return (
        f'<tr style="border-bottom: {LINE}">'
        f'<td style="{_CELL}" title="{html.escape(visible(cause.why))}">'
        f'<span style="background: {_COLOURS[cause.state]}; padding: 0 4px">'
        f"{SIGNS[cause.state]} {cause.state}</span> {html.escape(visible(cause.what))}"
        f"{fact and '<br/>'}{fix}</td>"
        f'<td style="{_CELL}" title="{names}">{html.escape(cause.affected)}<br/>'
        f"<small>{html.escape(visible(cause.some_names))}</small></td></tr>"
    )
