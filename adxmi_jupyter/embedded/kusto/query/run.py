"""A handful of query shapes over small tables; not a query engine, and it says so."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from lark import UnexpectedInput
from lark.exceptions import VisitError

from adxmi_jupyter.embedded.kusto.errors import KustoError, semantic_error
from adxmi_jupyter.embedded.kusto.grammar import build_grammar
from adxmi_jupyter.embedded.kusto.query.tree import KNOWN, apply, transformed

if TYPE_CHECKING:
    from lark import Lark

    from adxmi_jupyter.embedded.kusto.query.operators import Operator
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_query(text: str, session: Session) -> Result:
    """Return the result of a query; a KustoError (semantic error) for what it does not know."""
    table: Result = _evaluate(text, "start", session)
    return table


def pipe(tail: str, session: Session) -> Operator:
    """Return what a command's result is piped into, as one operator; a KustoError as above."""
    steps: tuple[Operator, ...] = _evaluate(tail, "tail", session)
    return lambda table: apply(table, steps)


@functools.cache
def query_grammar() -> Lark:
    """Return the parser of queries, built at its first use."""
    return build_grammar("query/grammar.lark", "start", "tail")


def _evaluate(text: str, start: str, session: Session) -> Any:
    try:
        return transformed(query_grammar().parse(text, start=start), session, run_query)
    except UnexpectedInput as error:
        raise semantic_error(KNOWN) from error
    except VisitError as error:
        if isinstance(error.orig_exc, KustoError):
            raise error.orig_exc from None
        raise
