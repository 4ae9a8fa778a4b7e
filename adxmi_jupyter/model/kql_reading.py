"""Read string literals back, as people paste them out of queries and commands.

Source: *The string data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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


_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*)|(?P<lines>```.*?```|~~~.*?~~~)|(?P<literals>(?:"
    + _LITERAL.pattern.replace("?P<", "?P<_")
    + r")+)|(?P<word>\w+)|(?P<mark>.)",
    re.VERBOSE | re.DOTALL,
)
"""Pieces of a query: what is inside a comment or a literal is not taken for anything else."""

_OPENS, _CLOSES = "([{", ")]}"


def literals_in(text: str) -> tuple[str, ...]:
    """Return what the string literals of a query say, adjacent ones together; comments aside.

    >>> literals_in("T | where A == 'x' // 'y'")
    ('x',)
    """
    said = (
        read_literals(found["literals"]) for found in _TOKEN.finditer(text) if found["literals"]
    )
    return tuple(one for one in said if one is not None)


def arguments_of(operators: Sequence[str], text: str) -> tuple[str, ...]:
    """Return what each use of an operator in a query is given, in brackets one after the other.

    >>> arguments_of(["externaldata"], "externaldata (A:int) ['x'] | take 1")
    (" (A:int) ['x'] ",)
    """
    pieces = list(_TOKEN.finditer(text))
    starts = [at for at, piece in enumerate(pieces) if piece["word"] in operators]
    given = (_brackets(pieces[at + 1 :]) for at in starts)
    return tuple(one for one in given if one.lstrip().startswith("("))


def _brackets(pieces: Sequence[re.Match[str]]) -> str:
    said, depth = "", 0
    for piece in pieces:
        mark = piece["mark"] or ""
        is_blank = bool(piece["comment"]) or piece[0].isspace()
        if not depth and not is_blank and mark not in tuple(_OPENS):
            break
        depth += (mark in tuple(_OPENS)) - (mark in tuple(_CLOSES))
        said += piece[0]
    return said


def databases_named_in(query: str) -> tuple[str, ...]:
    """Return the databases of this cluster that a query names, each once.

    >>> databases_named_in("A | join database('B').T on Id | union cluster('x').database('C').T")
    ('B',)
    """
    pieces = [one for one in _TOKEN.finditer(query) if not (one["comment"] or one[0].isspace())]
    names = (
        read_literals(literal["literals"])
        for before, word, mark, literal in zip(
            [None, *pieces], pieces, pieces[1:], pieces[2:], strict=False
        )
        if word["word"] == "database" and mark[0] == "(" and literal["literals"]
        if before is None or before[0] != "."
    )
    return tuple(dict.fromkeys(name for name in names if name))
