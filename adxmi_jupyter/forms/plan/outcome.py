"""What forms of plans share: to read again, to apply and undo, and the result of each change."""

from __future__ import annotations

import html
from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as w

from adxmi_jupyter.actions.plan.applying import incomplete
from adxmi_jupyter.actions.plan.undoing import described
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import Changes, ReadOnlyText, SubmissionBar
from adxmi_jupyter.rendering.plan_text import applied_lines

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.forms.plan.writing import WritingState
    from adxmi_jupyter.model.identity import ManagedIdentity


class PlanOutcome(Form):
    """A form that applies what is ticked of a plan; `state` is what it knows and does.

    It shows the result of each change, and offers the undo of all of them.
    """

    state: WritingState
    read_what: ClassVar[str]
    """What *Reload* reads, as its tooltip says it."""
    was_read: ClassVar[str]
    """What to say when that was read."""

    def __init__(self, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(write_line, cluster)
        self.reload = self.screen.button("Reload", self._reload, tooltip=self.read_what)
        self.results = w.HTML()
        self.commands = ReadOnlyText("The commands that will be sent")
        self.line = ReadOnlyText("The same as a command to copy", is_command=True)
        self.changes = Changes()
        self.bar = SubmissionBar(self.screen, self.submission, self._discard, self._undone)

    @property
    @abstractmethod
    def pages(self) -> Pages[Any]:
        """The list."""

    @property
    def has_changes(self) -> bool:
        """Whether something else is ticked than at first."""
        return self.state.is_changed

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring what is listed of an identity into sight."""
        self.pages.find(identity.label if identity else "")

    def catch_up(self) -> None:
        """Read again, since something beside this form was changed; what is ticked stays."""
        self.submission.renew(self.state.reload)

    def _chosen_anew(self) -> None:
        self.submission.edited()
        self._refresh()

    def _discard(self) -> None:
        self.state.discard()
        self._chosen_anew()

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            return (self.was_read,)

        self.submission.run("Reading", read)

    def _noted_of(self, done: Applied) -> tuple[Note, ...]:
        """Note what was applied, and return what to say if all went well."""
        del done
        return ()

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self.state.apply(confirmed=confirmed)
        back, noted = self._back(done), self._noted_of(done)
        failure = incomplete(done)
        if failure is not None:
            raise failure
        return (_counted(done), *noted, *back)

    def _back(self, done: Applied) -> tuple[Note, ...]:
        if not done.number:
            return ()
        number = done.number
        command = Command(("undo", "--apply", str(number)))
        what = f"apply {number}"
        return self._offer_undo(Undo(what, (command,), lambda yes: self._restored(number, yes)))

    def _restored(self, number: int, confirmed: bool) -> tuple[Note, ...]:
        results = self.state.undo(number, confirmed=confirmed)
        return tuple(
            line for one in results for line in (f"{one.result} {described(one.entry)}", *one.notes)
        )

    def _show_results(self, done: Applied | None) -> None:
        lines = applied_lines(done) if done else ()
        self.results.value = listed("Result of each change", "adxmi-results", lines)

    @property
    def _depending(self) -> tuple[str, ...]:
        """What the question is about, while it is asked."""
        return ()

    def _refresh_bar(self) -> None:
        self.bar.refresh(
            is_valid=self.state.is_valid,
            details=self._depending,
            is_dirty=self.state.is_changed,
            undo=self.undo_label,
        )


def _counted(done: Applied) -> str:
    counts = Counter(one.result.value for one in done.outcomes for _ in one.step.changes)
    return ", ".join(f"{number} {word}" for word, number in counts.items()) or "nothing to do"


def listed(title: str, css_class: str, lines: Sequence[str]) -> str:
    """Return lines below a title as HTML; nothing for no lines."""
    if not lines:
        return ""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return titled(
        title,
        f'<ul class="adxmi-changes {css_class}" tabindex="0" aria-label="{title}">{items}</ul>',
    )


def titled(title: str, shown: str) -> str:
    """Return HTML below a title."""
    return f'<div class="adxmi-quiet">{title}</div>{shown}'
