"""The parts forms are made of: read-only texts, changes, buttons, the question, the outcome.

Each shows plain values and knows nothing of what they are about. Whatever comes from outside is
escaped here.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.style import GAIN, LOSS, SHEET
from adxmi_jupyter.forms.submission import LineWithCommand, OutcomeKind, Phase

if TYPE_CHECKING:
    from adxmi_jupyter.forms.screen import Handler, Screen
    from adxmi_jupyter.forms.submission import Submission

_TALLEST = 8
_MOST_NOTES = 5
_GO_ON = "adxmi-go-on"
_AFTER_A_PRESS = {Phase.DONE, Phase.FAILED, Phase.CONFIRMING}
_WIDTH_OF_A_LINE = 100


def lay_out(
    screen: Screen, name: str, title: str, parts: Sequence[w.Widget], *, sheet: str = ""
) -> None:
    """Put the parts of a form into its outermost box; `sheet` is style of its own."""
    shown = f'<div class="adxmi-title" role="heading" aria-level="2">{html.escape(title)}</div>'
    head = w.HTML(f"<style>{SHEET}{sheet}</style>{shown}")
    screen.root.children = [head, *parts, screen.sender]
    for css_class in ("adxmi-form", f"adxmi-{name}-form"):
        screen.root.add_class(css_class)


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


def show(widget: w.Widget, *, is_shown: bool) -> None:
    """Show or hide a widget; what is hidden is out of the keyboard's way as well."""
    widget.layout.display = None if is_shown else "none"


def quiet(lines: Sequence[str]) -> str:
    """Return remarks as HTML, a line each; empty ones are left out."""
    body = "".join(f"<div>{html.escape(line)}</div>" for line in lines if line)
    return f'<div class="adxmi-quiet">{body}</div>'


def copyable(label: str, text: str, *, most_rows: int = _TALLEST, is_command: bool = False) -> str:
    """Return a text field with that text and a button to copy it; Ctrl-A takes it all.

    A command of ours can be inserted as a cell, too, where the front end lets one.
    """
    rows = sum(1 + len(line) // _WIDTH_OF_A_LINE for line in text.split("\n"))
    return (
        f'<textarea readonly spellcheck="false" aria-label="{html.escape(label)}" '
        f'rows="{min(rows, most_rows)}">\n{html.escape(text)}</textarea>'
        + _taking(label, is_command=is_command)
    )


def _taking(label: str, text: str = "", *, is_command: bool) -> str:
    """Return the buttons that take a text, else that of the text field before them.

    `screen.js` handles them, and shows those that work in its front end.
    """
    verbs = {"copy": "Copy", **({"insert": "Insert as cell"} if is_command else {})}
    buttons = (
        f'<button type="button" class="jupyter-button adxmi-take" data-adxmi-{what}='
        f'"{html.escape(text)}" title="{words}: {html.escape(label)}">{words}</button>'
        for what, words in verbs.items()
    )
    return f'<div class="adxmi-takes">{"".join(buttons)}</div>'


def _line_said(line: str) -> str:
    """Return a line of an outcome; the command in it can be taken."""
    if not isinstance(line, LineWithCommand):
        return f"<p>{html.escape(line)}</p>"
    buttons = _taking(line, line.command, is_command=True)
    return f'<div class="adxmi-with-command"><p>{html.escape(line)}</p>{buttons}</div>'


class ReadOnlyText:
    """A labelled text to read and to copy; `is_command` if it is one of ours, for a cell."""

    def __init__(self, label: str, *, is_command: bool = False) -> None:
        self.widget = w.HTML()
        self._label = label
        self._is_command = is_command
        self.show("")

    def show(self, text: str, *, label: str = "") -> None:
        """Show a text, or nothing at all; `label` stands instead of the usual one."""
        show(self.widget, is_shown=bool(text))
        label = label or self._label
        field = copyable(label, text, is_command=self._is_command)
        self.widget.value = (
            f'<div class="adxmi-readonly"><div>{html.escape(label)}</div>{field}</div>'
        )


class Changes:
    """What appears and disappears, a line each; the sign in front says it without colour."""

    def __init__(self) -> None:
        self.widget = w.HTML()

    def show(self, lines: Sequence[str], *, otherwise: str) -> None:
        """Show lines that begin with + or -, or what there is to say without any."""
        if not lines:
            self.widget.value = quiet((otherwise,))
            return
        items = "".join(f'<li class="{_colour(line)}">{html.escape(line)}</li>' for line in lines)
        self.widget.value = (
            f'<ul class="adxmi-changes" tabindex="0" aria-label="Changes">{items}</ul>'
        )


def _colour(line: str) -> str:
    return GAIN if line.startswith("+") else LOSS


def said(lines: Sequence[str], kind: str, details: Sequence[str] = ()) -> str:
    """Return lines as HTML that assistive technology announces; nothing for no lines.

    `details` stand before the last line.
    """
    if not lines:
        return ""
    role = "alert" if kind in {OutcomeKind.FAILED, OutcomeKind.ASKING} else "status"
    *told, last = map(_line_said, lines)
    body = "".join((*told, _details(details), last))
    return f'<div class="adxmi-said {kind}" role="{role}" tabindex="-1">{body}</div>'


def noted(lines: Sequence[str]) -> str:
    """Return the first of several notes, and how many more there are, as `said` does."""
    more = len(lines) - _MOST_NOTES
    rest = (f"and {more} more",) if more > 0 else ()
    return said((*lines[:_MOST_NOTES], *rest), OutcomeKind.NOTE)


def _details(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{html.escape(one_line(line))}</li>" for line in lines)
    return f'<ul class="adxmi-details" tabindex="0" aria-label="What depends on it">{items}</ul>'


class SubmissionBar:
    """The buttons of a submission, its question and its outcome.

    Parameters
    ----------
    screen
        What the buttons are part of.
    submission
        What the buttons drive.
    discard
        Called for *Discard changes*.
    undo
        Called for *Undo*.
    words
        Stands on the button that discards.

    """

    def __init__(
        self,
        screen: Screen,
        submission: Submission,
        discard: Handler,
        undo: Handler,
        words: str = "Discard changes",
    ) -> None:
        self._screen = screen
        self._submission = submission
        button, again = screen.button, "Apply it again"
        self.apply = button("Apply", submission.submit, kind="primary", decides=True)
        self.retry = button("Try again", submission.retry, kind="primary", decides=True)
        self.again = button("Once more", submission.again, tooltip=again)
        self.discard = button(words, discard)
        self.undo = button("Undo", undo, decides=True)
        self.question = w.HTML()
        self.confirm = button("Yes, apply", submission.confirm, kind="danger", decides=True)
        self.dismiss = button("No, keep everything", submission.dismiss)
        self.outcome = w.HTML()
        self.outcome.add_class("adxmi-outcome")
        self._asking = w.VBox([self.question, row(self.confirm, self.dismiss)])
        self._asking.add_class(_GO_ON)
        self.outcome.add_class(_GO_ON)
        first = row(self.apply, self.retry, self.again, self.discard, self.undo)
        self.widget = w.VBox([first, self._asking, self.outcome])
        self._was_busy = False
        self.refresh(is_valid=False)

    def refresh(
        self,
        *,
        is_valid: bool,
        details: Sequence[str] = (),
        is_dirty: bool | None = None,
        undo: str = "",
    ) -> None:
        """Show where the submission stands.

        `is_valid` tells whether there is a change to send, `details` what the question is about,
        a line each; `is_dirty` whether there is something to discard, where that differs; `undo`
        what stands on the button that undoes, empty for none.
        """
        is_dirty = is_valid if is_dirty is None else is_dirty
        phase = self._submission.phase
        enable = self._screen.enable
        enable(self.apply, is_enabled=is_valid and phase is Phase.EDITING)
        enable(self.retry, is_enabled=is_valid and phase is Phase.FAILED)
        for button in (self.confirm, self.dismiss):
            enable(button, is_enabled=phase is Phase.CONFIRMING)
        enable(self.discard, is_enabled=is_dirty and phase is not Phase.BUSY)
        self._offer_undo(undo if phase not in {Phase.BUSY, Phase.CONFIRMING} else "")
        show(self.retry, is_shown=phase is Phase.FAILED)
        show(self.again, is_shown=phase is Phase.DONE and is_valid)
        show(self._asking, is_shown=phase is Phase.CONFIRMING)
        question = self._submission.question
        asked = (question.what, question.why, "Apply anyway?") if question else ()
        self.question.value = said(asked, OutcomeKind.ASKING, details)
        self._screen.publish()
        # Last, for it may ask to press again.
        self.outcome.value = self._told()
        if self._was_busy and phase in _AFTER_A_PRESS:
            self._screen.focus(_GO_ON)
        self._was_busy = phase is Phase.BUSY

    def _offer_undo(self, words: str) -> None:
        if words and words != self.undo.description:
            self._screen.put(self.undo, description=words, tooltip=words)
        self._screen.enable(self.undo, is_enabled=bool(words))
        show(self.undo, is_shown=bool(words))

    def _told(self) -> str:
        if self._submission.phase is Phase.BUSY:
            return said((f"{self._submission.doing} …",), OutcomeKind.NOTE)
        return said(self._submission.outcome.lines, self._submission.outcome.kind)
