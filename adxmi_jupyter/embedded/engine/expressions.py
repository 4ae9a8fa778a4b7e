"""The types of scalar expressions, by the rules of Kusto's own editor.

`Expressions.typed` returns an expression with its type, rewritten where the translator needs to be
told a type that it cannot see, or reads an expression otherwise than Kusto does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import functions, libraries, moments
from adxmi_jupyter.embedded.engine.aggregates import aggregate
from adxmi_jupyter.embedded.engine.arithmetic import (
    EQUALITY,
    ORDER,
    arithmetic,
    comparable,
    text_operand,
    whole,
)
from adxmi_jupyter.embedded.engine.calls import RULES, arguments_of
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.functions import NUMBERS
from adxmi_jupyter.embedded.engine.nodes import Typed, call, converted, literal

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.nodes import Kinds

_PARTS_OF_EXTRACT = 3
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})


@dataclasses.dataclass(frozen=True)
class Expressions:
    """Types expressions over columns.

    `constants` are functions without arguments that are the same for the whole query, with their
    types; `now` is the query's moment, a node. `subquery` returns a nested query, rewritten, and
    its columns. `aggregates` tells whether aggregates may stand in the expressions.
    """

    columns: Kinds
    constants: Mapping[str, Typed]
    now: Any
    subquery: Callable[[Any], tuple[Any, Kinds]]
    aggregates: bool = False

    def typed(self, node: Any) -> Typed:
        """Return a node with its type.

        Raises a QuerySemanticError for names and types that do not fit, an UnsupportedError for
        what is not covered.
        """
        method = _METHODS.get(type(node).__name__)
        if method is None:
            shown = {"Wildcard": "'*'"}.get(type(node).__name__, type(node).__name__)
            raise UnsupportedError(f"{shown} in an expression")
        return method(self, node)

    def of_kind(self, node: Any, *kinds: str) -> Any:
        """Return a node whose values are of one of these types, dynamic ones converted."""
        given = self.typed(node)
        if given.kind in kinds:
            return given.node
        if given.kind == "dynamic":
            return converted(given, kinds[0])
        raise QuerySemanticError(f"A value of type {kinds[0]} is expected, not {given.kind}.")

    def of_literal(self, node: Any) -> Typed:
        if node.kind == "datetime" and node.value is not None:
            return Typed(moments.node_of(node), "datetime")
        return Typed(node, "dynamic" if node.kind == "null" else node.kind)

    def of_column(self, node: Any) -> Typed:
        kind = self.columns.get(node.name)
        if kind is None:
            raise QuerySemanticError(f"There is no column '{node.name}'.")
        return Typed(node, kind)

    def of_let(self, node: Any) -> Typed:
        if node.name in self.columns:
            return Typed(libraries.node("ColumnRef", node.name), self.columns[node.name])
        return dataclasses.replace(self, columns={}).typed(node.value)

    def of_unary(self, node: Any) -> Typed:
        if node.op == "-":
            given = self.typed(node.operand)
            if given.kind not in {*NUMBERS, "timespan"}:
                raise QuerySemanticError(f"The operator '-' is not defined for {given.kind}.")
            kind = "long" if given.kind == "int" else given.kind
            return Typed(dataclasses.replace(node, operand=whole(given)), kind)
        operand = self.of_kind(node.operand, "bool")
        return Typed(dataclasses.replace(node, operand=operand), "bool")

    def of_binary(self, node: Any) -> Typed:
        if node.op in {"and", "or"}:
            left, right = (self.of_kind(each, "bool") for each in (node.left, node.right))
            return Typed(dataclasses.replace(node, left=left, right=right), "bool")
        left, right = self.typed(node.left), self.typed(node.right)
        if node.op in _ARITHMETIC:
            return arithmetic(node.op, left, right)
        if node.op in EQUALITY or node.op in ORDER:
            one, other = comparable(left, right, node.op)
        else:
            one, other = text_operand(left, node.op), text_operand(right, node.op)
        return Typed(dataclasses.replace(node, left=one, right=other), "bool")

    def of_in(self, node: Any) -> Typed:
        value = self.typed(node.value)
        if node.subquery is not None:
            query, columns = self.subquery(node.subquery)
            first = Typed(None, next(iter(columns.values())))
            one, _ = comparable(value, first, "in")
            return Typed(dataclasses.replace(node, value=one, subquery=query), "bool")
        items, one = [], value.node
        for each in node.items:
            item = self.typed(each)
            if item.kind == "dynamic" and value.kind != "dynamic":
                items.append(item.node)
                continue
            one, other = comparable(value, item, "in")
            items.append(other)
        return Typed(dataclasses.replace(node, value=one, items=tuple(items)), "bool")

    def of_has(self, node: Any) -> Typed:
        value = text_operand(self.typed(node.value), "has_any")
        if node.subquery is not None:
            query, _ = self.subquery(node.subquery)
            return Typed(dataclasses.replace(node, value=value, subquery=query), "bool")
        items = tuple(self.typed(each).node for each in node.items)
        return Typed(dataclasses.replace(node, value=value, items=items), "bool")

    def of_between(self, node: Any) -> Typed:
        value, low, high = (self.typed(each) for each in (node.value, node.low, node.high))
        one, least = comparable(value, low, ">=")
        if value.kind == "datetime" and high.kind == "timespan":
            most = arithmetic("+", low, high).node
        else:
            _, most = comparable(value, high, "<=")
        return Typed(dataclasses.replace(node, value=one, low=least, high=most), "bool")

    def of_path(self, node: Any) -> Typed:
        base = self.typed(node.base)
        if base.kind != "dynamic":
            raise QuerySemanticError(f"A value of type {base.kind} has no elements.")
        steps = tuple(
            dataclasses.replace(step, index=self.typed(step.index).node) if step.index else step
            for step in node.steps
        )
        return Typed(dataclasses.replace(node, base=base.node, steps=steps), "dynamic")

    def of_toscalar(self, node: Any) -> Typed:
        query, columns = self.subquery(node.query)
        return Typed(dataclasses.replace(node, query=query), next(iter(columns.values())))

    def of_call(self, node: Any) -> Typed:
        if node.name in functions.AGGREGATES and self.aggregates:
            inner = dataclasses.replace(self, aggregates=False)
            return aggregate(node.name, [inner.typed(each) for each in node.args])
        if node.name in self.constants and not node.args:
            return self.constants[node.name]
        if node.name in {"now", "ago"}:
            return self._moment(node)
        rule = functions.SCALARS.get(node.name)
        if rule is None:
            raise UnsupportedError(f"the function {node.name}()")
        arguments = [self.typed(each) for each in node.args]
        special = RULES.get(rule)
        if special is not None:
            return special(node.name, arguments)
        if node.name == "gettype" and arguments and arguments[0].kind != "dynamic":
            return Typed(literal(arguments[0].kind, "string"), "string")
        if node.name == "extract" and len(arguments) > _PARTS_OF_EXTRACT:
            raise UnsupportedError("extract() with a type")
        target = functions.CONVERTING.get(node.name)
        if target is not None and len(arguments) == 1:
            return Typed(converted(arguments[0], target), target)
        name = "$joined" if node.name == "strcat" and arguments else node.name
        found = call(name, *arguments_of(node.name, arguments))
        is_last = name.startswith("endof")
        return Typed(call("$last_tick", found) if is_last else found, rule)

    def _moment(self, node: Any) -> Typed:
        """Return `now()`, `now(offset)` or `ago(length)` as the query's moment, moved."""
        least = 1 if node.name == "ago" else 0
        if not least <= len(node.args) <= 1:
            raise QuerySemanticError(f"{node.name}() takes a length of time.")
        if not node.args:
            return self.of_literal(self.now)
        offset = self.typed(node.args[0])
        if offset.kind != "timespan":
            raise QuerySemanticError(f"{node.name}() takes a length of time.")
        node = moments.moved(self.now, offset.node, backwards=bool(least))
        if node is not None:
            return Typed(node, "datetime")
        return arithmetic("-" if least else "+", self.of_literal(self.now), offset)


_METHODS: Mapping[str, Callable[[Expressions, Any], Typed]] = {
    "Literal": Expressions.of_literal,
    "ColumnRef": Expressions.of_column,
    "LetRef": Expressions.of_let,
    "UnaryOp": Expressions.of_unary,
    "BinaryOp": Expressions.of_binary,
    "InList": Expressions.of_in,
    "HasList": Expressions.of_has,
    "Between": Expressions.of_between,
    "PathAccess": Expressions.of_path,
    "ToScalar": Expressions.of_toscalar,
    "FunctionCall": Expressions.of_call,
}
