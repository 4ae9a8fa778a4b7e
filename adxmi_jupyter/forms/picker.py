"""A text field with a list of what can be picked; anything else can be typed all the same.

`picker.js` draws it: thousands of choices are filtered by what one types, and the list does not
move what is below the field. What is asked for, and when, is the kernel's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

Asked = Callable[[str], None]
"""Called with the text in a field when its list is wanted."""

SHEET = """
.adxmi-form .adxmi-picker {margin: 2px;}
.adxmi-form .adxmi-picker input {flex: 1 1 auto; min-width: 0; width: 100%; box-sizing: border-box;
  height: var(--jp-widgets-inline-height, 28px); padding: 2px 6px;
  color: var(--jp-widgets-input-color, inherit); font-size: var(--jp-ui-font-size1, 13px);
  background: var(--jp-widgets-input-background-color, transparent);
  border: 1px solid var(--jp-widgets-input-border-color, #8888);}
.adxmi-form .adxmi-choices {position: fixed; inset: auto; margin: 0; padding: 2px 0; overflow: auto;
  box-sizing: border-box; min-width: 200px; font-size: var(--jp-ui-font-size1, 13px);
  color: var(--jp-ui-font-color1, CanvasText); background: var(--jp-layout-color1, Canvas);
  border: 1px solid var(--jp-border-color1, #8888); box-shadow: 0 2px 8px rgba(0, 0, 0, .3);}
.adxmi-form .adxmi-choices:not(.adxmi-open) {display: none;}
.adxmi-form .adxmi-choices ul {list-style: none; margin: 0; padding: 0;}
.adxmi-form .adxmi-choices li {padding: 3px 8px; cursor: pointer; overflow-wrap: anywhere;}
.adxmi-form .adxmi-choices li:hover {background: rgba(128, 128, 128, .15);}
.adxmi-form .adxmi-choices li[aria-selected=true] {background: rgba(33, 150, 243, .22);
  box-shadow: inset 3px 0 var(--jp-brand-color1, #1976d2);}
.adxmi-form .adxmi-choices .adxmi-goes-on::after {content: " \\203a"; content: " \\203a" / "";}
.adxmi-form .adxmi-choices .adxmi-note {padding: 3px 8px; opacity: .9;}
"""


class Picker(anywidget.AnyWidget):
    """The field; `asked` is called with its text when a list is wanted.

    `choices` are triples of value, label and whether there is more inside; `inside` is the part of
    the text that they go on from, `note` what there is to say of them. No other has its `mark`.
    """

    _esm = Path(__file__).with_suffix(".js")
    mark = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    tooltip = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    label_width = traitlets.Unicode().tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)
    continuous_update = traitlets.Bool(True).tag(sync=True)
    choices: Any = traitlets.List().tag(sync=True)
    inside = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, asked: Asked, **traits: Any) -> None:
        super().__init__(**traits)
        self._asked = asked
        self.mark = self.model_id or ""
        self.on_msg(self._arrived)

    @property
    def options(self) -> tuple[str, ...]:
        """The values that can be picked."""
        return tuple(value for value, _label, _goes_on in self.choices)

    def offer(
        self, choices: Iterable[tuple[str, str, bool]], *, inside: str = "", note: str = ""
    ) -> None:
        """Show choices, and what there is to say of them."""
        with self.hold_sync():
            self.choices = [list(one) for one in choices]
            self.inside, self.note = inside, note

    def _arrived(self, _sender: object, content: Mapping[str, Any], _more: object) -> None:
        if content.get("event") == "open":
            self._asked(str(content.get("text", "")))
