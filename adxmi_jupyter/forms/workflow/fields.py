"""One widget for each kind of field of a declaration, with what is wrong with it below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.forms import picker
from adxmi_jupyter.forms.picker import Picker
from adxmi_jupyter.forms.widgets import row, said, show
from adxmi_jupyter.model.declaration.fields import FieldKind

if TYPE_CHECKING:
    from adxmi_jupyter.forms.picker import Asked
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.forms.workflow.field_errors import Problem
    from adxmi_jupyter.model.declaration.fields import FieldSpec

_USUAL, _CHOOSE = "(as usual)", "(choose)"
_YES_OR_NO = {"yes": True, "no": False}
LABEL = "140px"
"""How wide the labels before all fields are."""

NARROW = "min(100%, 470px)"
"""How wide a field is that holds a name."""

_WIDE = {
    FieldKind.LOCATION,
    FieldKind.RESOURCE,
    FieldKind.COLUMNS,
    FieldKind.BODY,
    FieldKind.JSON,
    FieldKind.TEXT,
}
_NAMED = {FieldKind.IDENTITY, FieldKind.TABLE, FieldKind.EXTERNAL_TABLE}
_WRONG = "adxmi-wrong"

_SHEET = f"""
.adxmi-form .adxmi-field {{margin: 0; width: 100%;}}
.adxmi-form .adxmi-field > * {{max-width: calc(100% - 4px);}}
.adxmi-form .adxmi-wrong input, .adxmi-form .adxmi-wrong textarea,
.adxmi-form .adxmi-wrong select {{border-color: rgb(214, 39, 40);
  box-shadow: 0 0 0 1px rgb(214, 39, 40);}}
.adxmi-form .adxmi-field .adxmi-said {{margin: 0 2px 4px calc({LABEL} + 8px);
  font-size: var(--jp-ui-font-size1, 13px);}}
.adxmi-form .adxmi-field .adxmi-way-out {{margin-left: calc({LABEL} + 6px);}}
.adxmi-form .adxmi-body textarea {{font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px); field-sizing: content; min-height: 5em;
  max-height: 24em;}}
"""
SHEET = picker.SHEET + _SHEET

Entered = Callable[[str, object], None]


class FieldWidget:
    """The widget of a field, and what it says in the words of the declaration.

    Parameters
    ----------
    screen
        What the field is part of.
    spec
        The field.
    value
        What stands in it.
    choices
        What it offers.
    entered
        Called with the field's name and what the user entered.
    leave_out
        Called with the field's name to take out of it what says how to sign in.
    asked
        Called with the field's name and its text when a list of values is wanted.

    """

    def __init__(
        self,
        screen: Screen,
        spec: FieldSpec,
        value: object,
        choices: Sequence[str],
        entered: Entered,
        leave_out: Callable[[str], None],
        asked: Callable[[str, str], None],
    ) -> None:
        self._screen = screen
        self.spec = spec
        self._entered = entered
        self._leave_out = leave_out
        self._is_showing = False
        self._problem: w.HTML | None = None
        self._way_out: w.Button | None = None
        self.input = _made(spec, choices, lambda text: asked(spec.name, text))
        self.show(value)
        screen.listen(self.input, self._changed)
        self.widget = w.VBox([self.input])
        self.widget.add_class("adxmi-field")

    def show(self, value: object) -> None:
        """Show what stands in the field."""
        self._is_showing = True
        try:
            self._screen.put(self.input, value=self._shown(value))
        finally:
            self._is_showing = False

    def offer(self, choices: Sequence[str]) -> None:
        """Offer other names; what stands in the field stays."""
        if self.spec.kind in _NAMED and tuple(choices) != self.input.options:
            self._screen.changed(self.input)
            self.input.offer(map(_named, choices))

    def list(
        self, choices: Iterable[tuple[str, str, bool]], *, inside: str = "", note: str = ""
    ) -> None:
        """Show what Azure lists for the field; `inside` is what stands before, `note` is told."""
        self.input.offer(choices, inside=inside, note=note)

    def tell(self, problem: Problem | None) -> None:
        """Say what is wrong with the field, or nothing any more."""
        if problem is None:
            self.input.remove_class(_WRONG)
            if self._problem is not None:
                show(self._problem, is_shown=False)
                self._problem.value = ""
            self._offer_way_out(is_offered=False)
            return
        if self._problem is None:
            self._problem = w.HTML()
            self.widget.children = (*self.widget.children, self._problem)
        self.input.add_class(_WRONG)
        self._problem.value = said(problem.lines, "failed")
        show(self._problem, is_shown=True)
        self._offer_way_out(is_offered=problem.has_secret)

    def _offer_way_out(self, *, is_offered: bool) -> None:
        if is_offered and self._way_out is None:
            tooltip = "Keep only the address"
            self._way_out = self._screen.button("Leave it out", self._left_out, tooltip=tooltip)
            self._way_out.add_class("adxmi-way-out")
            self.widget.children = (*self.widget.children, row(self._way_out))
        if self._way_out is not None:
            show(self._way_out, is_shown=is_offered)

    def _left_out(self) -> None:
        self._leave_out(self.spec.name)

    def _shown(self, value: object) -> Any:
        if _may_be_neither(self.spec):
            words = {wanted: word for word, wanted in _YES_OR_NO.items()}
            return next((words[one] for one in words if one is value), _USUAL)
        if self.spec.kind is FieldKind.FLAG:
            return bool(value)
        if self.spec.kind is FieldKind.CHOICE:
            return str(value) if value else _nothing(self.spec)
        return str(value) if value not in (None, ()) else ""

    def _changed(self, change: Any) -> None:
        if self._is_showing:
            return
        value = "" if change.new == _nothing(self.spec) else change.new
        self._entered(
            self.spec.name, _YES_OR_NO.get(value, "") if _may_be_neither(self.spec) else value
        )


def _nothing(spec: FieldSpec) -> str:
    return _CHOOSE if spec.is_required else _USUAL


def _may_be_neither(spec: FieldSpec) -> bool:
    """Tell whether neither yes nor no is an answer: the service has its own way then."""
    return spec.kind is FieldKind.FLAG and spec.default is None


def _named(name: str) -> tuple[str, str, bool]:
    return name, name, False


def _made(spec: FieldSpec, choices: Sequence[str], asked: Asked) -> w.Widget:
    star = " *" if spec.is_required else ""
    common: dict[str, Any] = {
        "description": f"{spec.label}{star}",
        "tooltip": spec.help,
        "style": {"description_width": LABEL},
        "layout": w.Layout(width="auto" if spec.kind in _WIDE else NARROW),
    }
    if _may_be_neither(spec):
        return w.Dropdown(options=[_USUAL, *_YES_OR_NO], **common)
    if spec.kind is FieldKind.FLAG:
        return w.Checkbox(indent=True, **common)
    if spec.kind is FieldKind.CHOICE:
        return w.Dropdown(options=[*([] if spec.default else [_nothing(spec)]), *choices], **common)
    placeholder = spec.example or spec.help
    if spec.kind in _NAMED or spec.listed:
        return _picker(spec, choices, asked, placeholder)
    if spec.kind is FieldKind.BODY:
        return w.Textarea(placeholder=placeholder, rows=3, _dom_classes=("adxmi-body",), **common)
    return w.Text(placeholder=placeholder, **common)


def _picker(spec: FieldSpec, choices: Sequence[str], asked: Asked, placeholder: str) -> Picker:
    star = " *" if spec.is_required else ""
    return Picker(
        asked if spec.listed else lambda _text: None,
        description=f"{spec.label}{star}",
        tooltip=spec.help,
        placeholder=placeholder,
        label_width=LABEL,
        choices=[list(_named(name)) for name in choices],
        layout=w.Layout(width="auto" if spec.kind in _WIDE else NARROW),
    )
