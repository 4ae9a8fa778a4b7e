"""Queries of a request: text to result, by the engine."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.errors import (
    EngineError,
    EngineMissingError,
    LimitError,
    QuerySyntaxError,
    StoppedError,
    TooLongError,
)
from adxmi_jupyter.embedded.engine.execution import Limits, Watch, check_rows
from adxmi_jupyter.embedded.engine.workspace import Workspace, read
from adxmi_jupyter.embedded.kusto.errors import (
    bad_request,
    limits_exceeded,
    semantic_error,
    syntax_error,
    timed_out,
)
from adxmi_jupyter.embedded.kusto.query import sources
from adxmi_jupyter.embedded.kusto.query.resolution import COMMAND_RESULTS, Resolution
from adxmi_jupyter.embedded.kusto.query.visualization import visualization_of
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Statement

    Operator = Callable[[Result], Result]
    Away = Callable[[], AbstractContextManager[None]]

_MOST_ROWS, _MOST_BYTES = 500_000, 64 * 1024**2


def run_query(text: str, session: Session, *, away: Away = nullcontext) -> Result:
    """Return the result of a query; a KustoError for what has none.

    `away` makes the context in which the engine runs, without a look at the world.
    """
    with _errors():
        sources.query_database(session)
        return _answer(text, session, away)


def operator_of(statement: Statement, session: Session) -> Operator | None:
    """Return what a command's result goes into, read before it runs; a KustoError as above.

    That is what it is piped into, then a query that reads `$command_results`; None without any.
    """
    texts = [each for each in (_source(statement.tail), statement.query) if each]
    if not texts:
        return None
    for each in texts:
        check_query(each, session)

    def operate(table: Result) -> Result:
        with _errors():
            for each in texts:
                table = _answer(each, replace(session, command_results=table))
        return table

    return operate


def whole(table: Result, session: Session) -> Result:
    """Return a result with its older rows among the others; a KustoError for too many of them."""
    if table.older is None:
        return table
    with _errors():
        check_rows(len(table.rows) + table.older.count, _limits(session))
        return _answer(COMMAND_RESULTS, replace(session, command_results=table))


def check_query(text: str, session: Session) -> None:
    """Raise a KustoError when the text is no query, or has what the engine does not cover.

    Nothing is read for that, so names and types are not looked at.
    """
    with _errors():
        if session.command_results is None:
            session = replace(session, command_results=Result((), ()))
        with _workspace(session) as workspace:
            resolution = Resolution(text, session, workspace, is_dry=True)
            read(resolution.resolved(), _names(session))


def _source(tail: str) -> str:
    """Return what a result is piped into as a query of its own."""
    return f"{COMMAND_RESULTS} {tail}" if tail else ""


def _answer(text: str, session: Session, away: Away = nullcontext) -> Result:
    with _workspace(session, away) as workspace:
        resolution = Resolution(text, session, workspace)
        resolved = resolution.resolved()
        try:
            answer = workspace.answer(resolved, resolution.lookup, _limits(session))
        except StoppedError:
            session.stop_if_cancelled()
            raise
        return Result(answer.columns, answer.rows, visualization_of(text))


def _workspace(session: Session, away: Away = nullcontext) -> Workspace:
    world = session.world
    now = moment_of(world.clock())
    constants = {
        "current_principal": session.caller.fqn,
        "current_database": session.context or "",
        "current_cluster_endpoint": world.cluster.uri.removeprefix("https://"),
    }
    running = session.running
    watch = Watch(lambda: running is not None and running.cancel_reason is not None, away)
    return Workspace(now, constants, _names(session), watch)


def _names(session: Session) -> frozenset[str]:
    """Return the names of columns that a query may use."""
    database = sources.current_database(session)
    tables = [] if database is None else database.tables.values()
    results = session.command_results
    return frozenset(
        name
        for columns in [*(each.columns for each in tables), results.columns if results else ()]
        for name, _ in columns
    )


def _limits(session: Session) -> Limits:
    """Return how much a query may return: options of the request may lower it, or lift it."""
    options = session.options
    rows = options.get("truncationmaxrecords")
    size = options.get("truncationmaxsize")
    if options.get("notruncation") is True and rows is None and size is None:
        return Limits(None, _MOST_BYTES)
    return Limits(
        min(int(rows), _MOST_ROWS) if isinstance(rows, int | str) else _MOST_ROWS,
        min(int(size), _MOST_BYTES) if isinstance(size, int | str) else _MOST_BYTES,
    )


@contextmanager
def _errors() -> Iterator[None]:
    """Turn errors of the engine into those of the service."""
    try:
        yield
    except QuerySyntaxError as error:
        raise syntax_error(str(error), error.line, error.column) from error
    except EngineMissingError as error:
        raise bad_request(str(error)) from error
    except LimitError as error:
        raise limits_exceeded(str(error)) from error
    except TooLongError as error:
        raise timed_out(str(error)) from error
    except EngineError as error:
        raise semantic_error(str(error)) from error
