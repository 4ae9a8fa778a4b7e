"""Patterns of `datetime_pattern(…)`: custom .NET date and time formats, as far as paths need them.

A pattern is made of specifiers (`yyyy`, `MM`, …), texts in single quotes and other characters,
which stand for themselves. In a pattern with braces only what they hold is read like that, and
all around them is text: `y={yyyy}/m={MM}` is `'y='yyyy'/m='MM` (page: Create external tables
using Azure Storage or Azure Data Lake, Path format).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORMATS = {
    "yyyy": ("{0.year:04d}", r"\d{4}", "%Y"),
    "yy": ("{:%y}", r"\d{2}", "%y"),
    "MM": ("{:%m}", r"\d{2}", "%m"),
    "dd": ("{:%d}", r"\d{2}", "%d"),
    "HH": ("{:%H}", r"\d{2}", "%H"),
    "hh": ("{:%I}", r"\d{2}", "%I"),
    "mm": ("{:%M}", r"\d{2}", "%M"),
    "ss": ("{:%S}", r"\d{2}", "%S"),
}
_TOKEN = re.compile(rf"(?P<specifier>{'|'.join(_FORMATS)})|'(?P<text>[^']*)'|\\?(?P<other>.)")
_BRACES = re.compile(r"\{(?P<inside>[^{}]*)\}|'(?P<text>[^']*)'|(?P<other>.)")


class InvalidPatternError(ValueError):
    """The text is no pattern that paths can be made with."""


def check_pattern(pattern: str) -> None:
    """Raise InvalidPatternError unless the pattern has specifiers, and only known ones."""
    if not any(specifier for specifier, _ in pieces(pattern)):
        raise InvalidPatternError(f"'{pattern}' has no specifier such as yyyy.")
    for part in _formats(pattern):
        for token in _TOKEN.finditer(part):
            if (token["other"] or "").isalpha() and not token[0].startswith("\\"):
                raise InvalidPatternError(
                    f"'{token[0]}' in '{pattern}' is no specifier known here."
                )


def rendered(pattern: str, moment: datetime) -> str:
    """Return a time in the form of the pattern."""
    return "".join(
        _FORMATS[specifier][0].format(moment) if specifier else text
        for specifier, text in pieces(pattern)
    )


def pattern_regex(pattern: str) -> str:
    """Return a regular expression, without groups, of what the pattern renders."""
    return "".join(
        _FORMATS[specifier][1] if specifier else re.escape(text)
        for specifier, text in pieces(pattern)
    )


def read_fields(pattern: str, text: str) -> dict[str, str]:
    """Return {strptime directive: digits} of a text that the pattern's expression matches."""
    expression = "".join(
        f"({_FORMATS[specifier][1]})" if specifier else re.escape(literal)
        for specifier, literal in pieces(pattern)
    )
    match = re.fullmatch(expression, text)
    directives = [_FORMATS[specifier][2] for specifier, _ in pieces(pattern) if specifier]
    return dict(zip(directives, match.groups() if match else (), strict=False))


def moment_of(fields: dict[str, str]) -> datetime | None:
    """Return the time that fields of one or more patterns name; None when there is none."""
    if not {"%Y", "%y"} & fields.keys():
        return None
    try:
        moment = datetime.strptime(" ".join(fields.values()), " ".join(fields))  # noqa: DTZ007
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


def pieces(pattern: str) -> list[tuple[str, str]]:
    """Return (specifier, "") and ("", text) in order."""
    if not _has_braces(pattern):
        return _format_pieces(pattern)
    found: list[tuple[str, str]] = []
    for match in _BRACES.finditer(pattern):
        inside, text = match["inside"], match["text"] or match["other"] or ""
        found += [("", text)] if inside is None else _format_pieces(inside)
    return found


def _formats(pattern: str) -> list[str]:
    """Return the parts of a pattern that hold specifiers."""
    if not _has_braces(pattern):
        return [pattern]
    return [match["inside"] or "" for match in _BRACES.finditer(pattern)]


def _has_braces(pattern: str) -> bool:
    return any(match["inside"] is not None for match in _BRACES.finditer(pattern))


def _format_pieces(text: str) -> list[tuple[str, str]]:
    return [
        (match["specifier"] or "", match["text"] or match["other"] or "")
        for match in _TOKEN.finditer(text)
    ]
