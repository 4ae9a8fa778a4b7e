"""What a user wants changed in a form, and has not applied yet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

Scope = TypeVar("Scope", bound=Hashable)
Cell = TypeVar("Cell", bound=Hashable)


class PendingChanges(Generic[Scope, Cell]):
    """The cells that a user ticked or unticked, by scope; one that is as it is there is no change.

    `is_there` tells of a cell of the scope in sight whether it is ticked as things are.
    """

    def __init__(self, scope: Scope, is_there: Callable[[Cell], bool]) -> None:
        self.scope = scope
        self._is_there = is_there
        self._by_scope: dict[Scope, dict[Cell, bool]] = {scope: {}}

    def __bool__(self) -> bool:
        return bool(self.here)

    def __contains__(self, cell: Cell) -> bool:
        return cell in self.here

    @property
    def here(self) -> Mapping[Cell, bool]:
        """The changes of the scope in sight: what each cell will be."""
        return MappingProxyType(self._by_scope.setdefault(self.scope, {}))

    def of(self, scope: Scope) -> Mapping[Cell, bool]:
        """Return the changes of any scope."""
        return MappingProxyType(self._by_scope.get(scope, {}))

    @property
    def elsewhere(self) -> tuple[Scope, ...]:
        """Other scopes with changes."""
        return tuple(one for one, some in self._by_scope.items() if some and one != self.scope)

    def turn(self, scope: Scope) -> None:
        """Bring another scope in sight, or the same as it is now; what has come true is dropped."""
        self.scope = scope
        found = self._by_scope.get(scope, {})
        self._by_scope[scope] = {
            cell: ticked for cell, ticked in found.items() if ticked != self._is_there(cell)
        }

    def want(self, cell: Cell, *, ticked: bool) -> None:
        """Note what a cell of the scope in sight is to be."""
        changes = self._by_scope.setdefault(self.scope, {})
        changes.pop(cell, None)
        if ticked != self._is_there(cell):
            changes[cell] = ticked

    def will_be(self, cell: Cell) -> bool:
        """Tell whether a cell is ticked once the changes are applied."""
        return self.here.get(cell, self._is_there(cell))

    def discard(self) -> None:
        """Forget the changes of the scope in sight."""
        self._by_scope[self.scope] = {}

    def rename(self, cells: Callable[[Cell], Cell]) -> None:
        """Call cells by other names, in every scope."""
        self._by_scope = {
            scope: {cells(cell): ticked for cell, ticked in some.items()}
            for scope, some in self._by_scope.items()
        }
