"""Texts with one form of every literal, so that every reader reads the same.

Kusto's rules for literals are many: obfuscated (`h'…'`), verbatim (`@'…'`) and multi-line texts,
neighbours that are one text, single quotes inside `dynamic`, lengths of time inside `dynamic`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.columns import canonical
from adxmi_jupyter.embedded.engine.dynamic_literals import dynamic_value
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.lengths import microseconds_in, shown_length
from adxmi_jupyter.embedded.engine.tokens import closing, is_negative_length, written
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.engine.tokens import Token

_BLANK = re.compile(r"(?:\s|//[^\r\n]*)+")


DECIMAL = "\0decimal:"
"""Begins a text that stands for a decimal among the values of a `datatable`."""

_HEXADECIMAL = re.compile(r"-?0[xX][0-9a-fA-F]+")


_CLOCK = re.compile(r"(?:\d+\.)?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,7})?)?|\d{1,7}")


# What Kusto reads beside ISO 8601, such as 12-31-2026 10:00.
_MONTH_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?")


def canonical_text(tokens: Sequence[Token], first: int, last: int, text: str) -> str:
    """Return tokens as a text with one form of every literal.

    Raises a QuerySyntaxError or a QuerySemanticError for a literal that is none.
    """
    parts: list[str] = []
    place, behind = first, tokens[first].start if first < last else 0
    while place < last:
        token, end = tokens[place], place
        parts.append(_BLANK.sub(" ", text[behind : token.start]))
        if token.kind == "string":
            while end + 1 < last and tokens[end + 1].kind == "string":
                end += 1
            parts.append(written("".join(each.value for each in tokens[place : end + 1])))
        elif token.text == "dynamic" and _is(tokens, place + 1, "("):
            end = closing(tokens, place + 1, text)
            parts.append(f"dynamic({_json_text(tokens, place + 2, end, text)})")
        elif token.text == "," and place + 1 < last and tokens[place + 1].text == "]":
            pass  # Kusto takes a comma behind the last value.
        elif token.text == "-" and is_negative_length(tokens, place):
            end = place + 1
            parts.append(f"time(-{shown_length(microseconds_in(tokens[end].text) or 0)})")
        elif token.kind == "typed":
            parts.append(_typed_text(tokens, place))
        else:
            parts.append(token.text)
        place, behind = end + 1, tokens[end].end
    return "".join(parts)


def _is_in_table(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a token is one of the values of a `datatable`."""
    opening = _opening(tokens, place)
    if not _is(tokens, opening, "[") or not _is(tokens, opening - 1, ")"):
        return False
    return _is(tokens, _opening(tokens, opening - 1) - 1, "datatable")


def _opening(tokens: Sequence[Token], place: int) -> int:
    """Return the place of the bracket that a token stands in; -1 when there is none."""
    depth = 0
    for before in range(place - 1, -1, -1):
        if tokens[before].text in {")", "]", "}"}:
            depth += 1
        elif tokens[before].text in {"(", "[", "{"}:
            depth -= 1
            if depth < 0:
                return before
    return -1


def _typed_text(tokens: Sequence[Token], place: int) -> str:
    """Return a literal that names its type; a QuerySemanticError when it is none.

    The translator reads decimals as doubles, and takes no functions among the values of a table.
    """
    text = tokens[place].text
    word, _, inner = text[:-1].partition("(")
    kind, inner = canonical(word), inner.strip()
    is_null = inner in {"null", ""}
    if not is_null and not _is_value(kind, inner):
        raise QuerySemanticError(f"'{text}' is no {kind}.")
    if kind == "decimal" and not _is_in_table(tokens, place):
        return f"todecimal({written('' if is_null else inner)})"
    if kind == "decimal" and not is_null:
        return written(DECIMAL + inner)
    return f"{word}({'null' if is_null else inner})"


def _is_value(kind: str, text: str) -> bool:
    """Tell whether a text is one of a type's values, as they stand in literals."""
    if kind in {"int", "long"} and _HEXADECIMAL.fullmatch(text):
        return True
    if kind == "timespan":
        whole = text.removeprefix("-").strip()
        return bool(_CLOCK.fullmatch(whole)) or microseconds_in(whole) is not None
    if kind == "datetime" and _MONTH_FIRST.fullmatch(text):
        return True
    if kind == "real" and text.casefold() in {"nan", "+inf", "-inf", "inf"}:
        return True
    return convert(text, kind) is not None


def _is(tokens: Sequence[Token], place: int, text: str) -> bool:
    return 0 <= place < len(tokens) and tokens[place].text == text


def _json_text(tokens: Sequence[Token], first: int, last: int, text: str) -> str:
    """Return what stands in `dynamic(…)` as JSON; a QuerySyntaxError when it is none."""
    try:
        return json.dumps(dynamic_value(tokens, first, last, text), ensure_ascii=False)
    except RecursionError as error:
        raise UnsupportedError("a dynamic value that is nested so deeply") from error
