"""Reads the JSON of requests, which anybody may have written."""

from __future__ import annotations

import json
from typing import Any

_LARGEST = 4 * 1024**2


class MalformedJsonError(ValueError):
    """A text that is no JSON, or JSON that can't be relied on."""


def load_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    MalformedJsonError for what is no JSON, names a field twice, is nested too deeply, holds
    numbers that are none or have thousands of digits, or is larger than 4 MB. What one reader
    takes from a field that stands there twice is not what another takes.
    """
    if len(text) > _LARGEST:
        raise MalformedJsonError("The JSON is larger than 4 MB.")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except MalformedJsonError:
        raise
    except json.JSONDecodeError as error:
        place = f"at line {error.lineno}, column {error.colno}"
        raise MalformedJsonError(f"{error.msg} {place}.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedJsonError("The JSON is nested too deeply, or not UTF-8.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedJsonError("A field stands in the same object twice.")
    return found


def _constant(name: str) -> Any:
    raise MalformedJsonError(f"{name} is no JSON.")
