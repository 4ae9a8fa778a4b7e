"""Results and errors as a terminal draws them: as wide as it is, in colour where it has any.

Texts of the service stay texts: no mark-up of rich is interpreted, and what would move the cursor
or change colours is escaped before it comes here.

Source: *rich* documentation (Tables, Console API).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.rendering.display import DisplayTable

_GAP, _LONGEST_WORD = 2, 40
_STATES = {
    "met": "green",
    "not met": "red",
    "warning": "yellow",
    "unknown": "magenta",
}
_STATE_COLUMNS = {"state", "status"}
_SIGNS = {r"✓": "green", r"✗": "bold red", r"(?m)^ *!|! →": "yellow", r"(?m)^ *\?|\? →": "magenta"}


@dataclass(frozen=True)
class Screen:
    """Where something is drawn: columns, and whether it has colours."""

    width: int
    has_colours: bool


def drawn(parts: Iterable[DisplayTable | str], screen: Screen) -> str:
    """Return a result as text with the codes of a terminal."""
    pieces = [_part(part, screen.width) for part in parts]
    console = _console(screen)
    for piece in pieces:
        console.print(piece, soft_wrap=isinstance(piece, Text))
    return _told(console)


def error_text(error: AdxmiError, screen: Screen) -> str:
    """Return the three lines of an error."""
    console = _console(screen)
    what, why, fix = error.lines
    for line in (
        Text.assemble((type(error).__name__, "bold red"), f": {what}"),
        Text.assemble(("  why:", "bold"), f" {why}"),
        Text.assemble(("  fix:", "bold"), " ", (fix, "green")),
    ):
        console.print(line, soft_wrap=True)
    return _told(console)


def _console(screen: Screen) -> Console:
    return Console(
        file=io.StringIO(),
        width=screen.width,
        force_terminal=True,
        color_system="standard" if screen.has_colours else None,
        no_color=not screen.has_colours,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _told(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)  # noqa: S101 - `_console` gave it
    return "\n".join(line.rstrip() for line in file.getvalue().rstrip("\n").split("\n"))


def _part(part: DisplayTable | str, width: int) -> RenderableType:
    if isinstance(part, str):
        text = Text(visible(part))
        for sign, style in _SIGNS.items():
            text.highlight_regex(sign, style)
        return text
    if not part.rows:
        return Text("\n".join(("  ".join(part.columns), "(no rows)")))
    notes = []
    if part.short and _natural(part) > width:
        notes = [", ".join(f"{short} = {name}" for name, short in part.short.items())]
        part = replace(part, columns=tuple(part.short.get(one, one) for one in part.columns))
    made = _records(part) if _is_for_records(part, width) else _table(part)
    if part.left_out:
        notes.append(f"not displayed: {', '.join(part.left_out)} (--wide)")
    return Group(made, *(Text(note, style="dim") for note in notes))


def _is_for_records(table: DisplayTable, width: int) -> bool:
    """Tell whether a table is too wide for columns: names and IDs in it would be broken."""
    if not table.rows or _natural(table) <= width:
        return False
    columns = zip(*table.rows, strict=True)
    least = sum(max(map(_longest_word, column)) for column in columns) + _gaps(table)
    return len(table.rows) == 1 or least > width


def _natural(table: DisplayTable) -> int:
    """Return how wide a table is in which nothing is broken."""
    columns = zip(table.columns, *table.rows, strict=True)
    return sum(max(map(_width, column)) for column in columns) + _gaps(table)


def _gaps(table: DisplayTable) -> int:
    return _GAP * (len(table.columns) - 1)


def _longest_word(cell: str) -> int:
    longest = max((_width(word) for word in cell.split()), default=0)
    return min(longest, _LONGEST_WORD)


def _width(cell: str) -> int:
    return max((Text(line).cell_len for line in cell.split("\n")), default=0)


def _table(table: DisplayTable) -> Table:
    made = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="bold",
    )
    for place, name in enumerate(table.columns):
        made.add_column(
            Text(name),
            justify="right" if place in table.numbers else "left",
            overflow="fold",
            min_width=max((_longest_word(row[place]) for row in table.rows), default=0),
        )
    for row in table.rows:
        made.add_row(*map(_cell, table.columns, row))
    return made


def _records(table: DisplayTable) -> Table:
    """Return each row as lines of name and value, an empty line between them."""
    made = Table.grid(padding=(0, _GAP, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for number, row in enumerate(table.rows):
        if number:
            made.add_row(Text(""), Text(""))
        for name, cell in zip(table.columns, row, strict=True):
            made.add_row(Text(name), _cell(name, cell))
    return made


def _cell(column: str, cell: str) -> Text:
    style = _STATES.get(cell, "") if column in _STATE_COLUMNS else ""
    return Text(cell, style=style)
