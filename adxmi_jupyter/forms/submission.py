"""One change on its way: ask where something is taken away, send once, tell how it ended.

Clicks reach the kernel one after the other, also those made while it was busy. So a click counts
only in the phase that offers its button: a second click on *Apply* finds nothing to do, neither
after a failure nor after a success.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired
from adxmi_jupyter.fixes import Command, Note, as_words
from adxmi_jupyter.masking import masked
from adxmi_jupyter.rendering.dialects import InForm, in_form

Send = Callable[[bool], tuple[Note, ...]]
"""Carries a change out and returns what to say; gets whether losses are confirmed."""


class Phase(StrEnum):
    """Where requests stand.

    *Apply* counts while EDITING only, *Try again* when FAILED, *Once more* when DONE.
    """

    EDITING = "editing"
    CONFIRMING = "confirming"
    BUSY = "busy"
    FAILED = "failed"
    DONE = "done"


class OutcomeKind(StrEnum):
    """What an outcome is about."""

    NOTE = "note"
    DONE = "done"
    ASKING = "asking"
    FAILED = "failed"


class LineWithCommand(str):
    """A line of an outcome with a command in it, which can be taken out of the form."""

    __slots__ = ("command",)
    command: str

    def __new__(cls, label: str, command: str) -> Self:
        """Make the line from what the command is for, and the command."""
        line = super().__new__(cls, f"{label}: {command}")
        line.command = command
        return line


@dataclass(frozen=True)
class Outcome:
    """What the form said last; it stays until the next request."""

    kind: OutcomeKind = OutcomeKind.NOTE
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Change:
    """Something to carry out, and how to speak of it.

    `after` and `after_failure` are where one stands then, `again` is what to do in that case.
    """

    doing: str
    send: Send
    after: Phase = Phase.EDITING
    after_failure: Phase = Phase.EDITING
    again: str = "repeat it"


class Requests:
    """Requests of one part of a form: it is busy meanwhile, and then says how it went.

    `changed` is called whenever something is to be shown anew.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.phase = Phase.EDITING
        self.outcome = Outcome()
        self.doing = ""
        self._changed = changed

    def tell(self, progress: Note) -> None:
        """Say how far it is, while it is busy."""
        doing = InForm().part(as_words(progress))
        if self.phase is Phase.BUSY and doing != self.doing:
            self.doing = doing
            self._changed()

    def run(self, doing: str, request: Callable[[], tuple[Note, ...]]) -> bool:
        """Make a request that is no change, such as reading; return whether it worked."""
        with self._busy(doing, Phase.EDITING, "repeat it"):
            self.outcome = Outcome(OutcomeKind.NOTE, _written(request()))
            self.phase = Phase.EDITING
        return self.outcome.kind is OutcomeKind.NOTE

    def renew(self, request: Callable[[], None]) -> bool:
        """Read again unasked: what was said last stays in sight, unless this fails."""
        said = self.outcome
        after = Phase.DONE if self.phase is Phase.DONE else Phase.EDITING
        with self._busy("Reading", after, "repeat it"):
            request()
            self.phase = after
        return self.outcome is said

    @contextmanager
    def _busy(self, doing: str, after_failure: Phase, again: str) -> Iterator[None]:
        self.phase, self.doing = Phase.BUSY, doing
        self._changed()
        try:
            yield
        except AdxmiError as error:
            self._failed(error, after_failure, again)
        finally:
            if self.phase is Phase.BUSY:
                self.phase, self.outcome = after_failure, _BROKEN
            self._changed()

    def _failed(self, error: AdxmiError, after_failure: Phase, again: str) -> None:
        self.phase, self.outcome = after_failure, failed(error, again)


class Submission(Requests):
    """The phases of one form.

    Parameters
    ----------
    send
        Carries the change out.
    changed
        As for `Requests`.

    """

    def __init__(self, send: Send, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.question: ConfirmationRequired | None = None
        again = 'press "Try again"'
        self._applying = _Change("Applying", send, Phase.DONE, Phase.FAILED, again)
        self._change = self._applying

    def edited(self) -> None:
        """Note that the user wants something else now; the last outcome stays in sight."""
        self.phase = Phase.EDITING
        self.question = None

    def submit(self) -> None:
        """Carry the change out, or ask first."""
        if self.phase is Phase.EDITING:
            self._change = self._applying
            self._sent(confirmed=False)

    def out_of_date(self) -> None:
        """Send nothing, as what would be sent is not what the browser showed; show that instead."""
        self._stopped(_OUT_OF_DATE)

    def not_loaded(self) -> None:
        """Send nothing, as the browser cannot tell what it shows."""
        self._stopped(_NOT_LOADED)

    def _stopped(self, outcome: Outcome) -> None:
        if self.phase is not Phase.BUSY:
            self.edited()
            self.outcome = outcome
            self._changed()

    def submit_other(self, doing: str, send: Send) -> None:
        """Carry out something else in between, such as what *Apply* needs first."""
        if self.phase is not Phase.BUSY:
            self._change = _Change(doing, send)
            self._sent(confirmed=False)

    def confirm(self) -> None:
        """Carry out what was asked about."""
        if self.phase is Phase.CONFIRMING:
            self._sent(confirmed=True)

    def retry(self) -> None:
        """Carry out once more what failed."""
        if self.phase is Phase.FAILED:
            self._sent(confirmed=False)

    def dismiss(self) -> None:
        """Leave everything as it is."""
        if self.phase is Phase.CONFIRMING:
            self.edited()
            self._changed()

    def again(self) -> None:
        """Let what was done be done once more, by Apply; this sends nothing."""
        if self.phase is Phase.DONE:
            self.edited()
            self._changed()

    def _sent(self, *, confirmed: bool) -> None:
        change = self._change
        with self._busy(change.doing, change.after_failure, change.again):
            self.outcome = Outcome(OutcomeKind.DONE, _written(change.send(confirmed)))
            self.phase = change.after

    @contextmanager
    def _busy(self, doing: str, after_failure: Phase, again: str) -> Iterator[None]:
        self.question = None
        with super()._busy(doing, after_failure, again):
            yield

    def _failed(self, error: AdxmiError, after_failure: Phase, again: str) -> None:
        if isinstance(error, ConfirmationRequired):
            self.phase, self.question = Phase.CONFIRMING, error
            self.outcome = Outcome()
            return
        super()._failed(error, after_failure, again)


def failed(error: AdxmiError, again: str) -> Outcome:
    """Return the three lines of an error; `again` replaces the advice to repeat a line.

    A form shows by itself what a line shows with ``--dry-run``.
    What looks like a secret is left out: a service may repeat what it was sent.
    """
    what, why, fix = error.displayed(InForm(again))
    lines = (masked(f"{type(error).__name__}: {what}"), masked(f"why: {why}"))
    is_command = isinstance(error.remediation, Command) and masked(fix) == fix
    last = LineWithCommand("fix", fix) if is_command else masked(f"fix: {fix}")
    return Outcome(OutcomeKind.FAILED, (*lines, last))


def _written(notes: tuple[Note, ...]) -> tuple[str, ...]:
    """Write notes as a form does; commands in them can still be taken out."""
    return tuple(
        note if isinstance(note, LineWithCommand) else line
        for note, line in zip(notes, in_form(notes), strict=True)
    )


class Reread(Protocol):
    """What a form knows and wants, as far as reading it again needs."""

    def reload(self) -> None:
        """Read everything again; pending changes that have come true are dropped."""

    @property
    def is_valid(self) -> bool:
        """Whether there is a change to apply."""


def read_again(state: Reread, what: str) -> str:
    """Read again after a write that found `what` changed, and return what to do now."""
    try:
        state.reload()
    except AdxmiError as failure:
        return f'press "Reload": the form shows what was there before ({failure.what})'
    if not state.is_valid:
        return "nothing left to do: it is as you wanted"
    return f"the form shows {what} as it is now; look at your changes and try again"


_BROKEN = Outcome(
    OutcomeKind.FAILED,
    (
        "The form failed.",
        "why: an error of the form itself or an interrupt; the log of the kernel has it",
        "fix: reload to see what is there now",
    ),
)

_OUT_OF_DATE = Outcome(
    OutcomeKind.ASKING,
    (
        "Nothing was sent: the form has changed since the preview on which you pressed the button.",
        "Check what the form shows now, and press again.",
    ),
)

_NOT_LOADED = Outcome(
    OutcomeKind.FAILED,
    (
        "Nothing was sent: the browser did not tell what the form shows.",
        "why: the package anywidget is not loaded on this page, or not yet",
        "fix: press again; if it stays so, install anywidget beside Jupyter and reload the page",
    ),
)
