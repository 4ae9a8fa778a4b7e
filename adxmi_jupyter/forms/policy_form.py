"""The policy form on screen: `PolicyState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.forms import policy_matrix
from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.line import Line
from adxmi_jupyter.forms.policy_matrix import PolicyMatrix
from adxmi_jupyter.forms.widgets import (
    Changes,
    ReadOnlyText,
    SubmissionBar,
    button,
    form_root,
    row,
    text_field,
)

if TYPE_CHECKING:
    from adxmi_jupyter.forms.line import WriteLine
    from adxmi_jupyter.forms.policy_state import PolicyState
    from adxmi_jupyter.model.identity import ManagedIdentity

_SIGNS = {"added": "+", "removed": "-"}


class PolicyForm(Form):
    """Who may use which identity for what, by mouse; `state` is what it knows and does."""

    def __init__(self, state: PolicyState, write_line: WriteLine, cluster: str) -> None:
        super().__init__(write_line, cluster)
        self.state = state
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
        self.reload = button("Reload", self._reload, tooltip="Read the policies again")
        self.matrix = PolicyMatrix(self.state, self._wished)
        self.reference = text_field("Add identity", "object ID, client ID or name", width="380px")
        self.reference.observe(lambda _change: self._enable(), names="value")
        self.add = button("Add", self._add, tooltip="Add a row for this identity")
        self.changes = Changes()
        self.command = ReadOnlyText("The command that will be sent")
        self.bar = SubmissionBar(self.submission, self._discard)
        self.line = ReadOnlyText("The same as a line to copy")
        self.root = form_root(
            "policy",
            f"Managed identity policy of {self._cluster}",
            [
                row(self.scope, self.matrix.filter, self.reload),
                self.matrix.widget,
                row(self.reference, self.add),
                self.changes.widget,
                self.command.widget,
                self.line.widget,
                self.bar.widget,
            ],
            sheet=policy_matrix.SHEET,
        )

    def _scopes(self) -> list[tuple[str, object]]:
        return [(str(scope), scope) for scope in self.state.scopes]

    def _wished(self, identity: ManagedIdentity, usage: str, ticked: bool) -> None:
        self.state.wish(identity, usage, ticked=ticked)
        self.submission.edited()
        self.matrix.refresh_row(identity)
        self._refresh_preview()

    def _discard(self) -> None:
        self.state.discard()
        self.submission.edited()
        self._refresh()

    def _scope_chosen(self, change: Any) -> None:
        if change.new == self.state.scope:
            return
        self.submission.run(f"Reading the policy of the {change.new}", self._turned(change.new))

    def _turned(self, scope: Any) -> Any:
        def turn() -> tuple[str, ...]:
            self.state.choose(scope)
            return ()

        return turn

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            kept = "; your changes are kept" if self.state.is_valid else ""
            return (f"The policy of the {self.state.scope} was read again{kept}.",)

        self.submission.run("Reading", read)

    def _add(self) -> None:
        def find() -> tuple[str, ...]:
            identity, note = self.state.add(self.reference.value)
            self.matrix.find(identity.object_id)
            self.reference.value = ""
            return (note,) if note else ()

        if self.reference.value.strip():
            self.submission.run("Looking for the identity", find)

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

    def _refresh_bar(self) -> None:
        self.bar.refresh(is_valid=self.state.is_valid)
        self._enable()

    def _enable(self) -> None:
        self.add.disabled = not self.reference.value.strip()

    def __repr__(self) -> str:
        preview = self.state.preview
        lines = preview.changes or ("nothing is changed yet",)
        where = "--cluster"
        if self.state.scope.database:
            where = f"--database {self.state.scope.database}"
        words = ("policy", "grant", *where.split(" ", 1), "--identity", "NAME", "--usage", "USAGE")
        instead = self._write_line(preview.line if preview.command else Line(words))
        head = f"policy form: {self.state.scope} of {self._cluster}"
        return "\n".join(
            [head, *(f"  {line}" for line in lines), f"without a front end: {instead}"]
        )
