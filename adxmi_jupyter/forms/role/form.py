"""The role form on screen: `RoleState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.actions.roles.change import changed_lines, undo_commands
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.role import matrix as role_matrix
from adxmi_jupyter.forms.role.matrix import RoleMatrix
from adxmi_jupyter.forms.scope_form import ScopeForm
from adxmi_jupyter.forms.undo import Undo
from adxmi_jupyter.forms.widgets import ReadOnlyText, lay_out, quiet, row

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.fixes import Note, WriteCommand
    from adxmi_jupyter.forms.role.state import RoleState
    from adxmi_jupyter.model.policy import Scope

_BY = "name, id or aadapp=CLIENTID;TENANT"
_ONE_COMMAND, _COMMANDS = "The command that will be sent", "The commands that will be sent"
_ONE_REQUEST, _REQUESTS = "The request that will be sent", "The requests that will be sent"
_LINES = "The same as commands to copy"


class RoleForm(ScopeForm):
    """Who holds which role, by mouse; `state` is what it knows and does."""

    state: RoleState

    def __init__(self, state: RoleState, write_line: WriteCommand, cluster: str) -> None:
        super().__init__(state, write_line, cluster, added_by=_BY, whom="principal")
        self._make_parts()
        self._refresh()

    def _make_parts(self) -> None:
        self.scope = self._scope_chooser()
        self.matrix = RoleMatrix(self.screen, self.state, self._wished)
        self.remarks = w.HTML()
        self.command = ReadOnlyText(_ONE_COMMAND)
        lay_out(
            self.screen,
            "role",
            f"Security roles of {self._cluster}",
            [
                row(self.scope, self.pages.filter, self.reload),
                self.matrix.widget,
                row(self.reference, self.add),
                self.changes.widget,
                self.remarks,
                self.command.widget,
                self.line.widget,
                self.bar.widget,
            ],
            sheet=role_matrix.SHEET,
        )

    def _subject_of(self, scope: Scope) -> str:
        return f"Who holds roles on the {scope}"

    def _send(self, confirmed: bool) -> tuple[Note, ...]:
        self.undo = None
        done = self.state.apply(confirmed=confirmed, tell=self.submission.tell)
        told = _told(done)
        commands = tuple(line for change in done for line in undo_commands(change))
        back = Undo("; ".join(told), commands, lambda yes: self._undo_changes(done, yes))
        notes = dict.fromkeys(note for change in done for note in change.notes)
        return (*notes, *told, *self._offer_undo(back))

    def _undo_changes(self, done: Sequence[RoleChange], confirmed: bool) -> tuple[Note, ...]:
        undone = self.state.undo(done, confirmed=confirmed, tell=self.submission.tell)
        return _told(undone)

    def _previewed(self) -> Iterable[str]:
        preview = self.state.preview
        return (str(self.state.scope), *preview.changes, preview.command, *preview.remarks)

    def _refresh_preview(self) -> None:
        preview = self.state.preview
        nothing = self._nothing_yet("select a role to grant it, clear one to revoke it")
        self.changes.show(preview.changes, otherwise=nothing)
        self.remarks.value = quiet(preview.remarks)
        self.command.show(preview.command, label=self._what_is_sent(preview.command))
        self.line.show(self._written(preview.lines), label=_LINES if preview.lines[1:] else "")
        self._refresh_bar()

    def _what_is_sent(self, sent: str) -> str:
        several = sum(not line.startswith("{") for line in sent.split("\n")) > 1  # without bodies
        if self.state.scope.database:
            return _COMMANDS if several else _ONE_COMMAND
        return _REQUESTS if several else _ONE_REQUEST

    def __repr__(self) -> str:
        preview = self.state.preview
        database = self.state.scope.database
        where = ("--database", database) if database else ("--cluster",)
        words = ("role", "grant", *where, "--role", "ROLE", "--identity", "NAME")
        return self._as_text(
            f"role form: {self.state.scope} of {self._cluster}",
            (*(preview.changes or ("no changes yet",)), *preview.remarks),
            preview.lines or (Command(words),),
        )


def _told(done: Sequence[RoleChange]) -> tuple[str, ...]:
    return tuple(
        f"{change.database or 'cluster'}: {line}"
        for change in done
        for line in changed_lines(change)
    )
