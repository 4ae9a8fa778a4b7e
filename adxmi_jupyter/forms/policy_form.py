"""The policy form on screen: `PolicyState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.forms import policy_matrix
from adxmi_jupyter.forms.line import Line
from adxmi_jupyter.forms.list_form import ListForm
from adxmi_jupyter.forms.policy_matrix import PolicyMatrix
from adxmi_jupyter.forms.widgets import ReadOnlyText, form_root, row

if TYPE_CHECKING:
    from adxmi_jupyter.forms.line import WriteLine
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.forms.policy_state import PolicyState
    from adxmi_jupyter.model.identity import ManagedIdentity

_SIGNS = {"added": "+", "removed": "-"}


class PolicyForm(ListForm):
    """Who may use which identity for what, by mouse; `state` is what it knows and does."""

    state: PolicyState

    def __init__(self, state: PolicyState, write_line: WriteLine, cluster: str) -> None:
        super().__init__(state, write_line, cluster, added_by="object ID, client ID or name")
        self._make_parts()
        self._refresh()

    def _make_parts(self) -> None:
        self.scope = w.Dropdown(
            description="Scope",
            options=self._scopes(),
            value=self.state.scope,
            layout=w.Layout(width="260px"),
            style={"description_width": "initial"},
        )
        self.scope.observe(self._scope_chosen, names="value")
        self.matrix = PolicyMatrix(self.state, self._wished)
        self.command = ReadOnlyText("The command that will be sent")
        self.root = form_root(
            "policy",
            f"Managed identity policy of {self._cluster}",
            [
                row(self.scope, self.pages.filter, self.reload),
                self.matrix.widget,
                row(self.reference, self.add),
                self.changes.widget,
                self.command.widget,
                self.line.widget,
                self.bar.widget,
            ],
            sheet=policy_matrix.SHEET,
        )

    @property
    def pages(self) -> Pages[ManagedIdentity]:
        """The rows of the matrix."""
        return self.matrix.pages

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring an identity into sight; one that is not listed yet becomes a row."""
        if identity is not None:
            self.state.ensure(identity)
            self._refresh()
        super().look_at(identity)

    @property
    def _subject(self) -> str:
        return f"The policy of the {self.state.scope}"

    def _scopes(self) -> list[tuple[str, object]]:
        return [(str(scope), scope) for scope in self.state.scopes]

    def _wished(self, identity: ManagedIdentity, usage: str, ticked: bool) -> None:
        self.state.wish(identity, usage, ticked=ticked)
        self.submission.edited()
        self.matrix.refresh_row(identity)
        self._refresh_preview()

    def _scope_chosen(self, change: Any) -> None:
        if change.new == self.state.scope:
            return
        self.submission.run(f"Reading the policy of the {change.new}", self._turned(change.new))

    def _turned(self, scope: Any) -> Any:
        def turn() -> tuple[str, ...]:
            self.state.choose(scope)
            return ()

        return turn

    def _send(self, confirmed: bool) -> tuple[str, ...]:
        done = self.state.apply(confirmed=confirmed)
        place = self.state.scope.database or "cluster"
        changed = [f"{place}: {c.identity.label} {_SIGNS[c.change]} {c.usage}" for c in done.diff]
        undo = self._write_line(Line(("policy", "undo", str(done.entry_id))))
        return (*done.notes, *(changed or [f"{place}: nothing changed"]), f"undo: {undo}")

    def _refresh(self) -> None:
        with self.scope.hold_trait_notifications():
            if self.scope.options != tuple(self._scopes()):
                self.scope.options = self._scopes()
            self.scope.value = self.state.scope
        self.matrix.refresh()
        self._refresh_preview()

    def _refresh_preview(self) -> None:
        preview = self.state.preview
        waiting = ", ".join(str(scope) for scope in self.state.waiting)
        nothing = "Nothing is changed yet: tick what an identity may be used for."
        also = f" Changes are waiting on: {waiting}." if waiting else ""
        self.changes.show(preview.changes, otherwise=nothing + also)
        self.command.show(preview.command)
        self.line.show(self._write_line(preview.line) if preview.command else "")
        self._refresh_bar()

    def __repr__(self) -> str:
        preview = self.state.preview
        database = self.state.scope.database
        where = ("--database", database) if database else ("--cluster",)
        words = ("policy", "grant", *where, "--identity", "NAME", "--usage", "USAGE")
        return self._as_text(
            f"policy form: {self.state.scope} of {self._cluster}",
            preview.changes or ("nothing is changed yet",),
            (preview.line if preview.command else Line(words),),
        )
