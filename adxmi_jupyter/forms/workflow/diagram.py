"""The diagram of a workflow on screen, drawn anew when something is known of it by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.rendering.diagram import diagram

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.diagram_model import Step


class Diagram:
    """The diagram of one workflow; without any requirement to check it says so of each part.

    Parameters
    ----------
    workflow
        What the workflow is called.

    """

    def __init__(self, workflow: str) -> None:
        self.widget = w.HTML()
        self._workflow = workflow
        self._drawn: object = None

    def show(self, steps: tuple[Step, ...], *, is_old: bool) -> None:
        """Show requirements as they are known; those of something else are marked as old."""
        if (steps, is_old) == self._drawn:
            return
        self._drawn = (steps, is_old)
        self.widget.value = diagram(self._workflow, "", steps, is_old=is_old)
