"""Values as literals of the query language."""

from __future__ import annotations

import json
from typing import Any

from adxmi_jupyter.embedded.engine.canonical import canonical_text
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.engine.tokens import tokens_of, written


def literal_text(kind: str, value: Any) -> str:
    """Return the literal of a JSON-ready value of a type."""
    if kind == "string":
        return written("" if value is None else str(value))
    if kind == "dynamic":
        return f"dynamic({json.dumps(value, ensure_ascii=False)})"
    if kind == "decimal":
        return "todecimal('')" if value is None else f"todecimal({written(str(value))})"
    if value is None:
        return f"{kind}(null)"
    if kind == "bool":
        return "true" if value else "false"
    return f"{kind}({value})"


def declared_value(name: str, kind: str, given: Any) -> str:
    """Return the literal for a query parameter's value, which comes as a text (or as JSON).

    Texts are what they are; numbers may be bare, and all others are literals of the language.
    Raises a QuerySemanticError for what is none of that type.
    """
    if kind == "string":
        return literal_text(kind, given)
    if not isinstance(given, str):
        return literal_text(kind, given)
    tokens = tokens_of(given)
    is_typed = len(tokens) == 1 and tokens[0].kind == "typed"
    is_dynamic = bool(tokens) and tokens[0].text == "dynamic" and kind == "dynamic"
    if is_dynamic:
        return canonical_text(tokens, 0, len(tokens), given)
    if is_typed:
        word, _, inner = tokens[0].text[:-1].partition("(")
        del word
        return literal_text("decimal", inner) if kind == "decimal" else f"{kind}({inner})"
    if kind == "dynamic" or "(" in given or ")" in given:
        raise QuerySemanticError(f"The value of '{name}' is no {kind}.")
    return literal_text("decimal", given) if kind == "decimal" else f"{kind}({given})"
