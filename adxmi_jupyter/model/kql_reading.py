"""Read string literals back, as people paste them out of queries and commands.

Source: *The string data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re

_LITERAL = re.compile(
    r"""[hH]?(?:
        @"(?P<verbatim_double>(?:[^"]|"")*)" | @'(?P<verbatim_single>(?:[^']|'')*)'
        | "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
        )\s*""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u(?P<four>[0-9a-fA-F]{4})|(?P<one>.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


def read_literals(text: str) -> str | None:
    r"""Return what one or more adjacent literals say together; None if the text is not literals.

    >>> read_literals("@'Tom''s ' h\"Lab\"")
    "Tom's Lab"
    """
    said, place = "", 0
    trimmed = text.strip()
    while place < len(trimmed):
        found = _LITERAL.match(trimmed, place)
        if found is None:
            return None
        said += _said(found)
        place = found.end()
    return said if trimmed else None


def _said(found: re.Match[str]) -> str:
    if found["verbatim_double"] is not None:
        return found["verbatim_double"].replace('""', '"')
    if found["verbatim_single"] is not None:
        return found["verbatim_single"].replace("''", "'")
    return _ESCAPE.sub(_decoded, found["double"] or found["single"] or "")


def _decoded(escape: re.Match[str]) -> str:
    if escape["four"]:
        return chr(int(escape["four"], 16))
    return _LETTERS.get(escape["one"], escape["one"])
