"""A long list shown a page at a time: filtered by what one types, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Listing(Generic[Item]):
    """Items that contain the filter's words, and the page of them in sight.

    Parameters
    ----------
    items
        Returns all items, in their order.
    text
        Returns what the filter looks at.
    size
        How many items a page shows.

    """

    def __init__(
        self, items: Callable[[], Sequence[Item]], text: Callable[[Item], str], size: int
    ) -> None:
        self._items = items
        self._text = text
        self._words: tuple[str, ...] = ()
        self._start = 0
        self.size = size

    @property
    def total(self) -> int:
        """How many items there are, filtered or not."""
        return len(self._items())

    def filter(self, words: str) -> None:
        """Show only items that contain all these words; begins with the first page."""
        self._words = tuple(words.lower().split())
        self._start = 0

    def matching(self) -> tuple[Item, ...]:
        """Return the items that pass the filter."""
        return tuple(item for item in self._items() if self._passes(item))

    def _passes(self, item: Item) -> bool:
        text = self._text(item).lower()
        return all(word in text for word in self._words)

    def page(self) -> tuple[Item, ...]:
        """Return the items in sight."""
        found = self.matching()
        self._start = min(self._start, max(0, (len(found) - 1) // self.size * self.size))
        return found[self._start : self._start + self.size]

    def turn(self, pages: int) -> None:
        """Go some pages on, or back."""
        self._start = max(0, self._start + pages * self.size)

    def turns(self, pages: int) -> bool:
        """Tell whether there is something some pages on, or back."""
        return 0 <= self._start + pages * self.size < len(self.matching())

    def place(self) -> str:
        """Return where we are: ``1 to 10 of 200``."""
        found, shown = len(self.matching()), len(self.page())
        if not found:
            return f"none of {self.total}"
        beside = f" (filtered from {self.total})" if found < self.total else ""
        return f"{self._start + 1} to {self._start + shown} of {found}{beside}"
