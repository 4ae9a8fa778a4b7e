"""Reads the JSON of policies the way the service does: leniently.

Names and texts may stand in single quotes, as in examples of the documentation; the names of
properties count in any letter case, and unknown ones are ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.properties import read_properties
from adxmi_jupyter.embedded.kusto.values import Property, Value
from adxmi_jupyter.embedded.request_json import MalformedJsonError, load_json

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.properties import Rules

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'((?:[^'\\]|\\.)*)'", re.DOTALL)


def load(text: str, what: str) -> Any:
    """Return the value of a JSON text; a KustoError (400) that names `what` it was to be."""
    try:
        return load_json(_STRING.sub(_double_quoted, text))
    except MalformedJsonError as error:
        raise bad_request(f"The {what} is not valid JSON: {error}") from error


def load_objects(text: str, what: str) -> list[dict[str, Any]]:
    """Return the objects of a JSON array, names in lower case; a KustoError (400) if it is none."""
    array = load(text, what)
    if not isinstance(array, list):
        raise bad_request(f"The {what} must be a JSON array of objects.")
    return [_folded(each, f"Item {index} of the {what}") for index, each in enumerate(array)]


def load_object(text: str, what: str) -> dict[str, Any]:
    """Return a JSON object, property names in lower case; a KustoError (400) if it is none."""
    return _folded(load(text, what), f"The {what}")


def read_members(members: dict[str, Any], rules: Rules, what: str) -> dict[str, Any]:
    """Return {canonical name: value} of the known properties; null is as good as absent."""
    known = {name.casefold() for name in rules}
    given = tuple(
        Property(name, Value(_kind(value), value))
        for name, value in members.items()
        if name in known and value is not None
    )
    return read_properties(given, rules, what)


def _folded(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_request(f"{what} is not an object.")
    return {str(name).casefold(): each for name, each in value.items()}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return {str: "string", int: "long", float: "real"}.get(type(value), "dynamic")


def _double_quoted(match: re.Match[str]) -> str:
    single = match.group(1)
    if single is None:
        return match.group(0)
    return '"' + single.replace("\\'", "'").replace('"', '\\"') + '"'
