"""The page of a long list in sight: rows of widgets, the filter, and the way to other pages.

The widgets of one page are made once and lent to each page and each filter, so that two hundred
items cost no more than ten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import ipywidgets as w

from adxmi_jupyter.forms.widgets import quiet, row, show, text_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.forms.listing import Listing
    from adxmi_jupyter.forms.screen import Screen

# A dollar becomes a wide one, a backslash is parted from what follows by a word joiner.
_NO_FORMULA = str.maketrans({"$": "\uff04", "\\": "\\\u2060"})

Item = TypeVar("Item")
Lent_contra = TypeVar("Lent_contra", contravariant=True)


class Row(Protocol[Lent_contra]):
    """A row of widgets, lent to one item after the other."""

    @property
    def parts(self) -> Sequence[w.Widget]:
        """The widgets, from left to right."""

    def show(self, item: Lent_contra, /) -> None:
        """Lend the row to an item, or show anew what is known of it."""


class Pages(Generic[Item]):
    """Rows, filter and pager of a list.

    Parameters
    ----------
    screen
        What the list is part of.
    listing
        The items, and which of them are in sight.
    make
        Makes a row for an item.
    what
        Names the items for people, in the plural.
    hint
        What the filter looks at.
    turned
        Called when other items came into sight.

    """

    def __init__(
        self,
        screen: Screen,
        listing: Listing[Item],
        make: Callable[[Item], Row[Item]],
        *,
        what: str,
        hint: str,
        turned: Callable[[], None] = lambda: None,
    ) -> None:
        self._screen = screen
        self._listing = listing
        self._make = make
        self._what = what
        self._turned = turned
        self.rows: list[Row[Item]] = []
        self.grid = w.GridBox(layout=w.Layout(width="100%"))
        self.grid.add_class("adxmi-list")
        self._head = w.HTML()
        self._head.add_class("adxmi-heads")
        self.filter = text_field("Filter", hint)
        screen.listen(self.filter, self._filtered)
        self.place = w.HTML()
        previous, following = (f"{turn} {what.lower()}" for turn in ("Previous", "Next"))
        self.back = screen.button("Previous", lambda: self._turn(-1), tooltip=previous)
        self.on = screen.button("Next", lambda: self._turn(1), tooltip=following)
        self.pager = row(self.back, self.on, self.place)

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items in sight."""
        return self._listing.page()

    def begin(self, heads: str, columns: str) -> None:
        """Forget the rows; new ones go into columns of these widths, below `heads` (HTML)."""
        self.rows = []
        self.grid.layout.grid_template_columns = columns
        style = f"grid-template-columns: {columns}"
        self._head.value = f'<div class="adxmi-head" style="{style}">{heads}</div>'

    def find(self, words: str) -> None:
        """Put words into the filter."""
        self._screen.put(self.filter, value=words)

    def refresh(self) -> None:
        """Show what is in sight now."""
        shown = self.shown
        for made, item in zip(self.rows, shown, strict=False):
            made.show(item)
        self.rows += [self._make(item) for item in shown[len(self.rows) :]]
        self._lay_out(self.rows[: len(shown)])
        self._show_place()

    def refresh_item(self, item: Item) -> None:
        """Show one item anew, if it is in sight."""
        for made, shown in zip(self.rows, self.shown, strict=False):
            if shown == item:
                made.show(item)

    def _lay_out(self, rows: Sequence[Row[Item]]) -> None:
        children = (self._head, *(part for made in rows for part in made.parts))
        if children != self.grid.children:
            self.grid.children = children

    def _show_place(self) -> None:
        self.place.value = quiet((f"{self._what} {self._listing.place()}",))
        self.back.disabled = not self._listing.turns(-1)
        self.on.disabled = not self._listing.turns(1)
        is_long = self._listing.turns(-1) or self._listing.turns(1)
        for turner in (self.back, self.on):
            show(turner, is_shown=is_long)

    def _filtered(self, change: Any) -> None:
        self._listing.filter(change.new)
        self._show_others()

    def _turn(self, pages: int) -> None:
        self._listing.turn(pages)
        self._show_others()

    def _show_others(self) -> None:
        self.refresh()
        self._turned()
        self._screen.publish()


class Tick:
    """A checkbox that is lent: it tells what the user clicked, not what it was told to show.

    Its description is service text, and front ends would set the formulas in it, links included.

    Parameters
    ----------
    screen
        What it is part of.
    clicked
        Called with whether it is ticked now.
    look
        The traits to begin with: each set afterwards would be one more message to the browser.

    """

    def __init__(
        self, screen: Screen, clicked: Callable[[bool], None], look: Mapping[str, Any]
    ) -> None:
        self._screen = screen
        self.box = w.Checkbox(indent=False, **_plain(look))
        self._clicked = clicked
        self._is_showing = False
        screen.listen(self.box, self._changed)

    def _changed(self, change: Any) -> None:
        if not self._is_showing:
            self._clicked(change.new)

    def show(self, look: Mapping[str, Any]) -> None:
        """Show these traits, in one message."""
        self._is_showing = True
        try:
            self._screen.put(self.box, **_plain(look))
        finally:
            self._is_showing = False


def _plain(look: Mapping[str, Any]) -> dict[str, Any]:
    return {**look, "description": look["description"].translate(_NO_FORMULA)}
