"""The diagram of a workflow's chain on screen, drawn anew when something is known of it by then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.rendering.diagram import diagram
from adxmi_jupyter.rendering.diagram_model import Step

if TYPE_CHECKING:
    from adxmi_jupyter.forms.workflow.requirements import Sight


class ChainPicture:
    """The diagram of one workflow; without any link to look at it says so of each station.

    Parameters
    ----------
    workflow
        What the workflow is called.

    """

    def __init__(self, workflow: str) -> None:
        self.widget = w.HTML()
        self._workflow = workflow
        self._drawn: object = None

    def show(self, sights: Sequence[Sight], *, is_old: bool) -> None:
        """Show links as they are known; those of something else are marked as old."""
        steps = tuple(map(_step, sights))
        if (steps, is_old) == self._drawn:
            return
        self._drawn = (steps, is_old)
        self.widget.value = diagram(self._workflow, "", steps, is_old=is_old)


def _step(sight: Sight) -> Step:
    detail = sight.finding.detail if sight.finding else ""
    return Step(sight.link, sight.subject, sight.state, detail)
