"""The inside of `dynamic(…)` as a value (page: The dynamic data type)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.columns import canonical
from adxmi_jupyter.embedded.engine.lengths import microseconds_in, shown_length
from adxmi_jupyter.embedded.engine.tokens import syntax_error
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.engine.tokens import Token

_WORDS = {"true": True, "false": False, "null": None}


def dynamic_value(tokens: Sequence[Token], first: int, last: int, text: str) -> Any:
    """Return the value of these tokens; a QuerySyntaxError when they are no JSON as Kusto has it.

    Lengths of time and moments become the texts that Kusto makes of them.
    """
    reader = _Reader(tokens[first:last], text)
    value = reader.value()
    if reader.tokens:
        raise reader.error()
    return value


class _Reader:
    """Takes values off the front of a list of tokens."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self.tokens = list(tokens)
        self._text = text
        self._end = tokens[-1].end if tokens else len(text)

    def error(self) -> Exception:
        place = self.tokens[0].start if self.tokens else self._end
        return syntax_error("A value of JSON is expected in dynamic().", self._text, place)

    def value(self) -> Any:
        if not self.tokens:
            raise self.error()
        token = self.tokens.pop(0)
        match token.kind, token.text:
            case "string", _:
                return token.value + self._more_text()
            case "mark", "[":
                return self._items("]", self.value)
            case "mark", "{":
                return dict(self._items("}", self._member))
            case "mark", "-":
                return -self._number()
            case "word", word if word.casefold() in _WORDS:
                return _WORDS[word.casefold()]
            case "number", _:
                self.tokens.insert(0, token)
                return self._number()
            case "typed", _:
                return self._typed(token)
        self.tokens.insert(0, token)
        raise self.error()

    def _more_text(self) -> str:
        texts = []
        while self.tokens and self.tokens[0].kind == "string":
            texts.append(self.tokens.pop(0).value)
        return "".join(texts)

    def _items(self, end: str, read: Any) -> list[Any]:
        items: list[Any] = []
        if self._takes(end):
            return items
        while True:
            items.append(read())
            if self._takes(end):
                return items
            if not self._takes(","):
                raise self.error()

    def _takes(self, text: str) -> bool:
        found = bool(self.tokens) and self.tokens[0].text == text
        if found:
            self.tokens.pop(0)
        return found

    def _member(self) -> tuple[str, Any]:
        if not self.tokens or self.tokens[0].kind != "string":
            raise self.error()
        name = self.tokens.pop(0).value + self._more_text()
        if not self._takes(":"):
            raise self.error()
        return name, self.value()

    def _number(self) -> Any:
        if not self.tokens or self.tokens[0].kind != "number":
            raise self.error()
        token = self.tokens.pop(0)
        length = microseconds_in(token.text)
        if length is not None:
            return shown_length(length)
        try:
            return int(token.text) if token.text.isdecimal() else float(token.text)
        except ValueError as error:
            raise syntax_error("This is no number.", self._text, token.start) from error

    def _typed(self, token: Token) -> Any:
        word, _, inner = token.text[:-1].partition("(")
        kind, inner = canonical(word), inner.strip()
        if inner == "null":
            return None
        if kind == "timespan":
            length = microseconds_in(inner)
            value = convert(inner, "timespan") if length is None else shown_length(length)
        else:
            value = convert(inner, kind)
        if value is None:
            raise syntax_error(f"'{token.text}' is no {kind}.", self._text, token.start)
        return value
