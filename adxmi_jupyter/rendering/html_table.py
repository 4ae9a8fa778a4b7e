"""A table for a notebook as HTML that stays: text, no script, nothing from elsewhere.

It is what a notebook saves. Where a kernel runs, `forms.grid` puts a grid in its place that can be
filtered and sorted. A notebook that is not trusted shows it without what it may not: `class`,
plain inline styles and `title` are left, `position` and `tabindex` are not.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.display import DisplayTable

NO_MATH = "tex2jax_ignore mathjax_ignore"
"""The classes of HTML whose text MathJax leaves alone, in its versions 2 and 3."""

FILTERED = " adxmi-grid-filter"
"""The class of a table with all of its rows in the page, which are filtered there."""

COMMANDS = " adxmi-grid-commands"
"""The class of a page whose commands get a button that inserts them as a cell."""

MOST_ROWS = 20
"""Rows of a table that is no grid."""
_MOST_SAVED = 60

LINE = "1px solid #8886"
_CELL = (
    "padding: 3px 8px; vertical-align: top; white-space: pre-wrap; overflow-wrap: break-word; "
    "max-width: 40em"
)
_SIDES = {False: "left", True: "right"}
_SHORT = 40
UNBROKEN = "; white-space: nowrap"


def grid_class(table: DisplayTable) -> str:
    """Return the class by which a grid finds the table it takes the place of.

    It is made of the content, so that the same result is saved as the same text.
    """
    told = repr((table.columns, table.full_rows)).encode("utf-8", "surrogatepass")
    return f"adxmi-grid-{hashlib.blake2b(told, digest_size=8).hexdigest()}"


def html_table(table: DisplayTable) -> str:
    """Return a table as HTML; of many rows the first ones, and how many there are."""
    count = len(table.rows)
    saved = count if count <= _MOST_SAVED else MOST_ROWS
    body = "".join(
        _row(cells, whole, table.numbers)
        for cells, whole in zip(table.rows[:saved], table.full_rows[:saved], strict=True)
    )
    heads = "".join(
        f'<th scope="col" style="{_CELL}; text-align: {_SIDES[place in table.numbers]}; '
        f'font-weight: 600; white-space: nowrap">{html.escape(name)}</th>'
        for place, name in enumerate(table.columns)
    )
    grid = f" {grid_class(table)}" if count > MOST_ROWS else ""
    return (
        f'<div class="{NO_MATH}{grid}"><div style="overflow-x: auto; max-width: 100%" '
        f'tabindex="0" role="group" aria-label="Result">'
        f'<table style="border-collapse: collapse; text-align: left; margin: 0">'
        f'<thead><tr style="border-bottom: {LINE}">{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{_note(table, saved)}</div>"
    )


def breakable(name: str) -> str:
    """Let a long name in HTML break before its capitals: ten usages have to fit side by side."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", name)


def _row(cells: Sequence[str], whole: Sequence[str], numbers: frozenset[int]) -> str:
    drawn = "".join(
        f'<td style="{_CELL}{_whole(text)}; text-align: {_SIDES[place in numbers]}"'
        f"{_title(text, full)}>{html.escape(text)}</td>"
        for place, (text, full) in enumerate(zip(cells, whole, strict=True))
    )
    return f'<tr style="border-bottom: {LINE}">{drawn}</tr>'


def _whole(text: str) -> str:
    """Return the style that keeps a short text on one line: names are full of hyphens."""
    return UNBROKEN if len(text) <= _SHORT and text.isprintable() else ""


def _title(text: str, full: str) -> str:
    return "" if text == full else f' title="{html.escape(full)}"'


def _note(table: DisplayTable, saved: int) -> str:
    """Return what is not displayed; nothing where all is."""
    count = len(table.rows)
    notes = [
        "no rows" if not count else "",
        f"{saved} of {count} rows" if saved < count else "",
        f"not displayed: {', '.join(table.left_out)}" if table.left_out else "",
    ]
    told = "; ".join(filter(None, notes))
    return told and f'<div style="opacity: .75; padding: 3px 8px">{html.escape(told)}</div>'
