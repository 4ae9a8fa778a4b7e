"""The form of any workflow on screen: `WorkflowState` and `Submission`, shown by widgets.

A keystroke changes what is shown and sends no request. What is wrong with the field under the
cursor is said after a rest, for a half-typed name is wrong all the time; then the requirements are
checked, too, in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.background import REST, Background, Rest
from adxmi_jupyter.forms.form import Form
from adxmi_jupyter.forms.submission import LineWithCommand, Phase
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import (
    ReadOnlyText,
    SubmissionBar,
    lay_out,
    quiet,
    row,
    said,
    show,
)
from adxmi_jupyter.forms.workflow import parts
from adxmi_jupyter.forms.workflow.diagram import Diagram
from adxmi_jupyter.forms.workflow.field_lists import FieldLists
from adxmi_jupyter.forms.workflow.fields import LABEL, NARROW, FieldWidget
from adxmi_jupyter.forms.workflow.inference_part import InferencePart
from adxmi_jupyter.forms.workflow.parts import explained, result_table
from adxmi_jupyter.forms.workflow.requirements_table import (
    RequirementsTable,
    each_fix_once,
    row_of,
)
from adxmi_jupyter.masking import masked
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import AS_A_WHOLE

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.workflow.draft import Applied
    from adxmi_jupyter.forms.workflow.state import WorkflowState
    from adxmi_jupyter.model.declaration.fields import FieldSpec
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.remediation import Remediation

_NO_DATABASE = ("(choose)", "")
_STRING, _STRINGS = "The connection string in it", "The connection strings in it"
_LINE = "The same as a command to copy"
_NO_LINE = "There is no command to copy: it would read {{…}} as a variable, or end at a line break."
_OLD = "The fields have changed since these requirements were checked."


class WorkflowForm(Form):
    """Fields, preview, requirements and result of one workflow; `state` is what it knows and does.

    Parameters
    ----------
    state
        What the form knows and does.
    write_line, cluster
        As for `Form`.
    rest
        Seconds without a keystroke that count as a rest.

    """

    def __init__(
        self, state: WorkflowState, write_line: WriteCommand, cluster: str, *, rest: float = REST
    ) -> None:
        super().__init__(write_line, cluster)
        self.state = state
        self.fields: dict[str, FieldWidget] = {}
        self.lists = FieldLists(state, self.screen, self.fields, self._listed)
        self.rest = Rest(rest)
        self.background: Background[tuple[Finding, ...]] = Background()
        self._shows_more = False
        self._at = ""  # the field under the cursor, until the user rests
        self._make_parts()
        self._refresh()

    def _make_parts(self) -> None:
        about = self.state.declaration.about
        self.database = w.Dropdown(
            description="Database *",
            options=self._databases(),
            value=self.state.database,
            layout=w.Layout(width=NARROW),
            style={"description_width": LABEL},
        )
        self.screen.listen(self.database, self._database_chosen)
        self.reload = self.screen.button("Reload", self._reload, tooltip="Read all names again")
        self.inference = InferencePart(self.screen, self._infer)
        self._main, self._rest = (w.VBox(layout=w.Layout(width="100%")) for _ in range(2))
        tooltip = "Show the other fields"
        self.more = self.screen.button("More options", self._toggle, tooltip=tooltip)
        self.more.layout.margin = f"2px 2px 2px calc({LABEL} + 10px)"
        self._meanings, self.remarks = w.HTML(), w.HTML()
        self.preview = ReadOnlyText("What will be sent")
        self.strings = ReadOnlyText(_STRING)
        self.line = ReadOnlyText(_LINE, is_command=True)
        tooltip = "Show which requirement isn't met"
        self.check = self.screen.button("Check requirements", self._check, tooltip=tooltip)
        self._checked = w.HTML()
        self.picture = Diagram(self.state.declaration.noun())
        self.requirements = RequirementsTable(self.screen, self._put_in_place)
        self.bar = SubmissionBar(
            *(self.screen, self.submission, self._discard, self._undone), words="Clear"
        )
        self._result = w.HTML()
        summary = (self.state.declaration.__doc__ or "").strip().split("\n")[0]
        lay_out(
            self.screen,
            self.state.declaration.noun(),
            f"{about.title} on {self._cluster}",
            [
                w.HTML(quiet((summary, f"Required permissions: {about.caller}."))),
                *(row(self.database, self.reload), self._main, row(self.more), self._rest),
                *(self._meanings, self.remarks),
                *(self.preview.widget, self.strings.widget, self.line.widget),
                *(self.picture.widget, row(self.check, self._checked), self.requirements.widget),
                *(self.bar.widget, self._result),
            ],
            sheet=parts.SHEET,
        )
        self.root.add_class("adxmi-workflow-form")

    @property
    def has_changes(self) -> bool:
        """Whether it could be carried out, and was not."""
        return self.state.is_valid and self.submission.phase is not Phase.DONE

    def look_at(self, identity: ManagedIdentity | None) -> None:
        """Fill an identity in, unless the user has chosen another one there."""
        self.state.propose(identity)
        self._show_values()
        self.submission.edited()
        self._refresh()

    def catch_up(self) -> None:
        """Look at the names there are and at the identities again; the fields stay."""
        self.submission.renew(self.state.reload)
        self._refresh()

    def _databases(self) -> list[tuple[str, str]]:
        names = [(name, name) for name in self.state.offers.databases]
        return names if self.state.database else [_NO_DATABASE, *names]

    def _database_chosen(self, change: Any) -> None:
        if change.new == self.state.database:
            return

        def turn() -> tuple[str, ...]:
            self.state.choose(change.new)
            return ()

        self.submission.run(f"Reading the tables of {change.new}", turn)
        self._rested()

    def _reload(self) -> None:
        def read() -> tuple[str, ...]:
            self.state.reload()
            return ("Databases, tables and identities were read again.",)

        self.background.drop()
        self.submission.run("Reading", read)
        self._rested()

    def _toggle(self) -> None:
        self._shows_more = not self._shows_more
        self._lay_out()
        self._tell_problems()

    def _entered(self, name: str, value: object) -> None:
        before = self.state.specs
        self.state.enter(name, value)
        if self.state.specs != before:
            self._lay_out()
        self._guess()
        self.submission.edited()
        self.background.drop()
        self._at = name if self.rest.wait(self._rested) else ""
        self._refresh_below()

    def _rested(self) -> None:
        """Say what is wrong by now, and look at the requirements if they are not known."""
        with self.screen.lock:
            self._examine_after_rest()

    def _examine_after_rest(self) -> None:
        self._at = ""
        self._tell_problems()
        last = self.state.last_check
        if last.now is None or last.is_current or self.submission.phase is Phase.BUSY:
            return
        now = last.now

        def found(findings: tuple[Finding, ...]) -> None:
            with self.screen.lock:
                last.take(now, findings)
                self._refresh_requirements()
                self.screen.publish()

        self.background.run(self.state.glance(), found)

    def _listed(self) -> None:
        """Show what the names of files tell, now that they are known."""
        if self._guess():
            self.submission.edited()
            self._refresh_below()
            self._rested()
        self.screen.publish()

    def _guess(self) -> bool:
        guessed = self.state.sources.guess()
        for name in guessed:
            self.fields[name].show(self.state.value(self.state.spec(name)))
        return bool(guessed)

    def _left_out(self, name: str) -> None:
        self.state.leave_credentials_out(name)
        self.fields[name].show(self.state.value(self.state.spec(name)))
        self.submission.edited()
        self._refresh_below()
        self._rested()

    def _discard(self) -> None:
        self.state.clear()
        self.inference.forget()
        self._show_values()
        self.rest.cancel()
        self.background.drop()
        self.submission.edited()
        self._refresh()

    def _show_values(self) -> None:
        for made in self.fields.values():
            made.show(self.state.value(made.spec))

    def _check(self) -> None:
        self.background.drop()

        def examine() -> tuple[str, ...]:
            self.state.look()
            return (self.state.last_check.summary,)

        self.submission.run("Checking the requirements", examine)

    def _put_in_place(self, remediation: Remediation, called: str) -> None:
        self.background.drop()

        def send(confirmed: bool) -> tuple[Note, ...]:
            done = self.state.put_in_place(
                remediation, confirmed=confirmed, tell=self.submission.tell
            )
            back = (LineWithCommand("Undo", self._write_line(line)) for line in done.back)
            return self._noted((*done.told, *back, self.state.last_check.summary))

        self.submission.submit_other(f"Fixing: {called}", send)

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.background.drop()  # a refusal has the links looked at; else that is still to come
        self.rest.wait(self._rested)
        done = self.state.apply(confirmed=confirmed, tell=self.submission.tell)
        self.undo = None
        back = (
            self._offer_undo(Undo(done.told[0], done.back, self._drop(done))) if done.back else ()
        )
        return (*done.told, *back)

    def _drop(self, done: Applied) -> Callable[[bool], tuple[Note, ...]]:
        def drop(confirmed: bool) -> tuple[str, ...]:
            self.background.drop()
            return self.state.undo(done, confirmed=confirmed, tell=self.submission.tell)

        return drop

    def _refresh(self) -> None:
        with self.database.hold_trait_notifications():
            self.screen.put(self.database, options=tuple(self._databases()))
            self.screen.put(self.database, value=self.state.database)
        self._at = ""
        for name, made in self.fields.items():
            made.offer(self.state.choices(self.state.spec(name)))
        self._lay_out()
        self._refresh_below()
        self._result.value = result_table(self.state.result)

    def _lay_out(self) -> None:
        main, more = self.state.main, self.state.more
        self._main.children = [part for spec in main for part in self._parts(spec)]
        self._rest.children = [self._widget(spec) for spec in more] if self._shows_more else []
        self.more.description = "Fewer options" if self._shows_more else "More options"
        show(self.more, is_shown=bool(more))
        self._meanings.value = explained(self.state.specs if self._shows_more else main)

    def _parts(self, spec: FieldSpec) -> tuple[w.Widget, ...]:
        """Return the widgets of a field, with what infers columns around theirs."""
        made = self._widget(spec)
        if spec.kind is FieldKind.COLUMNS and self.state.infers:
            return (self.inference.widget, made, self.inference.rows)
        return (made,)

    def _infer(self) -> None:
        query = self.state.inference()
        if query is None:
            return

        def infer() -> tuple[str, ...]:
            found = self.state.infer(query, self.submission.tell)
            self.inference.tell(found)
            self._show_values()
            return ("The columns were inferred from the files: check their names and types.",)

        self.background.drop()
        self.submission.run("Inferring the columns", infer)
        self._rested()

    def _widget(self, spec: FieldSpec) -> w.Widget:
        if spec.name not in self.fields:
            value, choices = self.state.value(spec), self.state.choices(spec)
            made = FieldWidget(
                *(self.screen, spec, value, choices),
                *(self._entered, self._left_out, self.lists.ask),
            )
            self.fields[spec.name] = made
        return self.fields[spec.name].widget

    def _refresh_below(self) -> None:
        self._tell_problems()
        preview = self.state.preview
        article = "the " if preview.sent_to[:1].islower() else ""
        self.preview.show(preview.text, label=f"What will be sent to {article}{preview.sent_to}")
        strings = preview.connection_strings
        self.strings.show("\n".join(strings), label=_STRINGS if strings[1:] else _STRING)
        self.line.show(self._write_line(preview.line) if preview.text else "")
        self._refresh_requirements()
        is_ready = self.state.inference() is not None
        self.inference.refresh(is_offered=self.state.infers, is_ready=is_ready)
        self._refresh_bar()

    def _tell_problems(self) -> None:
        problems = self.state.problems
        for name, made in self.fields.items():
            known = problems.get(name)
            made.tell(None if name == self._at else known)
        whole = problems.get(AS_A_WHOLE)
        wrong = said(whole.lines, "failed") if whole and not self._at else ""
        self.remarks.value = wrong + quiet(self._remarks())

    def _remarks(self) -> Sequence[str]:
        missing = ", ".join(self.state.missing)
        preview = self.state.preview
        is_unwritable = bool(preview.text) and not self._write_line(preview.line)
        return (
            *self.state.notes,
            f"Still to fill in: {missing}." if missing else "",
            _NO_LINE if is_unwritable else "",
        )

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        where = (self.state.database, preview.sent_to)
        return (*where, preview.text, *preview.connection_strings)

    def _refresh_requirements(self) -> None:
        last = self.state.last_check
        self.check.disabled = last.now is None
        self._checked.value = quiet((_OLD,)) if last.is_old else ""
        self.picture.show(last.steps, is_old=last.is_old)
        rows = each_fix_once([row_of(self.state, one, self._write_line) for one in last.steps])
        self.requirements.show(rows, is_old=last.is_old)

    def _refresh_bar(self) -> None:
        is_dirty = bool(self.state.values or self.state.result is not None)
        self.bar.refresh(is_valid=self.state.is_valid, is_dirty=is_dirty, undo=self.undo_label)

    def __repr__(self) -> str:
        state = self.state
        preview, last = state.preview, state.last_check
        told = [problem.lines[0] for problem in state.problems.values()]
        told += [f"still to fill in: {', '.join(state.missing)}"] if state.missing else []
        seen = [one for one in last.steps if one.finding]
        told += [one_line(f"{one.title} {one.subject}: {one.state}") for one in seen]
        about = f"database {state.database} of " if state.database else ""
        head = f"{state.declaration.noun()} form: {about}{self._cluster}"
        text = self._as_text(head, (*preview.text.splitlines(), *told), (state.line(),))
        return "\n".join(map(masked, text.splitlines()))
