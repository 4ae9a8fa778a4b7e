"""Commands that go on in the background, and what is noted of them (page: `.show operations`).

Here they have ended when they have begun: only their answers wait to be asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.kusto.results import Result, result
from adxmi_jupyter.embedded.state.entities import CommandOperation
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.request_log import RequestState

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.request_log import RequestEnd, RequestHead

_NODE = "KEngine000000"


def run_operation(
    command: str,
    session: Session,
    database: Database,
    work: Callable[[], Result],
    *,
    is_async: bool,
    keeps_details: bool = True,
) -> Result:
    """Do the work and return its answer or, with `is_async`, the ID of an operation that has it.

    A KustoError of the work is raised, with `is_async` it is kept as the status of the operation.
    """
    world = session.world
    operation_id, started = world.mint("operation"), world.clock()
    state, status, answer = RequestState.COMPLETED, "", Result((), ())
    raised: KustoError | None = None
    try:
        answer = work()
    except KustoError as error:
        raised, state, status = error, RequestState.FAILED, error.message
    details = answer if keeps_details else Result(answer.columns, ())
    world.service.operations.append(
        CommandOperation(
            operation_id,
            command,
            started,
            state,
            status,
            database.name,
            session.caller.fqn,
            session.running.head.user if session.running else session.caller.shown_name,
            session.activity_id,
            timedelta(microseconds=(world.clock() - started) // 1000),
            _NODE,
            details.columns,
            details.rows,
        )
    )
    if session.running is not None:
        session.running.is_operation = False
        session.running.failure = status if is_async else ""
    if is_async:
        return result("OperationId:guid", [[operation_id]])
    if raised is not None:
        raise raised
    return answer


def keep_operation(head: RequestHead, end: RequestEnd, session: Session, operation_id: str) -> None:
    """Note what a command did that has not noted it itself; its ID may be one that it has told."""
    session.world.service.operations.append(
        CommandOperation(
            operation_id or stable_id("operation", head.activity_id),
            end.command_type,
            head.started_ns,
            end.state,
            end.reason,
            head.database,
            head.principal,
            head.user,
            head.activity_id,
            end.duration,
        )
    )
