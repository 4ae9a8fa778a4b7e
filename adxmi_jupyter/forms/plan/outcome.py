"""What forms of plans share: the bar that applies, the result of each change, and the undo."""

from __future__ import annotations

import html
from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.actions.plan.applying import incomplete
from adxmi_jupyter.actions.plan.undoing import described
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import SubmissionBar
from adxmi_jupyter.rendering.plan_text import applied_lines

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.actions.plan.undoing import Undone
    from adxmi_jupyter.fixes import Note, WriteCommand


class PlanOutcome(Form):
    """A form that applies a plan: with the result of each change, and the undo of all of them."""

    def __init__(self, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(write_line, cluster)
        self.results = w.HTML()
        self.bar = SubmissionBar(self.screen, self.submission, self._discard, self._undone)

    @abstractmethod
    def _discard(self) -> None:
        """Tick what is ticked at first."""

    @abstractmethod
    def _applied(self, confirmed: bool) -> Applied:
        """Apply what is ticked."""

    @abstractmethod
    def _undo(self, number: int, confirmed: bool) -> Sequence[Undone]:
        """Undo an apply."""

    def _noted_of(self, done: Applied) -> tuple[Note, ...]:
        """Note what was applied, and return what to say if all went well."""
        del done
        return ()

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self._applied(confirmed)
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
        results = self._undo(number, confirmed)
        return tuple(
            line for one in results for line in (f"{one.result} {described(one.entry)}", *one.notes)
        )

    def _show_results(self, done: Applied | None) -> None:
        lines = applied_lines(done) if done else ()
        self.results.value = listed("Result of each change", "adxmi-results", lines)


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
