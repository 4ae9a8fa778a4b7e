"""The parts forms are made of: read-only texts, changes, buttons, the question, the outcome.

Each shows plain values and knows nothing of what they are about. Whatever comes from outside is
escaped here.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.forms.style import SHEET
from adxmi_jupyter.forms.submission import Kind, Phase

if TYPE_CHECKING:
    from adxmi_jupyter.forms.submission import Submission

_TALLEST = 8
_WIDTH_OF_A_LINE = 100

Handler = Callable[[], None]


def form_root(name: str, title: str, parts: Sequence[w.Widget], *, sheet: str = "") -> w.VBox:
    """Return the outermost box of a form; `sheet` is style of its own."""
    shown = f'<div class="adxmi-title">{html.escape(title)}</div>'
    head = w.HTML(f"<style>{SHEET}{sheet}</style>{shown}")
    root = w.VBox([head, *parts], layout=w.Layout(width="100%", max_width="1100px"))
    for css_class in ("adxmi-form", f"adxmi-{name}-form"):
        root.add_class(css_class)
    return root


def row(*parts: w.Widget) -> w.HBox:
    """Return parts side by side, or below each other where there is no room."""
    layout = w.Layout(flex_flow="row wrap", align_items="center", width="100%")
    return w.HBox(parts, layout=layout)


def text_field(description: str, placeholder: str, *, width: str = "300px") -> w.Text:
    """Return a text field that tells every keystroke."""
    return w.Text(
        description=description,
        placeholder=placeholder,
        layout=w.Layout(width=width),
        style={"description_width": "initial"},
    )


def button(description: str, clicked: Handler, *, tooltip: str = "", kind: str = "") -> w.Button:
    """Return a button; `kind` is one of ipywidgets' button styles."""
    made = w.Button(description=description, tooltip=tooltip or description, button_style=kind)
    made.layout.width = "auto"
    made.on_click(lambda _button: clicked())
    return made


def show(widget: w.Widget, *, is_shown: bool) -> None:
    """Show or hide a widget; what is hidden is out of the keyboard's way as well."""
    widget.layout.display = None if is_shown else "none"


class ReadOnlyText:
    """A labelled text to read and to copy: one stop of the Tab key, Ctrl-A takes it all."""

    def __init__(self, label: str) -> None:
        self.widget = w.HTML()
        self._label = label
        self.show("")

    def show(self, text: str) -> None:
        """Show a text, or nothing at all."""
        show(self.widget, is_shown=bool(text))
        rows = sum(1 + len(line) // _WIDTH_OF_A_LINE for line in text.split("\n"))
        label = html.escape(self._label)
        self.widget.value = (
            f'<div class="adxmi-readonly"><div>{label}</div>'
            f'<textarea readonly spellcheck="false" aria-label="{label}" '
            f'rows="{min(rows, _TALLEST)}">\n{html.escape(text)}</textarea></div>'
        )


class Changes:
    """What appears and disappears, a line each; the sign in front says it without colour."""

    def __init__(self) -> None:
        self.widget = w.HTML()

    def show(self, lines: Sequence[str], *, otherwise: str) -> None:
        """Show lines that begin with + or -, or what there is to say without any."""
        if not lines:
            self.widget.value = f'<div class="adxmi-quiet">{html.escape(otherwise)}</div>'
            return
        items = "".join(f'<li class="{_colour(line)}">{html.escape(line)}</li>' for line in lines)
        self.widget.value = (
            f'<ul class="adxmi-changes" tabindex="0" aria-label="Changes">{items}</ul>'
        )


def _colour(line: str) -> str:
    return "adxmi-gain" if line.startswith("+") else "adxmi-loss"


def said(lines: Sequence[str], kind: str) -> str:
    """Return lines as HTML that assistive technology announces; nothing for no lines."""
    if not lines:
        return ""
    role = "alert" if kind in {Kind.FAILED, "asking"} else "status"
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f'<div class="adxmi-said {kind}" role="{role}">{body}</div>'


class SubmissionBar:
    """The buttons of a submission, its question and its outcome.

    Parameters
    ----------
    submission
        What the buttons drive.
    discard
        Called for *Discard changes*.

    """

    def __init__(self, submission: Submission, discard: Handler) -> None:
        self._submission = submission
        self.apply = button("Apply", submission.submit, kind="primary")
        self.retry = button("Try again", submission.retry, kind="primary")
        self.discard = button("Discard changes", discard)
        self.question = w.HTML()
        self.confirm = button("Yes, apply", submission.confirm, kind="danger")
        self.dismiss = button("No, keep everything", submission.dismiss)
        self.outcome = w.HTML()
        self.outcome.add_class("adxmi-outcome")
        self._asking = w.VBox([self.question, row(self.confirm, self.dismiss)])
        self.widget = w.VBox(
            [row(self.apply, self.retry, self.discard), self._asking, self.outcome]
        )
        self.refresh(is_valid=False)

    def refresh(self, *, is_valid: bool) -> None:
        """Show where the submission stands; `is_valid` tells whether there is a change to send."""
        phase = self._submission.phase
        self.apply.disabled = not (is_valid and phase is Phase.EDITING)
        self.retry.disabled = not is_valid
        self.discard.disabled = not is_valid or phase is Phase.BUSY
        show(self.retry, is_shown=phase is Phase.FAILED)
        show(self._asking, is_shown=phase is Phase.CONFIRMING)
        question = self._submission.question
        asked = (question.what, question.why, "Apply all the same?") if question else ()
        self.question.value = said(asked, "asking")
        self.outcome.value = self._told()

    def _told(self) -> str:
        if self._submission.phase is Phase.BUSY:
            return said((f"{self._submission.doing} …",), Kind.NOTE)
        return said(self._submission.outcome.lines, self._submission.outcome.kind)
