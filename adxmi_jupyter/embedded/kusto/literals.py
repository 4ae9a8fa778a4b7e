"""The text that a string literal of the query language stands for."""

from __future__ import annotations

import re

_FENCES = ("```", "~~~")
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|(.))"
)
_SINGLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def decode(literal: str) -> str:
    """Return the value of a literal the grammar has accepted, whatever its form.

    The prefix `h` hides a text in traces and changes nothing here (page: The string data type).
    """
    text = literal.lstrip("hH")
    verbatim = text.startswith("@")
    text = text.removeprefix("@")
    for fence in _FENCES:
        if text.startswith(fence):
            return text.removeprefix(fence).removesuffix(fence)
    quote, inner = text[0], text[1:-1]
    if verbatim:
        return inner.replace(quote * 2, quote)
    return _ESCAPE.sub(_unescape, inner)


def _unescape(match: re.Match[str]) -> str:
    two, four, eight, octal, single = match.groups()
    if octal is not None:
        return chr(int(octal, 8))
    digits = two or four or eight
    if digits is not None:
        return chr(int(digits, 16))
    return _SINGLE.get(single, single)
