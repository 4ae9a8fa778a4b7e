"""Goes through the tokens of an expression, and lets what is special in it be run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine import functions as known_functions
from adxmi_jupyter.embedded.engine.canonical import canonical_text
from adxmi_jupyter.embedded.engine.tokens import (
    closing,
    is_negative_length,
    name_written,
    split_at,
    syntax_error,
)
from adxmi_jupyter.embedded.kusto.query.clauses import Cursor

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.tokens import Token
    from adxmi_jupyter.embedded.kusto.query.reading import Reading

_BEFORE_SOURCES = frozenset({"union", "join", "lookup"})


_SCALARS = frozenset(
    {*known_functions.SCALARS, *known_functions.AGGREGATES, "now", "ago", "dynamic"}
)


class Walk:
    """Goes through the tokens between two brackets, and keeps where a pipeline has begun."""

    def __init__(self, resolution: Reading, first: int, last: int) -> None:
        self._resolution = resolution
        self._tokens = resolution.tokens
        self._first = self._place = first
        self._last = last
        self._out: list[str] = []
        self._begun = 0
        self._at_source = True
        self._in_union = False
        self._takes_statements = False

    def text(self) -> str:
        """Return the tokens as a text for the engine."""
        while self._place < self._last:
            self._step(self._tokens[self._place])
        return "".join(self._out)

    def _step(self, token: Token) -> None:
        if token.text == "evaluate" and token.kind == "word" and self._begins_operator():
            self._evaluate()
        elif self._at_source and self._is_parameter():
            self._copy(3)
        elif self._at_source and self._source():
            self._at_source = False
        elif token.text in {"(", "[", "{"} and token.kind == "mark":
            self._nested(token)
        else:
            self._plain(token)

    def _begins_operator(self) -> bool:
        before = self._place - 1
        return self._at_source or (before >= self._first and self._tokens[before].text == "|")

    def _is_parameter(self) -> bool:
        """Tell whether `name=value` of an operator comes next."""
        following = self._place + 1
        return (
            self._in_union
            and self._tokens[self._place].kind == "word"
            and following + 1 < self._last
            and self._tokens[following].text == "="
        )

    def _copy(self, count: int) -> None:
        end = min(self._place + count, self._last)
        self._out += [
            self._blank(),
            canonical_text(self._tokens, self._place, end, self._resolution.text),
        ]
        self._place = end

    def _blank(self) -> str:
        return " " if self._place > self._first else ""

    def _source(self) -> bool:
        cursor = Cursor(self._tokens, self._resolution.text, self._place, self._last)
        found = self._resolution.source(cursor)
        if found is None:
            return False
        self._out += [self._blank(), name_written(found.name)]
        self._place = cursor.place
        return True

    def _evaluate(self) -> None:
        text = self._resolution.text
        spans = split_at(self._tokens, self._place + 1, self._last, "|", text)
        first, end = next(spans)
        piped = "".join(self._out[self._begun :]).strip()
        cursor = Cursor(self._tokens, text, first, end)
        found = self._resolution.plugin(cursor, piped.removesuffix("|") if piped else None)
        self._out[self._begun :] = [" ", name_written(found.name)]
        self._place, self._at_source = end, False

    def _nested(self, token: Token) -> None:
        """Go through brackets: what stands in them may be a pipeline of its own."""
        before = self._tokens[self._place - 1] if self._place > self._first else None
        end = closing(self._tokens, self._place, self._resolution.text)
        is_call = before is not None and before.kind == "word"
        if before is not None and before.text == "dynamic":
            self._out[-1:] = [
                canonical_text(self._tokens, self._place - 1, end + 1, self._resolution.text)
            ]
        else:
            if is_call and before is not None and token.text == "(":
                self._resolution.declare_scalar(before.text)
            inner = Walk(self._resolution, self._place + 1, end)
            inner._takes_statements = token.text == "{"
            inner._at_source = token.text != "[" and not (
                is_call and before is not None and before.text in _SCALARS
            )
            body = inner.text()
            if self._is_parenthesized_source(token, end):
                self._out.append(self._resolution.named(body))
                self._place, self._at_source = end + 1, False
                return
            if token.text == "[":
                body = body.rstrip().removesuffix(",")
            glue = "" if is_call else self._blank()
            self._out.append(f"{glue}{token.text}{body}{self._tokens[end].text}")
        self._place, self._at_source = end + 1, False

    def _is_parenthesized_source(self, token: Token, end: int) -> bool:
        """Tell whether a query begins with one in parentheses, which the translator refuses."""
        if token.text != "(" or self._place != self._first or not self._at_source:
            return False
        is_function = end + 1 < self._last and self._tokens[end + 1].text == "{"
        inside = Cursor(self._tokens, self._resolution.text, self._place + 1, end)
        return not is_function and self._resolution.is_tabular(inside)

    def _plain(self, token: Token) -> None:
        before = self._tokens[self._place - 1] if self._place > self._first else None
        end = self._place + 1
        if token.text == ";" and not self._takes_statements:
            raise syntax_error("';' is not expected here.", self._resolution.text, token.start)
        if token.text == "-" and end < self._last:
            end += is_negative_length(self._tokens, self._place)
        if token.kind == "string":
            while end < self._last and self._tokens[end].kind == "string":
                end += 1
        gap = self._resolution.text[before.end : token.start] if before is not None else ""
        glued = before is not None and not gap
        self._out += [
            "" if glued else self._blank(),
            canonical_text(self._tokens, self._place, end, self._resolution.text),
        ]
        begins_operator = before is not None and before.text == "|"
        if token.text in _BEFORE_SOURCES and (begins_operator or self._at_source):
            self._in_union = self._at_source = True
        elif token.text == "|":
            self._in_union = self._at_source = False
        else:
            self._at_source = token.text == "," and self._in_union
        self._place = end
