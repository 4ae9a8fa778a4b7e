"""The list of the plan form: a checkbox for each change, and what there is to say about it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.pages import Pages, Tick
from adxmi_jupyter.forms.style import CHOICES, GAIN, LOSS
from adxmi_jupyter.forms.widgets import noted, quiet, row
from adxmi_jupyter.model.plan import Action, Status
from adxmi_jupyter.rendering.plan_text import change_label

if TYPE_CHECKING:
    from adxmi_jupyter.forms.plan.state import PlanState
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.model.plan import Change

PAGE = 10

Wished = Callable[["Change", bool], None]

SHEET = (
    CHOICES
    + """
.adxmi-form .adxmi-list > .adxmi-blocked {border: 2px dashed rgba(230, 145, 20, .8);
  background: repeating-linear-gradient(135deg, transparent 0 5px, rgba(230, 145, 20, .2) 5px 8px);}
.adxmi-form .adxmi-remark {padding: 5px 8px; line-height: 1.3; overflow-wrap: anywhere;}
.adxmi-form ul.adxmi-stops {border-left: 4px solid rgb(214, 39, 40);}
"""
)

_COLOURS = {Action.ADD: GAIN, Action.REMOVE: LOSS}


class ChangeRow:
    """One row of widgets, lent to one change after the other."""

    def __init__(
        self,
        screen: Screen,
        state: PlanState,
        change: Change,
        wished: Wished,
    ) -> None:
        self._state = state
        self._change = change
        self._tick = Tick(screen, lambda ticked: wished(self._change, ticked), self._look())
        self.box = self._tick.box
        self.remark = w.HTML(self._told(), _dom_classes=("adxmi-in-row",))

    @property
    def parts(self) -> tuple[w.Widget, ...]:
        """The checkbox with the change, and what there is to say about it."""
        return (self.box, self.remark)

    def show(self, change: Change) -> None:
        """Lend the row to a change, or show anew what is known of it."""
        self._change = change
        self._tick.show(self._look())
        self.remark.value = self._told()

    def _look(self) -> dict[str, Any]:
        change, state = self._change, self._state
        ticked = state.is_ticked(change)
        classes = ["adxmi-choice", "adxmi-in-row"]
        classes += [_COLOURS[change.action]] if ticked else []
        classes += ["adxmi-blocked"] if change.status is Status.BLOCKED else []
        return {
            "description": change_label(change),
            "value": ticked,
            "disabled": not state.is_free(change),
            "_dom_classes": tuple(classes),
        }

    def _told(self) -> str:
        remarks = one_line("; ".join(self._state.remarks(self._change)))
        return f'<div class="adxmi-remark">{html.escape(remarks)}</div>'


class ChangeList:
    """The rows of one page, buttons that tick several, and what is to be said about them.

    `wished` is called with a change and whether it is ticked now, `wished_all` with several.
    """

    def __init__(
        self,
        screen: Screen,
        state: PlanState,
        wished: Wished,
        wished_all: Callable[[tuple[Change, ...], bool], None],
    ) -> None:
        self._state = state
        self._listing = Listing(lambda: state.changes, _searched, PAGE)
        self.pages = Pages(
            screen,
            self._listing,
            lambda change: ChangeRow(screen, state, change, wished),
            what="Changes",
            hint="database, name, usage, role, + or -",
        )
        columns = "minmax(220px, 1fr) minmax(160px, 1fr)"
        self.pages.begin("<span>Change</span><span></span>", columns)
        self._wished_all = wished_all
        self.additions = screen.button("Select listed additions", self._tick_additions)
        self.removals = screen.button("Select listed removals", self._tick_removals)
        self.none = screen.button("Clear listed", self._untick)
        self.notes = w.HTML()
        parts = [
            self.pages.grid,
            self.pages.pager,
            row(self.additions, self.removals, self.none),
            self.notes,
        ]
        self.widget = w.VBox(parts, layout=w.Layout(width="100%"))

    def _tick_additions(self) -> None:
        self._tick(Action.ADD)

    def _tick_removals(self) -> None:
        self._tick(Action.REMOVE)

    def _tick(self, action: Action) -> None:
        listed = self._listing.matching()
        self._wished_all(tuple(one for one in listed if one.action is action), True)

    def _untick(self) -> None:
        self._wished_all(self._listing.matching(), False)

    def refresh(self) -> None:
        """Show what the state says now."""
        self.pages.refresh()
        told = noted(self._state.said)
        self.notes.value = told + quiet(self._state.notes)


def _searched(change: Change) -> str:
    return f"{change_label(change)} {change.section} {change.key}"
