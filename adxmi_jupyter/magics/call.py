"""One line being run: what the verbs get from the front end, notebook or console."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.errors import ClusterUnreachable, CommandLineError, HistoryUnavailable
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.sensitive import hidden_values
from adxmi_jupyter.masking import as_written, hidden_now, hiding, masked, masked_payload
from adxmi_jupyter.rendering.dialects import InConsole, InNotebook
from adxmi_jupyter.rendering.display import DEFAULT

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.fixes import Fix, Note, Part
    from adxmi_jupyter.magics.line import Word
    from adxmi_jupyter.masking import Hidden
    from adxmi_jupyter.rendering.display import Choice, Live
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections

NOTEBOOK_PROGRAM = "%adxmi"
CONSOLE_PROGRAM = "adxmi"

_NOUN_AND_VERB = ("NOUN", "VERB")
_HIDDEN = "TEXT"
_VARIABLE = re.compile(r"\$\w+|\{\{[^{}]*\}\}")


class FrontEnd(Protocol):
    """What differs between a notebook and a console."""

    @property
    def program(self) -> str:
        """What a line starts with: ``%adxmi`` or ``adxmi``."""

    @property
    def connections(self) -> Connections:
        """The open connections."""

    @property
    def live(self) -> Live | None:
        """What shows long tables as grids; None where no browser shows them."""

    def say(self, note: Note) -> None:
        """Show a note: something that is no result."""

    def holding_notes(self) -> AbstractContextManager[None]:
        """Keep notes back until the next line is run: a <Tab> must not print."""

    def check_target(self, name: str, documents: Collection[str] = ()) -> None:
        """Raise InvalidValue when ``--out`` cannot keep a result under that name.

        `documents` are the formats of its own that the result has.
        """

    def keep(self, name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
        """Keep a result under the name of ``--out``."""

    def instruct(self, lines: Sequence[str]) -> None:
        """Write commands for the CI system that reads the log."""


@dataclass(frozen=True)
class Form:
    """How an option is written: its long and short spellings, and whether a value follows.

    A value `may_lack` where the option means something without it.
    """

    spellings: tuple[str, ...]
    takes_value: bool
    may_lack: bool = False


@dataclass
class Call:
    """One line, its cell body if it has one, and the front end it came from.

    `is_body_as_typed` tells whether no variable was put into the body, `body_line` in which line
    of the cell it begins; `variables` are the notebook's, where a verb puts them in itself;
    `written` maps the values of variables to how the user wrote them, for error texts, and
    `in_body` those of the body;
    `choice` is what `--ids` and `--wide` want displayed;
    `forms` maps each spelling of the verb's options to all there is to know about it; the verb
    itself ends before the word at `arguments_from`, and its first argument may say the same as the
    options `subject`;
    `has_looked` tells whether it was looked what has become of open writes, `has_noted_leftovers`
    whether the user was told of roles that an interrupted command left;
    `has_found` whether there was something to find: a requirement that is missing, a difference,
    what a dry run would change; `tells_by_code` whether the exit code of a console says so;
    `elevates` tells whether the caller wants the role on all databases for this command, and
    `previews` whether only to see what that would send;
    `requires` names the permissions that the verb requires;
    `is_partial` whether clusters of a fleet were not reached, which the exit code tells as well;
    `is_interrupted` whether the result is what there was when the user interrupted the command;
    `documents` are the formats besides a table that the result has;
    `ci` is the CI system that annotations are for, empty for the one that the environment tells.
    """

    front: FrontEnd
    words: tuple[Word, ...] = ()
    body: str | None = None
    is_body_as_typed: bool = True
    body_line: int = 1
    variables: Mapping[str, object] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    in_body: dict[str, str] = field(default_factory=dict)
    connection_name: str = ""
    out: str = ""
    choice: Choice = DEFAULT
    show_stack: bool = False
    forms: Mapping[str, Form] = field(default_factory=dict)
    arguments_from: int = 0
    subject: tuple[str, ...] = ()
    has_looked: bool = False
    has_noted_leftovers: bool = False
    has_found: bool = False
    elevates: bool = False
    previews: bool = False
    tells_by_code: bool = False
    is_partial: bool = False
    requires: str = ""
    is_interrupted: bool = False
    documents: tuple[str, ...] = ()
    ci: str = ""

    @property
    def is_console(self) -> bool:
        """Whether the line came from a terminal or a script."""
        return self.front.program == CONSOLE_PROGRAM

    @property
    def connection(self) -> Connection:
        """The connection the line is about; opens the configured one on first use.

        Of writes whose outcome was left open, the user hears what has become of them.
        """
        connections = self.front.connections
        name = self.connection_name
        connection = connections.get(name) if name else connections.current()
        if connection.has_open_writes and not self.has_looked:
            self._settle_open_writes(connection)
        self.has_looked = True
        return connection

    def _settle_open_writes(self, connection: Connection) -> None:
        from adxmi_jupyter.actions.write.journal import Journal

        connection.has_open_writes = False
        try:
            still_open = Journal(connection.history_file).still_open()
        except HistoryUnavailable:  # a read does not need it, and a write will say so
            return
        if still_open:  # else all actions were loaded, which takes longer than most commands
            from adxmi_jupyter.actions.write.open_writes import settle_all

            for note in settle_all(connection):
                self.say(note)
        self.note_leftovers(connection)

    def note_leftovers(self, connection: Connection) -> None:
        """Tell the user of roles that an interrupted command left, once."""
        from adxmi_jupyter.actions.elevation.records import OnFleet, leftover_note

        if self.has_noted_leftovers:
            return
        for note in filter(None, (leftover_note(connection), OnFleet(connection).note())):
            self.has_noted_leftovers = True
            self.say(note)

    def alone(self, *, dry_run: bool) -> AbstractContextManager[None]:
        """Keep other writers of this account away from reading the plan until it is carried out.

        A plan that replaces a whole policy holds only for the policy that was read. A preview
        blocks no command.
        """
        return nullcontext() if dry_run else self.connection.lock.held()

    @property
    def opened(self) -> Connection | None:
        """The connection that may be asked in passing: one that is open, or the embedded Azure.

        A <Tab>, or a line that needs no cluster, never signs in to one, and needs no playground.
        """
        connections = self.front.connections
        if self.connection_name:
            return connections.get(self.connection_name)
        opened = connections.peek()
        if opened is None and not connections.settings.cluster:
            with suppress(ClusterUnreachable):
                return connections.current()
        return opened

    def say(self, *note: Part) -> None:
        """Show a note on one line, whatever characters the service put into its names."""
        text = self.dialect.part(Explain(note))
        self.front.say(one_line(hidden_now().named(text)))

    def show(self, text: str) -> None:
        """Show a text as it is, such as the exact command."""
        self.front.say(hidden_now().named(text))

    def preview(self, notes: Sequence[Note], command: str, changes: Sequence[str]) -> None:
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

    def as_word(self, text: str) -> str:
        """Write a value as one word of a line; a shell has rules of its own, such as for ``;``."""
        return shlex.quote(text) if self.is_console else quoted(text.replace("$", "$$"))

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
        shown = self.visible
        kept = [changed.get(i, shown[i]) for i in range(len(self.words)) if i not in without]
        return self.pasteable(" ".join(filter(None, [*kept, more])))

    def places_of(self, *options: str) -> list[tuple[int, ...]]:
        """Return where on the line these options stand, each with the place of its value."""
        spellings = {s for name in options for s in self._form(name).spellings}
        return [
            (place, place + 1) if self._is_value_behind(place) else (place,)
            for place, word in enumerate(self.words)
            if word.option in spellings
        ]

    def _is_value_behind(self, place: int) -> bool:
        word, form = self.words[place], self._form(self.words[place].option)
        if not form.takes_value or "=" in word.text:
            return False
        follows = self.words[place + 1] if place + 1 < len(self.words) else None
        return not form.may_lack or (follows is not None and not follows.option)

    @property
    def arguments(self) -> tuple[int, ...]:
        """Where the words stand that are neither of the verb's name nor of an option."""
        of_options = {place for at in self.places_of(*self.forms) for place in at}
        return tuple(
            place
            for place, word in enumerate(self.words)
            if place >= self.arguments_from and place not in of_options and not word.option
        )

    def argument_for(self, option: str) -> int | None:
        """Return where the argument stands that says the same as an option, if it is there."""
        if option not in self.subject or self.places_of(option):
            return None
        return next(iter(self.arguments), None)

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
        return f"{self.front.program} {' '.join(filter(None, self.visible))}"

    @property
    def holds_secret(self) -> bool:
        """Whether the line as it was written holds what looks like a secret."""
        line = " ".join(word.raw for word in self.words)
        return masked(line) != line

    @property
    def visible(self) -> tuple[str, ...]:
        """The words as they were written; one TEXT for all that may hold a secret.

        Blanks in a secret make several words of it, so where there is one, no word is shown that
        is neither noun, verb, variable nor of an option.
        """
        written = [word.raw for word in self.words]
        if not self.holds_secret:
            return tuple(written)
        known = self._known_places()
        shown: list[str] = []
        for place, raw in enumerate(written):
            is_shown = (place in known or _VARIABLE.fullmatch(raw)) and masked(raw) == raw
            shown.append(raw if is_shown else "" if _HIDDEN in shown else _HIDDEN)
        return tuple(shown)

    def _known_places(self) -> set[int]:
        """Return where noun, verb, options and their values stand."""
        options = {place for place, word in enumerate(self.words) if word.option}
        # Before the verb is found, what follows an option is taken for its value.
        values = set() if self.forms else {place + 1 for place in options}
        of_verb = {i for name in self.forms for at in self.places_of(name) for i in at}
        first = [place for place in range(len(self.words)) if place not in options]
        return options | values | of_verb | set(first[: len(_NOUN_AND_VERB)])

    @property
    def dialect(self) -> InNotebook:
        """How values become text here; a fix of the command itself becomes the command, changed."""
        return InConsole(self) if self.is_console else InNotebook(self)

    @property
    def options(self) -> tuple[str, ...]:
        """Every spelling of the options that the verb has."""
        return tuple(self.forms)

    def write(self, fix: Fix) -> str:
        """Return a fix as it is typed here."""
        return self.dialect.fix(fix)

    def finish(self, error: AdxmiError) -> None:
        """Add to an error what only the front end knows: the user's own line, without secrets."""
        error.show_stack = error.show_stack or self.show_stack
        hide = _Hide(hidden_values(self.written, self.in_body))
        whole, shown = error.written(self.dialect), error.displayed(self.dialect)
        error.what, error.why, error.fix = self._without_secrets(error, whole, hide)
        error.on_screen = self._without_secrets(error, shown, hide)
        error.args = (error.what,)
        error.service = replace(error.service, payload=hide.payload(error.service.payload))
        error.hide = hide

    def _without_secrets(
        self, error: AdxmiError, lines: tuple[str, str, str], hide: _Hide
    ) -> tuple[str, str, str]:
        what, why, fix = lines
        if isinstance(error, CommandLineError):
            for value, name in self.written.items():
                what, why = _masked(what, value, name), _masked(why, value, name)
        return hide(what), hide(why), hide(fix)


@dataclass(frozen=True)
class _Hide:
    """Keeps secrets, and what came from variables, out of the texts of an error."""

    hidden: Hidden = field(repr=False)

    def __call__(self, text: str) -> str:
        with hiding(self.hidden):
            return as_written(text)

    def payload(self, value: Any) -> Any:
        """Return what a service answered without secrets."""
        with hiding(self.hidden):
            return masked_payload(value)


def _masked(text: str, value: str, name: str) -> str:
    """Keep the value of a variable out of an error about the line: it may be a secret."""
    for shown in (repr(value), quoted(value), value):
        if len(value) > 1:
            text = text.replace(shown, name)
    return text
