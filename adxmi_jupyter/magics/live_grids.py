"""The grids and maps of a notebook: made for the first one that is shown, where a kernel runs.

Loading widgets takes a while, so that the extension does it when there is something to show.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from adxmi_jupyter.forms.grid import Grids
    from adxmi_jupyter.forms.live_map import Maps
    from adxmi_jupyter.rendering.display import DisplayTable
    from adxmi_jupyter.rendering.map_layout import Layout


class LiveGrids:
    """What shows long tables as grids, and maps; nothing in a shell without a front end."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._has_front_end = hasattr(shell, "kernel")

    @cached_property
    def _grids(self) -> Grids:
        from adxmi_jupyter.forms.grid import Grids

        return Grids()

    @cached_property
    def _maps(self) -> Maps:
        from adxmi_jupyter.forms.live_map import Maps

        return Maps()

    def add(self, table: DisplayTable) -> None:
        """Show a table as a grid, once its HTML is in the page."""
        if self._has_front_end:
            self._grids.add(table)

    def ready(self) -> None:
        """Let a table be filtered that has all of its rows in the page."""
        if self._has_front_end:
            _ = self._grids

    def add_map(self, layout: Layout) -> None:
        """Let a map be filtered, once its picture is in the page."""
        if self._has_front_end:
            self._maps.add(layout)

    def close(self) -> None:
        """Give the grids and maps up."""
        if "_grids" in vars(self):
            self._grids.close()
        if "_maps" in vars(self):
            self._maps.close()
