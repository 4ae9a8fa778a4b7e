"""How each front end writes commands and fixes: a notebook, a console, a form."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.fixes import ChangeOption, Retry, Setting, as_words
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import AzCommand, Command, Configure, Connect, Fix, Note

_VARIABLES = {
    Setting.CREDENTIAL: "ADXMI_CREDENTIAL",
    Setting.DATABASE: "ADXMI_DATABASE",
    Setting.TIMEOUT: "ADXMI_TIMEOUT",
    Setting.MAX_ANSWER: "ADXMI_MAX_ANSWER_MB",
    Setting.MAX_IN_FLIGHT: "ADXMI_MAX_IN_FLIGHT",
}


def in_form(notes: Iterable[Note]) -> tuple[str, ...]:
    """Write notes as a form does."""
    return tuple(InForm().part(as_words(note)) for note in notes)


class UserCommand(Protocol):
    """The command that a user typed, as far as a fix changes it."""

    @property
    def options(self) -> tuple[str, ...]:
        """Every spelling of the options that its verb has."""

    def again(
        self,
        *,
        without: tuple[int, ...] = (),
        instead: Mapping[int, str] | None = None,
        more: str = "",
    ) -> str:
        """Return it with some words left out, replaced or added."""

    def places_of(self, *options: str) -> list[tuple[int, ...]]:
        """Return where these options stand, each with the place of its value."""

    def argument_for(self, option: str) -> int | None:
        """Return where the argument stands that says the same as an option, if it is there."""

    def value_at(self, places: tuple[int, ...]) -> str:
        """Return the value of an option, as it was written."""


class InNotebook(Dialect):
    """A notebook: a fix that is about the user's own command is that command, changed."""

    def __init__(self, own: UserCommand) -> None:
        self._own = own

    def fix(self, fix: Fix) -> str:
        """Write a fix that stands alone."""
        match fix:
            case Retry():
                return self._own.again(more=" ".join(map(self.change, fix.more)))
            case ChangeOption() if fix.option in self._own.options:
                return self._changed(fix)
            case _:
                return self.part(fix)

    def _changed(self, fix: ChangeOption) -> str:
        argument = self._own.argument_for(fix.option)
        if argument is not None:
            names = self._own.value_at((argument, argument)).split(",")
            return self._own.again(instead={argument: self._in_list(names, fix.value)})
        places = self._own.places_of(fix.option)
        if not places:
            return self._own.again(more=self.change(fix))
        first, *rest = places[0]
        names = self._own.value_at(places[0]).split(",")
        value = self._in_list(names, fix.value)
        changed = f"{fix.option} {value}".rstrip()
        return self._own.again(without=tuple(rest), instead={first: changed})

    def _in_list(self, names: list[str], better: str) -> str:
        """Put a value in the place of the one it resembles most, if several were given."""
        written = self.word(better)
        if len(names) == 1 or "," in better:
            return written
        worst = closest(better, (name for name in names if name != better))
        return ",".join(written if name == worst else name for name in names)


class InConsole(InNotebook):
    """A console: a shell reads the words, and a connection ends with the program.

    So the environment has to say which connection is meant.
    """

    program = "adxmi"

    def word(self, word: str) -> str:
        """Write a word as a shell reads it."""
        return shlex.quote(word)

    def command(self, part: Command) -> str:
        """Write a command; what stands below it in a notebook comes from the standard input."""
        body = ("--file", "-") if part.takes_body and not part.body else ()
        return " ".join((self.program, *map(self.word, (*part.words, *body))))

    def below(self, what: str) -> str:
        """Write nothing: the command reads it from the standard input."""
        del what
        return ""

    def connect(self, part: Connect) -> str:
        """Write how to connect to a cluster."""
        if part.trusts_host:
            return super().connect(part)
        export = "export " if "://" in part.cluster else ""
        return f"{export}ADXMI_CLUSTER={self.word(part.cluster)}"

    def configure(self, part: Configure) -> str:
        """Write the environment variable of a setting."""
        return f"{_VARIABLES[part.setting]}={self.word(part.value)}"

    def az(self, part: AzCommand) -> str:
        """Write a command of the Azure CLI."""
        return shlex.join(part.words)


class InForm(Dialect):
    """A form: fields have labels, and what failed is tried again with a button.

    Parameters
    ----------
    again
        What to do to try it once more.
    labels
        The labels of the fields by the names of their options.

    """

    def __init__(self, again: str = "", labels: Mapping[str, str] | None = None) -> None:
        self._again = again
        self._labels = labels or {}

    def change(self, part: ChangeOption) -> str:
        """Write what belongs into a field."""
        if part.option not in self._labels:
            return super().change(part)
        return f"{self._labels[part.option]}: {part.value}"

    def retry(self, part: Retry) -> str:
        """Write how to try it once more."""
        return self._again or super().retry(part)

    def option(self, name: str) -> str:
        """Write the label of a field."""
        return self._labels.get(name, name)

    def label(self, text: str) -> str:
        """Write nothing if the label stands there for the option already."""
        return "" if text in self._labels.values() else super().label(text)

    def dry_run(self) -> str:
        """Write where a request is shown before it is sent."""
        return "the form shows"
