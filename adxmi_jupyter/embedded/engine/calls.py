"""Calls of functions whose types follow those of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adxmi_jupyter.embedded.engine import functions
from adxmi_jupyter.embedded.engine.arithmetic import whole, widest
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.functions import NUMBERS
from adxmi_jupyter.embedded.engine.nodes import Typed, call, converted, text_of


def arguments_of(name: str, arguments: list[Typed]) -> list[Any]:
    """Return the arguments of a function, as it takes them."""
    if name in functions.OF_TEXTS:
        return [text_of(each) for each in arguments]
    nodes = [each.node for each in arguments]
    if not nodes:
        return nodes
    first = arguments[0]
    wanted = functions.TAKES.get(name)
    if wanted is not None and first.kind not in wanted:
        kind = "real" if wanted == NUMBERS else next(iter(wanted))
        if first.kind != "dynamic":
            raise QuerySemanticError(f"{name}() takes a value of type {kind}, not {first.kind}.")
        nodes[0] = converted(first, kind)
    if name in functions.OF_ONE_TEXT:
        nodes[0] = text_of(first)
    return nodes


def _first(name: str, arguments: list[Typed]) -> Typed:
    """Type a function that returns what its first argument is."""
    if not arguments:
        raise QuerySemanticError(f"{name}() needs an argument.")
    kind = arguments[0].kind
    if kind == "dynamic":
        raise UnsupportedError(f"{name}() of a dynamic value")
    nodes = arguments_of(name, arguments)
    if kind in {"int", "long"}:
        return Typed(call("$long", call(name, *nodes)), "long" if name == "abs" else kind)
    if kind == "decimal" or kind not in {*NUMBERS, "timespan"}:
        raise UnsupportedError(f"{name}() of {kind}")
    if kind == "timespan":
        return Typed(call("$duration", call(name, call("$microseconds", *nodes))), kind)
    return Typed(call(name, *nodes), kind)


def _bin(name: str, arguments: list[Typed]) -> Typed:
    if len(arguments) != 2:  # noqa: PLR2004 - a value and a size
        raise QuerySemanticError(f"{name}() takes a value and a size.")
    value, size = arguments
    kinds = {value.kind, size.kind}
    node = call(name, whole(value), whole(size))
    if kinds <= {"int", "long", "real"}:
        return Typed(node, widest("long", value.kind, size.kind))
    if kinds == {"timespan"}:
        return Typed(call("$bin_length", value.node, size.node), "timespan")
    if value.kind == "datetime" and size.kind == "timespan":
        return Typed(call("$bin_moment", value.node, size.node), "datetime")
    raise UnsupportedError(f"{name}() of {value.kind} and {size.kind}")


def _common(name: str, arguments: list[Typed]) -> Typed:
    ordered = functions.ORDERABLE | {"dynamic"}
    if name != "coalesce" and any(each.kind not in ordered for each in arguments):
        raise QuerySemanticError(f"{name}() takes values that have an order.")
    if name != "coalesce" and all(each.kind == "dynamic" for each in arguments):
        raise QuerySemanticError(f"{name}() takes values that have an order, not dynamic ones.")
    return _alike(name, [], arguments)


def _branches(name: str, arguments: list[Typed]) -> Typed:
    """Type `iff(condition, value, value)` and `case(condition, value, …, value)`."""
    fits = len(arguments) % 2 and len(arguments) > 2  # noqa: PLR2004 - at least one condition
    if not fits or (name != "case" and len(arguments) != 3):  # noqa: PLR2004 - as written
        raise QuerySemanticError(f"{name}() takes conditions, each with a value, and a last value.")
    conditions = arguments[:-1:2]
    for each in conditions:
        if each.kind != "bool":
            raise QuerySemanticError(f"{name}() takes conditions of type bool, not {each.kind}.")
    return _alike(name, conditions, [*arguments[1:-1:2], arguments[-1]])


def _alike(name: str, conditions: list[Typed], values: list[Typed]) -> Typed:
    """Type a function that returns one of several values, which have to be of one type."""
    kinds = {each.kind for each in values} - {"dynamic"} or {"dynamic"}
    if len(kinds) > 1 and not kinds <= NUMBERS - {"decimal"}:
        raise QuerySemanticError(f"{name}() takes values of one type: {', '.join(sorted(kinds))}.")
    kind = next(iter(kinds)) if len(kinds) == 1 else widest(*kinds)
    nodes = [converted(each, kind) for each in values]
    if not conditions:
        return Typed(call(name, *nodes), kind)
    paired = [x for pair in zip(conditions, nodes, strict=False) for x in (pair[0].node, pair[1])]
    return Typed(call(name, *paired, nodes[-1]), kind)


RULES: Mapping[str, Callable[[str, list[Typed]], Typed]] = {
    "first": _first,
    "common": _common,
    "branches": _branches,
    "bin": _bin,
}
