"""Operators between two values: which types they take, and what comes out (page: Operators)."""

from __future__ import annotations

from typing import Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.functions import NUMBERS
from adxmi_jupyter.embedded.engine.nodes import Typed, call, converted, text_of

_WIDTH = {"int": 0, "long": 1, "real": 2, "decimal": 3}


EQUALITY = frozenset({"==", "!=", "<>"})


ORDER = frozenset({"<", "<=", ">", ">="})


_ORDERED = frozenset({*NUMBERS, "datetime", "timespan"})


def comparable(left: Typed, right: Typed, operator: str) -> tuple[Any, Any]:
    """Return two nodes that may be compared; a QuerySemanticError for types that may not."""
    one, other = left.kind, right.kind
    if "dynamic" in {one, other} and one != other:
        wanted = other if one == "dynamic" else one
        fits = operator not in ORDER or wanted in NUMBERS
        # As a whole number 2.5 would be 2.
        wanted = "decimal" if wanted in {"int", "long"} else wanted
        if fits and one == "dynamic":
            return converted(left, wanted), right.node
        if fits:
            return left.node, converted(right, wanted)
    fits = one == other or {one, other} <= NUMBERS
    if fits and operator in ORDER:
        fits = one in _ORDERED
    if not fits:
        raise QuerySemanticError(
            f"The operator '{operator}' is not defined for values of {one} and {other}."
        )
    if one == "dynamic":
        raise UnsupportedError("a comparison of two dynamic values")
    return left.node, right.node


def text_operand(given: Typed, operator: str) -> Any:
    """Return the node of a value that an operator reads as a text."""
    if given.kind not in {"string", "dynamic"}:
        raise QuerySemanticError(f"The operator '{operator}' is not defined for {given.kind}.")
    return text_of(given)


def whole(given: Typed) -> Any:
    """Return a node that DuckDB computes in 64 bits, as Kusto computes whole numbers."""
    return call("$long", given.node) if given.kind == "int" else given.node


def widest(*kinds: str) -> str:
    """Return the type of numbers that holds all the others."""
    return max(kinds, key=lambda kind: _WIDTH[kind])


def arithmetic(operator: str, left: Typed, right: Typed) -> Typed:
    """Return an operation, its type by the table of Kusto's editor."""
    left, right = _as_other(operator, left, right), _as_other(operator, right, left)
    kinds = (left.kind, right.kind)
    if set(kinds) <= NUMBERS:
        return _of_numbers(operator, left, right)
    if "timespan" in kinds and set(kinds) <= {*NUMBERS, "timespan"}:
        return _of_lengths(operator, left, right)
    is_sum = operator == "+" and kinds in {("datetime", "timespan"), ("timespan", "datetime")}
    is_earlier = operator == "-" and kinds == ("datetime", "timespan")
    node = libraries.node("BinaryOp", operator, left.node, right.node)
    if is_sum or is_earlier:
        return Typed(node, "datetime")
    if operator == "-" and kinds == ("datetime", "datetime"):
        return Typed(node, "timespan")
    raise QuerySemanticError(
        f"The operator '{operator}' is not defined for values of {kinds[0]} and {kinds[1]}."
    )


def _as_other(operator: str, given: Typed, other: Typed) -> Typed:
    """Return a dynamic operand as what the other one is."""
    of_time = other.kind in {"datetime", "timespan"}
    if given.kind != "dynamic" or (of_time and operator not in {"+", "-"}):
        return given
    if other.kind != "real" and not of_time:
        raise UnsupportedError(f"arithmetic with dynamic values and {other.kind}: convert them")
    return Typed(converted(given, other.kind), other.kind)


def _of_numbers(operator: str, left: Typed, right: Typed) -> Typed:
    kind = widest("long", left.kind, right.kind)
    if kind == "decimal" and (operator not in {"+", "-"} or "real" in {left.kind, right.kind}):
        raise UnsupportedError(f"the operator '{operator}' for decimals")
    if operator == "/" and kind == "real":
        return Typed(call("$divided", left.node, right.node), kind)
    return Typed(libraries.node("BinaryOp", operator, whole(left), whole(right)), kind)


def _of_lengths(operator: str, left: Typed, right: Typed) -> Typed:
    """Return an operation of which one or both sides are lengths of time."""
    both = left.kind == right.kind
    if both and operator in {"+", "-"}:
        return Typed(libraries.node("BinaryOp", operator, left.node, right.node), "timespan")
    if both and operator == "/":
        return Typed(call("$ratio", left.node, right.node), "real")
    if "decimal" in {left.kind, right.kind}:
        raise UnsupportedError("lengths of time with decimals")
    is_scaled = not both and (operator == "*" or (operator == "/" and left.kind == "timespan"))
    if not is_scaled and not (both and operator == "%"):
        raise UnsupportedError(f"the operator '{operator}' for {left.kind} and {right.kind}")
    one, other = (
        call("$microseconds", each.node) if each.kind == "timespan" else each.node
        for each in (left, right)
    )
    if operator == "/":
        return Typed(call("$duration", call("$divided", one, other)), "timespan")
    return Typed(call("$duration", libraries.node("BinaryOp", operator, one, other)), "timespan")
