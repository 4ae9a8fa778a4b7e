"""Grids in the place of long tables: filtered and sorted in the browser, while the kernel runs.

The output of a command is a table of plain HTML, and nothing else is saved with the notebook. One
widget, which shows nothing, is there for all tables of a kernel: `grid.js` finds their HTML in the
page, asks for their rows, and puts a grid in its place. Without a front end for widgets, or without
the kernel, the HTML stays as it is.

itables was tried: what it saves is a script with a random ID in place of a table, and a notebook
that is not trusted shows neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as w

from adxmi_jupyter.forms.style import esm
from adxmi_jupyter.rendering.html_table import grid_class

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.display import DisplayTable

_MOST_KEPT = 30


class GridLoader(anywidget.AnyWidget):
    """Sends the rows of tables to the browser; it shows nothing."""

    _esm = esm("cells.js", "replacing.js", "grid.js")


class Grids:
    """The long tables of a kernel, as long as they are among the last ones that were shown."""

    def __init__(self) -> None:
        self._tables: dict[str, DisplayTable] = {}
        self.loader = GridLoader(layout=w.Layout(display="none"))
        self.loader.on_msg(self._asked)

    def add(self, table: DisplayTable) -> None:
        """Keep a table that is being shown, for a browser that asks for its rows."""
        name = grid_class(table)
        self._tables.pop(name, None)
        self._tables[name] = table
        while len(self._tables) > _MOST_KEPT:
            del self._tables[next(iter(self._tables))]

    def close(self) -> None:
        """Give the tables up; their grids become plain HTML again."""
        self.loader.close()

    def _asked(self, _sender: object, content: Mapping[str, Any], _more: object) -> None:
        table = self._tables.get(str(content.get("table")))
        if table is not None:
            self.loader.send({"table": grid_class(table), **rows_of(table)})


def rows_of(table: DisplayTable) -> Mapping[str, Any]:
    """Return a table for the browser; `whole` has the columns with shortened texts, in full."""
    shown = list(zip(*table.rows, strict=True))
    whole = list(zip(*table.full_rows, strict=True))
    pairs = enumerate(zip(shown, whole, strict=True))
    return {
        "columns": table.columns,
        "rows": table.rows,
        "whole": {place: full for place, (short, full) in pairs if short != full},
        "numbers": sorted(table.numbers),
        "leftOut": table.left_out,
    }
