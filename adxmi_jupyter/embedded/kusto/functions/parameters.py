"""The parameters of a stored function, as `schema as json` shows them."""

from __future__ import annotations

import re
from typing import Any

_LITERAL = re.compile(
    r"@'(?:[^']|'')*'|@\"(?:[^\"]|\"\")*\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
)
_NAME = re.compile(r"\[\s*(['\"])(.*)\1\s*\]", re.DOTALL)


def input_parameters(text: str) -> list[dict[str, Any]]:
    """Return `InputParameters` of a list of parameters, which is in parentheses as written."""
    return [_parameter(each) for each in _pieces(text.strip()[1:-1])]


def _parameter(text: str) -> dict[str, Any]:
    name, _, kind = text.partition(":")
    shown: dict[str, Any] = {"Name": _bare(name)}
    kind, _, default = kind.strip().partition("=")
    if kind.startswith("("):
        columns = [each.partition(":") for each in _pieces(kind.strip()[1:-1]) if each != "*"]
        shown["Columns"] = [{"Name": _bare(n), "CslType": t.strip()} for n, _, t in columns]
        return shown
    shown["CslType"] = kind.strip()
    if default:
        shown["CslDefaultValue"] = default.strip()
    return shown


def _pieces(text: str) -> list[str]:
    """Return what commas separate, except those in brackets and literals."""
    masked = _LITERAL.sub(lambda literal: "x" * len(literal[0]), text)
    depth, starts = 0, [0]
    for position, sign in enumerate(masked):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            starts.append(position + 1)
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    pieces = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return [piece for piece in pieces if piece]


def _bare(name: str) -> str:
    match = _NAME.fullmatch(name.strip())
    return match[2] if match else name.strip()
