"""Moments that stand in a query, to the tick of 100 nanoseconds.

DuckDB's usual type for moments counts microseconds, and another one nanoseconds from 1678 to 2261:
a moment is of that one only where it has to be.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.engine.lengths import microseconds_in
from adxmi_jupyter.embedded.engine.relations import TICK
from adxmi_jupyter.embedded.storage.values import convert

# The last moment there is: its seventh digit is cut, for no other moment is later.
_LAST_DAY = "9999-12-31"
_CLOCK = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")


def node_of(node: Any) -> Any:
    """Return the node of a literal moment, of the type that holds it."""
    text = str(node.value)
    if not TICK.search(text) or text.startswith(_LAST_DAY):
        return node
    plain = libraries.node("Literal", convert(text, "datetime"), "string")
    return libraries.node("FunctionCall", "$moment", (plain,))


def moved(now: Any, offset: Any, *, backwards: bool) -> Any | None:
    """Return the node of a moment that is moved by a literal length; None for another length.

    Raises a QuerySemanticError for a moment outside of the years 1 to 9999.
    """
    length = _microseconds(offset)
    if length is None:
        return None
    text = str(now.value)
    whole, _, fraction = text.removesuffix("Z").partition(".")
    tick = f"{fraction:0<7}"[6]
    start = datetime.fromisoformat(f"{whole}.{f'{fraction:0<6}'[:6]}").replace(tzinfo=UTC)
    try:
        moment = start + timedelta(microseconds=-length if backwards else length)
    except OverflowError as error:
        raise QuerySemanticError("This moment is out of range.") from error
    shown = f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S.%f}{tick}Z"
    return node_of(libraries.node("Literal", shown, "datetime"))


def _microseconds(node: Any) -> int | None:
    """Return a literal length in microseconds; None for anything else."""
    if type(node).__name__ == "UnaryOp" and node.op == "-":
        length = _microseconds(node.operand)
        return None if length is None else -length
    if type(node).__name__ != "Literal" or node.value is None:
        return None
    text = str(node.value).strip()
    sign = -1 if text.startswith("-") else 1
    text = text.removeprefix("-").strip()
    exact = microseconds_in(text)
    if exact is not None:
        return sign * int(exact) if exact == int(exact) else None
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds, fraction = (part or "0" for part in match.groups())
    whole = ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    return sign * (whole * 1_000_000 + int(f"{fraction:0<7}"[:6]))
