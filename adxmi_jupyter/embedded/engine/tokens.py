"""KQL cut into tokens, by Kusto's rules for literals and names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.errors import QuerySyntaxError
from adxmi_jupyter.embedded.engine.lengths import microseconds_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TYPES = (
    "datetime|date|timespan|time|guid|uniqueid|real|double|decimal|long|int64|int32|int"
    "|bool|boolean"
)
_TYPE_NAMES = frozenset(_TYPES.split("|")) - {"int32"}
_ESCAPED = (
    r"\\(?:[\\'\"abfnrtv]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}"
    r"|U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}|[0-7]{1,3})"
)
_TOKEN = re.compile(
    rf"""
    (?P<blank>(?:\s|//[^\r\n]*)+)
    |(?P<string>[hH]?(?:
@'(?:[^'\r\n]|'')*' | @"(?:[^"\r\n]|"")*"
        | '(?:[^'\\\r\n]|{_ESCAPED})*' | "(?:[^"\\\r\n]|{_ESCAPED})*"
        | @?```.*?``` | @?~~~.*?~~~ ))
    |(?P<typed>(?:{_TYPES})\([^()'"\[\]]*\))
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?[A-Za-z]*)
    |(?P<mark>==|=~|!=|!~|<=|>=|<\||=>|\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_UNWRITTEN = re.compile(r"[\\'\n\r\t\0]")
_WRITTEN = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


@dataclass(frozen=True)
class Token:
    """One token: `kind` is string, typed, word, number or mark; `start` is its place in the text.

    `text` is as it stands in the query; `value` is what a string literal means.
    """

    kind: str
    text: str
    start: int
    value: str = ""

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.text)


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a query without blanks and comments.

    Raises a QuerySyntaxError for a string literal that does not end.
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "blank":
            continue
        word = match.group()
        if kind == "mark" and word in "'\"`~" and word != "~":
            raise syntax_error(
                "A string literal does not end, or has an unknown escape.", text, match.start()
            )
        is_behind_type = word == "(" and found and found[-1].text in _TYPE_NAMES
        if is_behind_type and found[-1].end != match.start():
            raise syntax_error("A literal's type stands right before '('.", text, match.start())
        value = decoded(word) if kind == "string" else ""
        found.append(Token(kind, word, match.start(), value))
    return found


def syntax_error(detail: str, text: str, place: int) -> QuerySyntaxError:
    """Return the error for a place in a text."""
    before = text[:place]
    line = before.count("\n") + 1
    return QuerySyntaxError(detail, line, place - (before.rfind("\n") + 1) + 1)


def decoded(literal: str) -> str:
    """Return what a string literal means, whatever its form.

    The prefix `h` hides a text in traces and changes nothing here (page: The string data type).
    """
    body = literal[1:] if literal[0] in "hH" else literal
    for fence in ("```", "~~~"):
        if body.removeprefix("@").startswith(fence):
            return body.removeprefix("@")[3:-3]
    if body.startswith("@"):
        quote = body[1]
        return body[2:-1].replace(quote * 2, quote)
    return _ESCAPE.sub(lambda match: _unescaped(match.group(1)), body[1:-1])


def _unescaped(code: str) -> str:
    if code[0] in "uUx" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0].isdigit() and len(code) > 1:
        return chr(int(code, 8))
    return _ESCAPES.get(code, code)


def written(text: str) -> str:
    """Return a text as a string literal."""
    return "'" + _UNWRITTEN.sub(lambda match: _WRITTEN[match.group()], text) + "'"


def name_written(name: str) -> str:
    """Return a name as a reference that is a name wherever it stands."""
    return f"[{written(name)}]"


def closing(tokens: Sequence[Token], opening: int, text: str) -> int:
    """Return the place of the bracket that closes the one at `opening`.

    Raises a QuerySyntaxError when there is none.
    """
    depth: list[str] = []
    for place in range(opening, len(tokens)):
        token = tokens[place]
        if token.kind != "mark":
            continue
        if token.text in _CLOSING:
            depth.append(_CLOSING[token.text])
        elif depth and token.text == depth[-1]:
            depth.pop()
            if not depth:
                return place
        elif token.text in ")]}":
            break
    bracket = tokens[opening]
    raise syntax_error(f"'{bracket.text}' is not closed.", text, bracket.start)


def split_at(
    tokens: Sequence[Token], first: int, last: int, mark: str, text: str
) -> Iterator[tuple[int, int]]:
    """Yield the places between the marks that stand outside of brackets, from `first` to `last`."""
    start = place = first
    while place < last:
        token = tokens[place]
        if token.kind == "mark" and token.text in _CLOSING:
            place = closing(tokens, place, text)
        elif token.kind == "mark" and token.text == mark:
            yield start, place
            start = place + 1
        place += 1
    yield start, last


def is_negative_length(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a minus is the sign of a length of time, which the translator's lists refuse."""
    if place + 1 >= len(tokens) or tokens[place + 1].start != tokens[place].end:
        return False
    behind_value = place > 0 and (
        tokens[place - 1].kind != "mark" or tokens[place - 1].text in {")", "]"}
    )
    return not behind_value and microseconds_in(tokens[place + 1].text) is not None
