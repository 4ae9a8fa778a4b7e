"""The three steps on one page: assign, allow, use, each with its form and where it stands.

One step is open at a time, so one Apply is in sight at a time: what is applied in a step was
decided with the others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms import picker
from adxmi_jupyter.forms.form import BUSY, Shown
from adxmi_jupyter.forms.picker import Picker
from adxmi_jupyter.forms.steps import section as steps_section
from adxmi_jupyter.forms.steps.section import LazyForm, Section, line_of
from adxmi_jupyter.forms.steps.state import TARGET, Part, Progress, Step
from adxmi_jupyter.forms.submission import OutcomeKind, Phase, Requests
from adxmi_jupyter.forms.widgets import lay_out, quiet, row, said
from adxmi_jupyter.model.policy import Scope

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import WriteCommand
    from adxmi_jupyter.forms.form import Form
    from adxmi_jupyter.forms.steps.state import StepsState

ROLE = "role"
"""The choice of step 3 that is no workflow: its noun."""

_TARGET = (
    "Resources outside the cluster must grant the identity a role, too: "
    '"Check requirements" in the form of a workflow tells which.'
)

SHEET = (
    picker.SHEET
    + steps_section.SHEET
    + """
.adxmi-steps-form:has(.adxmi-busy) :is(input, button, select) {pointer-events: none;}
"""
)


class StepsForm(Shown):
    """The page; `state` is what it knows.

    Parameters
    ----------
    state
        The identity it is about, and where that stands.
    write_line, cluster
        As for `Shown`.
    workflow
        The noun of the workflow to begin with; without one it begins with what is to be done.

    """

    def __init__(
        self, state: StepsState, write_line: WriteCommand, cluster: str, *, workflow: str = ""
    ) -> None:
        super().__init__(write_line, cluster)
        self.state = state
        self.requests = Requests(self._requests_changed)
        self.forms: dict[str, LazyForm] = {}
        self._make_parts(workflow)
        self._open(Step.USE if workflow else state.next_step)

    def _make_parts(self, workflow: str) -> None:
        self.identity = Picker(
            lambda _text: None,
            description="For which identity",
            placeholder="name, object ID, client ID or system",
            value=self.state.word,
            continuous_update=False,
            label_width="auto",
            layout=w.Layout(width="min(100%, 460px)"),
        )
        self._offer()
        self.screen.listen(self.identity, self._chosen)
        self.reload = self.screen.button(
            "Reload all", self._reload, tooltip="Read everything on this page again"
        )
        self._outcome = w.HTML()
        self.access = w.HTML()
        self.access.add_class("adxmi-step-target")
        self.use = w.Dropdown(
            description="Use it by",
            options=[("a Kusto security role", ROLE)],
            value=ROLE,
            layout=w.Layout(width="min(100%, 460px)"),
            style={"description_width": "initial"},
        )
        self._workflow = workflow
        self.sections = {step: self._section(step) for step in Step}
        lay_out(
            self.screen,
            "steps",
            f"Managed identities, step by step: {self._cluster}",
            [
                row(self.identity, self.reload),
                self._outcome,
                *(section.widget for section in self.sections.values()),
                self.access,
            ],
            sheet=SHEET,
        )

    def _offer(self) -> None:
        labels, why = self.state.offers
        self.identity.offer(((one, one, False) for one in labels), note=why)

    def _section(self, step: Step) -> Section:
        above = [self.use, w.HTML(quiet((_TARGET,)))] if step is Step.USE else []
        return Section(self.screen, step, lambda: self._toggled(step), above)

    def _toggled(self, step: Step) -> None:
        if self.sections[step].is_open:
            self.sections[step].close()
            self._refresh()
        else:
            self._open(step)

    def _open(self, step: Step) -> None:
        for section in self.sections.values():
            section.close()
        if step is Step.USE:
            self._offer_uses()
        self.sections[step].open(self._wanted(step), self.state.identity)
        self._refresh()

    def _offer_uses(self) -> None:
        """Fill the list of workflows once it is seen: their declarations take a while to load."""
        if len(self.use.options) > 1:
            return
        from adxmi_jupyter.model.declaration.registry import declarations

        titles = [(declared.about.title, declared.noun()) for declared in declarations()]
        options = (*self.use.options, *sorted(titles, key=lambda one: one[0].lower()))
        self.screen.put(self.use, options=options)
        self.screen.put(self.use, value=self._workflow or ROLE)
        self.screen.listen(self.use, lambda _change: self._open(Step.USE))

    def _wanted(self, step: Step) -> LazyForm:
        """Return the form that a step shows now."""
        name = self.use.value if step is Step.USE else step.value
        if name not in self.forms:
            parts, make = self._maker(step, name)
            self.forms[name] = LazyForm(make, lambda: self._applied(name, parts))
        return self.forms[name]

    def _maker(self, step: Step, name: str) -> tuple[Sequence[Part], Callable[[], Form]]:
        """Return what makes a form, and what it may change: a workflow is free to change all."""
        if step is Step.ASSIGN:
            return (Part.ASSIGNED,), self._identity_form
        if step is Step.ALLOW:
            return (Part.POLICIES,), self._policy_form
        if name == ROLE:
            return (Part.ROLES,), self._role_form
        return tuple(Part), lambda: self._workflow_form(name)

    def _identity_form(self) -> Form:
        from adxmi_jupyter.forms.identity.form import IdentityForm
        from adxmi_jupyter.forms.identity.state import IdentityState

        return IdentityForm(IdentityState(self.state.connection), self._write_line, self._cluster)

    def _policy_form(self) -> Form:
        from adxmi_jupyter.forms.policy.form import PolicyForm
        from adxmi_jupyter.forms.policy.state import PolicyState

        state = PolicyState(self.state.connection, Scope(self.state.database))
        return PolicyForm(state, self._write_line, self._cluster)

    def _role_form(self) -> Form:
        from adxmi_jupyter.forms.role.form import RoleForm
        from adxmi_jupyter.forms.role.state import RoleState

        state = RoleState(self.state.connection, Scope(self.state.database))
        return RoleForm(state, self._write_line, self._cluster)

    def _workflow_form(self, noun: str) -> Form:
        from adxmi_jupyter.forms.workflow.form import WorkflowForm
        from adxmi_jupyter.forms.workflow.state import WorkflowState
        from adxmi_jupyter.model.declaration.registry import declaration_of

        state = WorkflowState(self.state.connection, declaration_of(noun), self.state.database)
        return WorkflowForm(state, self._write_line, self._cluster)

    def _applied(self, name: str, parts: Sequence[Part]) -> None:
        for other, form in self.forms.items():
            if other != name:
                form.fall_behind()
        self._run("Reading", lambda: self.state.applied(*parts))

    def _chosen(self, change: Any) -> None:
        def choose() -> str:
            note = self.state.choose(change.new)
            self._turn()
            return note

        self._run(f"Looking at {change.new}", choose)

    def _reload(self) -> None:
        def read() -> str:
            self.state.reload()
            for form in self.forms.values():
                form.fall_behind()
            self._turn()
            return "Everything was read again; what is filled in is kept."

        self._run("Reading", read)

    def _turn(self) -> None:
        """Turn the form in sight to the identity; the others follow when they are opened."""
        for step, section in self.sections.items():
            if section.is_open:
                section.open(self._wanted(step), self.state.identity)

    def _run(self, doing: str, request: Callable[[], str | None]) -> None:
        def read() -> tuple[str, ...]:
            said = request()
            self._offer()
            return (said,) if said else ()

        self.requests.run(doing, read)

    def _requests_changed(self) -> None:
        if self.requests.phase is Phase.BUSY:
            self.root.add_class(BUSY)
            self._outcome.value = said((f"{self.requests.doing} …",), OutcomeKind.NOTE)
            return
        self.root.remove_class(BUSY)
        outcome = self.requests.outcome
        self._outcome.value = said(outcome.lines, outcome.kind)
        self._refresh()

    def _refresh(self) -> None:
        for step, section in self.sections.items():
            section.refresh(self.state.standing(step), self._pending(step))
        access = self.state.access
        told = line_of(TARGET, access, one_line(access.told))
        self.access.value = told + quiet([one_line(line) for line in access.details])
        self.screen.publish()

    def _pending(self, step: Step) -> str:
        mine = {Step.ASSIGN: (Step.ASSIGN,), Step.ALLOW: (Step.ALLOW,)}.get(step)
        names = mine or [name for name in self.forms if name not in set(Step)]
        pending = (self.forms[name].pending for name in names if name in self.forms)
        return "; ".join(dict.fromkeys(filter(None, pending)))

    def __repr__(self) -> str:
        standings = {step: self.state.standing(step) for step in Step}
        told = (
            f"{step.number} {step}: {f'{one.progress}: ' if one.progress else ''}{one.told}"
            for step, one in standings.items()
        )
        left = (s for s, one in standings.items() if one.progress is not Progress.DONE)
        whose = f"{self.state.label} on {self._cluster}" if self.state.label else self._cluster
        return self._as_text(f"three steps: {whose}", told, map(self._instead, left))

    def _instead(self, step: Step) -> Command:
        who = ("--identity", self.state.word or "NAME")
        where = ("--database", self.state.database or "NAME")
        lines = {
            Step.ASSIGN: ("identity", "assign", *who),
            Step.ALLOW: ("policy", "grant", *where, *who, "--usage", "USAGE"),
            Step.USE: ("role", "grant", *where, *who, "--role", "ROLE"),
        }
        return Command(lines[step])
