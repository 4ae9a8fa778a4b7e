"""How to undo what a form has applied: the commands that do, and what carries them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.forms.submission import LineWithCommand

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command, Note, WriteCommand

_LONGEST = 60


@dataclass(frozen=True)
class Undo:
    """What can be undone, in a few words, and what does so.

    `carry_out` gets whether losses are confirmed, and returns what to say.
    """

    what: str
    commands: tuple[Command, ...]
    carry_out: Callable[[bool], tuple[Note, ...]]

    @property
    def label(self) -> str:
        """What stands on the button."""
        what = one_line(self.what)
        return f"Undo: {what if len(what) <= _LONGEST else what[: _LONGEST - 1] + '…'}"

    def lines(self, write_line: WriteCommand) -> tuple[LineWithCommand, ...]:
        """Return the commands as lines of an outcome; without those that cannot be written."""
        written = filter(None, map(write_line, self.commands))
        return tuple(LineWithCommand("Undo", line) for line in written)
