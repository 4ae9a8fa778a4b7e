"""What forms over a list of identities or people share: tick, look at what would be sent, apply."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.submission import Reread
from adxmi_jupyter.forms.widgets import Changes, ReadOnlyText, SubmissionBar, text_field

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import WriteCommand
    from adxmi_jupyter.forms.naming import Named
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.model.identity import ManagedIdentity


class ListState(Reread, Protocol):
    """What such a form knows and wants."""

    def discard(self) -> None:
        """Forget the pending changes in sight."""

    def add(self, reference: str) -> tuple[Named, str]:
        """Add somebody to the list; return it with what there is to say."""


class ListForm(Form):
    """A form over such a list; subclasses lay the parts out.

    Parameters
    ----------
    state
        What the form knows and does.
    write_line, cluster
        As for `Form`.
    added_by
        What one can be added by.
    whom
        Names what is added.

    """

    state: ListState

    def __init__(
        self,
        state: ListState,
        write_line: WriteCommand,
        cluster: str,
        *,
        added_by: str,
        whom: str = "identity",
    ) -> None:
        super().__init__(write_line, cluster)
        self.state = state
        self.reload = self.screen.button("Reload", self._reload, tooltip="Read everything again")
        self._whom = whom
        self.reference = text_field(f"Add {whom}", added_by, width="380px")
        self.screen.listen(self.reference, lambda _change: self._enable())
        tooltip = f"Add a row for this {whom}"
        self.add = self.screen.button("Add", self._add, tooltip=tooltip)
        self.changes = Changes()
        self.line = ReadOnlyText("The same as a command to copy", is_command=True)
        self.bar = SubmissionBar(self.screen, self.submission, self._discard, self._undone)

    @property
    @abstractmethod
    def pages(self) -> Pages[Any]:
        """The list."""

    @property
    @abstractmethod
    def _subject(self) -> str:
        """What is read, for people: begins with a capital letter."""

    @property
    def has_changes(self) -> bool:
        """Whether something is ticked or unticked that was not applied."""
        return self.state.is_valid

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring an identity into sight, as if the user had filtered for it."""
        self.pages.find(identity.label if identity else "")

    def catch_up(self) -> None:
        """Read again, since something beside this form was changed; the changes stay."""
        self.submission.renew(self.state.reload)

    def _discard(self) -> None:
        self.state.discard()
        self.submission.edited()
        self._refresh()

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            kept = "; your changes are kept" if self.state.is_valid else ""
            return (f"{self._subject} was read again{kept}.",)

        self.submission.run("Reading", read)

    def _add(self) -> None:
        def find() -> tuple[str, ...]:
            found, note = self.state.add(self.reference.value)
            self.pages.find(found.object_id or found.label)
            self.screen.put(self.reference, value="")
            return (note,) if note else ()

        if self.reference.value.strip():
            self.submission.run(f"Looking for the {self._whom}", find)

    def _refresh_bar(self) -> None:
        self.bar.refresh(is_valid=self.state.is_valid, undo=self.undo_label)
        self._enable()

    def _enable(self) -> None:
        self.add.disabled = not self.reference.value.strip()
