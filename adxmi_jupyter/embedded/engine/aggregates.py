"""Calls of aggregates: the types they return, and what the translator has to be helped with."""

from __future__ import annotations

from typing import Any

from adxmi_jupyter.embedded.engine import functions, libraries
from adxmi_jupyter.embedded.engine.arithmetic import widest
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.functions import NUMBERS
from adxmi_jupyter.embedded.engine.nodes import Typed, call, literal, text_of

# As elements of arrays these are texts.
_TEXTS = frozenset({"datetime", "timespan", "guid", "decimal"})


def aggregate(name: str, arguments: list[Typed]) -> Typed:
    """Return the call of an aggregate with its type.

    Raises a QuerySemanticError for arguments it does not take, an UnsupportedError for what is not
    covered.
    """
    rule = functions.AGGREGATES[name]
    kind = arguments[0].kind if arguments else ""
    condition = arguments[0 if name == "countif" else 1 :][:1] if name.endswith("if") else []
    if any(each.kind != "bool" for each in condition):
        raise QuerySemanticError(f"{name}() takes a condition of type bool.")
    if name in {"min", "max", "percentile"} and kind not in functions.ORDERABLE:
        raise QuerySemanticError(f"{name}() takes values that have an order, not {kind}.")
    nodes = [each.node for each in arguments]
    if rule == "dynamic":
        return Typed(_array(name, arguments), rule)
    if rule == "percentile":
        return Typed(call(name, *nodes), _of_percentile(kind))
    if rule in {"sum", "avg"}:
        return _total(name, rule, kind, nodes)
    return Typed(call(name, *nodes), kind if rule == "first" else rule)


def _array(name: str, arguments: list[Typed]) -> Any:
    """Return a set or list; a set is in order, which Kusto leaves open."""
    first, *size = arguments
    item = call("$listed", text_of(first)) if first.kind in _TEXTS else first.node
    found = call(name, item)
    if name == "make_set":
        found = call("array_sort_asc", found)
    if not size:
        return found
    if size[0].kind not in {"int", "long"}:
        raise QuerySemanticError(f"{name}() takes a whole number of elements.")
    last = libraries.node("BinaryOp", "-", size[0].node, literal(1, "long"))
    return call("array_slice", found, literal(0, "long"), last)


def _of_percentile(kind: str) -> str:
    if kind == "decimal":
        raise UnsupportedError("percentiles of decimals")
    return "long" if kind == "int" else kind


def _total(name: str, rule: str, kind: str, nodes: list[Any]) -> Typed:
    """Return a sum or an average."""
    if kind == "timespan":
        total = call(name, call("$microseconds", nodes[0]), *nodes[1:])
        return Typed(call("$duration", total), kind)
    if kind not in NUMBERS:
        raise QuerySemanticError(f"{name}() takes numbers and lengths of time, not {kind}.")
    if rule == "avg" and kind == "decimal":
        raise UnsupportedError("the average of decimals")
    return Typed(call(name, *nodes), "real" if rule == "avg" else widest("long", kind))
