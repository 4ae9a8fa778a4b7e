"""Commands that go on in the background (pages: `.show operations`, `.show operation details`).

Here they have ended when they have begun: only their answers wait to be asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import KustoError, bad_request
from adxmi_jupyter.embedded.kusto.exports.syntax import ShowOperationDetails, ShowOperations
from adxmi_jupyter.embedded.kusto.results import Result, result
from adxmi_jupyter.embedded.state.data_log import kept
from adxmi_jupyter.embedded.state.entities import CommandOperation
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.request_log import RequestState
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.exports.syntax import OperationCommand
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.request_log import RequestEnd, RequestHead

_NODE = "KEngine000000"
_KEPT = timedelta(days=14)
_KEPT_BY_ID = timedelta(hours=6)


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


def show_operations(command: OperationCommand, session: Session) -> Result:
    """Return the operations the caller may see, or what one of them answered.

    Those of the last two weeks; by their IDs, those of the last six hours.
    """
    world = session.world
    world.cluster.logs.remember(world)
    # Copied at once: throttled requests come in while this one runs.
    every = list(world.service.operations)
    visible = [each for each in every if _is_visible(each, session)]
    if isinstance(command, ShowOperationDetails):
        return _details(command.operation_id, visible)
    wanted = command.ids if isinstance(command, ShowOperations) else None
    longest = _KEPT if wanted is None else _KEPT_BY_ID
    recent = kept(visible, world.clock(), longest, lambda each: each.started_ns)
    chosen = [each for each in recent if wanted is None or each.operation_id in wanted]
    return result(
        "OperationId:guid, Operation:string, NodeId:string, StartedOn:datetime, "
        "LastUpdatedOn:datetime, Duration:timespan, State:string, Status:string, "
        "RootActivityId:guid, ShouldRetry:bool, Database:string, Principal:string, User:string, "
        "AdminEpochStartTime:datetime, VirtualCluster:string",
        [_row(each) for each in chosen],
    )


def _row(operation: CommandOperation) -> list[str | bool | None]:
    ended_ns = operation.started_ns + operation.duration // timedelta(microseconds=1) * 1000
    return [
        operation.operation_id,
        operation.command,
        operation.node,
        moment_of(operation.started_ns),
        moment_of(ended_ns),
        timespan_text(operation.duration),
        operation.state,
        operation.status,
        operation.activity_id or None,
        operation.state == RequestState.THROTTLED,
        operation.database,
        operation.principal,
        operation.user,
        None,
        "",
    ]


def _details(operation_id: str, visible: list[CommandOperation]) -> Result:
    for each in visible:
        if each.operation_id == operation_id and each.columns:
            return Result(each.columns, each.rows)
    raise bad_request(f"There are no details of an operation '{operation_id}'.")


def _is_visible(operation: CommandOperation, session: Session) -> bool:
    """Tell whether the operation is the caller's own, or one that the caller monitors."""
    if operation.principal == session.caller.fqn:
        return True
    database = session.world.cluster.find_database(operation.database)
    return database is not None and session.permits(Permission.DATABASE_MONITOR, database)
