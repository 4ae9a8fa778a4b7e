"""What all forms are: a root to show, a submission, a text for where nothing can show it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.forms.screen import Screen
from adxmi_jupyter.forms.submission import Phase, Submission

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command, Note, WriteCommand
    from adxmi_jupyter.forms.undo import Undo
    from adxmi_jupyter.model.identity import ManagedIdentity

BUSY = "adxmi-busy"


class Shown:
    """What can be shown: widgets below one root, or a text where nothing can show them.

    Parameters
    ----------
    write_line
        Writes a line as the user would type it.
    cluster
        The cluster's name for people.

    """

    def __init__(self, write_line: WriteCommand, cluster: str) -> None:
        self.screen = Screen()
        self.root = self.screen.root
        self._write_line = write_line
        self._cluster = cluster

    def _written(self, lines: Iterable[Command]) -> str:
        """Return lines as the user would type them, one below the other."""
        return "\n".join(map(self._write_line, lines))

    def _as_text(self, head: str, told: Iterable[str], lines: Iterable[Command]) -> str:
        """Return what the form says where nothing can show it, and the lines to type instead."""
        shown = (f"  {line}" for line in told)
        instead = (f"without a front end: {self._write_line(line)}" for line in lines)
        return "\n".join((head, *shown, *instead))

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.root._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}


class Form(Shown, ABC):
    """A form for one change at a time; subclasses make the parts and lay them out.

    `write_line` and `cluster` as for `Shown`.
    """

    def __init__(self, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(write_line, cluster)
        self._is_news = False
        self.undo: Undo | None = None
        self._listeners: list[Callable[[], None]] = []
        self.submission = Submission(self._sent, self._submission_changed)
        self.screen.guard(
            self._shown_of_change, self.submission.out_of_date, self.submission.not_loaded
        )

    def when_applied(self, listener: Callable[[], None]) -> None:
        """Call somebody each time a change was carried out, once it is shown here."""
        self._listeners.append(listener)

    @property
    @abstractmethod
    def has_changes(self) -> bool:
        """Whether something is filled in that Apply would carry out."""

    @abstractmethod
    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring an identity into sight, or into the field it belongs to; None: none any more."""

    @abstractmethod
    def catch_up(self) -> None:
        """Read again, since something beside this form was changed; what is filled in stays."""

    @abstractmethod
    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        """Carry the change out and return what to say."""

    @abstractmethod
    def _previewed(self) -> Iterable[str]:
        """Return all that the form shows of what Apply would do."""

    @abstractmethod
    def _refresh(self) -> None:
        """Show everything anew."""

    @abstractmethod
    def _refresh_bar(self) -> None:
        """Show anew where the submission stands."""

    def _shown_of_change(self) -> tuple[str, ...]:
        question = self.submission.question
        asked = (question.what, question.why) if question else ()
        return (*self._previewed(), *asked, self.undo_label)

    def _sent(self, confirmed: bool) -> tuple[Note, ...]:
        return self._noted(self._send(confirmed))

    def _offer_undo(self, undo: Undo) -> tuple[Note, ...]:
        """Offer to undo what was applied, in place of what was before; return the lines that do."""
        self.undo = undo
        return undo.lines(self._write_line)

    @property
    def undo_label(self) -> str:
        """What stands on the button that undoes; empty where there is nothing to undo."""
        return self.undo.label if self.undo else ""

    def _undone(self) -> None:
        """Undo what was applied last, or ask first."""
        undo = self.undo
        if undo is None:
            return

        def send(confirmed: bool) -> tuple[Note, ...]:
            done = undo.carry_out(confirmed)
            self.undo = None
            return self._noted(done)

        self.submission.submit_other(undo.label, send)

    def _noted(self, lines: tuple[Note, ...]) -> tuple[Note, ...]:
        """Note that something was changed; returns what is to be said about it."""
        self._is_news = True
        return lines

    def _submission_changed(self) -> None:
        if self.submission.phase is Phase.BUSY:
            self.root.add_class(BUSY)
            self._refresh_bar()
            return
        self.root.remove_class(BUSY)
        self._refresh()
        if self._is_news:
            self._is_news = False
            for listener in self._listeners:
                listener()
