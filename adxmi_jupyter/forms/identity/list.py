"""The list of the identity form: a checkbox for each identity, and its ids beside it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.identity.reading import resource_group
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.naming import beginning, searched
from adxmi_jupyter.forms.pages import Pages, Tick
from adxmi_jupyter.forms.style import CHOICES, GAIN, LOSS
from adxmi_jupyter.forms.widgets import copyable, quiet, row, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.forms.identity.state import IdentityState
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.model.identity import ManagedIdentity

Wished = Callable[["ManagedIdentity", bool], None]
Chosen = Callable[["ManagedIdentity"], None]

PAGE = 10

_FACTS = ("Object ID", "Client ID", "Resource group")

SHEET = (
    CHOICES
    + """
.adxmi-form .adxmi-name.widget-checkbox {min-height: 32px;}
.adxmi-form .adxmi-facts {display: grid; grid-template-columns: 90px 90px minmax(0, 1fr);
  column-gap: 8px; padding-left: 8px;}
.adxmi-form .adxmi-in-row .adxmi-facts {align-items: center; min-height: 32px; line-height: 1.3;
  overflow-wrap: anywhere;}
.adxmi-form .adxmi-facts code {font-family: var(--jp-code-font-family, monospace);
  background: none; color: inherit; padding: 0;}
.adxmi-form .adxmi-places {display: grid; gap: 3px 12px; align-items: center; margin: 4px 0;
  grid-template-columns: max-content max-content minmax(0, 1fr) max-content;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-places textarea {resize: none;}
"""
)


class IdentityRow:
    """One row of widgets, lent to one identity after the other."""

    def __init__(
        self,
        screen: Screen,
        state: IdentityState,
        identity: ManagedIdentity,
        wished: Wished,
        chosen: Chosen,
    ) -> None:
        self._screen = screen
        self._state = state
        self._identity = identity
        self._tick = Tick(screen, lambda ticked: wished(self._identity, ticked), self._look())
        self.box = self._tick.box
        self.facts = w.HTML(self._told(), _dom_classes=("adxmi-in-row",))
        self.ids = screen.button("IDs", lambda: chosen(self._identity))
        self._more = w.HBox([self.ids], _dom_classes=("adxmi-in-row",))
        self._show_ids()

    @property
    def parts(self) -> tuple[w.Widget, ...]:
        """The checkbox with the name, what is known of the identity, the button for more."""
        return (self.box, self.facts, self._more)

    def show(self, identity: ManagedIdentity) -> None:
        """Lend the row to an identity, or show anew what is known of it."""
        if identity != self._identity:
            self._screen.changed(self.ids)
        self._identity = identity
        self._tick.show(self._look())
        self.facts.value = self._told()
        self._show_ids()

    def _look(self) -> dict[str, Any]:
        ticked = self._state.is_ticked(self._identity)
        classes = ["adxmi-name", "adxmi-choice", "adxmi-in-row"]
        if self._state.is_changed(self._identity):
            classes.append(GAIN if ticked else LOSS)
        return {
            "description": self._state.label(self._identity),
            "value": ticked,
            "_dom_classes": tuple(classes),
        }

    def _told(self) -> str:
        one = self._identity
        cells = (
            _titled(_id(one.object_id), f"object ID {one.object_id}"),
            _titled(_id(one.client_id), f"client ID {one.client_id}"),
            _titled(html.escape(one_line(self._state.where(one))), one.resource_id),
        )
        return f'<div class="adxmi-facts">{"".join(cells)}</div>'

    def _show_ids(self) -> None:
        label = self._state.label(self._identity)
        self.ids.tooltip = f"Which ID of {label} goes where"
        self.ids.disabled = not self._identity.object_id


def _titled(shown: str, title: str) -> str:
    return f'<span title="{html.escape(one_line(title))}">{shown}</span>'


def _id(value: str) -> str:
    return f"<code>{html.escape(beginning(value))}</code>" if value else "unknown"


class IdentityList:
    """The rows of one page, and what is to be said about them."""

    def __init__(
        self, screen: Screen, state: IdentityState, wished: Wished, chosen: Chosen
    ) -> None:
        self._state = state
        self.pages = Pages(
            screen,
            Listing(lambda: state.identities, _searched, PAGE),
            lambda identity: IdentityRow(screen, state, identity, wished, chosen),
            what="Identities",
            hint="name, id or resource group",
        )
        facts = "".join(f"<span>{fact}</span>" for fact in _FACTS)
        self.pages.begin(
            f'<span>Assigned identity</span><span class="adxmi-facts">{facts}</span>',
            "minmax(140px, 1fr) minmax(290px, 1.2fr) 56px",
        )
        self.notes = w.HTML()
        parts = [self.pages.grid, self.pages.pager, self.notes]
        self.widget = w.VBox(parts, layout=w.Layout(width="100%"))

    def refresh(self) -> None:
        """Show what the state says now."""
        self.pages.refresh()
        self.notes.value = quiet(self._state.notes)


def _searched(identity: ManagedIdentity) -> str:
    return f"{searched(identity)} {resource_group(identity)}"


class Places:
    """Which ID of one identity goes where, whole and to copy."""

    def __init__(self, screen: Screen) -> None:
        self._table = w.HTML()
        self.hide = screen.button("Hide IDs", self.clear)
        self.widget = w.VBox([self._table, row(self.hide)], layout=w.Layout(width="100%"))
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        show(self.widget, is_shown=False)
        self._table.value = ""

    def show(self, label: str, places: Sequence[tuple[str, str, str]]) -> None:
        """Show a place, which id, and the id in a row each."""
        table = "".join(
            f"<span>{html.escape(place)}</span><span>{html.escape(kind)}</span>"
            + copyable(f"{kind} for {place}", an_id)
            for place, kind, an_id in places
        )
        head = quiet((f"Which ID of {label} goes where:",))
        self._table.value = f'{head}<div class="adxmi-places">{table}</div>'
        show(self.widget, is_shown=True)
