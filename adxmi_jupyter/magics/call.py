"""One line being run: what the verbs get from the front end, notebook or console."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.errors import CommandLineError, one_line
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.magics.line import Word
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections

NOTEBOOK_PROGRAM = "%adxmi"
CONSOLE_PROGRAM = "adxmi"

_OPTION_ALONE = re.compile(r"""(?P<name>--[a-z-]+) (?P<value>[^\s"]+|"[^"]*")""")


class FrontEnd(Protocol):
    """What differs between a notebook and a console."""

    @property
    def program(self) -> str:
        """What a line starts with: ``%adxmi`` or ``adxmi``."""

    @property
    def connections(self) -> Connections:
        """The open connections."""

    def say(self, line: str) -> None:
        """Show a note: something that is no result."""

    def holding_notes(self) -> AbstractContextManager[None]:
        """Keep notes back until the next line is run: a <Tab> must not print."""

    def check_target(self, name: str) -> None:
        """Raise InvalidValue when ``--out`` cannot keep a result under that name."""

    def keep(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a result under the name of ``--out``."""


@dataclass(frozen=True)
class Form:
    """How an option is written: its long and short spellings, and whether a value follows."""

    spellings: tuple[str, ...]
    takes_value: bool


@dataclass
class Call:
    """One line, its cell body if it has one, and the front end it came from.

    `written` maps the values of variables to how the user wrote them, for error texts;
    `forms` maps each spelling of the verb's options to all there is to know about it.
    """

    front: FrontEnd
    words: tuple[Word, ...] = ()
    body: str | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    connection_name: str = ""
    out: str = ""
    show_stack: bool = False
    forms: Mapping[str, Form] = field(default_factory=dict)

    @property
    def is_console(self) -> bool:
        """Whether the line came from a terminal or a script."""
        return self.front.program == CONSOLE_PROGRAM

    @property
    def connection(self) -> Connection:
        """The connection the line is about; opens the configured one on first use."""
        connections = self.front.connections
        if self.connection_name:
            return connections.get(self.connection_name)
        return connections.current()

    def say(self, note: str) -> None:
        """Show a note on one line, whatever characters the service put into its names."""
        self.front.say(one_line(note))

    def show(self, text: str) -> None:
        """Show a text as it is, such as the exact command."""
        self.front.say(text)

    def preview(self, notes: Sequence[str], command: str, changes: Sequence[str]) -> None:
        """Show what a write would send, to the letter, and a line for each thing it changes."""
        for note in notes:
            self.say(note)
        if not command:
            self.say("nothing would be sent")
            return
        self.say("would send:")
        self.show(command)
        self.say("would change:")
        for line in changes:
            self.say(line)

    def pasteable(self, arguments: str) -> str:
        """Return a line of this front end with the given arguments.

        A body is only repeated by pasting the line above it, hence ``%%``.
        """
        program = self.front.program
        with_body = self.body is not None and not self.is_console
        return f"{'%' if with_body else ''}{program} {arguments}".rstrip()

    def again(
        self,
        *,
        without: tuple[int, ...] = (),
        instead: Mapping[int, str] | None = None,
        more: str = "",
    ) -> str:
        """Return this line once more with some words left out, replaced or added."""
        changed = instead or {}
        kept = [changed.get(i, word.raw) for i, word in enumerate(self.words) if i not in without]
        return self.pasteable(" ".join([*kept, *([more] if more else [])]))

    def places_of(self, *options: str) -> list[tuple[int, ...]]:
        """Return where on the line these options stand, each with the place of its value."""
        spellings = {s for name in options for s in self._form(name).spellings}
        return [
            (place, place + 1)
            if self._form(word.option).takes_value and "=" not in word.text
            else (place,)
            for place, word in enumerate(self.words)
            if word.option in spellings
        ]

    def value_at(self, places: tuple[int, ...]) -> str:
        """Return the value of an option, as it was written."""
        word = self.words[places[0]]
        if "=" in word.text:
            return word.raw.partition("=")[2]
        return " ".join(self.words[place].raw for place in places[1:] if place < len(self.words))

    def _form(self, option: str) -> Form:
        return self.forms.get(option, Form((option,), takes_value=False))

    def without_body(self) -> str:
        """Return this line as a line of its own, not the head of a cell."""
        return f"{self.front.program} {' '.join(word.raw for word in self.words)}"

    def completed(self, fix: str) -> str:
        """Return this line as a fix would have it, if that is one option or the line again."""
        if fix == "repeat the line":
            return self.again()
        alone = _OPTION_ALONE.fullmatch(fix)
        if alone is None or alone["name"] not in self.forms:
            return fix
        places = self.places_of(alone["name"])
        if not places:
            return self.again(more=fix)
        first, *rest = places[0]
        better = _in_list(self.value_at(places[0]), alone["value"])
        return self.again(without=tuple(rest), instead={first: f"{alone['name']} {better}"})

    def finish(self, error: AdxmiError) -> None:
        """Add to an error what only the front end knows: the user's own line."""
        error.show_stack = error.show_stack or self.show_stack
        if error.repeat_with:
            error.fix = self.again(more=error.repeat_with)
        else:
            error.fix = self.completed(error.fix)
        if isinstance(error, CommandLineError):
            for value, name in self.written.items():
                error.what = _masked(error.what, value, name)
                error.why = _masked(error.why, value, name)
        if self.is_console:
            error.fix = error.fix.replace("%%adxmi", CONSOLE_PROGRAM)
            error.fix = error.fix.replace(NOTEBOOK_PROGRAM, CONSOLE_PROGRAM)


def _in_list(written: str, better: str) -> str:
    """Put a value in the place of the one it resembles most, if several were given."""
    names = written.split(",")
    if len(names) == 1:
        return better
    worst = closest(better.strip('"'), (name for name in names if name != better))
    return ",".join(better if name == worst else name for name in names)


def _masked(text: str, value: str, name: str) -> str:
    """Keep the value of a variable out of an error about the line: it may be a secret."""
    for shown in (repr(value), quoted(value), value):
        if len(value) > 1:
            text = text.replace(shown, name)
    return text
