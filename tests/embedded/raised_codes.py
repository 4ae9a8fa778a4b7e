"""Every error code and exception type that the embedded Azure can raise, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import adxmi_jupyter.embedded

ROOT = Path(adxmi_jupyter.embedded.__file__).parent
# Where errors are made: the places of what names them among the arguments.
MADE = {
    "KustoError": {1: "code", 3: "type", 6: "inner_code"},
    "ArmError": {1: "code"},
    "StorageError": {1: "code"},
    "Failure": {0: "code"},
    "IngestionError": {0: "code"},
    "IngestionFailure": {1: "code"},
}
UNKNOWN = "X"
"""What stands for a part that is known only when the server runs."""


@cache
def raised_codes() -> tuple[str, ...]:
    """Return them in alphabetical order, types without what they are in."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))]
    constants = {name: value for tree in trees for name, value in _constants(tree)}
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    makers = _makers([node for node in nodes if isinstance(node, ast.FunctionDef)])
    found = {
        value.rsplit(".", 1)[-1]
        for call in calls
        for argument in _naming(call, makers)
        for value in _values(argument, constants)
    }
    return tuple(sorted(one for one in found if one.strip(UNKNOWN)))


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        is_text = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        if is_text and isinstance(node.value.value, str) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value.value


def _makers(functions: list[ast.FunctionDef]) -> dict[str, dict[int, str]]:
    """Return what makes errors: functions too that pass a code on to another one."""
    makers = dict(MADE)
    called = [
        (function, [node for node in ast.walk(function) if isinstance(node, ast.Call)])
        for function in functions
        if function.args.args
    ]
    for _ in range(3):
        for function, calls in called:
            names = [one.arg for one in function.args.args]
            passed = {
                names.index(argument.id): argument.id
                for call in calls
                for argument in _naming(call, makers)
                if isinstance(argument, ast.Name) and argument.id in names
            }
            if passed:
                makers[function.name] = passed
    return makers


def _naming(node: ast.Call, makers: dict[str, dict[int, str]]) -> Iterator[ast.expr]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    places = makers.get(name, {})
    yield from (node.args[place] for place in places if place < len(node.args))
    yield from (one.value for one in node.keywords if one.arg in places.values())


def _values(node: ast.expr, constants: dict[str, str]) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {constants.get(name, UNKNOWN)}
        case ast.IfExp():
            return _values(node.body, constants) | _values(node.orelse, constants)
        case ast.FormattedValue():
            return _values(node.value, constants)
        case ast.JoinedStr():
            return set(map("".join, product(*(_values(one, constants) for one in node.values))))
        case _:
            return {UNKNOWN}
