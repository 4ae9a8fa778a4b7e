"""Scalar expressions: literals, columns and calls of a few functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.timespans import read_timespan
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.storage.values import convert, timespan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TYPES = {
    "boolean": "bool",
    "date": "datetime",
    "double": "real",
    "int64": "long",
    "time": "timespan",
    "uniqueid": "guid",
}
_TYPED = re.compile(r"(\w+)\((.*)\)")
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)([a-z]*)")
_DAY = timedelta(days=1)
# The first one that a word starts with counts.
_UNITS = (
    ("microsecond", timedelta(microseconds=1)),
    ("micro", timedelta(microseconds=1)),
    ("milli", timedelta(milliseconds=1)),
    ("ms", timedelta(milliseconds=1)),
    ("tick", timedelta(microseconds=0.1)),
    ("d", _DAY),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)
# How many arguments the functions of the present take.
_MOMENTS = {"now": {0, 1}, "ago": {1}}


class Expression(Protocol):
    """Something with a value in each row."""

    @property
    def name(self) -> str:
        """Name of the column it is; empty for anything else."""

    def kind_in(self, columns: Mapping[str, str]) -> str:
        """Return its Kusto type in a table with these columns."""

    def value_in(self, record: Mapping[str, Any]) -> Any:
        """Return its value in a row."""


@dataclass(frozen=True)
class Literal:
    """A value that stands in the query."""

    kind: str
    value: Any
    name: str = ""

    def kind_in(self, columns: Mapping[str, str]) -> str:
        """Return the type of the value."""
        del columns
        return self.kind

    def value_in(self, record: Mapping[str, Any]) -> Any:
        """Return the value."""
        del record
        return self.value


@dataclass(frozen=True)
class Column:
    """The column of a name; a KustoError (semantic error) where there is none.

    `otherwise` is what a `let` statement has given the name: a column of that name goes first.
    """

    name: str
    otherwise: Literal | None = None

    def kind_in(self, columns: Mapping[str, str]) -> str:
        """Return the type of the column."""
        if self.name not in columns and self.otherwise is not None:
            return self.otherwise.kind
        return str(self.value_in(columns))

    def value_in(self, record: Mapping[str, Any]) -> Any:
        """Return what the row holds there."""
        if self.name in record:
            return record[self.name]
        if self.otherwise is None:
            raise semantic_error(f"There is no column '{self.name}'.")
        return self.otherwise.value


@dataclass(frozen=True)
class Call:
    """A function applied to the values of its arguments."""

    function: Function
    arguments: tuple[Expression, ...]
    name: str = ""

    def kind_in(self, columns: Mapping[str, str]) -> str:
        """Return the type of what the function returns."""
        for each in self.arguments:
            each.kind_in(columns)
        return self.function.kind

    def value_in(self, record: Mapping[str, Any]) -> Any:
        """Return what the function makes of this row's values."""
        return self.function.apply([each.value_in(record) for each in self.arguments])


@dataclass(frozen=True)
class Function:
    """A scalar function and the type of its results."""

    kind: str
    apply: Callable[[Sequence[Any]], Any]


def call(name: str, arguments: tuple[Expression, ...]) -> Call | None:
    """Return the call of a function; None when there is none of that name."""
    function = FUNCTIONS.get(name)
    return Call(function, arguments) if function else None


def typed_literal(text: str) -> Literal:
    """Return the literal of `long(5)`, `datetime(2026-01-05)`, `guid(null)` and the like."""
    match = _TYPED.fullmatch(text)
    word, inner = match.groups() if match else ("", "")
    kind, inner = TYPES.get(word, word), inner.strip()
    if kind == "timespan" and _LENGTH.fullmatch(inner):
        return length_of_time(inner)
    value = None if inner == "null" else convert(inner, kind)
    if value is None and inner != "null":
        raise semantic_error(f"'{text}' is no {kind}.")
    return Literal(kind, value)


def length_of_time(text: str) -> Literal:
    """Return the literal of a length of time such as `1.5h`, or `2` for days.

    Raises a KustoError (semantic error) when it is none, or too long.
    """
    match = _LENGTH.fullmatch(text)
    number, unit = match.groups() if match else ("", "?")
    sizes = [_DAY] if not unit else [size for word, size in _UNITS if unit.startswith(word)]
    try:
        return Literal("timespan", timespan_text(float(number) * sizes[0]))
    except (IndexError, OverflowError) as error:
        raise semantic_error(f"'{text}' is no length of time.") from error


def moment(name: str, arguments: Sequence[Expression], now_ns: int) -> Literal:
    """Return the literal of `now()`, `now(-1h)` or `ago(1h)` when it is so late.

    Raises a KustoError (semantic error) for other arguments, or a moment out of range.
    """
    lengths = [_length_in(each) for each in arguments]
    if None in lengths or len(lengths) not in _MOMENTS[name]:
        raise semantic_error(f"{name}() takes a length of time.")
    shift = sum(filter(None, lengths), timedelta()) // timedelta(microseconds=1) * 1000
    try:
        return Literal("datetime", moment_of(now_ns + (-shift if name == "ago" else shift)))
    except OverflowError as error:
        raise semantic_error(f"{name}() of this length is out of range.") from error


def _length_in(argument: Expression) -> timedelta | None:
    if argument.kind_in({}) != "timespan":
        return None
    return read_timespan(argument.value_in({}) or "")


def _strcat(values: Sequence[Any]) -> str:
    return "".join(convert(value, "string") for value in values)


def _tostring(values: Sequence[Any]) -> str:
    if len(values) != 1:
        raise semantic_error("tostring() takes one argument.")
    return str(convert(values[0], "string"))


def _bag_pack(values: Sequence[Any]) -> dict[str, Any]:
    if len(values) % 2:
        raise semantic_error("bag_pack() takes pairs of a key and a value.")
    return dict(zip(map(str, values[::2]), values[1::2], strict=True))


FUNCTIONS: Mapping[str, Function] = {
    "strcat": Function("string", _strcat),
    "tostring": Function("string", _tostring),
    "bag_pack": Function("dynamic", _bag_pack),
    "pack": Function("dynamic", _bag_pack),
    "pack_dictionary": Function("dynamic", _bag_pack),
}
