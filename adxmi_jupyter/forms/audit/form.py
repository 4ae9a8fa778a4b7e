"""The audit form on screen: `AuditState` and `Submission`, shown and driven by widgets."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms.audit import list as audit_list
from adxmi_jupyter.forms.audit.list import ItemList
from adxmi_jupyter.forms.plan.outcome import PlanOutcome, titled
from adxmi_jupyter.forms.widgets import lay_out, quiet, row
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.model.policy_file.writing import Written
from adxmi_jupyter.rendering.audit_table import summary_of
from adxmi_jupyter.rendering.audit_text import evidence_of, unseen_text
from adxmi_jupyter.rendering.dialects import InForm
from adxmi_jupyter.rendering.narrowing_text import reason_of
from adxmi_jupyter.rendering.plan_picture import plan_picture
from adxmi_jupyter.rendering.plan_text import change_lines, commands_of

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import WriteCommand
    from adxmi_jupyter.forms.audit.state import AuditState, Item
    from adxmi_jupyter.forms.pages import Pages


class AuditForm(PlanOutcome):
    """A form with the findings of an audit, to tick what to narrow; `state` is what it does."""

    state: AuditState
    read_what = "Audit the cluster again"
    was_read = "The cluster was audited again."

    def __init__(self, state: AuditState, write_line: WriteCommand, cluster: str) -> None:
        self.state = state
        super().__init__(write_line, cluster)
        self.list = ItemList(self.screen, state, self._wished, self._chose)
        self.totals, self.evidence, self.picture = (w.HTML() for _ in range(3))
        self.evidence.add_class("adxmi-evidence-box")
        lay_out(
            self.screen,
            "audit",
            f"Audit of {cluster}: what to narrow",
            [
                row(self.totals, self.reload),
                self.list.widget,
                self.evidence,
                self.changes.widget,
                self.picture,
                self.commands.widget,
                self.line.widget,
                self.bar.widget,
                self.results,
            ],
            sheet=audit_list.SHEET,
        )
        self._refresh()

    @property
    def pages(self) -> Pages[Item]:
        """The list."""
        return self.list.pages

    def _wished(self, items: tuple[Item, ...], ticked: bool) -> None:
        self.state.want_all(items, ticked=ticked)
        self._chosen_anew()

    def _chose(self, item: Item) -> None:
        self.state.chosen = None if self.state.chosen == item else item
        self._refresh()
        self.screen.publish()

    def _previewed(self) -> Iterable[str]:
        plan = self.state.plan.prepared.plan
        return (*change_lines(plan.changes), *commands_of(plan))

    def _refresh(self) -> None:
        state = self.state
        self.totals.value = quiet(tuple(summary_of(state.found)))
        self.list.refresh()
        self.evidence.value = self._evidence(state.chosen) if state.chosen else ""
        plan = state.plan.prepared.plan
        self.changes.show(change_lines(plan.changes), otherwise="Nothing is selected.")
        picture = plan_picture(replace(plan, steps=())) if plan.changes else ""
        self.picture.value = titled("Before and after", picture) if picture else ""
        self.commands.show("\n".join(commands_of(plan)))
        self.line.show(self._write_line(self._command) if state.is_valid else "")
        self._show_results(state.applied)
        self._refresh_bar()

    @property
    def _command(self) -> Command:
        """The command that does the same: it applies the policies as a policy file."""
        yes = ("--yes",) if self.state.removes else ()
        return Command(
            ("apply", *yes), Written(sections=self.state.plan.prepared.file.document.value).text
        )

    def _evidence(self, item: Item) -> str:
        rule = rule_of(item.finding.rule)
        told = [rule.why, evidence_of(item.finding)]
        if item.kept is not None:
            told.append(reason_of(item.kept))
        elif item.finding.verdict.unseen:
            told.append(f"not visible: {unseen_text(item.finding.verdict.unseen)}")
        fix = "" if item.kept else self._fix(item)
        lines = "".join(f"<div>{html.escape(one)}</div>" for one in told if one)
        return (
            f'<div class="adxmi-evidence" role="region" aria-label="Evidence"><b>{rule.id} '
            f"{html.escape(rule.title)}: {html.escape(item.label)}</b>{lines}{fix}</div>"
        )

    @staticmethod
    def _fix(item: Item) -> str:
        fix = InForm().fix(item.finding.verdict.fix)
        return f"<pre>{html.escape(fix)}</pre>" if fix else ""

    def __repr__(self) -> str:
        plan = self.state.plan.prepared.plan
        return self._as_text(
            f"audit form: {self._cluster}",
            (*summary_of(self.state.found), *change_lines(plan.changes)),
            (Command(("audit", "--plan", "plan.json")), Command(("apply", "plan.json", "--yes"))),
        )
