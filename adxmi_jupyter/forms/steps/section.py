"""A step on screen: a head that tells where it stands, and a form below it that folds.

The form is made when its step is opened for the first time. Folded, it is hidden and not thrown
away: nothing that was typed or ticked is lost.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.submission import OutcomeKind, Phase, Requests
from adxmi_jupyter.forms.widgets import quiet, said, show

if TYPE_CHECKING:
    from adxmi_jupyter.forms.form import Form
    from adxmi_jupyter.forms.screen import Screen
    from adxmi_jupyter.forms.steps.state import Standing, Step
    from adxmi_jupyter.model.identity import ManagedIdentity

SHEET = """
.adxmi-form .adxmi-step {width: 100%; border-top: 1px solid var(--jp-border-color2, #8888);}
.adxmi-form .adxmi-step-head {position: relative; width: 100%; min-height: 34px;
  align-items: center; overflow: hidden;}
.adxmi-form .adxmi-step-head > .jupyter-button {position: absolute; inset: 0; margin: 2px;
  width: auto; height: auto; padding: 0 10px; text-align: left; background: none;
  color: var(--jp-ui-font-color1, inherit); box-shadow: none;}
.adxmi-form .adxmi-step-head > .jupyter-button::before {content: "▸"; content: "▸" / "";
  display: inline-block; width: 16px;}
.adxmi-form .adxmi-step-head > .adxmi-open::before {content: "▾"; content: "▾" / "";}
.adxmi-form .adxmi-step-head > .jupyter-button:hover {background: rgba(128, 128, 128, .15);}
.adxmi-form .adxmi-step-head > .widget-html {margin: 0 8px 0 134px; flex: 1;
  pointer-events: none;}
.adxmi-form .adxmi-step-line {display: flex; flex-wrap: wrap; gap: 0 10px; align-items: center;
  padding: 4px 0; line-height: 1.35; overflow-wrap: anywhere;}
.adxmi-form .adxmi-step-line [role=heading] {font-weight: 600; display: flex; gap: 10px;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-step-target {border-top: 1px solid var(--jp-border-color2, #8888);
  padding: 4px 0 0 134px;}
.adxmi-form .adxmi-step-name {min-width: 102px;}
.adxmi-form .adxmi-step-state {min-width: 86px; padding: 0 6px; border-radius: 2px;}
.adxmi-form .adxmi-step-state.done {background: rgba(44, 160, 44, .18);}
.adxmi-form .adxmi-step-state.to-do {background: rgba(230, 145, 20, .2);}
.adxmi-form .adxmi-step-state.cannot-see {background: rgba(128, 128, 128, .2);}
.adxmi-form .adxmi-step-body {width: 100%; padding: 0 0 10px 14px; box-sizing: border-box;}
.adxmi-form .adxmi-step-body > .adxmi-form {border: none;}
"""

_PENDING = {
    Phase.CONFIRMING: "it waits for your answer",
    Phase.FAILED: "the last change failed",
}


class LazyForm:
    """A form that is made when it is wanted, and brought up to date when it comes into sight.

    Parameters
    ----------
    make
        Makes it; raises an AdxmiError if what it shows cannot be read.
    applied
        Called each time it has carried something out.

    """

    def __init__(self, make: Callable[[], Form], applied: Callable[[], None]) -> None:
        self._make = make
        self._applied = applied
        self.form: Form | None = None
        self._is_behind = False
        self._looks_at: ManagedIdentity | None = None

    def fall_behind(self) -> None:
        """Note that something was changed that it does not show yet."""
        self._is_behind = self.form is not None

    def shown(self, identity: ManagedIdentity | None) -> Form:
        """Return the form, up to date and turned to an identity."""
        if self.form is None:
            self.form = self._make()
            self.form.when_applied(self._applied)
        if self._is_behind:
            self._is_behind = False
            self.form.catch_up()
        if identity != self._looks_at:
            self._looks_at = identity
            self.form.look_at(identity)
        return self.form

    @property
    def pending(self) -> str:
        """What is not finished in it, in a few words."""
        if self.form is None:
            return ""
        phase = self.form.submission.phase
        return _PENDING.get(phase) or ("changes not applied" if self.form.has_changes else "")


class Section:
    """One step: its head, and a body that is there only while the step is open.

    Parameters
    ----------
    screen
        What the section is part of.
    step
        The step.
    toggled
        Called when the user wants it opened or folded.
    above
        What stands above the form.

    """

    def __init__(
        self,
        screen: Screen,
        step: Step,
        toggled: Callable[[], None],
        above: Sequence[w.Widget] = (),
    ) -> None:
        self.step = step
        self.is_open = False
        self.requests = Requests(self._requests_changed)
        self.toggle = screen.button("", toggled)
        self._head = w.HTML()
        self._details = w.HTML()
        self._outcome = w.HTML()
        self._forms: list[w.Widget] = []
        self._above = [self._details, *above, self._outcome]
        self._body = w.VBox(self._above)
        head = w.HBox([self.toggle, self._head])
        self.widget = w.VBox([head, self._body])
        for part, name in ((head, "-head"), (self._body, "-body"), (self.widget, "")):
            part.add_class(f"adxmi-step{name}")
        self._fold()

    def open(self, wanted: LazyForm, identity: ManagedIdentity | None) -> None:
        """Show the body with a form in it; the error where that cannot be made."""
        self.is_open = True
        self._fold()
        self.requests.run("Reading", lambda: self._show_form(wanted, identity))

    def close(self) -> None:
        """Hide the body."""
        self.is_open = False
        self._fold()

    def _fold(self) -> None:
        verb, what = ("Fold", "Hide") if self.is_open else ("Open", "Show")
        self.toggle.description = f"{verb} step {self.step.number}"
        self.toggle.tooltip = f"{what} the form of this step: {self.step.means}"
        (self.toggle.add_class if self.is_open else self.toggle.remove_class)("adxmi-open")
        show(self._body, is_shown=self.is_open)

    def _show_form(self, wanted: LazyForm, identity: ManagedIdentity | None) -> tuple[str, ...]:
        for other in self._forms:
            show(other, is_shown=False)
        root = wanted.shown(identity).root
        if root not in self._forms:
            self._forms.append(root)
            self._body.children = (*self._above, *self._forms)
        show(root, is_shown=True)
        return ()

    def _requests_changed(self) -> None:
        is_busy = self.requests.phase is Phase.BUSY
        lines = (f"{self.requests.doing} …",) if is_busy else self.requests.outcome.lines
        self._outcome.value = said(
            lines, OutcomeKind.NOTE if is_busy else self.requests.outcome.kind
        )

    def refresh(self, standing: Standing, pending: str) -> None:
        """Show where the step stands; `pending` is what is not finished in a folded form."""
        self._head.value = _line(self.step, standing, "" if self.is_open else pending)
        self._details.value = quiet([one_line(line) for line in standing.details])
        show(self._details, is_shown=bool(standing.details))


def _line(step: Step, standing: Standing, pending: str) -> str:
    told = [one_line(standing.told), *([f"({pending})"] if pending else [])]
    return line_of(f"{step.number} {step}", standing, " ".join(told))


def line_of(name: str, standing: Standing, told: str) -> str:
    """Return a name, the sign of where it stands, and what there is to say, as HTML."""
    progress = standing.progress
    css_class = progress.value.replace(" ", "-")
    state = f'<span class="adxmi-step-state {css_class}">{progress.sign} {progress}</span>'
    return (
        '<div class="adxmi-step-line"><div role="heading" aria-level="3">'
        f'<span class="adxmi-step-name">{html.escape(name)}</span> {state if progress else ""}'
        f"</div> <span>{html.escape(told)}</span></div>"
    )
