"""The policy form on screen: `PolicyState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.policy import matrix as policy_matrix
from adxmi_jupyter.forms.policy.matrix import PolicyMatrix
from adxmi_jupyter.forms.scope_form import ScopeForm
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import ReadOnlyText, lay_out, row

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.policy.state import PolicyState
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope

_SIGNS = {"added": "+", "removed": "-"}


class PolicyForm(ScopeForm):
    """A form with the usages of each identity; `state` is what it knows and does."""

    state: PolicyState

    def __init__(self, state: PolicyState, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(state, write_line, cluster, added_by="object ID, client ID or name")
        self._make_parts()
        self._refresh()

    def _make_parts(self) -> None:
        self.scope = self._scope_chooser()
        self.matrix = PolicyMatrix(self.screen, self.state, self._wished)
        self.command = ReadOnlyText("The command that will be sent")
        lay_out(
            self.screen,
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

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring an identity into sight; one that is not listed yet becomes a row."""
        if identity is not None:
            self.state.ensure(identity)
            self._refresh()
        super().look_at(identity)

    def _subject_of(self, scope: Scope) -> str:
        return f"The policy of the {scope}"

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self.state.apply(confirmed=confirmed)
        changed = _changed(done)
        entry = done.entry_id
        command = Command(("policy", "undo", str(entry)))
        back = Undo("; ".join(changed), (command,), lambda yes: self._restored(entry, yes))
        return (*done.notes, *changed, *self._offer_undo(back))

    def _restored(self, entry: int, confirmed: bool) -> tuple[Note, ...]:
        done = self.state.undo(entry, confirmed=confirmed)
        return (*done.notes, *_changed(done))

    @property
    def _depending(self) -> tuple[str, ...]:
        """What the question is about, while it is asked."""
        return self.state.depending if self.submission.question else ()

    def _refresh_bar(self) -> None:
        is_valid, details = self.state.is_valid, self._depending
        self.bar.refresh(is_valid=is_valid, details=details, undo=self.undo_label)
        self._enable()

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        return (str(self.state.scope), *preview.changes, preview.command, *self._depending)

    def _refresh_preview(self) -> None:
        preview = self.state.preview
        nothing = self._nothing_yet("select the usages to allow")
        self.changes.show(preview.changes, otherwise=nothing)
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
            preview.changes or ("no changes yet",),
            (preview.line if preview.command else Command(words),),
        )


def _changed(done: PolicyChange) -> tuple[str, ...]:
    place = done.scope.database or "cluster"
    changed = tuple(
        f"{place}: {one.identity.label} {_SIGNS[one.change]} {one.usage}" for one in done.diff
    )
    return changed or (f"{place}: nothing changed",)
