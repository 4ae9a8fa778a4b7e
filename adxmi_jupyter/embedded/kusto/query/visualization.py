"""What `render` asks for: how a client is to draw the result (page: render operator)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.engine.tokens import split_at, tokens_of
from adxmi_jupyter.embedded.kusto.query.clauses import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Mapping[str, Any] = {
    "Visualization": None,
    "Title": None,
    "XColumn": None,
    "Series": None,
    "YColumns": None,
    "AnomalyColumns": None,
    "XTitle": None,
    "YTitle": None,
    "XAxis": None,
    "YAxis": None,
    "Legend": None,
    "YSplit": None,
    "Accumulate": False,
    "IsQuerySorted": False,
    "Kind": None,
    "Ymin": "NaN",
    "Ymax": "NaN",
}
NOTHING = json.dumps(_NOTHING)
"""What a result says that is not to be drawn."""

_KEYS = {key.lower(): key for key in _NOTHING if key not in {"Visualization", "IsQuerySorted"}}


def visualization_of(text: str) -> str:
    """Return what the last operator of a query asks for, as the JSON of the property.

    Raises a QuerySemanticError for a property that `render` does not have.
    """
    tokens = tokens_of(text)
    statements = list(split_at(tokens, 0, len(tokens), ";", text))
    filled = [span for span in statements if span[0] < span[1]]
    if not filled:
        return NOTHING
    *before, (first, last) = split_at(tokens, *filled[-1], "|", text)
    cursor = Cursor(tokens, text, first, last)
    if not before or not cursor.takes("render"):
        return NOTHING
    kind = cursor.word("The name of a visualization")
    asked = _properties(cursor.bracketed("(")) if cursor.takes("with") else {}
    return json.dumps({**_NOTHING, "Visualization": kind, **asked})


def _properties(cursor: Cursor) -> dict[str, Any]:
    """Return properties by their keys; what has no name is one more column of the one before."""
    found: dict[str, Any] = {}
    key = ""
    for each in cursor.strict_items():
        if cursor.tokens[each.place + 1].text != "=" and key:
            found[key] += "," + each.name()
            continue
        name = each.word("The name of a property")
        each.needs("=")
        if name.lower() not in _KEYS:
            raise QuerySemanticError(f"render has no property '{name}'.")
        key = _KEYS[name.lower()]
        found[key] = _value(each)
    return found


def _value(cursor: Cursor) -> str | float | bool:
    """Return a value: a text, a number, a truth value, or a word."""
    tokens = cursor.tokens[cursor.place : cursor.last]
    text = "".join(each.text for each in tokens)
    if len(tokens) == 1 and tokens[0].kind == "string":
        return tokens[0].value
    if tokens and tokens[-1].kind == "number":
        return float(text)
    return text.lower() == "true" if text.lower() in {"true", "false"} else text
