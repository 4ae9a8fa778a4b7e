"""What forms over the matrix of one scope share: the scope in sight can be changed."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets as w

from adxmi_jupyter.forms.list_form import ListForm, ListState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.forms.matrix import Matrix
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.model.policy import Scope


class ScopeState(ListState, Protocol):
    """What such a form knows and wants."""

    @property
    def scope(self) -> Scope:
        """The scope in sight."""

    @property
    def scopes(self) -> Sequence[Scope]:
        """The scopes there are to choose from."""

    @property
    def waiting(self) -> Sequence[Scope]:
        """The other scopes that changes are wished for."""

    def choose(self, scope: Scope) -> None:
        """Turn to another scope; the pending changes about this one are kept."""

    def want(self, item: Any, column: str, /, *, ticked: bool) -> None:
        """Note that the user wants a cell of the matrix ticked, or not."""


class ScopeForm(ListForm):
    """A form over such a matrix; subclasses make `matrix` and lay the parts out."""

    state: ScopeState
    matrix: Matrix[Any]
    scope: w.Dropdown

    @property
    def pages(self) -> Pages[Any]:
        """The rows of the matrix."""
        return self.matrix.pages

    def _scope_chooser(self) -> w.Dropdown:
        chooser = w.Dropdown(
            description="Scope",
            options=self._scopes(),
            value=self.state.scope,
            layout=w.Layout(width="260px"),
            style={"description_width": "initial"},
        )
        self.screen.listen(chooser, self._scope_chosen)
        return chooser

    def _wished(self, item: Any, column: str, ticked: bool) -> None:
        self.state.want(item, column, ticked=ticked)
        self.submission.edited()
        self.matrix.refresh_row(item)
        self._refresh_preview()

    def _scopes(self) -> list[tuple[str, object]]:
        return [(str(scope), scope) for scope in self.state.scopes]

    def _scope_chosen(self, change: Any) -> None:
        if change.new == self.state.scope:
            return

        def turn() -> tuple[str, ...]:
            self.state.choose(change.new)
            return ()

        what = self._subject_of(change.new)
        self.submission.run(f"Reading {what[:1].lower()}{what[1:]}", turn)

    @property
    def _subject(self) -> str:
        return self._subject_of(self.state.scope)

    @abstractmethod
    def _subject_of(self, scope: Scope) -> str:
        """Return what is read of a scope, for people; it begins with a capital letter."""

    def _nothing_yet(self, hint: str) -> str:
        """Return what to say where nothing is changed, `hint` being how to."""
        waiting = ", ".join(str(scope) for scope in self.state.waiting)
        also = f" Changes are waiting on: {waiting}." if waiting else ""
        return f"No changes yet: {hint}.{also}"

    def _refresh(self) -> None:
        with self.scope.hold_trait_notifications():
            self.screen.put(self.scope, options=tuple(self._scopes()))
            self.screen.put(self.scope, value=self.state.scope)
        self.matrix.refresh()
        self._refresh_preview()

    @abstractmethod
    def _refresh_preview(self) -> None:
        """Show what would be sent."""
