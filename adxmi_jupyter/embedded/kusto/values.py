"""Scalar literals, properties and columns of commands, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lark import Token, Transformer, v_args

from adxmi_jupyter.embedded.engine.columns import canonical
from adxmi_jupyter.embedded.kusto.errors import syntax_error
from adxmi_jupyter.embedded.kusto.timespans import read_timespan

Columns = tuple[tuple[str, str], ...]

# Documented with bare column names, which the open-source grammar does not know.
_WITH_BARE_WORDS = {"primarykey"}
_TYPED = re.compile(r"(\w+)\(\s*(.*?)\s*\)", re.DOTALL)
_QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Value:
    """A literal: its Kusto type, and its text, number, truth or `timedelta`; None for null.

    The type `word` is a bare name, which few properties take.
    """

    kind: str
    value: Any


@dataclass(frozen=True)
class Property:
    """One `name = value` of a command's `with (…)`."""

    name: str
    value: Value


Properties = tuple[Property, ...]


@v_args(inline=True)
class ToValues(Transformer[Token, Any]):
    """Turn the trees of values.lark into values."""

    def text(self, *literals: str) -> Value:
        """Join adjacent string literals."""
        return Value("string", "".join(literals))

    def whole_number(self, literal: Token) -> Value:
        """Read decimal and hexadecimal digits."""
        return Value("long", _whole(literal))

    def number(self, literal: Token) -> Value:
        """Read a number with a fraction or an exponent."""
        return Value("real", float(literal))

    def length_of_time(self, literal: Token) -> Value:
        """Read a length such as `1.5h`."""
        return Value("timespan", read_timespan(literal))

    def bare_guid(self, literal: Token) -> Value:
        """Read a GUID without quotes."""
        return Value("guid", literal.lower())

    def truth(self, literal: Token) -> Value:
        """Read `true` or `false`."""
        return Value("bool", literal.lower() == "true")

    def bare_word(self, word: Token) -> Value:
        """Keep a bare name, for the few properties that take one."""
        return Value("word", word)

    def typed(self, literal: Token) -> Value:
        """Read a literal that names its type, such as `timespan(2d)`."""
        return _typed(literal)

    def property(self, name: str, value: Value) -> Property:
        """Return one property; a KustoError for a bare word, unless the property takes one."""
        word = value.value
        if value.kind == "word" and name.casefold() not in _WITH_BARE_WORDS:
            raise syntax_error(
                f"'{word}' is no literal; write it in quotes.", word.line or 1, word.column or 1
            )
        return Property(name, value)

    def properties(self, *properties: Property) -> Properties:
        """Return all properties, in order."""
        return properties

    def column(self, name: str, kind: Token) -> tuple[str, str]:
        """Return a column's name and the canonical name of its type."""
        return name, canonical(str(kind))

    def columns(self, *columns: tuple[str, str]) -> Columns:
        """Return all columns, in order."""
        return columns

    def connections(self, *texts: Value) -> tuple[str, ...]:
        """Return connection strings, or other texts in parentheses."""
        return tuple(text.value for text in texts)


def _typed(literal: Token) -> Value:
    match = _TYPED.fullmatch(literal)
    word, inner = match.groups() if match else (str(literal), "")
    kind = canonical(word)
    if inner == "null":
        return Value(kind, None)
    quoted = _QUOTED.fullmatch(inner)
    try:
        return Value(kind, _read(kind, quoted.group(2) if quoted else inner))
    except (ValueError, KeyError) as error:
        raise syntax_error(
            f"'{literal}' is no literal of type {kind}.", literal.line or 1, literal.column or 1
        ) from error


def _read(kind: str, text: str) -> Any:
    if kind in {"long", "int"}:
        return _whole(text)
    if kind in {"real", "decimal"}:
        return float(text)
    if kind == "bool":
        return _TRUTH[text.lower()]
    if kind == "timespan":
        length = read_timespan(text)
        if length is None:
            raise ValueError(text)
        return length
    return text


def _whole(text: str) -> int:
    return int(text, 16 if "x" in text.lower() else 10)
