"""The plan form on screen: `PlanState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.actions.plan.applying import incomplete
from adxmi_jupyter.actions.plan.dependencies import TARGET
from adxmi_jupyter.actions.plan.undoing import described
from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.plan import list as plan_list
from adxmi_jupyter.forms.plan.list import ChangeList
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import Changes, ReadOnlyText, SubmissionBar, lay_out, quiet, row
from adxmi_jupyter.rendering.plan_text import applied_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.plan.state import PlanState
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.plan import Change


class PlanForm(Form):
    """A form with the changes of a plan, to be ticked; `state` is what it knows and does.

    `apply` is the command that applies the whole plan; `note` notes that all went well, and returns
    what to say.
    """

    def __init__(
        self,
        state: PlanState,
        write_line: WriteCommand,
        cluster: str,
        apply: Command,
        note: Callable[[Applied], tuple[Note, ...]] = lambda _done: (),
    ) -> None:
        super().__init__(write_line, cluster)
        self.state = state
        self._apply, self._note = apply, note
        self.reload = self.screen.button(
            "Reload", self._reload, tooltip="Read the file and the cluster again"
        )
        self.list = ChangeList(self.screen, state, self._wished, self._wished_all)
        self.totals, self.stops, self.results = (w.HTML() for _ in range(3))
        self.changes = Changes()
        self.commands = ReadOnlyText("The commands that will be sent")
        self.line = ReadOnlyText("The same as a command to copy", is_command=True)
        self.bar = SubmissionBar(self.screen, self.submission, self._discard, self._undone)
        lay_out(
            self.screen,
            "plan",
            f"Plan of {state.plan.source} for {cluster}",
            [
                self.totals,
                row(self.list.pages.filter, self.reload),
                self.list.widget,
                self.changes.widget,
                self.stops,
                self.commands.widget,
                self.line.widget,
                self.bar.widget,
                self.results,
            ],
            sheet=plan_list.SHEET,
        )
        self._refresh()

    @property
    def has_changes(self) -> bool:
        """Whether something else is ticked than at first."""
        return self.state.is_changed

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Bring the changes of an identity into sight."""
        self.list.pages.find(identity.label if identity else "")

    def catch_up(self) -> None:
        """Read again, since something beside this form was changed; what is ticked stays."""
        self.submission.renew(self.state.reload)

    def _wished(self, change: Change, ticked: bool) -> None:
        self.state.want(change, ticked=ticked)
        self._chosen_anew()

    def _wished_all(self, changes: tuple[Change, ...], ticked: bool) -> None:
        self.state.want_all(changes, ticked=ticked)
        self._chosen_anew()

    def _chosen_anew(self) -> None:
        self.submission.edited()
        self._refresh()

    def _discard(self) -> None:
        self.state.discard()
        self._chosen_anew()

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            return ("File and cluster were read again.",)

        self.submission.run("Reading", read)

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self.state.apply(confirmed=confirmed)
        back, noted = self._back(done), self._note(done)
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

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        return (*preview.changes, *preview.stops, *preview.commands)

    @property
    def _depending(self) -> tuple[str, ...]:
        """What the question is about, while it is asked."""
        return self.state.preview.stops if self.submission.question else ()

    def _refresh(self) -> None:
        self.totals.value = quiet((self.state.totals,))
        self.list.refresh()
        preview = self.state.preview
        self.changes.show(preview.changes, otherwise="Nothing is selected.")
        self.stops.value = _list("Stops working", "adxmi-stops", preview.stops)
        self.commands.show("\n".join(preview.commands))
        command = self._command if self.state.is_valid else None
        self.line.show(self._write_line(command) if command else "")
        self._refresh_results()
        self._refresh_bar()

    @property
    def _command(self) -> Command | None:
        """The command that applies what is ticked; None if addresses do not tell that."""
        targets = self.state.targets
        if targets is None:
            return None
        words = option_words(TARGET, ",".join(targets)) if targets else ()
        yes = ("--yes",) if self.state.removes else ()
        return Command((*self._apply.words, *words, *yes), self._apply.body)

    def _refresh_results(self) -> None:
        done = self.state.applied
        lines = applied_lines(done) if done else ()
        self.results.value = _list("Result of each change", "adxmi-results", lines)

    def _refresh_bar(self) -> None:
        self.bar.refresh(
            is_valid=self.state.is_valid,
            details=self._depending,
            is_dirty=self.state.is_changed,
            undo=self.undo_label,
        )

    def __repr__(self) -> str:
        preview = self.state.preview
        return self._as_text(
            f"plan form: {self.state.plan.source} for {self._cluster}",
            (self.state.totals, *preview.changes),
            (Command(("plan", *self._apply.words[1:]), self._apply.body), self._apply),
        )


def _counted(done: Applied) -> str:
    counts = Counter(one.result.value for one in done.outcomes for _ in one.step.changes)
    return ", ".join(f"{number} {word}" for word, number in counts.items()) or "nothing to do"


def _list(title: str, css_class: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return (
        f'<div class="adxmi-quiet">{title}</div>'
        f'<ul class="adxmi-changes {css_class}" tabindex="0" aria-label="{title}">{items}</ul>'
    )
