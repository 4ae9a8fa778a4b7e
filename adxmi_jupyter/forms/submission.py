"""One change on its way: ask where something is taken away, send once, tell how it ended.

Clicks reach the kernel one after the other, also those made while it was busy. So a click counts
only in the phase that offers its button: a second click on *Apply* finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired

_REPEAT = "repeat the line"


class Phase(StrEnum):
    """Where a submission stands; *Apply* counts while EDITING only, *Try again* when FAILED."""

    EDITING = "editing"
    CONFIRMING = "confirming"
    BUSY = "busy"
    FAILED = "failed"


class Kind(StrEnum):
    """What an outcome is about."""

    NOTE = "note"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What the form said last; it stays until the next request."""

    kind: Kind = Kind.NOTE
    lines: tuple[str, ...] = ()


class Submission:
    """The phases of one form.

    Parameters
    ----------
    send
        Carries the change out and returns what to say; gets whether losses are confirmed.
    changed
        Called whenever something is to be shown anew.

    """

    def __init__(
        self, send: Callable[[bool], tuple[str, ...]], changed: Callable[[], None]
    ) -> None:
        self.phase = Phase.EDITING
        self.outcome = Outcome()
        self.question: ConfirmationRequired | None = None
        self.doing = ""
        self._send = send
        self._changed = changed

    def edited(self) -> None:
        """Note that the user wants something else now; the last outcome stays in sight."""
        self.phase = Phase.EDITING
        self.question = None

    def submit(self) -> None:
        """Carry the change out, or ask first."""
        if self.phase is Phase.EDITING:
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

    def run(self, doing: str, request: Callable[[], tuple[str, ...]]) -> bool:
        """Make a request that is no change, such as reading; return whether it worked."""
        with self._busy(doing, Phase.EDITING, "do it once more"):
            self.outcome = Outcome(Kind.NOTE, request())
            self.phase = Phase.EDITING
        return self.outcome.kind is Kind.NOTE

    def _sent(self, *, confirmed: bool) -> None:
        with self._busy("Applying", Phase.FAILED, 'press "Try again"'):
            self.outcome = Outcome(Kind.DONE, self._send(confirmed))
            self.phase = Phase.EDITING

    @contextmanager
    def _busy(self, doing: str, after_failure: Phase, again: str) -> Iterator[None]:
        self.phase, self.doing, self.question = Phase.BUSY, doing, None
        self._changed()
        try:
            yield
        except ConfirmationRequired as question:
            self.phase, self.question = Phase.CONFIRMING, question
            self.outcome = Outcome()
        except AdxmiError as error:
            self.phase, self.outcome = after_failure, failed(error, again)
        finally:
            if self.phase is Phase.BUSY:
                self.phase, self.outcome = after_failure, _BROKEN
            self._changed()


def failed(error: AdxmiError, again: str) -> Outcome:
    """Return the three lines of an error; `again` replaces the advice to repeat a line."""
    fix = error.fix.replace(_REPEAT, again)
    name = type(error).__name__
    return Outcome(Kind.FAILED, (f"{name}: {error.what}", f"why: {error.why}", f"fix: {fix}"))


_BROKEN = Outcome(
    Kind.FAILED,
    (
        "The form broke off.",
        "why: an error of the form itself or an interrupt; the log of the kernel has it",
        "fix: reload to see what is there now",
    ),
)
