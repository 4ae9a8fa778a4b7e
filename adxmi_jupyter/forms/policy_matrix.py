"""The matrix of the policy form: identities in rows, usages in columns, a checkbox in each cell.

The widgets of one page are made once and shown anew for each page and each filter, so that two
hundred identities cost no more than ten.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.policy_state import Mark
from adxmi_jupyter.forms.widgets import button, row, show, text_field
from adxmi_jupyter.model import usage as usages

if TYPE_CHECKING:
    from adxmi_jupyter.forms.policy_state import PolicyState
    from adxmi_jupyter.model.identity import ManagedIdentity

Wished = Callable[["ManagedIdentity", str, bool], None]

PAGE = 8
_START_OF_ID = 8

_MARK_CLASSES = {mark: f"adxmi-mark-{place}" for place, mark in enumerate(Mark) if mark}
_GAIN, _LOSS = "adxmi-gain", "adxmi-loss"

_MARK_RULES = "".join(
    f'.adxmi-form .{css_class}::after {{content: "{mark.value}"; '
    f'content: "{mark.value}" / "{mark.meaning}";}}'
    for mark, css_class in _MARK_CLASSES.items()
)

SHEET = f"""
.adxmi-form .adxmi-matrix-form {{overflow-x: auto;}}
.adxmi-form .adxmi-heads {{grid-column: 1 / -1;}}
.adxmi-form .adxmi-head {{display: grid; align-items: end; font-weight: 600; text-align: center;
  font-size: var(--jp-ui-font-size0, 11px); line-height: 1.25;}}
.adxmi-form .adxmi-head span:first-child {{text-align: left;}}
.adxmi-form .adxmi-row-head {{margin: 0; border-top: 1px solid var(--jp-border-color2, #8888);}}
.adxmi-form .adxmi-who {{padding: 1px 6px 1px 2px; line-height: 1.25; overflow-wrap: anywhere;
  max-height: 5em; overflow: hidden;}}
.adxmi-form .adxmi-who small {{display: block; opacity: .85;
  font-family: var(--jp-code-font-family, monospace);}}
.adxmi-form .adxmi-cell.widget-checkbox {{width: auto; height: auto; min-height: 34px; margin: 0;
  position: relative; border-top: 1px solid var(--jp-border-color2, #8888);}}
.adxmi-form .adxmi-cell label {{width: 100%; height: 100%; display: flex; align-items: center;
  justify-content: center; cursor: pointer;}}
.adxmi-form .adxmi-cell input[type=checkbox] {{margin: 0; flex: none;}}
.adxmi-form .adxmi-cell label span {{position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;}}
.adxmi-form .adxmi-cell::after {{position: absolute; left: calc(50% + 12px); top: 50%;
  transform: translateY(-50%); font-size: var(--jp-ui-font-size0, 11px); pointer-events: none;
  color: var(--jp-ui-font-color1, inherit);}}
.adxmi-form .adxmi-cell:hover {{background-color: rgba(128, 128, 128, .15);}}
.adxmi-form .adxmi-cell.{_GAIN}, .adxmi-form .adxmi-cell.{_LOSS} {{outline: 1px dashed;
  outline-offset: -3px;}}
{_MARK_RULES}
"""


class MatrixRow:
    """One row of widgets, lent to one identity after the other."""

    def __init__(
        self, state: PolicyState, identity: ManagedIdentity, layout: w.Layout, wished: Wished
    ) -> None:
        self._state = state
        self._wished = wished
        self._identity = identity
        self._is_showing = False
        self.head = w.HTML(
            _who(identity, state.label(identity)), layout=layout, _dom_classes=("adxmi-row-head",)
        )
        style = w.widgets.widget_bool.CheckboxStyle()
        # Made with all their traits: each set afterwards would be one more message to the browser.
        self.cells = {
            usage: w.Checkbox(indent=False, layout=layout, style=style, **self._look(usage))
            for usage in state.usages
        }
        for usage, cell in self.cells.items():
            cell.observe(self._clicked(usage), names="value")

    def _clicked(self, usage: str) -> Callable[[Any], None]:
        def clicked(change: Any) -> None:
            if not self._is_showing:
                self._wished(self._identity, usage, change.new)

        return clicked

    def show(self, identity: ManagedIdentity) -> None:
        """Lend the row to an identity, or show anew what is known of it."""
        self._identity = identity
        self._is_showing = True
        try:
            self.head.value = _who(identity, self._state.label(identity))
            for usage, cell in self.cells.items():
                with cell.hold_sync():
                    for trait, value in self._look(usage).items():
                        setattr(cell, trait, value)
        finally:
            self._is_showing = False

    def _look(self, usage: str) -> dict[str, Any]:
        ticked = self._state.is_ticked(self._identity, usage)
        classes = ["adxmi-cell"]
        mark = self._state.mark(self._identity, usage)
        classes += [_MARK_CLASSES[mark]] if mark else []
        if self._state.is_changed(self._identity, usage):
            classes.append(_GAIN if ticked else _LOSS)
        return {
            "description": f"{self._state.label(self._identity)} {usage}",
            "value": ticked,
            "_dom_classes": tuple(classes),
        }


class PolicyMatrix:
    """Filter, rows of one page, and the way to the other pages."""

    def __init__(self, state: PolicyState, wished: Wished) -> None:
        self._state = state
        self._wished = wished
        self._listing = Listing(lambda: state.identities, _searched, PAGE)
        self.filter = text_field("Filter", "name, object ID or client ID")
        self.filter.observe(self._filtered, names="value")
        self.rows: list[MatrixRow] = []
        self._columns: tuple[str, ...] = ()
        self._head = w.HTML()
        self._head.add_class("adxmi-heads")
        self._grid = w.GridBox()
        self._grid.add_class("adxmi-matrix-form")
        self.place = w.HTML()
        self.back = button("Previous", lambda: self._turn(-1), tooltip="Previous identities")
        self.on = button("Next", lambda: self._turn(1), tooltip="Next identities")
        self._legend = w.HTML()
        pager = row(self.back, self.on, self.place)
        self.widget = w.VBox([self._grid, pager, self._legend], layout=w.Layout(width="100%"))

    def find(self, words: str) -> None:
        """Put words into the filter."""
        self.filter.value = words

    def refresh(self) -> None:
        """Show what the state says now."""
        if self._columns != self._state.usages:
            self._make_columns()
        shown = self._listing.page()
        for made, identity in zip(self.rows, shown, strict=False):
            made.show(identity)
        for identity in shown[len(self.rows) :]:
            self.rows.append(MatrixRow(self._state, identity, self._cell_layout, self._wished))
        self._lay_out(self.rows[: len(shown)])
        self._show_place()
        self._legend.value = self._explained(shown)

    def refresh_row(self, identity: ManagedIdentity) -> None:
        """Show one row anew: the marks of a row depend on each other."""
        for made, shown in zip(self.rows, self._listing.page(), strict=False):
            if shown == identity:
                made.show(identity)
        self._legend.value = self._explained(self._listing.page())

    def _make_columns(self) -> None:
        self._columns = self._state.usages
        columns = f"minmax(110px, 1fr) repeat({len(self._columns)}, minmax(56px, 72px))"
        self._grid.layout.grid_template_columns = columns
        self._grid.layout.width = "100%"
        self._cell_layout = w.Layout()
        self.rows = []
        heads = "".join(
            f'<span title="{html.escape(usages.permits(usage))}">{_breakable(usage)}</span>'
            for usage in self._columns
        )
        self._head.value = (
            f'<div class="adxmi-head" style="grid-template-columns: {columns}">'
            f"<span>Identity</span>{heads}</div>"
        )

    def _lay_out(self, rows: Iterable[MatrixRow]) -> None:
        cells = (cell for made in rows for cell in (made.head, *made.cells.values()))
        children = (self._head, *cells)
        if children != self._grid.children:
            self._grid.children = children

    def _show_place(self) -> None:
        self.place.value = f'<div class="adxmi-quiet">Identities {self._listing.place()}</div>'
        self.back.disabled = not self._listing.turns(-1)
        self.on.disabled = not self._listing.turns(1)
        is_long = self._listing.turns(-1) or self._listing.turns(1)
        for turner in (self.back, self.on):
            show(turner, is_shown=is_long)

    def _explained(self, shown: Iterable[ManagedIdentity]) -> str:
        present = {self._state.mark(i, usage) for i in shown for usage in self._columns}
        legend = [f"{mark} = {mark.meaning}" for mark in Mark if mark and mark in present]
        if self._state.scope.database:
            legend.append("SandboxArtifacts counts only in the cluster policy")
        lines = ["; ".join(legend), *self._state.notes]
        body = "".join(f"<div>{html.escape(line)}</div>" for line in lines if line)
        return f'<div class="adxmi-quiet">{body}</div>'

    def _filtered(self, change: Any) -> None:
        self._listing.filter(change.new)
        self.refresh()

    def _turn(self, pages: int) -> None:
        self._listing.turn(pages)
        self.refresh()


def _searched(identity: ManagedIdentity) -> str:
    system = "system" if identity.is_system else ""
    return f"{identity.label} {identity.object_id} {identity.client_id} {system}"


def _who(identity: ManagedIdentity, label: str) -> str:
    ids = f"object ID {identity.object_id}, client ID {identity.client_id or 'unknown'}"
    title = html.escape(f"{identity.label}: {ids}")
    start = html.escape(f"{identity.object_id[:_START_OF_ID]}…")
    kind = "system " if identity.is_system else ""
    return (
        f'<div class="adxmi-who" title="{title}"><bdi>{html.escape(label)}</bdi>'
        f"<small>{kind}{start}</small></div>"
    )


def _breakable(usage: str) -> str:
    """Let a long name break before its capitals: ten of them have to fit side by side."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", html.escape(usage))
