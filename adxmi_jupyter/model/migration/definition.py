"""Change what authenticates in the text of a definition, and keep every other character.

The text is the service's own, from the csl script or `.show functions`. Source: *.show database
schema as csl script*, *Create and alter Azure Storage external tables*, *.create-or-alter function*
(Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import ConnectionString, Method, parse, scrubbed
from adxmi_jupyter.model.kql_reading import argument_spans, pieces_of, read_literals

_VERB = re.compile(r"\s*\.(?:create-or-alter|create-merge|create|alter)(?=\s)")
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_CHORD = 3

Change = Callable[[ConnectionString], ConnectionString]
"""Returns a connection string with another way to authenticate."""


@dataclass(frozen=True)
class PlacedString:
    """A connection string in a text, and from where to where its literals reach."""

    start: int
    end: int
    string: ConnectionString

    @property
    def is_to_migrate(self) -> bool:
        """Whether it authenticates by a secret, or as the caller."""
        method = self.string.authentication.method
        return method is Method.IMPERSONATION or method.is_secret or self.string.target.has_secret


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    literals: str

    @property
    def said(self) -> str:
        """What its literals say together; of one of several lines, what is between the chords."""
        is_of_lines = self.literals[-_CHORD:] in {"```", "~~~"}
        if is_of_lines:
            return self.literals.lstrip("hH")[_CHORD:-_CHORD]
        return read_literals(self.literals) or ""

    @property
    def is_hidden(self) -> bool:
        """Whether it is to be kept out of logs."""
        return self.literals[:1] in {"h", "H"}


def _tokens(text: str) -> Iterator[_Token]:
    mark = ""
    for piece in pieces_of(text):
        if piece["lines"]:
            start = piece.start() - len(mark)
            yield _Token(start, piece.end(), mark + piece[0], mark + piece[0])
            mark = ""
            continue
        if mark:
            yield _Token(piece.start() - 1, piece.start(), mark, "")
        mark = piece[0] if piece["word"] in {"h", "H"} else ""
        if mark or piece["comment"] or piece[0].isspace():
            continue
        shown = piece[0].rstrip() if piece["literals"] else piece[0]
        yield _Token(piece.start(), piece.start() + len(shown), shown, piece["literals"] or "")
    if mark:
        yield _Token(len(text) - 1, len(text), mark, "")


def with_verb(command: str, verb: str) -> str:
    """Return a command that defines an object with another verb.

    >>> with_verb(".create-or-alter external table T (A:int) kind=delta ('x')", ".alter")
    ".alter external table T (A:int) kind=delta ('x')"
    """
    return _VERB.sub(lambda _: verb, command, count=1)


def renamed(command: str, name: str) -> str:
    """Return a command that defines an external table of another name.

    >>> renamed(".create external table ['a b'] (A:int) kind=delta ('x')", "c")
    ".create external table ['c'] (A:int) kind=delta ('x')"
    """
    tokens = list(_tokens(command))
    for place, token in enumerate(tokens[:-3]):
        if token.text == "table":
            is_quoted = tokens[place + 1].text == "["
            start, end = tokens[place + 1].start, tokens[place + (3 if is_quoted else 1)].end
            return f"{command[:start]}{kql.quote_name(name)}{command[end:]}"
    return command


def strings_of_table(command: str) -> tuple[PlacedString, ...]:
    """Return the connection strings of an external table; nothing where one cannot be read.

    They stand in the first brackets behind the kind that hold neither partitions nor a path.
    """
    tokens = list(_tokens(command))
    start = _place_of_strings(tokens)
    if start is None:
        return ()
    found: list[PlacedString] = []
    for token in tokens[start:]:
        if token.text in _CLOSES:
            break
        if token.literals:
            placed = _placed(token)
            if placed is None:
                return ()
            found.append(placed)
    return tuple(found)


def _place_of_strings(tokens: Sequence[_Token]) -> int | None:
    depth, is_behind_kind = 0, False
    for place, token in enumerate(tokens):
        if not depth and token.text == "kind":
            is_behind_kind = True
        if token.text == "(" and not depth and is_behind_kind:
            before = [one.text for one in tokens[max(0, place - 2) : place]]
            if before[-1:] != ["by"] and before != ["pathformat", "="]:
                return place + 1
        depth += (token.text in _OPENS) - (token.text in _CLOSES)
    return None


def _placed(token: _Token) -> PlacedString | None:
    try:
        string = parse(token.said)
    except InvalidConnectionString:
        return None
    return PlacedString(token.start, token.end, string)


def as_placed(connection_strings: Sequence[str]) -> tuple[PlacedString, ...]:
    """Return connection strings that stand in no text; nothing where one cannot be read."""
    try:
        return tuple(PlacedString(0, 0, parse(one)) for one in connection_strings)
    except InvalidConnectionString:
        return ()


def strings_of_body(text: str, operators: Sequence[str]) -> tuple[PlacedString, ...]:
    """Return the connection strings that operators in a query are given.

    They are literals among the arguments, or those of a variable or parameter that is named there.
    """
    found = map(_placed, _given(text, operators))
    return tuple(one for one in found if one is not None)


def builds_strings(text: str, operators: Sequence[str]) -> bool:
    """Tell whether an operator is given a secret that is only a part of a connection string.

    That is a literal that looks like one, or that is kept out of logs where no whole one is.
    """
    given = tuple(_given(text, operators))
    parts = [one for one in given if _placed(one) is None]
    is_whole = any(placed.is_to_migrate for placed in map(_placed, given) if placed is not None)
    return any(scrubbed(one.said) != one.said or (one.is_hidden and not is_whole) for one in parts)


def _given(text: str, operators: Sequence[str]) -> Iterator[_Token]:
    """Yield the literals that operators are given, in arguments or by variables."""
    spans = argument_spans(operators, text)
    named = {
        one.text for start, end in spans for one in _tokens(text[start:end]) if not one.literals
    }
    tokens = list(_tokens(text))
    for place, token in enumerate(tokens):
        if token.literals and (_is_within(token, spans) or _variable(tokens, place) in named):
            yield token


def _is_within(token: _Token, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start < end for start, end in spans)


def _variable(tokens: Sequence[_Token], place: int) -> str:
    """Return what a literal is the value of: ``let NAME = '…'``, or ``NAME:string = '…'``."""
    before = [one.text for one in tokens[max(0, place - 4) : place]]
    if before[-1:] != ["="]:
        return ""
    if before[-3:-2] == ["let"]:
        return before[-2]
    return before[-4] if before[-3:-2] == [":"] else ""


def hides_strings(text: str, operators: Sequence[str]) -> bool:
    """Tell whether an operator is given a literal of which the service shows asterisks only."""
    return any(
        set(token.said) == {"*"}
        for start, end in argument_spans(operators, text)
        for token in _tokens(text[start:end])
        if token.literals
    )


def masks_texts(text: str) -> bool:
    """Tell whether the service shows asterisks in place of a literal, which sending would lose."""
    return any(one.is_hidden and set(one.said) == {"*"} for one in _tokens(text))


def replaced(text: str, placed: Sequence[PlacedString], change: Change) -> str:
    """Return a text in which those connection strings that are to migrate are other ones."""
    parts: list[str] = []
    end = 0
    for one in placed:
        if one.is_to_migrate:
            parts += [text[end : one.start], _literal(text[one.start], change(one.string).build())]
            end = one.end
    return "".join([*parts, text[end:]])


def _literal(first: str, connection_string: str) -> str:
    """Quote a connection string; it is kept out of logs if the one before was."""
    is_hidden = first in {"h", "H"}
    return (kql.obfuscated_literal if is_hidden else kql.verbatim_literal)(connection_string)


def without_strings(text: str, placed: Sequence[PlacedString]) -> str:
    """Return the rest of a text: what must be the same before and after."""
    parts: list[str] = []
    end = 0
    for one in placed:
        parts += [text[end : one.start], "…"]
        end = one.end
    return " ".join("".join([*parts, text[end:]]).split())


def with_property(command: str, name: str, value: str) -> str:
    """Return a command with a property among those of its ``with (…)``, before its query.

    >>> with_property(".create-or-alter continuous-export E to table T <| A", "x", "1")
    '.create-or-alter continuous-export E to table T with (x=1) <| A'
    """
    tokens = list(_tokens(command))
    for place, token in enumerate(tokens):
        if [one.text for one in tokens[place : place + 2]] == ["with", "("]:
            at = tokens[place + 1].end
            more = ", " if tokens[place + 2].text != ")" else ""
            return f"{command[:at]}{name}={value}{more}{command[at:]}"
        if [one.text for one in tokens[place : place + 2]] == ["<", "|"]:
            return f"{command[: token.start]}with ({name}={value}) {command[token.start :]}"
    return command
