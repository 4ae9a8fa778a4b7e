"""The plan form on screen: `PlanState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.actions.plan.dependencies import TARGET
from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.forms.plan import list as plan_list
from adxmi_jupyter.forms.plan.list import ChangeList
from adxmi_jupyter.forms.plan.outcome import PlanOutcome, listed
from adxmi_jupyter.forms.widgets import lay_out, quiet, row

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.pages import Pages
    from adxmi_jupyter.forms.plan.state import PlanState
    from adxmi_jupyter.model.plan import Change


class PlanForm(PlanOutcome):
    """A form with the changes of a plan, to be ticked; `state` is what it knows and does.

    `apply` is the command that applies the whole plan; `note` notes that all went well, and returns
    what to say.
    """

    state: PlanState
    read_what = "Read the file and the cluster again"
    was_read = "File and cluster were read again."

    def __init__(
        self,
        state: PlanState,
        write_line: WriteCommand,
        cluster: str,
        apply: Command,
        note: Callable[[Applied], tuple[Note, ...]] = lambda _done: (),
    ) -> None:
        self.state = state
        super().__init__(write_line, cluster)
        self._apply, self._note = apply, note
        self.list = ChangeList(self.screen, state, self._wished, self._wished_all)
        self.totals, self.stops = w.HTML(), w.HTML()
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
    def pages(self) -> Pages[Change]:
        """The list."""
        return self.list.pages

    def _wished(self, change: Change, ticked: bool) -> None:
        self.state.want(change, ticked=ticked)
        self._chosen_anew()

    def _wished_all(self, changes: tuple[Change, ...], ticked: bool) -> None:
        self.state.want_all(changes, ticked=ticked)
        self._chosen_anew()

    def _noted_of(self, done: Applied) -> tuple[Note, ...]:
        return self._note(done)

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        return (*preview.changes, *preview.stops, *preview.commands)

    @property
    def _depending(self) -> tuple[str, ...]:
        return self.state.preview.stops if self.submission.question else ()

    def _refresh(self) -> None:
        self.totals.value = quiet((self.state.totals,))
        self.list.refresh()
        preview = self.state.preview
        self.changes.show(preview.changes, otherwise="Nothing is selected.")
        self.stops.value = listed("Stops working", "adxmi-stops", preview.stops)
        self.commands.show("\n".join(preview.commands))
        command = self._command if self.state.is_valid else None
        self.line.show(self._write_line(command) if command else "")
        self._show_results(self.state.applied)
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

    def __repr__(self) -> str:
        preview = self.state.preview
        return self._as_text(
            f"plan form: {self.state.plan.source} for {self._cluster}",
            (self.state.totals, *preview.changes),
            (Command(("plan", *self._apply.words[1:]), self._apply.body), self._apply),
        )
