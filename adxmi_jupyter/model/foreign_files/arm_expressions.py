"""Evaluate expressions of ARM templates as far as literals go: parameters, variables, texts.

A parameter has its default value, or what the deployment around it gives. What depends on Azure, on
other resources or on other functions is no literal.

Source: *Template functions*, *Understand the structure and syntax of ARM templates* (Azure docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adxmi_jupyter.model.foreign_files.parts import Expression

_TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>[(),.\[\]]))"
)
_FIELD = re.compile(r"\{(\d+)\}")
_DEEPEST = 50


HOLE = "\0"
"""What stands in a name for a part that cannot be evaluated."""


class _NotLiteralError(Exception):
    """An expression that cannot be evaluated here."""


def is_expression(value: object) -> bool:
    """Tell whether a value is an expression: in square brackets, of which two stand for one."""
    return isinstance(value, str) and value[:1] == "[" and value[1:2] != "[" and value[-1:] == "]"


def literal(text: str) -> str:
    """Return a text as it is written in a template so that it is no expression.

    >>> literal("[x]"), literal("x")
    ('[[x]', 'x')
    """
    return f"[{text}" if text[:1] == "[" and text[-1:] == "]" else text


@dataclass(frozen=True)
class Scope:
    """The parameters and variables of a template, by their names in lower case."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0

    def value(self, written: Any) -> Any:
        """Return what a value says: an `Expression` for what is none of the literals."""
        if isinstance(written, Mapping):
            return {name: self.value(one) for name, one in written.items()}
        if isinstance(written, list):
            return [self.value(one) for one in written]
        if not is_expression(written):
            is_doubled = isinstance(written, str) and written[:2] == "[[" and written[-1:] == "]"
            return written[1:] if is_doubled else written
        try:
            return _Evaluation(written[1:-1], self).whole()
        except _NotLiteralError:
            return Expression(written)

    def name(self, written: Any) -> str:
        """Return the name of a resource, with holes for the parts that are not literal."""
        if not is_expression(written):
            value = self.value(written)
            return value if isinstance(value, str) else HOLE
        try:
            value = _Evaluation(written[1:-1], self, leaves_holes=True).whole()
        except _NotLiteralError:
            return HOLE
        return value if isinstance(value, str) else HOLE

    def parameter(self, name: str) -> Any:
        """Return a parameter."""
        return self._named(self.parameters, name)

    def variable(self, name: str) -> Any:
        """Return a variable."""
        return self._named(self.variables, name)

    def _named(self, among: Mapping[str, Any], name: str) -> Any:
        if name.lower() not in among or self.depth > _DEEPEST:
            raise _NotLiteralError
        deeper = Scope(self.parameters, self.variables, self.depth + 1)
        return deeper.value(among[name.lower()])


class _Evaluation:
    """Reads one expression from left to right."""

    def __init__(self, text: str, scope: Scope, *, leaves_holes: bool = False) -> None:
        self._text, self._scope, self._at = text, scope, 0
        self._leaves_holes = leaves_holes

    def whole(self) -> Any:
        """Return the value of all of it."""
        value = self._value()
        if self._text[self._at :].strip() or isinstance(value, Expression):
            raise _NotLiteralError
        return value

    def _next(self) -> re.Match[str]:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise _NotLiteralError
        self._at = found.end()
        return found

    def _is_at(self, mark: str) -> bool:
        found = _TOKEN.match(self._text, self._at)
        return found is not None and found["mark"] == mark

    def _value(self) -> Any:
        found = self._next()
        if found["text"] is not None:
            return found["text"].replace("''", "'")
        if found["number"] is not None:
            return int(found["number"])
        if found["name"] is None:
            raise _NotLiteralError
        return self._accessed(self._call(found["name"].lower()))

    def _call(self, name: str) -> Any:
        if not self._is_at("("):
            raise _NotLiteralError
        self._next()
        arguments: list[Any] = []
        while not self._is_at(")"):
            arguments.append(self._value())
            if self._is_at(","):
                self._next()
            elif not self._is_at(")"):
                raise _NotLiteralError
        self._next()
        try:
            return self._called(name, arguments)
        except _NotLiteralError:
            if self._leaves_holes:
                return HOLE
            raise

    def _called(self, name: str, arguments: list[Any]) -> Any:
        if name not in _FUNCTIONS or any(_is_open(one) for one in arguments):
            raise _NotLiteralError
        try:
            value = _FUNCTIONS[name](self._scope, *arguments)
        except (TypeError, ValueError, IndexError) as error:
            raise _NotLiteralError from error
        if isinstance(value, Expression):
            raise _NotLiteralError
        return value

    def _accessed(self, value: Any) -> Any:
        while self._is_at(".") or self._is_at("["):
            is_index = self._next()["mark"] == "["
            step = self._value() if is_index else self._next()["name"]
            if is_index and self._next()["mark"] != "]":
                raise _NotLiteralError
            value = HOLE if value == HOLE else _step(value, step)
        return value


def _step(value: Any, step: Any) -> Any:
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    if isinstance(value, Mapping) and isinstance(step, str):
        found = next((key for key in value if key.lower() == step.lower()), None)
        if found is not None:
            return value[found]
    raise _NotLiteralError


def _is_open(value: Any) -> bool:
    """Tell whether there is an expression in a value."""
    if isinstance(value, Mapping):
        return any(_is_open(one) for one in value.values())
    if isinstance(value, list):
        return any(_is_open(one) for one in value)
    return isinstance(value, Expression)


def _format(_: Scope, pattern: str, *values: Any) -> str:
    return _FIELD.sub(lambda found: _word(values[int(found[1])]), pattern)


def _concat(_: Scope, *values: Any) -> Any:
    if all(isinstance(one, list) for one in values):
        return [item for one in values for item in one]
    return "".join(map(_word, values))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str | int):
        return str(value)
    raise TypeError


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "parameters": lambda scope, name: scope.parameter(name),
    "variables": lambda scope, name: scope.variable(name),
    "concat": _concat,
    "format": _format,
    "tolower": lambda _, text: _word(text).lower(),
    "toupper": lambda _, text: _word(text).upper(),
    "string": lambda _, value: _word(value),
    "createarray": lambda _, *values: list(values),
    "createobject": lambda _, *pairs: dict(zip(pairs[::2], pairs[1::2], strict=True)),
    "true": lambda _: True,
    "false": lambda _: False,
}
