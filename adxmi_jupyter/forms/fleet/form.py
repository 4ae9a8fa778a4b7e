"""The fleet form on screen: clusters with their states, a filter, and one to connect to."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.form import BUSY, Shown
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.pages import Pages
from adxmi_jupyter.forms.submission import OutcomeKind, Phase, Requests
from adxmi_jupyter.forms.widgets import lay_out, quiet, row, said

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import WriteCommand
    from adxmi_jupyter.forms.fleet.state import FleetRow, FleetState
    from adxmi_jupyter.forms.screen import Screen

PAGE = 15
_GOOD, _OFF = "adxmi-good", "adxmi-off"
# Of fixed widths or shares, so that the heads, a grid of their own, stand above them.
_COLUMNS = "minmax(130px, 3fr) minmax(112px, 4fr) minmax(94px, 3fr) minmax(110px, 5fr) 70px 90px"
_HEADS = ("Cluster", "State", "Subscription", "Identities", "Network", "")
_LIST = Command.of("fleet", "list")

SHEET = """
.adxmi-form .adxmi-cell {padding: 5px 8px; line-height: 1.3; overflow-wrap: anywhere;
  unicode-bidi: isolate;}
.adxmi-form .adxmi-head span {padding: 0 8px;}
.adxmi-form .adxmi-chip {display: inline-block; padding: 1px 9px; border-radius: 10px;
  overflow-wrap: break-word;
  border: 1px solid rgb(230, 145, 20); background: rgba(230, 145, 20, .14);}
.adxmi-form .adxmi-chip.adxmi-good {border-color: rgb(44, 160, 44);
  background: rgba(44, 160, 44, .12);}
.adxmi-form .adxmi-chip.adxmi-off {border-color: var(--jp-border-color1, #8888);
  background: transparent;}
"""


class ClusterRow:
    """One row of widgets, lent to one cluster after the other."""

    def __init__(self, screen: Screen, one: FleetRow, connect: Callable[[FleetRow], None]) -> None:
        self._screen = screen
        self._one = one
        self.cells = tuple(w.HTML(_dom_classes=("adxmi-in-row",)) for _ in _HEADS[1:])
        self.open = screen.button("Connect", lambda: connect(self._one))
        self._place = w.HBox([self.open], _dom_classes=("adxmi-in-row",))
        self.show(one)

    @property
    def parts(self) -> tuple[w.Widget, ...]:
        """Name, state, subscription, identities, network, and the button that connects."""
        return (*self.cells, self._place)

    def show(self, one: FleetRow) -> None:
        """Lend the row to a cluster."""
        if one.cluster.key != self._one.cluster.key:
            self._screen.changed(self.open)
        self._one = one
        cluster = one.cluster
        subscription = cluster.subscription or cluster.subscription_id
        texts = (cluster.name, subscription, one.identities, one.network)
        name, *more = map(_cell, texts)
        for cell, text in zip(self.cells, (name, _chip(one), *more), strict=True):
            cell.value = text
        self.open.tooltip = f"Connect to {cluster.name}"
        self._screen.enable(self.open, is_enabled=cluster.may_answer)


def _cell(text: str) -> str:
    return f'<div class="adxmi-cell">{html.escape(text)}</div>'


def _chip(one: FleetRow) -> str:
    is_good = one.state == "Running"
    kind = _GOOD if is_good else "" if one.cluster.may_answer else _OFF
    chip = f'<span class="adxmi-chip {kind}">{html.escape(one.state)}</span>'
    return f'<div class="adxmi-cell">{chip}</div>'


class FleetForm(Shown):
    """A form with the clusters of a selection; `state` is what it knows and does."""

    def __init__(self, state: FleetState, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(write_line, cluster)
        self.state = state
        self.requests = Requests(self._changed)
        listing = Listing(lambda: state.rows, lambda one: one.searched, PAGE)
        self.pages = Pages(
            self.screen,
            listing,
            lambda one: ClusterRow(self.screen, one, self._connect),
            what="Clusters",
            hint="name, state, identity, tag …",
        )
        self.pages.begin("".join(f"<span>{head}</span>" for head in _HEADS), _COLUMNS)
        button = self.screen.button
        self.reload = button("Reload", self._reload, tooltip="Read all clusters again")
        self.every = button("All", lambda: self.pages.find(""), tooltip="Show all clusters")
        self.chips: dict[str, w.Widget] = {}
        self._bar = row()
        self.lines, self.outcome = w.HTML(), w.HTML()
        self.outcome.add_class("adxmi-outcome")
        lay_out(
            self.screen,
            "fleet",
            "Clusters that you can see",
            [
                self.lines,
                self._bar,
                self.pages.grid,
                self.pages.pager,
                self.outcome,
            ],
            sheet=SHEET,
        )
        self._refresh()

    def _chip(self, name: str) -> w.Widget:
        """Return the button that shows the clusters in a state."""
        tooltip = f"Show clusters in the state {name}"
        return self.screen.button(name, lambda: self.pages.find(name), tooltip=tooltip)

    def _add_chips(self, names: Iterable[str]) -> None:
        """Add a button for each state that no cluster was in before."""
        new = {name: self._chip(name) for name in names if name not in self.chips}
        self.chips |= new
        if new or not self._bar.children:
            self._bar.children = (self.pages.filter, self.every, *self.chips.values(), self.reload)

    def _connect(self, one: FleetRow) -> None:
        name = one.cluster.name
        self.requests.run(f"Connecting to {name}", lambda: self.state.connect(one.cluster))

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            return ("The clusters were read again.",)

        self.requests.run("Reading", read)

    def _changed(self) -> None:
        if self.requests.phase is Phase.BUSY:
            self.root.add_class(BUSY)
            self.outcome.value = said((f"{self.requests.doing} …",), OutcomeKind.NOTE)
            return
        self.root.remove_class(BUSY)
        self._refresh()

    def _refresh(self) -> None:
        self.lines.value = quiet(self.state.lines)
        self.pages.refresh()
        counts = self.state.states
        self._add_chips(counts)
        for name, chip in self.chips.items():
            chip.description = f"{name} ({counts.get(name, 0)})"
        self.screen.publish()
        self.outcome.value = said(self.requests.outcome.lines, self.requests.outcome.kind)

    def __repr__(self) -> str:
        told = (*self.state.lines, *(f"{one.cluster.name}: {one.state}" for one in self.state.rows))
        return self._as_text("fleet form", told, (_LIST,))
