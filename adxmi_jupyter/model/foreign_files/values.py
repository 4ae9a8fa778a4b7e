"""What readers and writers of foreign files exchange: files, places, findings, the hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from adxmi_jupyter.errors import InvalidForeignFile
from adxmi_jupyter.masking import masked

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.sections import Content
    from adxmi_jupyter.model.policy_file.variables import Variables

_LONGEST = 200


@dataclass(frozen=True)
class TextFile:
    """A file by its name, which may have folders, and its text."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Where:
    """A place in a file, as editors count; a line of 0 is unknown."""

    source: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}" if self.line else ""
        return ", ".join(filter(None, (self.source, place)))


NOWHERE = Where()


class Kind(StrEnum):
    """What became of something that stands in one file and not in the other."""

    LOST = "lost"
    UNRESOLVED = "unresolved"
    NOT_CONVERTED = "not converted"


class Reason(StrEnum):
    """Why it is so; ``words`` says it."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """Make a member from its code and what it means."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    NOT_IN_FORMAT = "not-in-format", "the format has no place for it"
    COMMENT = "comment", "it is kept as a comment"
    OBSERVED = "observed", "the section is only compared, and the format would change the cluster"
    ONLY_ADDS = "only-adds", "the format only adds"
    REMOVES = "removes", "the format also removes what is not listed"
    UNMANAGED = "unmanaged", "only one of the lists is managed, and the format would replace both"
    MIXED = "mixed", "a section has one mode, and other commands of it only add"
    OTHER_CLUSTER = "other-cluster", "the files describe another cluster"
    CLUSTER = "cluster", "the format does not hold the address of the cluster"
    EVERY_DATABASE = "every-database", "the format names each database"
    ALIAS = "alias", "identities are written by their IDs"
    PRINCIPAL = "principal", "Azure Resource Manager supports users, groups and applications"
    INCOMPLETE = "incomplete", "without the unresolved part, it would remove access"
    OBJECT_ID = "object-id", "the object ID is not known"
    CLIENT_ID = "client-id", "the client ID is not known"
    RESOURCE_ID = "resource-id", "the resource ID is not known"
    EXPRESSION = "expression", "it is an expression, not a literal"
    REQUIRED = "required", "the format requires it, and the file does not have it"
    DATABASE = "database", "the file does not name the database"
    COMMAND = "command", "the command is not about policies, roles or callout rules"
    UNREADABLE = "unreadable", "it is not in a documented form"
    REMOVAL = "removal", "a policy file holds what there is, not what is removed"
    WORKFLOW = "workflow", "a policy file does not hold workflows"
    OTHER = "other", "a policy file has no place for it"


@dataclass(frozen=True)
class Finding:
    """Something that stands in one file and not in the other.

    `what` names it, `item` is the value or the part of it; `path` leads to it in the policy file.
    """

    kind: Kind
    reason: Reason
    what: str
    item: str = ""
    where: Where = NOWHERE
    path: Path = ()

    def __str__(self) -> str:
        named = " ".join(filter(None, (self.what, self.item)))
        place = f" ({self.where})" if self.where.line else ""
        return f"{self.kind}: {named}: {self.reason.words}{place}"


def named(path: Path) -> str:
    """Return what a part of the policy file is called: its steps.

    >>> named(("policy", "databases", "Sales"))
    'policy/databases/Sales'
    """
    return "/".join(str(step) for step in path)


@dataclass(frozen=True)
class Hub:
    """What files say, as a policy file for one of its clusters.

    `where` tells where a part of it stands; `labels` are display names of principals, by their
    fully qualified names; `is_shared` tells whether it is the same for every cluster; `locked` are
    object IDs by the names that the file uses, as its lock file has them.
    """

    content: Content
    cluster: str
    where: Callable[[Path], Where]
    labels: Mapping[str, str] = field(default_factory=dict)
    is_shared: bool = False
    locked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a reader makes of files."""

    hub: Hub
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Writing:
    """What a writer makes of a hub."""

    files: tuple[TextFile, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ReadOptions:
    """What readers are told besides the files.

    `cluster` is one of the clusters of a policy file, `cluster_uri` the address for formats that
    name none, `variables` are those of a policy file, and `locked` tells what its lock file has for
    the address of a cluster.
    """

    cluster: str = ""
    cluster_uri: str = ""
    variables: Variables | None = None
    locked: Callable[[str], Mapping[str, str]] = lambda _: {}


class Format(Protocol):
    """A format: what it is called, and how files of it are read and written."""

    title: str
    patterns: tuple[str, ...]
    """Which files of a folder are of the format."""

    def guess(self, file: TextFile) -> bool:
        """Tell whether a file is surely of this format, by its name or its first words."""

    def read(self, files: Sequence[TextFile], options: ReadOptions) -> Reading:
        """Return what files say; raises InvalidForeignFile and LiteralSecret."""

    def write(self, hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
        """Return the files for a hub; identities that are `known` have all of their IDs.

        What was found when it was `read` stands in a comment, beside what the writer finds.
        """


def mistake(where: Where, what: str, why: str, fix: str | Fix = "") -> InvalidForeignFile:
    """Return the error for something in a file that cannot be."""
    return placed(InvalidForeignFile(f"{where}: {what}", why=why, fix=fix or "correct it"), where)


def placed(error: InvalidForeignFile, where: Where) -> InvalidForeignFile:
    """Return an error with its place."""
    error.source, error.line, error.column = where.source, where.line, where.column
    return error


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line, without secrets: to name it in a finding."""
    line = " ".join(masked(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def comment_line(mark: str, text: str) -> str:
    """Return a text as a comment that nothing in it can end."""
    return f"{mark} {''.join(sign if sign.isprintable() else '?' for sign in text)}"


def commented(mark: str, findings: Sequence[Finding]) -> list[str]:
    """Return findings as the lines of a comment."""
    return [comment_line(mark, str(one)) for one in findings]
