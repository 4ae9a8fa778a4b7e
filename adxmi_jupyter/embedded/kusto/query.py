"""A handful of query shapes over small tables; not a query engine, and it says so."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from lark import UnexpectedInput, v_args
from lark.exceptions import VisitError

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto import operators
from adxmi_jupyter.embedded.kusto.errors import Refusal, bad_request, semantic_error
from adxmi_jupyter.embedded.kusto.parser import ToNames, build_grammar
from adxmi_jupyter.embedded.kusto.tables import Result

if TYPE_CHECKING:
    from lark import Lark, Token

    from adxmi_jupyter.embedded.kusto.operators import Condition, Operator
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.world import Database

    Typed = tuple[str, Any]

# The database of a client that names none: it exists, and holds no tables.
NO_DATABASE = "NetDefaultDB"

_KNOWN = (
    "The embedded Azure is no query engine. It knows `print` of literals and "
    "current_principal(), a table name, and the operators take, limit, count, where "
    f"({', '.join(operators.COMPARISONS)}, joined by and/or), project and "
    "summarize count() [by columns]."
)


def run_query(text: str, session: Session) -> Result:
    """Return the result of a query; a Refusal (400, semantic error) for what it does not know."""
    table: Result = _evaluate(text, "start", session)
    return table


def pipe(tail: str, session: Session) -> Operator:
    """Return what a command's result is piped into, as one operator; a Refusal as above."""
    steps: tuple[Operator, ...] = _evaluate(tail, "tail", session)
    return lambda table: _apply(table, steps)


@functools.cache
def query_grammar() -> Lark:
    """Return the parser of queries, built at its first use."""
    return build_grammar("query.lark", "start", "tail")


def _evaluate(text: str, start: str, session: Session) -> Any:
    try:
        return _Evaluation(session).transform(query_grammar().parse(text, start=start))
    except UnexpectedInput as error:
        raise semantic_error(_KNOWN) from error
    except VisitError as error:
        if isinstance(error.orig_exc, Refusal):
            raise error.orig_exc from None
        raise


def _apply(table: Result, steps: tuple[Operator, ...]) -> Result:
    return functools.reduce(lambda result, step: step(result), steps, table)


@v_args(inline=True)
class _Evaluation(ToNames):
    """Turn a parse tree of query.lark into its result, or into operators for a tail."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def start(self, source: Result, *steps: Operator) -> Result:
        return _apply(source, steps)

    def tail(self, *steps: Operator) -> tuple[Operator, ...]:
        return steps

    def print(self, *columns: tuple[str | None, Typed]) -> Result:
        if self._session.context != NO_DATABASE:
            self._readable_database()
        header = tuple(
            (name or f"print_{number}", kind) for number, (name, (kind, _)) in enumerate(columns)
        )
        return Result(header, (tuple(value for _, (_, value) in columns),))

    def table(self, name: str) -> Result:
        database = self._readable_database()
        found = database.tables.get(name)
        if found is None:
            raise semantic_error(f"'{name}' is no table of '{database.name}'. {_KNOWN}")
        return Result(found.columns, tuple(found.rows))

    def column_value(self, name: Token | None, value: Typed) -> tuple[str | None, Typed]:
        return (str(name) if name else None), value

    def current_principal(self) -> Typed:
        return "string", self._session.caller.fqn

    def text(self, value: str) -> Typed:
        return "string", value

    def integer(self, value: Token) -> Typed:
        return "long", int(value)

    def real(self, value: Token) -> Typed:
        return "real", float(value)

    def boolean(self, value: Token) -> Typed:
        return "bool", value == "true"

    def take(self, rows: Token) -> Operator:
        return operators.take(int(rows))

    def count(self) -> Operator:
        return operators.count()

    def where(self, condition: Condition) -> Operator:
        return operators.where(condition)

    def project(self, *columns: str) -> Operator:
        return operators.project(columns)

    def summarize(self, *columns: str) -> Operator:
        return operators.summarize_count(columns)

    def comparison(self, column: str, comparison: Token, value: Typed) -> Condition:
        return operators.compare(column, str(comparison), value[1])

    def all_of(self, left: Condition, right: Condition) -> Condition:
        return lambda record: left(record) and right(record)

    def any_of(self, left: Condition, right: Condition) -> Condition:
        return lambda record: left(record) or right(record)

    def _readable_database(self) -> Database:
        if self._session.context is None:
            raise bad_request("A query needs a database.")
        database = self._session.database(None)
        self._session.require(Permission.DATABASE_READ, "QueryCommand", database)
        return database
