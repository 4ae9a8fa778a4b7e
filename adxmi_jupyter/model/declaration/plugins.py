"""What queries with plugins share: the input before the pipe, arguments, options as a bag.

Source: *The dynamic data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import MalformedBody, RepeatedKey
from adxmi_jupyter.model.body import json_value
from adxmi_jupyter.model.kql import multi_line_literal, scalar_literal, string_literal

if TYPE_CHECKING:
    from adxmi_jupyter.model.columns import Column

_LONGEST_LINE = 88
_LONGEST = 2**63 - 1


def piped(source: str, operator: str) -> str:
    """Return a query that feeds an operator, or the operator alone."""
    return f"{source}\n| {operator}" if source.strip() else operator


def piped_into(source: str, then: str) -> str:
    """Return a source, and what the query does with its rows."""
    return f"{source}\n| {then.strip().removeprefix('|').strip()}" if then.strip() else source


def call(plugin: str, *arguments: str) -> str:
    """Return a call; empty arguments at the end are left out, others become ``dynamic(null)``."""
    given = list(arguments)
    while given and not given[-1]:
        given.pop()
    listed = [argument or "dynamic(null)" for argument in given]
    line = f"{plugin}({', '.join(listed)})"
    if len(line) <= _LONGEST_LINE and "\n" not in line:
        return line
    return f"{plugin}(\n    " + ",\n    ".join(listed) + ")"


def text_literal(text: str) -> str:
    """Quote a text; one of several lines stands there as it is, where that can be."""
    return multi_line_literal(text) if "\n" in text else string_literal(text)


class Literal(str):
    """A text that is a literal already; in a bag it stands as it is."""

    __slots__ = ()


def bag(values: Mapping[str, Any]) -> str:
    """Return ``dynamic({…})`` of values, those that are None left out; empty for none."""
    given = {name: value for name, value in values.items() if value is not None}
    return dynamic(given) if given else ""


def dynamic(value: object) -> str:
    """Write ``dynamic(…)`` of whatever JSON can say; lengths of time may be in it, too.

    >>> dynamic({"Retries": 1, "GlobalTimeout": timedelta(minutes=2)})
    'dynamic({"Retries": 1, "GlobalTimeout": 2m})'
    """
    return f"dynamic({_within(value)})"


def _within(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = [f"{string_literal(str(name))}: {_within(one)}" for name, one in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Literal):
        return value
    if isinstance(value, str):
        return string_literal(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_within, value)) + "]"
    if value is None or isinstance(value, bool | int | float | timedelta):
        return scalar_literal(value)
    raise TypeError(f"nothing that JSON can say: {type(value).__name__}")


def output_schema(columns: tuple[Column, ...]) -> str:
    """Return ``: (…)`` for the columns a plugin returns; empty where it finds out itself."""
    return f" : ({', '.join(map(str, columns))})" if columns else ""


def json_object(text: str) -> dict[str, Any]:
    """Read a JSON object that a user typed.

    Raises
    ------
    ValueError
        It is none, or holds a number the service cannot hold.

    """
    value = _json(text)
    if not isinstance(value, dict):
        raise ValueError(f"a JSON object is required, and this is {_kind(value)}")  # noqa: TRY004
    return value


def json_list(text: str) -> list[dict[str, Any]]:
    """Read a JSON array of objects, as ingestion mappings are; raises as `json_object` does."""
    value = _json(text)
    if not isinstance(value, list) or not value:
        raise ValueError(f"a JSON array of objects is required, and this is {_kind(value)}")
    if not all(isinstance(one, dict) for one in value):
        raise ValueError("a JSON array of objects is required, and an element isn't an object")
    return value


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "an array", str: "a text", bool: "a flag"}
    return kinds.get(type(value), "null" if value is None else "a number")


def _json(text: str) -> object:
    try:
        # The keys of dynamic values count with their letter case.
        return json_value(text, ignore_case=False, whole=_long, real=_real)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"it isn't valid JSON: {error.msg} ({place})") from None
    except RepeatedKey as error:
        raise ValueError(f"{error.what} ({error.why})") from None
    except MalformedBody as error:
        raise ValueError(error.why) from None


def _long(digits: str) -> int:
    if len(digits.lstrip("-")) > len(str(_LONGEST)) or abs(int(digits)) > _LONGEST:
        raise ValueError("a number in it is larger than the service can hold")
    return int(digits)


def _real(digits: str) -> float:
    if not math.isfinite(float(digits)):
        raise ValueError("a number in it is larger than the service can hold")
    return float(digits)
