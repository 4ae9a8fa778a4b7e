"""Turns a parse tree of grammar.lark into its result, or into operators for a tail."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from lark import Discard, Token, v_args

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.grammar import ToNames
from adxmi_jupyter.embedded.kusto.query import operators, sources
from adxmi_jupyter.embedded.kusto.query.evaluate.call import OutputType, PluginCall
from adxmi_jupyter.embedded.kusto.query.evaluate.registry import run_plugin
from adxmi_jupyter.embedded.kusto.query.expressions import (
    FUNCTIONS,
    TYPES,
    Column,
    Literal,
    call,
    length_of_time,
    moment,
    typed_literal,
)
from adxmi_jupyter.embedded.kusto.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark import ParseTree

    from adxmi_jupyter.embedded.kusto.query.evaluate.call import Argument
    from adxmi_jupyter.embedded.kusto.query.expressions import Expression
    from adxmi_jupyter.embedded.kusto.query.operators import Condition, Operator
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

    NamedExpression = tuple[str | None, Expression]
    Columns = tuple[tuple[str, str], ...]
    Evaluation = Callable[[Result | None], Result]
    Run = Callable[[str, Session], Result]

_COMMAND_RESULTS = "$command_results"

KNOWN = (
    "The embedded Azure is no query engine. It knows `print` of expressions, a table name, "
    "a function without arguments, database('…').table, external_table(), externaldata, "
    "inline_external_table, datatable and range, and the operators take, limit, count, "
    f"where ({', '.join(operators.COMPARISONS)}, "
    "joined by and/or), project, extend, summarize count() [by columns] and evaluate. "
    "Expressions are literals, columns, names of `let` and the functions current_principal, now, "
    f"ago, {', '.join(FUNCTIONS)}."
)


def transformed(tree: ParseTree, session: Session, run: Run) -> Any:
    """Return the result of a query's tree, or the operators of a tail's.

    `run` returns the result of another query, for the bodies of stored functions.
    """
    return _ToResult(session, run).transform(tree)


def apply(table: Result, steps: tuple[Operator, ...]) -> Result:
    """Return what the operators make of a table, one after the other."""
    return functools.reduce(lambda result, step: step(result), steps, table)


@v_args(inline=True)
class _ToJson(ToNames):
    """Turn the inside of `dynamic(…)` into its value."""

    def json_text(self, *parts: str) -> str:
        return "".join(parts)

    def json_number(self, number: Token) -> int | float:
        return int(number) if number.type == "INTEGER" else float(number)

    def json_truth(self, word: Token) -> bool:
        return word.casefold() == "true"

    def json_null(self) -> None:
        return None

    def json_typed(self, text: Token) -> Any:
        return typed_literal(str(text)).value

    def json_array(self, *items: Any) -> list[Any]:
        return list(items)

    def json_object(self, *members: tuple[str, Any]) -> dict[str, Any]:
        return dict(members)

    def json_member(self, name: str, value: Any) -> tuple[str, Any]:
        return name, value


@v_args(inline=True)
class _ToExpressions(_ToJson):
    """Turn scalar expressions and conditions into values that know what to do with a row.

    A name that a `let` statement has given stands for its value: statements come in order.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.variables: dict[str, Literal] = {}
        self._now_ns = session.world.clock()

    def let(self, name: str, value: Expression) -> Any:
        self.variables[name] = Literal(value.kind_in({}), value.value_in({}))
        return Discard

    def named(self, name: str) -> Expression:
        return Column(name, self.variables.get(name))

    def call(self, name: Token, arguments: tuple[Argument, ...] | None) -> Expression:
        if name == "current_principal" and not arguments:
            return Literal("string", self.session.caller.fqn)
        given = [value for _, value in arguments or () if not isinstance(value, OutputType)]
        if name in {"now", "ago"} and len(given) == len(arguments or ()):
            return moment(str(name), given, self._now_ns)
        found = call(str(name), tuple(given))
        if found is None or len(given) != len(arguments or ()):
            raise semantic_error(f"There is no function '{name}' of these arguments here. {KNOWN}")
        return found

    def text(self, *parts: str) -> Literal:
        return Literal("string", "".join(parts))

    def integer(self, value: Token) -> Literal:
        return Literal("long", int(value))

    def real(self, value: Token) -> Literal:
        return Literal("real", float(value))

    def boolean(self, value: Token) -> Literal:
        return Literal("bool", value.casefold() == "true")

    def length_of_time(self, value: Token) -> Literal:
        return length_of_time(str(value))

    def typed(self, value: Token) -> Literal:
        return typed_literal(str(value))

    def dynamic(self, value: Any) -> Literal:
        return Literal("dynamic", value)

    def column_value(self, name: str | None, value: Expression) -> NamedExpression:
        return name, value

    def expressions(self, *values: Expression) -> tuple[Expression, ...]:
        return values

    def arguments(self, *arguments: Argument) -> tuple[Argument, ...]:
        return arguments

    def argument(self, name: str | None, value: Expression | OutputType) -> Argument:
        return name, value

    def typeof(self, *items: tuple[str, str] | None) -> OutputType:
        return OutputType(items)

    def typeof_item(self, item: tuple[str, str] | Token) -> tuple[str, str] | None:
        return None if isinstance(item, Token) else item

    def columns(self, *columns: tuple[str, str]) -> Columns:
        return columns

    def column(self, name: str, kind: Token) -> tuple[str, str]:
        return name, TYPES.get(kind, str(kind))

    def comparison(self, left: Expression, comparison: Token, right: Expression) -> Condition:
        return operators.compare(left, str(comparison), right)

    def all_of(self, left: Condition, right: Condition) -> Condition:
        return lambda record, kinds: left(record, kinds) and right(record, kinds)

    def any_of(self, left: Condition, right: Condition) -> Condition:
        return lambda record, kinds: left(record, kinds) or right(record, kinds)


@v_args(inline=True)
class _ToResult(_ToExpressions):
    """Turn a query into its result: sources read at once, operators wait for their table."""

    def __init__(self, session: Session, run: Run) -> None:
        super().__init__(session)
        self._run = run

    def start(self, source: Result, *steps: Operator) -> Result:
        return apply(source, steps)

    def tail(self, *steps: Operator) -> tuple[Operator, ...]:
        return steps

    def print(self, *columns: NamedExpression) -> Result:
        sources.query_database(self.session)
        header = tuple(
            (name or f"print_{place}", value.kind_in({}))
            for place, (name, value) in enumerate(columns)
        )
        return Result(header, (tuple(value.value_in({}) for _, value in columns),))

    def table(self, name: str) -> Result:
        if name == _COMMAND_RESULTS and self.session.command_results is not None:
            return self.session.command_results
        return self._rows_of(name, sources.readable_database(self.session))

    def function(self, name: str, arguments: tuple[Argument, ...] | None) -> Result:
        return self._call(name, arguments, sources.readable_database(self.session))

    def foreign_table(self, database: Expression, name: str) -> Result:
        (wanted,) = _texts((database,))
        return self._rows_of(name, sources.foreign_database(wanted, self.session))

    def foreign_function(
        self, database: Expression, name: str, arguments: tuple[Argument, ...] | None
    ) -> Result:
        (wanted,) = _texts((database,))
        return self._call(name, arguments, sources.foreign_database(wanted, self.session))

    def _call(
        self, name: str, arguments: tuple[Argument, ...] | None, database: Database
    ) -> Result:
        if name not in database.functions:
            raise semantic_error(f"'{name}' is no function of '{database.name}'. {KNOWN}")
        if arguments:
            raise semantic_error(f"The function '{name}' is called without arguments here.")
        return sources.call_function(database.functions[name], database, self.session, self._run)

    def _rows_of(self, name: str, database: Database) -> Result:
        # Tables and functions share their names, and functions go first.
        if name in database.functions:
            return self._call(name, None, database)
        found = database.tables.get(name)
        if found is None:
            raise semantic_error(f"'{name}' is no table of '{database.name}'. {KNOWN}")
        return Result(found.columns, tuple(found.rows))

    def range(self, name: str, start: Token, stop: Token, step: Token) -> Result:
        return sources.number_range(name, int(start), int(stop), int(step))

    def datatable(self, columns: Columns, values: tuple[Expression, ...] | None) -> Result:
        return sources.values_table(columns, _constants(values or ()))

    def external_table(self, name: Expression, mapping: Expression | None = None) -> Result:
        # The other second argument is how old a cached table may be: nothing is cached here.
        is_age = mapping is not None and mapping.kind_in({}) == "timespan"
        names = _texts((name,) if mapping is None or is_age else (name, mapping))
        return sources.external_table(names[0], (*names[1:], None)[0], self.session)

    def external_data(
        self, columns: Columns, connections: tuple[Expression, ...], given: dict[str, Any] | None
    ) -> Result:
        return sources.external_data(columns, _texts(connections), given or {}, self.session)

    def inline_storage(
        self,
        columns: Columns,
        data_format: Token,
        connections: tuple[Expression, ...],
        given: dict[str, Any] | None,
    ) -> Result:
        texts = _texts(connections)
        return sources.inline_storage(columns, str(data_format), texts, given or {}, self.session)

    def inline_delta(self, columns: Columns | None, connections: tuple[Expression, ...]) -> Result:
        return sources.inline_delta(columns, _texts(connections), self.session)

    def properties(self, *properties: tuple[str, Any]) -> dict[str, Any]:
        return dict(properties)

    def property(self, name: str, value: Expression) -> tuple[str, Any]:
        is_word = isinstance(value, Column) and value.otherwise is None
        return name, value.name if is_word else value.value_in({})

    def evaluate_first(self, evaluation: Evaluation) -> Result:
        return evaluation(None)

    def evaluate(
        self,
        hints: dict[str, str],
        name: Token,
        arguments: tuple[Argument, ...] | None,
        output: Columns | None,
    ) -> Evaluation:
        given = arguments or ()
        return lambda table: run_plugin(
            PluginCall(str(name), given, self.session, table, output, hints)
        )

    def hints(self, *hints: tuple[str, str]) -> dict[str, str]:
        return dict(hints)

    def hint(self, name: Token, value: Token) -> tuple[str, str]:
        return name.removeprefix("hint."), str(value)

    def take(self, rows: Token) -> Operator:
        return operators.take(int(rows))

    def count(self) -> Operator:
        return operators.count()

    def where(self, condition: Condition) -> Operator:
        return operators.where(condition)

    def project(self, *columns: NamedExpression) -> Operator:
        return operators.project(columns)

    def extend(self, *columns: NamedExpression) -> Operator:
        return operators.extend(columns)

    def summarize(self, name: str | None, *columns: str) -> Operator:
        return operators.summarize_count(columns, name or "count_")


def _constants(values: tuple[Expression, ...]) -> list[Any]:
    return [value.value_in({}) for value in values]


def _texts(values: tuple[Expression, ...]) -> list[str]:
    """Return constant texts; a KustoError (semantic error) when one is something else."""
    found = _constants(values)
    if not all(isinstance(value, str) for value in found):
        raise semantic_error("Names and connection strings are texts here.")
    return found
