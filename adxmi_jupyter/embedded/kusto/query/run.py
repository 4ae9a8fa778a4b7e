"""A handful of query shapes over small tables; not a query engine, and it says so."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lark import UnexpectedInput
from lark.exceptions import VisitError

from adxmi_jupyter.embedded.kusto.errors import KustoError, semantic_error
from adxmi_jupyter.embedded.kusto.grammar import build_grammar
from adxmi_jupyter.embedded.kusto.query.tree import KNOWN, apply, transformed

if TYPE_CHECKING:
    from lark import Lark, ParseTree

    from adxmi_jupyter.embedded.kusto.query.operators import Operator
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Statement


def run_query(text: str, session: Session) -> Result:
    """Return the result of a query; a KustoError (semantic error) for what it does not know."""
    table: Result = _evaluate(text, "start", session)
    return table


def pipe(tail: str, session: Session) -> Operator:
    """Return what a command's result is piped into, as one operator; a KustoError as above."""
    steps: tuple[Operator, ...] = _evaluate(tail, "tail", session)
    return lambda table: apply(table, steps)


def operator_of(statement: Statement, session: Session) -> Operator | None:
    """Return what a command's result goes into, read before it runs; a KustoError as above.

    That is what it is piped into, then a query that reads `$command_results`; None without any.
    """
    operate = pipe(statement.tail, session) if statement.tail else None
    if not statement.query:
        return operate
    check_query(statement.query)

    def ask(table: Result) -> Result:
        results = operate(table) if operate else table
        return run_query(statement.query, replace(session, command_results=results))

    return ask


def check_query(text: str) -> None:
    """Raise a KustoError (semantic error) when the text is no query that is known here."""
    _parse(text, "start")


@functools.cache
def query_grammar() -> Lark:
    """Return the parser of queries, built at its first use."""
    return build_grammar("query/grammar.lark", "start", "tail")


def _evaluate(text: str, start: str, session: Session) -> Any:
    tree = _parse(text, start)
    try:
        return transformed(tree, session, run_query)
    except VisitError as error:
        if isinstance(error.orig_exc, KustoError):
            raise error.orig_exc from None
        raise


def _parse(text: str, start: str) -> ParseTree:
    try:
        return query_grammar().parse(text, start=start)
    except UnexpectedInput as error:
        raise semantic_error(KNOWN) from error
