"""The links of a workflow on screen: a row each, with what mends it, and a button where we can."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.widgets import button, copyable, show

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.repairs import Repair
    from adxmi_jupyter.forms.workflow.requirements import Sight

_STATES = {
    "ok": "✓ ok",
    "missing": "✗ missing",
    "unknown": "? unknown",
    "warning": "! warning",
    "unseen": "… not checked",
}
_COLUMNS = "112px 168px minmax(0, 1fr)"
_MOST_ROWS = 4

SHEET = f"""
.adxmi-form .adxmi-links {{margin-top: 2px; font-size: var(--jp-ui-font-size1, 13px);}}
.adxmi-form .adxmi-links .adxmi-link {{border-top: 1px solid var(--jp-border-color2, #8888);
  align-items: flex-start; margin: 0; width: 100%;}}
.adxmi-form .adxmi-link > .widget-html {{flex: 1 1 0; min-width: 0; margin: 0;}}
.adxmi-form .adxmi-link > .jupyter-button {{margin: 3px 4px; flex: none; height: 26px;
  line-height: 24px;}}
.adxmi-form .adxmi-sight {{display: grid; grid-template-columns: {_COLUMNS}; gap: 0 8px;
  padding: 4px 0; line-height: 1.4;}}
.adxmi-form .adxmi-sight > * {{overflow-wrap: anywhere; min-width: 0;}}
.adxmi-form .adxmi-sight .adxmi-state {{padding-left: 6px; white-space: nowrap;}}
.adxmi-form .adxmi-sight .adxmi-detail {{grid-column: 3;}}
.adxmi-form .adxmi-sight .adxmi-mending {{grid-column: 2 / -1; padding-right: 4px;}}
.adxmi-form .adxmi-sight.adxmi-head {{font-weight: 600; padding: 2px 0;
  font-size: var(--jp-ui-font-size0, 11px);}}
.adxmi-form .adxmi-link.ok .adxmi-state {{box-shadow: inset 4px 0 rgb(44, 160, 44);}}
.adxmi-form .adxmi-link.missing {{background: rgba(214, 39, 40, .12);}}
.adxmi-form .adxmi-link.missing .adxmi-state {{box-shadow: inset 4px 0 rgb(214, 39, 40);
  font-weight: 600;}}
.adxmi-form .adxmi-link.unknown .adxmi-state, .adxmi-form .adxmi-link.warning .adxmi-state {{
  box-shadow: inset 4px 0 rgb(230, 145, 20);}}
.adxmi-form .adxmi-link.unseen .adxmi-state {{
  box-shadow: inset 4px 0 var(--jp-border-color1, #8888);}}
.adxmi-form .adxmi-links.adxmi-old .adxmi-link {{background: none; font-style: italic;}}
.adxmi-form .adxmi-links.adxmi-old .adxmi-link .adxmi-state {{box-shadow:
  inset 4px 0 var(--jp-border-color1, #8888);}}
"""


@dataclass(frozen=True)
class LinkLine:
    """A link to show: what is known of it, and texts that mend it with what they are called."""

    sight: Sight
    texts: tuple[tuple[str, str], ...] = ()
    repair: Repair | None = None


Mend = Callable[["Repair", str], None]
"""Puts a link in place; gets what it is called, too."""


class _Row:
    """One row of widgets, lent to one link after the other."""

    def __init__(self, mend: Mend) -> None:
        self._mend = mend
        self._line: LinkLine | None = None
        self._text = w.HTML()
        self.button = button("Mend", self._clicked, kind="primary")
        self.widget = w.HBox([self._text, self.button])

    def show(self, line: LinkLine, *, is_old: bool) -> None:
        """Lend the row to a link."""
        self._line = line
        self.widget.set_trait("_dom_classes", ("adxmi-link", line.sight.state))
        self._text.value = _shown(line)
        self.button.tooltip = f"Mend: {line.sight.link} ({line.sight.subject})"
        self.button.disabled = is_old
        show(self.button, is_shown=line.repair is not None)

    def _clicked(self) -> None:
        line = self._line
        if line is not None and line.repair is not None and not self.button.disabled:
            self._mend(line.repair, line.sight.link)


class LinksTable:
    """The rows of a chain."""

    def __init__(self, mend: Mend) -> None:
        self._mend = mend
        self.rows: list[_Row] = []
        self._head = w.HTML(
            '<div class="adxmi-sight adxmi-head"><span class="adxmi-state">State</span>'
            "<span>Link</span><span>Of</span></div>"
        )
        self.widget = w.VBox(layout=w.Layout(width="100%"))
        self.widget.add_class("adxmi-links")

    def show(self, lines: Sequence[LinkLine], *, is_old: bool) -> None:
        """Show links; old ones are marked, and cannot be mended."""
        change = self.widget.add_class if is_old else self.widget.remove_class
        change("adxmi-old")
        self.rows += [_Row(self._mend) for _ in lines[len(self.rows) :]]
        for made, line in zip(self.rows, lines, strict=False):
            made.show(line, is_old=is_old)
        shown = [made.widget for made in self.rows[: len(lines)]]
        children = (self._head, *shown) if shown else ()
        if children != self.widget.children:
            self.widget.children = children
        show(self.widget, is_shown=bool(lines))


def _shown(line: LinkLine) -> str:
    sight = line.sight
    cells = (
        f'<span class="adxmi-state">{_STATES[sight.state]}</span>',
        f"<span>{html.escape(one_line(sight.link))}</span>",
        f"<bdi>{html.escape(one_line(sight.subject))}</bdi>",
    )
    detail = html.escape(one_line(sight.finding.detail)) if sight.finding else ""
    texts = "".join(
        f"<div>{html.escape(label)}:</div>"
        + copyable(f"{label}: {sight.link}", text, most_rows=_MOST_ROWS)
        for label, text in line.texts
    )
    more = f'<span class="adxmi-detail">{detail}</span>' if detail else ""
    more += f'<div class="adxmi-mending">{texts}</div>' if texts else ""
    return f'<div class="adxmi-sight">{"".join(cells)}{more}</div>'
