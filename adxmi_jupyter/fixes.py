"""What fixes an error or an unmet requirement, as values; each front end writes them its own way.

Fix
├── Command        a command of this tool
├── Connect        connect to a cluster, which consoles do by their environment
├── Configure      a setting of the connection, likewise
├── AzCommand      a command of the Azure CLI
├── Statement      what is run elsewhere, such as T-SQL on the target
├── AskOwner       the same, for whoever owns the target resource
├── ChangeOption   the same command with another value of one option
├── LeaveOut       the same command without some options
├── Retry          the same command once more, perhaps with more options
├── AskPermission  what the caller asks an administrator for
├── OwnCommand     the user's own command, changed, as the front end that read it wrote it
└── Explain           words, with any of these or the names of options among them

`dialect` writes them as the documentation does, `rendering.dialects` as a notebook, a console or a
form would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Self, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True)
class Command:
    """A command of this tool, word by word, and the cell body below it, if any."""

    words: tuple[str, ...] = ()
    body: str = ""
    takes_body: bool = False

    @classmethod
    def of(cls, *words: str) -> Self:
        """Return a command without a body."""
        return cls(words)


@dataclass(frozen=True)
class Connect:
    """Connect to a cluster: its address, and whether its host is trusted by this."""

    cluster: str
    trusts_host: bool = False
    name: str = ""


class Setting(StrEnum):
    """What can be set of a connection, besides its cluster."""

    CREDENTIAL = "credential"
    DATABASE = "database"
    TIMEOUT = "timeout"
    MAX_ANSWER = "max-answer-mb"
    MAX_IN_FLIGHT = "max-in-flight"


@dataclass(frozen=True)
class Configure:
    """A setting of the connection, and its value."""

    setting: Setting
    value: str


@dataclass(frozen=True)
class AzCommand:
    """A command of the Azure CLI, word by word, ``az`` included."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, *words: str) -> Self:
        """Return it for these words."""
        return cls(words)


@dataclass(frozen=True)
class Statement:
    """What is run elsewhere, to the letter: KQL on the cluster, T-SQL on the target."""

    text: str


@dataclass(frozen=True)
class AskOwner:
    """What whoever owns the target resource runs; `here` does the same on the embedded Azure."""

    fix: AzCommand | Statement
    here: Command


@dataclass(frozen=True)
class ChangeOption:
    """An option with its value; a flag has none."""

    option: str
    value: str = ""


@dataclass(frozen=True)
class LeaveOut:
    """Options to leave out."""

    options: tuple[str, ...]

    @classmethod
    def of(cls, *options: str) -> Self:
        """Return it for these options."""
        return cls(options)


@dataclass(frozen=True)
class Retry:
    """The same command once more; `more` are options which, added to it, make it pass."""

    more: tuple[ChangeOption, ...] = ()

    @classmethod
    def having(cls, *flags: str) -> Self:
        """Return it with flags added, such as ``--yes``."""
        return cls(tuple(map(ChangeOption, flags)))


@dataclass(frozen=True)
class AskPermission:
    """What the caller asks an administrator for; a front end may know which permission it is."""

    advice: Explain


@dataclass(frozen=True)
class OwnCommand:
    """The user's own command, changed, as the front end that read it wrote it."""

    text: str


@dataclass(frozen=True)
class Option:
    """The name of an option among words: a form shows the label of its field instead."""

    name: str


@dataclass(frozen=True)
class Label:
    """The label of an option that stands before it; a form has shown it already."""

    text: str


@dataclass(frozen=True)
class Several:
    """Things one after the other; where there is no room for all, `most` tells how many to name."""

    things: tuple[str, ...]
    separator: str = ", "
    most: int | None = None

    @classmethod
    def of(cls, things: Iterable[str], *, otherwise: str = "none", separator: str = ", ") -> Self:
        """Return it for these things; `otherwise` is what to say if there are none."""
        return cls(tuple(map(str, things)) or (otherwise,), separator)


@dataclass(frozen=True)
class Below:
    """What stands in the lines below a command; a console reads it from its standard input."""

    what: str


@dataclass(frozen=True)
class DryRun:
    """Where the exact text of a request is shown before it is sent."""


@dataclass(frozen=True)
class Explain:
    """Words, with options and fixes among them."""

    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, *parts: Part) -> Self:
        """Return words with values among them."""
        return cls(tuple(part for part in parts if part != ""))

    @classmethod
    def joined(cls, separator: str, *notes: Part) -> Self:
        """Return several one after the other, with a separator between them."""
        parts = [part for note in notes if note for part in (separator, note)]
        return cls(tuple(parts[1:]))

    def __bool__(self) -> bool:
        return bool(self.parts)


Fix = (
    Command
    | Connect
    | Configure
    | AzCommand
    | Statement
    | AskOwner
    | ChangeOption
    | LeaveOut
    | Retry
    | AskPermission
    | OwnCommand
    | Explain
)
Part = str | Option | Label | Several | Below | DryRun | Fix
P = TypeVar("P", bound=Part)
Note = str | Explain
"""What is told in passing."""

BELOW_QUERY = Explain.of(Command(("query",), takes_body=True), Below("the query"))
"""Where a query is written."""

NOTHING = Explain()
"""There is nothing to fix, or no known fix."""


def mapped(part: T, change: Callable[[str], str]) -> T:
    """Return a value with every string in it changed, such as what keeps secrets out of it."""
    if isinstance(part, str):
        return cast("T", part if isinstance(part, StrEnum) else change(part))
    if isinstance(part, tuple):
        return cast("T", tuple(mapped(one, change) for one in part))
    if is_dataclass(part) and not isinstance(part, type):
        own = {one.name: mapped(getattr(part, one.name), change) for one in fields(part)}
        return replace(part, **own)
    return part


def naming_at_most(part: P, most: int) -> P:
    """Return a value with at most so many of the things in each list of it."""
    if isinstance(part, Several):
        return replace(part, most=most)
    if isinstance(part, Explain):
        return replace(part, parts=tuple(naming_at_most(one, most) for one in part.parts))
    return part


def as_words(words: str | Explain) -> Explain:
    """Return words as a value."""
    return Explain.of(words) if isinstance(words, str) else words


WriteCommand = Callable[[Command], str]
"""Writes a command as one types it; how words are quoted is the business of who reads them."""


def option_words(name: str, value: str) -> tuple[str, ...]:
    """Return an option and its value as words; joined if the value looks like an option.

    >>> option_words("--database", "Sales"), option_words("--database", "-1")
    (('--database', 'Sales'), ('--database=-1',))
    """
    return (f"{name}={value}",) if value.startswith("-") else (name, value)
