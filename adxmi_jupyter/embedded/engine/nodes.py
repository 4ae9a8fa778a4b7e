"""Nodes of the translator's tree with their Kusto types, and conversions from type to type."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.functions import NUMBERS

Kinds = Mapping[str, str]

# By type: the function that reads a dynamic value as one.
CONVERSIONS = {
    "string": "tostring",
    "int": "toint",
    "long": "tolong",
    "real": "todouble",
    "decimal": "todecimal",
    "bool": "tobool",
    "datetime": "todatetime",
    "timespan": "totimespan",
    "guid": "toguid",
}


# By type: the function that writes its values as `tostring` does.
_TEXTS = {
    "int": "$plain_text",
    "long": "$plain_text",
    "guid": "$plain_text",
    "real": "$real_text",
    "dynamic": "$dynamic_text",
    "bool": "$bool_text",
    "datetime": "$moment_text",
    "timespan": "$length_text",
    "decimal": "$decimal_text",
}


# By type: the function that makes its values of numbers.
_FROM_NUMBERS = {"int": "$int", "long": "$truncated", "real": "$real"}


@dataclasses.dataclass(frozen=True)
class Typed:
    """A node of the translator's tree and the Kusto type of its values."""

    node: Any
    kind: str

    @property
    def is_literal(self) -> bool:
        """Whether it is a value that stands in the query."""
        return type(self.node).__name__ == "Literal"


def call(name: str, *arguments: Any) -> Any:
    """Return the node of a function's call."""
    return libraries.node("FunctionCall", name, arguments)


def literal(value: Any, kind: str) -> Any:
    """Return the node of a value."""
    return libraries.node("Literal", value, kind)


def text_of(given: Typed) -> Any:
    """Return a node for the text of values, as `tostring` writes them."""
    return given.node if given.kind == "string" else call(_TEXTS[given.kind], given.node)


def converted(given: Typed, kind: str) -> Any:
    """Return a node for values as ones of another type, as `tolong` and its like make them."""
    if given.kind == kind:
        return given.node
    if kind == "string":
        return text_of(given)
    own = _FROM_NUMBERS.get(kind) if given.kind in NUMBERS else None
    return call(own or CONVERSIONS[kind], given.node)
