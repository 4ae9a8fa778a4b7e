"""The list of the audit form: a checkbox for each finding, filters, and the way to its evidence."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.forms.audit.state import ANY, parts_of
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.pages import Pages, Tick
from adxmi_jupyter.forms.style import CHOICES, LOSS
from adxmi_jupyter.forms.widgets import noted, row
from adxmi_jupyter.model.audit.findings import Severity

if TYPE_CHECKING:
    from adxmi_jupyter.forms.audit.state import AuditState, Item
    from adxmi_jupyter.forms.screen import Screen

PAGE = 10
_FILTERS = ("rule", "severity", "identity", "database")

SHEET = (
    CHOICES
    + """
.adxmi-form .adxmi-rule {padding: 5px 8px; line-height: 1.3; overflow-wrap: anywhere;}
.adxmi-form .adxmi-rule b {font-weight: 600;}
.adxmi-form .adxmi-severity {padding: 0 5px; border-radius: 2px; white-space: nowrap;}
.adxmi-form .adxmi-severity-high {background: rgba(214, 39, 40, .25);}
.adxmi-form .adxmi-severity-medium {background: rgba(230, 145, 20, .3);}
.adxmi-form .adxmi-severity-low {background: rgba(128, 128, 128, .25);}
.adxmi-form .adxmi-evidence {border-left: 4px solid var(--jp-brand-color1, #1976d2);
  margin: 6px 0; padding: 4px 10px; line-height: 1.4; overflow-wrap: anywhere;}
.adxmi-form .adxmi-evidence pre {white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0;
  background: none; color: inherit;}
.adxmi-form .adxmi-evidence:empty {display: none;}
"""
)


class ItemRow:
    """One row of widgets, lent to one item after the other."""

    def __init__(self, screen: Screen, state: AuditState, item: Item, list_: ItemList) -> None:
        self._state, self._item = state, item
        self._tick = Tick(screen, lambda on: list_.wished((self._item,), on), self._look())
        self.box = self._tick.box
        self.rule = w.HTML(self._told(), _dom_classes=("adxmi-in-row",))
        self.look = screen.button("Evidence", lambda: list_.chose(self._item))
        self.look.add_class("adxmi-in-row")

    @property
    def parts(self) -> tuple[w.Widget, ...]:
        """The checkbox, the rule, and the button that shows the evidence."""
        return (self.box, self.rule, self.look)

    def show(self, item: Item) -> None:
        """Lend the row to an item, or show anew what is known of it."""
        self._item = item
        self._tick.show(self._look())
        self.rule.value = self._told()

    def _look(self) -> dict[str, Any]:
        item, state = self._item, self._state
        ticked = state.is_ticked(item)
        classes = ("adxmi-choice", "adxmi-in-row", *((LOSS,) if ticked else ()))
        return {
            "description": item.label,
            "value": ticked,
            "disabled": not state.is_free(item),
            "_dom_classes": classes,
        }

    def _told(self) -> str:
        rule, severity, *_ = parts_of(self._item)
        state = self._item.state
        return (
            f'<div class="adxmi-rule"><span class="adxmi-severity adxmi-severity-{severity}">'
            f"{severity}</span> <b>{rule}</b> {html.escape(state)}</div>"
        )


class ItemList:
    """The rows of one page, the filters, and buttons that tick several.

    `wished` is called with items and whether they are ticked now, `chose` with the one whose
    evidence is wanted, and `filtered` when others came into sight.
    """

    def __init__(
        self,
        screen: Screen,
        state: AuditState,
        wished: Callable[[tuple[Item, ...], bool], None],
        chose: Callable[[Item], None],
    ) -> None:
        self._state, self._screen = state, screen
        self.wished, self.chose = wished, chose
        self._listing = Listing(lambda: state.shown, _searched, PAGE)
        self.pages: Pages[Item] = Pages(
            screen,
            self._listing,
            lambda item: ItemRow(screen, state, item, self),
            what="Findings",
            hint="words of a finding",
        )
        columns = "minmax(180px, 3fr) minmax(150px, 2fr) max-content"
        self.pages.begin("<span>What to narrow</span><span>Rule</span><span></span>", columns)
        self.filters = [self._filter(place) for place in range(len(_FILTERS))]
        self.all = screen.button("Select listed findings", self._tick_all)
        self.none = screen.button("Clear listed", self._untick_all)
        self.notes = w.HTML()
        self.widget = w.VBox(
            [
                row(*self.filters, self.pages.filter),
                self.pages.grid,
                self.pages.pager,
                row(self.all, self.none),
                self.notes,
            ],
            layout=w.Layout(width="100%"),
        )

    def _filter(self, place: int) -> w.Dropdown:
        name = _FILTERS[place]
        chooser = w.Dropdown(
            options=self._options(place),
            description=name.capitalize(),
            layout=w.Layout(width="220px"),
            style={"description_width": "initial"},
        )
        self._screen.listen(chooser, lambda change: self._filtered(name, change.new))
        return chooser

    def _options(self, place: int) -> tuple[tuple[str, str], ...]:
        names = self._state.choices(place)
        if _FILTERS[place] == "severity":
            names = tuple(one.value for one in Severity if one.value in names)
        return (("all", ANY), *((one, one) for one in names))

    def _filtered(self, name: str, value: str | None) -> None:
        self._state.filter = replace(self._state.filter, **{name: value or ANY})
        self._listing.turn(-len(self._state.items))
        self.refresh()
        self._screen.publish()

    def _tick_all(self) -> None:
        listed = self._listing.matching()
        self.wished(tuple(one for one in listed if not one.is_untold), True)

    def _untick_all(self) -> None:
        self.wished(self._listing.matching(), False)

    def refresh(self) -> None:
        """Show what the state says now."""
        for place, chooser in enumerate(self.filters):
            options = self._options(place)
            if tuple(chooser.options) != options:
                kept = chooser.value if chooser.value in dict(options).values() else ANY
                self._screen.put(chooser, options=options)
                self._screen.put(chooser, value=kept)
        self.pages.refresh()
        self.notes.value = noted(self._state.said)


def _searched(item: Item) -> str:
    return f"{item.label} {item.state} {' '.join(parts_of(item))}"
