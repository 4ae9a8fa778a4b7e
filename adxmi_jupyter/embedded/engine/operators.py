"""The columns and types behind every operator of a query, and the query rewritten to keep them.

Kusto's strings are never null, and its groups come in no order that a caller could rely on: here
strings stay empty texts through outer joins and unions, and groups come in the order of their keys.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine import functions, libraries
from adxmi_jupyter.embedded.engine.columns import canonical
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.expressions import Expressions
from adxmi_jupyter.embedded.engine.parts import (
    column,
    columns_of,
    extended,
    named,
    named_literal,
    never_null,
)
from adxmi_jupyter.embedded.engine.rows import in_order, joined, require_column, require_keys
from adxmi_jupyter.embedded.engine.value_tables import as_decimal, cell, description, with_ticks

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.nodes import Kinds, Typed


@dataclasses.dataclass(frozen=True)
class Relation:
    """A table that a query can read: its name in the database of the engine, and its columns."""

    name: str
    columns: Kinds


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What names stand for: `relation_of` returns a table by name, database and cluster.

    It returns None for a table that does not exist. `label_of` returns what `withsource` calls it.
    """

    relation_of: Callable[[str, str | None, str | None], Relation | None]
    constants: Mapping[str, Typed]
    now: Any


@dataclasses.dataclass(frozen=True)
class Shaped:
    """A query's tree, rewritten, its columns, and those of the relations it reads."""

    tree: Any
    columns: Kinds
    schema: dict[str, list[str]]


def shaped(tree: Any, surroundings: Surroundings) -> Shaped:
    """Return a query with the types of its columns.

    Raises a QuerySemanticError for names and types that do not fit, an UnsupportedError for what
    is not covered.
    """
    schema: dict[str, list[str]] = {}
    rewritten, columns = _Shaper(surroundings, schema, {}).query(tree)
    return Shaped(rewritten, columns, schema)


class _MissingTableError(QuerySemanticError):
    """A query names a table that does not exist."""


@dataclasses.dataclass
class _Shaper:
    """Goes through one query; `lets` are the columns of what the text has given names."""

    surroundings: Surroundings
    schema: dict[str, list[str]]
    lets: dict[str, Kinds]

    def query(self, tree: Any) -> tuple[Any, Kinds]:
        inner = dataclasses.replace(self, lets=dict(self.lets))
        lets = []
        for name, bound in tree.lets:
            rewritten, columns = inner.query(bound)
            inner.lets[name] = columns
            inner.schema[name] = list(columns)
            lets.append((name, rewritten))
        source, columns = inner.source(tree.source)
        source, operators = with_ticks(source)
        for place, operator in enumerate(tree.operators):
            if type(operator).__name__ == "GetSchema":
                source, columns = description(columns)
                operators = []
                continue
            if type(operator).__name__ == "Union" and operator.with_source:
                before = (tree.source if not operators and not place else None, operators)
                operators, columns = inner.labelled_union(operator, before, columns)
                continue
            added, columns = inner.operator(operator, columns)
            operators += added
            operators += in_order(operator, columns, tree.operators[place + 1 :])
        return dataclasses.replace(tree, source=source, operators=operators, lets=lets), columns

    def source(self, source: Any) -> tuple[Any, Kinds]:
        method = _SOURCES.get(type(source).__name__)
        if method is None:
            raise UnsupportedError(_SOURCE_NAMES.get(type(source).__name__, "this source"))
        return method(self, source)

    def operator(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        method = _OPERATORS.get(type(operator).__name__)
        if method is None:
            raise UnsupportedError(type(operator).__name__.lower())
        return method(self, operator, columns)

    def expressions(self, columns: Kinds, *, aggregates: bool = False) -> Expressions:
        known = self.surroundings
        return Expressions(columns, known.constants, known.now, self.query, aggregates)

    def of_table(self, source: Any) -> tuple[Any, Kinds]:
        if source.database is None and source.cluster is None and source.name in self.lets:
            return source, self.lets[source.name]
        found = self.surroundings.relation_of(source.name, source.database, source.cluster)
        if found is None:
            raise _MissingTableError(f"There is no table or function '{source.qualified}'.")
        self.schema[found.name] = list(found.columns)
        renamed = dataclasses.replace(source, name=found.name, database=None, cluster=None)
        return renamed, found.columns

    def of_print(self, source: Any) -> tuple[Any, Kinds]:
        typing = self.expressions({})
        typed = [typing.typed(each.expr) for each in source.expressions]
        names = [each.name or f"print_{n}" for n, each in enumerate(source.expressions)]
        return named("PrintSource", names, typed), columns_of(names, typed)

    def of_range(self, source: Any) -> tuple[Any, Kinds]:
        typing = self.expressions({})
        start, stop, step = (typing.typed(e) for e in (source.start, source.stop, source.step))
        if step.is_literal and not step.node.value:
            raise QuerySemanticError("range needs a step that is not 0.")
        kinds = (start.kind, stop.kind, step.kind)
        if kinds in {("datetime", "datetime", "timespan"), ("timespan",) * 3}:
            kind = start.kind
        elif set(kinds) <= {"int", "long"}:
            kind = "long"
        elif set(kinds) <= {"int", "long", "real"}:
            kind = "real"
        else:
            raise QuerySemanticError(f"range does not go from {kinds[0]} by {kinds[2]}.")
        rewritten = dataclasses.replace(source, start=start.node, stop=stop.node, step=step.node)
        return rewritten, {source.name: kind}

    def of_datatable(self, source: Any) -> tuple[Any, Kinds]:
        columns = tuple((name, canonical(kind)) for name, kind in source.columns)
        if len(source.values) % len(columns):
            raise QuerySemanticError(
                f"datatable has {len(columns)} columns, and {len(source.values)} values."
            )
        typing = self.expressions({})
        values = tuple(
            cell(typing.typed(as_decimal(value)), columns[place % len(columns)][1])
            for place, value in enumerate(source.values)
        )
        return dataclasses.replace(source, columns=columns, values=values), dict(columns)

    def labelled_union(
        self, union: Any, before: tuple[Any, list[Any]], columns: Kinds
    ) -> tuple[list[Any], Kinds]:
        """Return a union that tells each row's table as plain operators."""
        name, (source, operators) = union.with_source, before
        branches = []
        for number, branch in enumerate(union.branches, start=1):
            label = self._label(branch.source if not branch.operators else None, number)
            branches.append(extended(branch, name, label))
        label = self._label(source, 0)
        labelled = libraries.node("Extend", (named_literal(name, label),))
        plain = dataclasses.replace(union, with_source=None, branches=tuple(branches))
        added, kinds = self.operator(labelled, columns)
        united, found = self.operator(plain, kinds)
        order = [name, *(each for each in found if each != name)]
        projected = libraries.node("Project", tuple(column(each) for each in order))
        return [*operators, *added, *united, projected], {each: found[each] for each in order}

    def _label(self, source: Any, number: int) -> str:
        is_table = type(source).__name__ == "TableRef" and source.name not in self.lets
        if is_table and source.database is not None:
            raise UnsupportedError("withsource over several databases")
        return source.name if is_table else f"union_arg{number}"

    def of_where(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        predicate = self.expressions(columns).of_kind(operator.predicate, "bool")
        return [dataclasses.replace(operator, predicate=predicate)], columns

    def of_project(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        operator = _with_let_names(operator, columns)
        names = libraries.names_of(operator, list(columns))
        typing = self.expressions(columns)
        typed = [typing.typed(each.expr) for each in operator.expressions]
        kinds = columns_of(names, typed)
        if type(operator).__name__ == "Extend":
            kinds = {**columns, **kinds}
        return [named(type(operator).__name__, names, typed)], kinds

    def of_project_away(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        for name in operator.columns:
            require_column(name, columns)
        kept = {name: kind for name, kind in columns.items() if name not in operator.columns}
        return [operator], kept

    def of_project_rename(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        new = {}
        for name, old in operator.renames:
            found = {name: old, old: name}
            require_column(old if old in columns else name, columns)
            new.update(found)
        names = libraries.columns_after(operator, list(columns), self.schema)
        return [operator], dict(zip(names, columns.values(), strict=True))

    def of_same(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        return [operator], columns

    def of_count(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        del columns
        return [operator], {operator.name: "long"}

    def of_sort(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        typing, keys = self.expressions(columns), []
        for key in operator.keys:
            typed = typing.typed(key.expr)
            if typed.kind not in functions.ORDERABLE | {"guid", "dynamic"}:
                raise QuerySemanticError(f"Values of type {typed.kind} have no order.")
            keys.append(dataclasses.replace(key, expr=typed.node))
        return [dataclasses.replace(operator, keys=tuple(keys))], columns

    def of_summarize(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        count = len(operator.by)
        operator = _with_countif_names(operator)
        names = libraries.names_of(operator, list(columns))
        typing = self.expressions(columns, aggregates=True)
        keys = [typing.typed(each.expr) for each in operator.by]
        kinds = columns_of(names[:count], keys)
        aggregates = []
        for given, own in zip(operator.aggregates, names[count:], strict=True):
            if type(given.expr).__name__ == "FunctionCall" and given.expr.name in functions.SEVERAL:
                aggregates.append(given)
                kinds.update(self._of_extreme(given.expr, own, columns))
                continue
            typed = typing.typed(given.expr)
            aggregates.append(dataclasses.replace(given, expr=typed.node, name=own[0]))
            kinds[own[0]] = typed.kind
        by = tuple(
            dataclasses.replace(each, expr=typed.node, name=name)
            for each, typed, name in zip(operator.by, keys, names[:count], strict=True)
        )
        return [dataclasses.replace(operator, aggregates=tuple(aggregates), by=by)], kinds

    def _of_extreme(self, node: Any, names: list[str], columns: Kinds) -> dict[str, str]:
        """Return the columns that `arg_max` and `arg_min` give."""
        typing = self.expressions(columns)
        given = [a for a in node.args if type(a).__name__ != "Wildcard"]
        typed = [typing.typed(each) for each in given]
        if typed[0].kind not in functions.ORDERABLE:
            raise QuerySemanticError(f"{node.name}() takes values that have an order.")
        for one, each in zip(given, typed, strict=True):
            if one is not each.node and one != each.node:
                raise UnsupportedError(f"{node.name}() of an expression: use extend before it")
        if len(given) == len(node.args):
            return columns_of(names, typed)
        first, rest = names[0], names[1:]
        return {first: typed[0].kind, **{name: columns[name] for name in rest}}

    def of_mv_expand(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        kinds, texts = dict(columns), []
        for target in operator.targets:
            if require_column(target.column, columns) != "dynamic":
                raise QuerySemanticError(f"mv-expand takes dynamic values: '{target.column}'.")
            name = target.name or target.column
            kinds[name] = canonical(target.to_type) if target.to_type else "dynamic"
            texts += [name] if kinds[name] == "string" else []
        after = libraries.columns_after(operator, list(columns), self.schema)
        found = {name: kinds.get(name, "long") for name in after}
        return [operator, *never_null(texts)], found

    def of_parse(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        expression = self.expressions(columns).of_kind(operator.expression, "string")
        kinds = dict(columns)
        for each in operator.segments:
            if each.name:
                kinds[each.name] = canonical(each.type) if each.type else "string"
        return [dataclasses.replace(operator, expression=expression)], kinds

    def of_join(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        tree, right = self.query(operator.right)
        require_keys(operator.keys, columns, right)
        rewritten = dataclasses.replace(operator, right=tree)
        names = libraries.columns_after(rewritten, list(columns), self.schema)
        return joined(rewritten, names, columns, right)

    def of_lookup(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        tree, right = self.query(operator.right)
        require_keys(operator.keys, columns, right)
        rewritten = dataclasses.replace(operator, right=tree)
        names = libraries.columns_after(rewritten, list(columns), self.schema)
        keys = {key.right for key in operator.keys}
        kept = {name: kind for name, kind in right.items() if name not in keys}
        return joined(rewritten, names, columns, kept)

    def of_union(self, operator: Any, columns: Kinds) -> tuple[list[Any], Kinds]:
        branches, shapes = [], [columns]
        for branch in operator.branches:
            try:
                tree, kinds = self.query(branch)
            except _MissingTableError:
                if not operator.isfuzzy:
                    raise
                continue
            branches.append(tree)
            shapes.append(kinds)
        found: dict[str, str] = {}
        for name, kind in (item for shape in shapes for item in shape.items()):
            if found.setdefault(name, kind) != kind:
                raise UnsupportedError(f"a union in which '{name}' has several types")
        if operator.kind == "inner":
            found = {n: k for n, k in found.items() if all(n in shape for shape in shapes)}
        missing = [
            name
            for name, kind in found.items()
            if kind == "string" and any(name not in shape for shape in shapes)
        ]
        rewritten = dataclasses.replace(operator, branches=tuple(branches), isfuzzy=False)
        if not branches:
            return [], found
        return [rewritten, *never_null(missing)], found


_SOURCES: Mapping[str, Callable[[_Shaper, Any], tuple[Any, Kinds]]] = {
    "TableRef": _Shaper.of_table,
    "PrintSource": _Shaper.of_print,
    "RangeSource": _Shaper.of_range,
    "DataTable": _Shaper.of_datatable,
}
_SOURCE_NAMES = {
    "GraphSource": "make-graph",
    "WildcardTableRef": "a wildcard in union",
    "CommandSource": "a command in a query",
}
_OPERATORS: Mapping[str, Callable[[_Shaper, Any, Kinds], tuple[list[Any], Kinds]]] = {
    "Where": _Shaper.of_where,
    "Project": _Shaper.of_project,
    "Extend": _Shaper.of_project,
    "Distinct": _Shaper.of_project,
    "ProjectAway": _Shaper.of_project_away,
    "ProjectRename": _Shaper.of_project_rename,
    "Take": _Shaper.of_same,
    "Count": _Shaper.of_count,
    "Sort": _Shaper.of_sort,
    "Top": _Shaper.of_sort,
    "Summarize": _Shaper.of_summarize,
    "MvExpand": _Shaper.of_mv_expand,
    "Parse": _Shaper.of_parse,
    "Join": _Shaper.of_join,
    "Lookup": _Shaper.of_lookup,
    "Union": _Shaper.of_union,
}


def _with_countif_names(operator: Any) -> Any:
    """Return an operator in which `countif(column)` has the name that Kusto's editor gives it."""

    def named_one(given: Any) -> Any:
        node = given.expr
        is_plain = type(node).__name__ == "FunctionCall" and node.name == "countif" and node.args
        if given.name is not None or not is_plain or type(node.args[0]).__name__ != "ColumnRef":
            return given
        return dataclasses.replace(given, name=f"countif_{node.args[0].name}")

    return dataclasses.replace(operator, aggregates=tuple(map(named_one, operator.aggregates)))


def _with_let_names(operator: Any, columns: Kinds) -> Any:
    """Return an operator in which a name of `let` that stands alone names its column."""
    given = tuple(
        dataclasses.replace(each, name=each.expr.name)
        if each.name is None and type(each.expr).__name__ == "LetRef"
        else each
        for each in operator.expressions
    )
    del columns
    return dataclasses.replace(operator, expressions=given)
