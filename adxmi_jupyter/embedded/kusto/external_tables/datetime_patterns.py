"""Patterns of `datetime_pattern(…)`: custom .NET date and time formats, as far as paths need them.

A pattern is made of specifiers (`yyyy`, `MM`, …), texts in single quotes and other characters,
which stand for themselves. Braces may wrap a specifier.
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
    "mm": ("{:%M}", r"\d{2}", "%M"),
    "ss": ("{:%S}", r"\d{2}", "%S"),
}
_TOKEN = re.compile(r"\{?(?P<specifier>yyyy|yy|MM|dd|HH|mm|ss)\}?|'(?P<text>[^']*)'|(?P<other>.)")


class InvalidPatternError(ValueError):
    """The text is no pattern that paths can be made with."""


def check_pattern(pattern: str) -> None:
    """Raise InvalidPatternError unless the pattern has specifiers, and only known ones."""
    pieces = _pieces(pattern)
    if not any(specifier for specifier, _ in pieces):
        raise InvalidPatternError(f"'{pattern}' has no specifier such as yyyy.")
    for specifier, text in pieces:
        if not specifier and text.isalpha() and f"'{text}'" not in pattern:
            raise InvalidPatternError(f"'{text}' in '{pattern}' is no specifier known here.")


def rendered(pattern: str, moment: datetime) -> str:
    """Return a time in the form of the pattern."""
    return "".join(
        _FORMATS[specifier][0].format(moment) if specifier else text
        for specifier, text in _pieces(pattern)
    )


def pattern_regex(pattern: str) -> str:
    """Return a regular expression, without groups, of what the pattern renders."""
    return "".join(
        _FORMATS[specifier][1] if specifier else re.escape(text)
        for specifier, text in _pieces(pattern)
    )


def read_fields(pattern: str, text: str) -> dict[str, str]:
    """Return {strptime directive: digits} of a text that the pattern's expression matches."""
    expression = "".join(
        f"({_FORMATS[specifier][1]})" if specifier else re.escape(literal)
        for specifier, literal in _pieces(pattern)
    )
    match = re.fullmatch(expression, text)
    directives = [_FORMATS[specifier][2] for specifier, _ in _pieces(pattern) if specifier]
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


def _pieces(pattern: str) -> list[tuple[str, str]]:
    """Return (specifier, "") and ("", text) in order."""
    return [
        (match["specifier"] or "", match["text"] or match["other"] or "")
        for match in _TOKEN.finditer(pattern)
    ]
