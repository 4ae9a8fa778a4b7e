"""How the folders of partitions are spelled: ``{Date:yyyy/MM/dd}/{Region}``.

Statements write it as parts, ``datetime_pattern("yyyy/MM/dd", Date) "/" Region``; both are read.

Source: *Create and alter Azure Storage external tables*, *.list blobs command* (Azure Data Explorer
docs).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidPartition
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Several
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.entity_name import QUOTED, name_of, unquoted

if TYPE_CHECKING:
    from adxmi_jupyter.model.partition import Partition

_NAME = rf"(?:\[\s*{QUOTED}\s*\]|\w+)"
_TEMPLATE = re.compile(
    r"\{\s*(?P<name>[^{}:]*[^{}:\s])\s*(?::(?P<format>[^{}]+))?\}|(?P<text>[^{}]+)", re.DOTALL
)
_STATEMENT = re.compile(
    rf"\s*(?:datetime_pattern\s*\(\s*(?P<format>{QUOTED})\s*,\s*(?P<dated>{_NAME})\s*\)"
    rf"|(?P<text>{QUOTED})|(?P<name>{_NAME}))\s*",
    re.DOTALL,
)


@dataclass(frozen=True)
class PathPart:
    """A part of a path: the value of a partition, in a format for dates, or plain text."""

    text: str = ""
    partition: str = ""
    format: str = ""

    def written(self, name_text: Callable[[str], str] = kql.quote_name) -> str:
        """Return the part as statements write it."""
        if not self.partition:
            return kql.string_literal(self.text)
        name = name_text(self.partition)
        if not self.format:
            return name
        return f"datetime_pattern({kql.string_literal(self.format)}, {name})"


def path_text(path: Sequence[PathPart], name_text: Callable[[str], str] = kql.quote_name) -> str:
    """Return a path as statements write it, in parentheses; `name_text` writes its names."""
    return f"({' '.join(part.written(name_text) for part in path)})"


def folders_clause(partitions: Sequence[Partition], path: Sequence[PathPart]) -> str:
    """Return what a command says of both, with a blank behind it; empty without partitions."""
    if not partitions:
        return ""
    listed = ", ".join(map(str, partitions))
    return f"partition by ({listed}) " + (f"pathformat={path_text(path)} " if path else "")


def parse_path_format(text: str) -> tuple[PathPart, ...]:
    """Read a path: as a template, or as statements write it.

    >>> parse_path_format("{Date:yyyy}/") == parse_path_format('datetime_pattern("yyyy", Date) "/"')
    True

    Raises
    ------
    InvalidPartition
        It is neither.

    """
    trimmed = text.strip()
    bare = trimmed[1:-1] if trimmed.startswith("(") and trimmed.endswith(")") else trimmed
    path = _read(_STATEMENT, bare) or _read(_TEMPLATE, trimmed)
    if path is None or not any(part.partition for part in path):
        raise InvalidPartition(
            f"{text!r} isn't a path format",
            why="it is text with partitions in braces, dates with their format",
            fix=ChangeOption("--path-format", "{Date:yyyy/MM/dd}/{Region}"),
        )
    return path


def _read(pattern: re.Pattern[str], text: str) -> tuple[PathPart, ...] | None:
    place, parts = 0, []
    while place < len(text):
        found = pattern.match(text, place)
        if found is None:
            return None
        part = _of_statement(found) if pattern is _STATEMENT else _of_template(found)
        if not (part.text or part.partition):
            return None
        parts.append(part)
        place = found.end()
    return tuple(parts)


def _of_template(found: re.Match[str]) -> PathPart:
    if found["text"] is not None:
        return PathPart(found["text"])
    return PathPart("", name_of(found["name"]), found["format"] or "")


def _of_statement(found: re.Match[str]) -> PathPart:
    if found["text"] is not None:
        return PathPart(unquoted(found["text"]))
    if found["format"] is None:
        return PathPart("", name_of(found["name"]))
    return PathPart("", name_of(found["dated"]), unquoted(found["format"]))


def check_path(path: Sequence[PathPart], partitions: Mapping[str, str]) -> None:
    """Check that a path, if there is one, spells all partitions, given as types by name.

    Raises
    ------
    InvalidPartition
        The path leaves a partition out, names one twice or an unknown one, has a date format for
        what is no date, or two of its partitions touch.

    """
    if not path:
        return
    _check_separated(path)
    named = [part for part in path if part.partition]
    in_path = [part.partition for part in named]
    for part in named:
        if part.partition not in partitions:
            raise _mismatch(f"{part.partition} in the path isn't a partition", partitions)
        if part.format and partitions[part.partition] != "datetime":
            raise _mismatch(f"{part.partition} has a date format and is no datetime", partitions)
        if in_path.count(part.partition) > 1 and not part.format:
            raise _mismatch(f"{part.partition} occurs twice in the path", partitions)
    absent = [name for name in partitions if name not in in_path]
    if absent:
        raise _mismatch(f"the path leaves out {', '.join(absent)}", partitions)


def _check_separated(path: Sequence[PathPart]) -> None:
    for one, other in itertools.pairwise(path):
        if one.partition and other.partition:
            raise InvalidPartition(
                f"{one.partition} and {other.partition} touch in the path",
                why="put text between two partitions, to tell them apart",
                fix=ChangeOption("--path-format", f"{{{one.partition}}}/{{{other.partition}}}"),
            )


def _mismatch(what: str, partitions: Mapping[str, str]) -> InvalidPartition:
    path = "/".join(
        f"{{{name}:yyyy/MM/dd}}" if kind == "datetime" else f"{{{name}}}"
        for name, kind in partitions.items()
    )
    return InvalidPartition(
        f"partitions and path do not match: {what}",
        why=Explain.of("the partitions are ", Several.of(partitions)),
        fix=ChangeOption("--path-format", path)
        if path
        else Explain.of("say which with ", Option("--partition-by")),
    )
