"""The requirements of a workflow on screen: a row each, its fix, and a button where we can."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.widgets import copyable, show
from adxmi_jupyter.model.remediation import ByOwner
from adxmi_jupyter.rendering.diagram_model import css_class
from adxmi_jupyter.rendering.dialects import InForm

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import WriteCommand
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.forms.workflow.state import WorkflowState
    from adxmi_jupyter.model.remediation import Remediation
    from adxmi_jupyter.rendering.diagram_model import Step

_STATES = {
    "met": "✓ met",
    "not met": "✗ not met",
    "unknown": "? unknown",
    "warning": "! warning",
    "unseen": "… not checked",
}
_COLUMNS = "112px 168px minmax(0, 1fr)"
_MOST_ROWS = 4
_FIX, _STAND_IN = "Fix", "On the embedded Azure"

SHEET = f"""
.adxmi-form .adxmi-requirements {{margin-top: 2px; font-size: var(--jp-ui-font-size1, 13px);}}
.adxmi-form .adxmi-requirements .adxmi-requirement {{
  border-top: 1px solid var(--jp-border-color2, #8888); align-items: flex-start; margin: 0;
  width: 100%;}}
.adxmi-form .adxmi-requirement > .widget-html {{flex: 1 1 0; min-width: 0; margin: 0;}}
.adxmi-form .adxmi-requirement > .jupyter-button {{margin: 3px 4px; flex: none; height: 26px;
  line-height: 24px;}}
.adxmi-form .adxmi-sight {{display: grid; grid-template-columns: {_COLUMNS}; gap: 0 8px;
  padding: 4px 0; line-height: 1.4;}}
.adxmi-form .adxmi-sight > * {{overflow-wrap: anywhere; min-width: 0;}}
.adxmi-form .adxmi-sight .adxmi-state {{padding-left: 6px; white-space: nowrap;}}
.adxmi-form .adxmi-sight .adxmi-detail {{grid-column: 3;}}
.adxmi-form .adxmi-sight .adxmi-fixes {{grid-column: 2 / -1; padding-right: 4px;}}
.adxmi-form .adxmi-step.adxmi-head {{font-weight: 600; padding: 2px 0;
  font-size: var(--jp-ui-font-size0, 11px);}}
.adxmi-form .adxmi-requirement.met .adxmi-state {{box-shadow: inset 4px 0 rgb(44, 160, 44);}}
.adxmi-form .adxmi-requirement.not-met {{background: rgba(214, 39, 40, .12);}}
.adxmi-form .adxmi-requirement.not-met .adxmi-state {{box-shadow: inset 4px 0 rgb(214, 39, 40);
  font-weight: 600;}}
.adxmi-form .adxmi-requirement:is(.unknown, .warning) .adxmi-state {{
  box-shadow: inset 4px 0 rgb(230, 145, 20);}}
.adxmi-form .adxmi-requirement.unseen .adxmi-state {{
  box-shadow: inset 4px 0 var(--jp-border-color1, #8888);}}
.adxmi-form .adxmi-requirements.adxmi-old .adxmi-requirement {{background: none;
  font-style: italic;}}
.adxmi-form .adxmi-requirements.adxmi-old .adxmi-requirement .adxmi-state {{box-shadow:
  inset 4px 0 var(--jp-border-color1, #8888);}}
"""


@dataclass(frozen=True)
class RequirementRow:
    """A requirement to show: what is known of it, and texts that fix it, with their labels.

    `commands` are the labels of those that are commands of ours.
    """

    step: Step
    texts: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    remediation: Remediation | None = None


def row_of(state: WorkflowState, step: Step, write_line: WriteCommand) -> RequirementRow:
    """Return a requirement as the form of a workflow knows it, with its fix."""
    finding = step.finding
    if finding is None or not finding.fix:
        return RequirementRow(step)
    own, stand_in = state.command_for(finding), state.stand_in(finding)
    fix = finding.remediation.command if isinstance(finding.remediation, ByOwner) else finding.fix
    texts = [(_FIX, write_line(own) if own.words else InForm().fix(fix))]
    if stand_in.words:
        texts.append((_STAND_IN, write_line(stand_in)))
    commands = ((_FIX,) if own.words else ()) + ((_STAND_IN,) if stand_in.words else ())
    remediation: Any = finding.remediation if own.words else None
    return RequirementRow(step, tuple(texts), commands, remediation)


def each_fix_once(rows: Sequence[RequirementRow]) -> list[RequirementRow]:
    """Return rows with a fix on the first of those that it fixes: one button does for them all."""
    texts = [row.texts for row in rows]
    return [
        RequirementRow(row.step) if row.texts in texts[:number] else row
        for number, row in enumerate(rows)
    ]


Fix = Callable[["Remediation", str], None]
"""Puts a requirement in place; gets what it is called, too."""


class _Row:
    """One row of widgets, lent to one requirement after the other."""

    def __init__(self, screen: Screen, fix: Fix) -> None:
        self._screen = screen
        self._fix = fix
        self._line: RequirementRow | None = None
        self._text = w.HTML()
        self.button = screen.button("Fix", self._clicked, kind="primary", decides=True)
        self.widget = w.HBox([self._text, self.button])

    def show(self, line: RequirementRow, *, is_old: bool) -> None:
        """Lend the row to a requirement."""
        if line != self._line:
            self._screen.changed(self.button)
        self._line = line
        self.widget.set_trait("_dom_classes", ("adxmi-requirement", css_class(line.step.state)))
        self._text.value = _shown(line)
        self.button.tooltip = f"Fix: {line.step.title} ({line.step.subject})"
        self._screen.enable(self.button, is_enabled=not is_old and line.remediation is not None)
        show(self.button, is_shown=line.remediation is not None)

    def _clicked(self) -> None:
        line = self._line
        if line is not None and line.remediation is not None and not self.button.disabled:
            self._fix(line.remediation, line.step.title)


class RequirementsTable:
    """The rows of the requirements of a workflow."""

    def __init__(self, screen: Screen, fix: Fix) -> None:
        self._screen = screen
        self._fix = fix
        self.rows: list[_Row] = []
        self._head = w.HTML(
            '<div class="adxmi-sight adxmi-head"><span class="adxmi-state">State</span>'
            "<span>Requirement</span><span>Subject</span></div>"
        )
        self.widget = w.VBox(layout=w.Layout(width="100%"))
        self.widget.add_class("adxmi-requirements")

    def show(self, lines: Sequence[RequirementRow], *, is_old: bool) -> None:
        """Show requirements; old ones are marked, and cannot be fixed."""
        change = self.widget.add_class if is_old else self.widget.remove_class
        change("adxmi-old")
        self.rows += [_Row(self._screen, self._fix) for _ in lines[len(self.rows) :]]
        for made, line in zip(self.rows, lines, strict=False):
            made.show(line, is_old=is_old)
        shown = [made.widget for made in self.rows[: len(lines)]]
        children = (self._head, *shown) if shown else ()
        if children != self.widget.children:
            self.widget.children = children
        show(self.widget, is_shown=bool(lines))


def _shown(line: RequirementRow) -> str:
    step = line.step
    cells = (
        f'<span class="adxmi-state">{_STATES[step.state]}</span>',
        f"<span>{html.escape(one_line(step.title))}</span>",
        f"<bdi>{html.escape(one_line(step.subject))}</bdi>",
    )
    detail = html.escape(one_line(step.evidence))
    texts = "".join(
        f"<div>{html.escape(label)}:</div>"
        + copyable(
            f"{label}: {step.title}", text, most_rows=_MOST_ROWS, is_command=label in line.commands
        )
        for label, text in line.texts
    )
    more = f'<span class="adxmi-detail">{detail}</span>' if detail else ""
    more += f'<div class="adxmi-fixes">{texts}</div>' if texts else ""
    return f'<div class="adxmi-sight">{"".join(cells)}{more}</div>'
