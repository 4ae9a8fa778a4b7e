"""The button that infers columns from files, and the first rows it has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.forms.widgets import quiet, row, show
from adxmi_jupyter.forms.workflow.fields import LABEL
from adxmi_jupyter.forms.workflow.parts import result_table

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow.inference import Inferred
    from adxmi_jupyter.forms.screen import Handler, Screen

_HINT = "Requires ExternalDataRequest and Storage Blob Data Reader for the identity."


class InferencePart:
    """The button and its rows; `pressed` infers."""

    def __init__(self, screen: Screen, pressed: Handler) -> None:
        self._screen = screen
        tooltip = f"Read column names and types from the files. {_HINT}"
        self.button = screen.button("Infer columns", pressed, tooltip=tooltip)
        self.button.layout.margin = f"2px 2px 2px calc({LABEL} + 10px)"
        self.widget = row(self.button)
        self.rows = w.HTML()
        self.forget()

    def refresh(self, *, is_offered: bool, is_ready: bool) -> None:
        """Show the button where there is something to infer; it works once all is filled in."""
        show(self.widget, is_shown=is_offered)
        self._screen.enable(self.button, is_enabled=is_ready)

    def tell(self, found: Inferred) -> None:
        """Show the first rows, or why there are none."""
        why = f"The rows could not be read: {found.why.what}" if found.why else ""
        self.rows.value = result_table(found.rows) + quiet((why,))
        show(self.rows, is_shown=True)

    def forget(self) -> None:
        """Show no rows any more."""
        self.rows.value = ""
        show(self.rows, is_shown=False)
