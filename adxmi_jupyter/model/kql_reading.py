"""Read string literals back, as people paste them out of queries and commands.

Source: *The string data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LITERAL = re.compile(
    r"""[hH]?(?:
        @"(?P<verbatim_double>(?:[^"]|"")*)" | @'(?P<verbatim_single>(?:[^']|'')*)'
        | "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
        )\s*""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"""\\(?:u(?P<four>[0-9a-fA-F]{4}) | x(?P<two>[0-9a-fA-F]{2})
        | U(?P<eight>00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}) | (?P<octal>[0-7]{1,3}) | (?P<one>.))""",
    re.VERBOSE | re.DOTALL,
)
_LETTERS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


def read_literals(text: str) -> str | None:
    r"""Return what one or more adjacent literals say together; None if the text is not literals.

    >>> read_literals("@'Tom''s ' h\"Lab\"")
    "Tom's Lab"
    """
    said = each_literal(text)
    return "".join(said) if said else None


def each_literal(text: str) -> tuple[str, ...]:
    r"""Return what each of some adjacent literals says; nothing if the text is not literals.

    >>> each_literal("'Tom''s ' h\"Lab\"")
    ('Tom', 's ', 'Lab')
    """
    said: list[str] = []
    place, trimmed = 0, text.strip()
    while place < len(trimmed):
        found = _LITERAL.match(trimmed, place)
        if found is None:
            return ()
        said.append(_said(found))
        place = found.end()
    return tuple(said)


def _said(found: re.Match[str]) -> str:
    if found["verbatim_double"] is not None:
        return found["verbatim_double"].replace('""', '"')
    if found["verbatim_single"] is not None:
        return found["verbatim_single"].replace("''", "'")
    return _ESCAPE.sub(_decoded, found["double"] or found["single"] or "")


def _decoded(escape: re.Match[str]) -> str:
    if code := escape["four"] or escape["two"] or escape["eight"]:
        return chr(int(code, 16))
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    return _LETTERS.get(escape["one"], escape["one"])


_TOKEN = re.compile(
    r"(?P<comment>//[^\r\n]*)|(?P<lines>```.*?```|~~~.*?~~~)|(?P<literals>(?:"
    + _LITERAL.pattern.replace("?P<", "?P<_")
    + r""")+)|(?P<open>["'].*)|(?P<word>\w+)|(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
"""Pieces of a query: what is inside a comment or a literal is not taken for anything else.

A literal that is never closed goes on to the end, so that no text takes long to read.
"""


def pieces_of(text: str) -> Iterator[re.Match[str]]:
    """Yield the pieces of a text in their order, by the groups of their names.

    Those are ``comment``, ``lines`` (a literal of several lines), ``literals`` next to each other,
    ``open`` (a literal without its end), ``word`` and ``mark``, which is any other character.
    """
    return _TOKEN.finditer(text)


_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")


def literals_in(text: str) -> tuple[str, ...]:
    """Return what the string literals of a query say, adjacent ones together, without comments.

    >>> literals_in("T | where A == 'x' // 'y'")
    ('x',)
    """
    said = (
        read_literals(found["literals"]) for found in _TOKEN.finditer(text) if found["literals"]
    )
    return tuple(one for one in said if one is not None)


def statements_in(text: str) -> tuple[str, ...]:
    r"""Return the statements of a text, without what stands between them: comments and blanks.

    >>> statements_in("// all; of them\nset notruncation; let f = () { let n = 1; T | take n }; f;")
    ('set notruncation', 'let f = () { let n = 1; T | take n }', 'f')
    """
    statements: list[list[str]] = [[]]
    depth = 0
    for piece in _TOKEN.finditer(text):
        mark = piece["mark"] or ""
        depth += (mark in _OPENS) - (mark in _CLOSES)
        if mark == ";" and depth <= 0:
            statements.append([])
            depth = 0
        elif statements[-1] or not _is_blank(piece):
            statements[-1].append(piece[0])
    return tuple("".join(pieces).strip() for pieces in statements if pieces)


def commands_in(text: str) -> tuple[str, ...]:
    r"""Return the verb of every management command in a text, in brackets or not.

    >>> commands_in("set notruncation; .show tables // .drop\n; . drop table T")
    ('show', 'drop')
    """
    pieces = [one for one in _TOKEN.finditer(text) if not _is_blank(one)]
    return tuple(
        verb[0]
        for before, dot, verb in zip([None, *pieces], pieces, pieces[1:], strict=False)
        if dot["mark"] == "." and (before is None or before["mark"] == ";")
    )


def arguments_of(operators: Sequence[str], text: str) -> tuple[str, ...]:
    """Return what each use of an operator in a query is given, in brackets one after the other.

    A use within the brackets of another one is part of what that one is given.

    >>> arguments_of(["externaldata"], "externaldata (A:int) ['x'] | take 1")
    (" (A:int) ['x'] ",)
    """
    return tuple(text[start:end] for start, end in argument_spans(operators, text))


def argument_spans(operators: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Return where in a query the arguments are that `arguments_of` returns: start and end."""
    pieces = list(_TOKEN.finditer(text))
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        place += 1
        if piece["word"] in operators:
            end = _end_of_brackets(pieces, place)
            if end > place:
                spans.append((pieces[place].start(), pieces[end - 1].end()))
            place = end
    return tuple(spans)


def _end_of_brackets(pieces: Sequence[re.Match[str]], start: int) -> int:
    """Return where brackets that follow each other end; round ones come first, or there are none.

    Blanks and comments around them are taken along.
    """
    depth, is_first = 0, True
    for place in range(start, len(pieces)):
        piece = pieces[place]
        mark = piece["mark"] or ""
        if not depth and not _is_blank(piece):
            if mark != "(" if is_first else mark not in _OPENS:
                return start if is_first else place
            is_first = False
        depth += (mark in _OPENS) - (mark in _CLOSES)
    return start if is_first else len(pieces)


def _is_blank(piece: re.Match[str]) -> bool:
    return bool(piece["comment"]) or piece[0].isspace()


def databases_named_in(query: str) -> tuple[str, ...]:
    """Return the databases of this cluster that a query names, each once.

    >>> databases_named_in("A | join database('B').T on Id | union cluster('x').database('C').T")
    ('B',)
    """
    pieces = [one for one in _TOKEN.finditer(query) if not _is_blank(one)]
    names = (
        read_literals(literal["literals"])
        for before, word, mark, literal in zip(
            [None, *pieces], pieces, pieces[1:], pieces[2:], strict=False
        )
        if word["word"] == "database" and mark[0] == "(" and literal["literals"]
        if before is None or before[0] != "."
    )
    return tuple(dict.fromkeys(name for name in names if name))


def names_in(query: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a query that may name something, each once, with their database.

    That is the one which the query names before them, or empty for its own.

    >>> names_in("F | union database('B').['G h']")
    (('', 'F'), ('', 'union'), ('', 'database'), ('B', 'G h'))
    """
    pieces = [one for one in _TOKEN.finditer(query) if not (one["comment"] or one[0].isspace())]
    names = ((_database_of(pieces, at), _name(pieces, at)) for at in range(len(pieces)))
    return tuple(dict.fromkeys((where, name) for where, name in names if name and where != _OTHER))


_OTHER = "."
"""Stands for what is before a dot and is no database of this cluster."""


def _name(pieces: Sequence[re.Match[str]], at: int) -> str:
    if pieces[at]["word"]:
        return pieces[at]["word"]
    brackets = [one[0] for one in (*pieces[at - 1 : at], *pieces[at + 1 : at + 2])]
    is_name = at > 0 and brackets == ["[", "]"] and pieces[at]["literals"]
    return (read_literals(pieces[at]["literals"]) or "") if is_name else ""


def _database_of(pieces: Sequence[re.Match[str]], at: int) -> str:
    before = [one[0] for one in pieces[max(0, at - 6) : at]]
    if before and before[-1] == "[":
        before.pop()
    if not before or before[-1] != ".":
        return ""
    is_qualified = before[-5:-3] == ["database", "("] and before[-2:-1] == [")"]
    is_own = is_qualified and before[-6:-5] != ["."]
    return (read_literals(before[-3]) or _OTHER) if is_own else _OTHER
