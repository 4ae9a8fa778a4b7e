"""A matrix of checkboxes: people or identities in rows, what they may have in columns.

Marks beside the boxes say what holds anyway, a legend below says what the marks mean.
"""

from __future__ import annotations

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import ipywidgets as w

from adxmi_jupyter.forms.pages import Pages, Tick
from adxmi_jupyter.forms.style import GAIN, LOSS
from adxmi_jupyter.forms.widgets import quiet

if TYPE_CHECKING:
    from adxmi_jupyter.forms.listing import Listing
    from adxmi_jupyter.forms.mark import Mark
    from adxmi_jupyter.forms.screen import Screen

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)

PAGE = 8

_SHEET = """
.adxmi-form .adxmi-matrix-form .adxmi-head {align-items: end; text-align: center;}
.adxmi-form .adxmi-matrix-form .adxmi-head span:first-child {text-align: left;}
.adxmi-form .adxmi-matrix-form {container-type: inline-size;}
@container (max-width: 800px) {
  .adxmi-form .adxmi-matrix-form .adxmi-head span:not(:first-child) {justify-self: center;
    writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; text-align: left;}
}
.adxmi-form .adxmi-owner {position: absolute; width: 0; height: 0;}
.adxmi-form .adxmi-who {padding: 1px 6px 1px 2px; line-height: 1.25; overflow-wrap: anywhere;
  max-height: 5em; overflow: hidden;}
.adxmi-form .adxmi-who small {display: block; opacity: .85;
  font-family: var(--jp-code-font-family, monospace);}
.adxmi-form .adxmi-cell.widget-checkbox {min-height: 34px; position: relative;}
.adxmi-form .adxmi-cell label {width: 100%; height: 100%; display: flex; align-items: center;
  justify-content: center; cursor: pointer;}
.adxmi-form .adxmi-cell label span {position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;}
.adxmi-form .adxmi-cell::after {position: absolute; left: calc(50% + 12px); top: 50%;
  transform: translateY(-50%); font-size: var(--jp-ui-font-size0, 11px); pointer-events: none;
  color: var(--jp-ui-font-color1, inherit);}
.adxmi-form .adxmi-cell:hover {background-color: rgba(128, 128, 128, .15);}
"""


def sheet(name: str, marks: type[Mark]) -> str:
    """Return the style of a matrix in the form of that name, which has these marks."""
    rules = (
        f'.adxmi-{name}-form .{css_class}::after {{content: "{mark.value}"; '
        f'content: "{mark.value}" / "{mark.meaning}";}}\n'
        for mark, css_class in _classes(marks).items()
    )
    return _SHEET + "".join(rules)


def _classes(marks: type[Mark]) -> dict[Mark, str]:
    return {mark: f"adxmi-mark-{place}" for place, mark in enumerate(marks) if mark}


class MatrixState(Protocol[Item_contra]):
    """What a form with a matrix knows and wants, cell by cell."""

    @property
    def notes(self) -> Sequence[str]:
        """What could not be read, and what else there is to say."""

    def label(self, item: Item_contra, /) -> str:
        """Return a short name that no other row has."""

    def is_ticked(self, item: Item_contra, column: str, /) -> bool:
        """Tell whether it will be so."""

    def is_changed(self, item: Item_contra, column: str, /) -> bool:
        """Tell whether the user wants something else than what is."""

    def mark(self, item: Item_contra, column: str, /) -> Mark:
        """Return what holds anyway."""


class MatrixRow(Generic[Item]):
    """One row of widgets, lent to one item after the other."""

    def __init__(self, matrix: Matrix[Item], item: Item, layout: w.Layout) -> None:
        self._matrix = matrix
        self._item = item
        self.head = w.HTML(matrix.who(item), layout=layout, _dom_classes=("adxmi-in-row",))
        shared = {"layout": layout, "style": w.widgets.widget_bool.CheckboxStyle()}
        self._ticks = {
            column: Tick(matrix.screen, self._clicked(column), shared | self._look(column))
            for column in matrix.columns
        }
        self.cells = {column: tick.box for column, tick in self._ticks.items()}

    @property
    def parts(self) -> tuple[w.Widget, ...]:
        """The head and the cells."""
        return (self.head, *self.cells.values())

    def _clicked(self, column: str) -> Callable[[bool], None]:
        return lambda ticked: self._matrix.wished(self._item, column, ticked)

    def show(self, item: Item) -> None:
        """Lend the row to an item, or show anew what is known of it."""
        self._item = item
        self.head.value = self._matrix.who(item)
        for column, tick in self._ticks.items():
            tick.show(self._look(column))

    def _look(self, column: str) -> dict[str, Any]:
        return self._matrix.look(self._item, column)


class Matrix(ABC, Generic[Item]):
    """The rows of one page below the names of the columns, and what their marks mean.

    Parameters
    ----------
    screen
        What the matrix is part of.
    state
        What the form knows and wants.
    wished
        Called with row, column and whether it is ticked now.
    listing
        The rows.
    what, hint
        As for `Pages`.

    """

    heading: str
    marks: type[Mark]
    head_width = "minmax(96px, 1fr)"
    cell_width = "minmax(56px, 72px)"

    def __init__(
        self,
        screen: Screen,
        state: MatrixState[Item],
        wished: Callable[[Item, str, bool], None],
        listing: Listing[Item],
        *,
        what: str,
        hint: str,
    ) -> None:
        self.screen = screen
        self.state = state
        self.wished = wished
        turned = self._explain
        self.pages = Pages(screen, listing, self._made_row, what=what, hint=hint, turned=turned)
        self.pages.grid.add_class("adxmi-matrix-form")
        self._shown_columns: tuple[str, ...] = ()
        self._legend = w.HTML()
        parts = [self.pages.grid, self.pages.pager, self._legend]
        self.widget = w.VBox(parts, layout=w.Layout(width="100%"))

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""

    @abstractmethod
    def explained(self, column: str) -> str:
        """Return what a column is good for."""

    @abstractmethod
    def who(self, item: Item) -> str:
        """Return the head of a row as HTML."""

    def broken(self, column: str) -> str:
        """Return a column's name as HTML, with the places where it may break: before capitals."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", html.escape(column))

    def is_fixed(self, item: Item, column: str) -> bool:
        """Tell whether a cell cannot be changed."""
        del item, column
        return False

    def remarks(self) -> Sequence[str]:
        """Return what there is to say of these columns, beside the marks."""
        return ()

    def look(self, item: Item, column: str) -> dict[str, Any]:
        """Return the traits of a cell."""
        ticked = self.state.is_ticked(item, column)
        classes = ["adxmi-cell", "adxmi-in-row"]
        mark = self.state.mark(item, column)
        classes += [_classes(self.marks)[mark]] if mark else []
        if self.state.is_changed(item, column):
            classes.append(GAIN if ticked else LOSS)
        return {
            "description": f"{self.state.label(item)} {column}",
            "value": ticked,
            "disabled": self.is_fixed(item, column),
            "_dom_classes": tuple(classes),
        }

    def _made_row(self, item: Item) -> MatrixRow[Item]:
        return MatrixRow(self, item, self._cell_layout)

    def refresh(self) -> None:
        """Show what the state says now."""
        if self._shown_columns != self.columns:
            self._make_columns()
        self.pages.refresh()
        self._explain()

    def refresh_row(self, item: Item) -> None:
        """Show one row anew: the marks of a row depend on each other."""
        self.pages.refresh_item(item)
        self._explain()

    def _make_columns(self) -> None:
        self._shown_columns = self.columns
        self._cell_layout = w.Layout()
        heads = "".join(
            f'<span title="{html.escape(self.explained(column))}">{self.broken(column)}</span>'
            for column in self.columns
        )
        self.pages.begin(
            f"<span>{self.heading}</span>{heads}",
            f"{self.head_width} repeat({len(self.columns)}, {self.cell_width})",
        )

    def _explain(self) -> None:
        shown = self.pages.shown
        present = {self.state.mark(item, column) for item in shown for column in self.columns}
        legend = [f"{mark} = {mark.meaning}" for mark in self.marks if mark and mark in present]
        self._legend.value = quiet(("; ".join((*legend, *self.remarks())), *self.state.notes))
