"""What joins and groups do to rows: their columns, empty texts, and the order of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.arithmetic import comparable
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.engine.nodes import Typed
from adxmi_jupyter.embedded.engine.parts import never_null

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.nodes import Kinds


def require_column(name: str, columns: Kinds) -> str:
    """Return the type of a column; a QuerySemanticError for one that there is not."""
    kind = columns.get(name)
    if kind is None:
        raise QuerySemanticError(f"There is no column '{name}'.")
    return kind


def require_keys(keys: Any, left: Kinds, right: Kinds) -> None:
    """Raise a QuerySemanticError for keys of a join that do not exist, or do not compare."""
    for key in keys:
        one, other = require_column(key.left, left), require_column(key.right, right)
        if one == "dynamic" or other == "dynamic":
            raise QuerySemanticError(f"The key '{key.left}' is dynamic: convert it first.")
        comparable(Typed(None, one), Typed(None, other), "==")


def joined(
    operator: Any, names: list[str], left: Kinds, right: Kinds
) -> tuple[list[Any], dict[str, str]]:
    """Return a join with the types of its columns; texts of rows without a match are empty."""
    count, kind = len(left), operator.kind
    kinds = [*left.values(), *right.values()]
    if kind in {"leftsemi", "leftanti", "leftantisemi", "anti"}:
        return [operator], dict(left)
    if kind in {"rightsemi", "rightanti", "rightantisemi"}:
        return [operator], dict(right)
    found = dict(zip(names, kinds, strict=True))
    may_be_null = {
        "leftouter": names[count:],
        "rightouter": names[:count],
        "fullouter": names,
    }.get(kind, [])
    return [operator, *never_null([n for n in may_be_null if found[n] == "string"])], found


def in_order(operator: Any, columns: Kinds, following: list[Any]) -> list[Any]:
    """Return the operator that puts groups in the order of their keys, where nothing else does."""
    kind = type(operator).__name__
    if following and type(following[0]).__name__ in _ORDERING:
        return []
    if kind == "Distinct":
        names = list(columns)
    elif kind == "Summarize" and operator.by:
        names = list(columns)[: len(operator.by)]
    else:
        return []
    keys = tuple(
        libraries.node("SortKey", libraries.node("ColumnRef", name), True, False) for name in names
    )
    return [libraries.node("Sort", keys)]


_ORDERING = frozenset({"Sort", "Top", "Count", "Summarize", "Distinct"})
