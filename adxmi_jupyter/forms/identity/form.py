"""The identity form on screen: `IdentityState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.identity import list as identity_list
from adxmi_jupyter.forms.identity.list import IdentityList, Places
from adxmi_jupyter.forms.list_form import ListForm
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import ReadOnlyText, lay_out, row

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.identity.state import Applied, IdentityState
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.model.identity import ManagedIdentity

_TWO = "The same as two commands to copy, one request each"
_INSTEAD = Command(("identity", "assign", "--identity", "NAME"))


class IdentityForm(ListForm):
    """Which identities are assigned to the cluster, by mouse; `state` is what it knows and does."""

    state: IdentityState

    def __init__(self, state: IdentityState, write_line: WriteCommand, cluster: str) -> None:
        added_by = "name, resource ID, object ID or client ID"
        super().__init__(state, write_line, cluster, added_by=added_by)
        self.list = IdentityList(self.screen, self.state, self._wished, self._chosen)
        self.places = Places(self.screen)
        self.request = ReadOnlyText("The request that will be sent")
        lay_out(
            self.screen,
            "identity",
            f"Managed identities of {self._place}",
            [
                row(self.pages.filter, self.reload),
                self.list.widget,
                self.places.widget,
                row(self.reference, self.add),
                self.changes.widget,
                self.request.widget,
                self.line.widget,
                self.bar.widget,
            ],
            sheet=identity_list.SHEET,
        )
        self._refresh()

    @property
    def pages(self) -> Pages[ManagedIdentity]:
        """The rows of the list."""
        return self.list.pages

    @property
    def _place(self) -> str:
        return f"{self.state.present.cluster_name} ({self._cluster})"

    @property
    def _subject(self) -> str:
        return f"The cluster {self.state.present.cluster_name}"

    def _wished(self, identity: ManagedIdentity, ticked: bool) -> None:
        self.state.want(identity, ticked=ticked)
        self.submission.edited()
        self.pages.refresh_item(identity)
        self._refresh_preview()

    def _chosen(self, identity: ManagedIdentity) -> None:
        label = self.state.label(identity)

        def look_up() -> tuple[str, ...]:
            self.places.show(label, self.state.places(identity))
            return ()

        self.submission.run(f"Looking up the IDs of {label}", look_up)

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self.state.apply(confirmed=confirmed, tell=self.submission.tell)
        changed = self._told(done)
        back = Undo("; ".join(changed), done.back, lambda yes: self._undo_change(done, yes))
        return (*changed, *done.notes, *self._offer_undo(back))

    def _undo_change(self, done: Applied, confirmed: bool) -> tuple[Note, ...]:
        undone = self.state.undo(done.change, confirmed=confirmed, tell=self.submission.tell)
        return (*self._told(undone), *undone.notes)

    def _told(self, done: Applied) -> tuple[str, ...]:
        self.places.clear()
        name = self.state.present.cluster_name
        return tuple(f"{name}: {line}" for line in self.state.changes_of(done.change))

    def _refresh(self) -> None:
        self.list.refresh()
        self._refresh_preview()

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        return (*preview.changes, preview.request, *self._depending)

    @property
    def _depending(self) -> tuple[str, ...]:
        """What the question is about, while it is asked."""
        return self.state.depending if self.submission.question else ()

    def _refresh_preview(self) -> None:
        preview = self.state.preview
        nothing = "No changes yet: select what to assign, clear what to remove."
        self.changes.show(preview.changes, otherwise=nothing)
        self.request.show(preview.request)
        self.line.show(self._written(preview.lines), label=_TWO if preview.lines[1:] else "")
        self._refresh_bar()

    def _refresh_bar(self) -> None:
        self.bar.refresh(
            is_valid=self.state.is_valid, details=self._depending, undo=self.undo_label
        )
        self._enable()

    def __repr__(self) -> str:
        preview = self.state.preview
        present = ", ".join(map(self.state.told, self.state.present.all)) or "nothing"
        return self._as_text(
            f"identity form: {self._place}",
            (f"assigned: {present}", *(preview.changes or ("no changes yet",))),
            preview.lines or (_INSTEAD,),
        )
