"""Shows operations (pages: `.show operations`, `.show operation details`)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.exports.syntax import ShowOperationDetails, ShowOperations
from adxmi_jupyter.embedded.kusto.results import Result, result
from adxmi_jupyter.embedded.state.data_log import kept
from adxmi_jupyter.embedded.state.request_log import RequestState
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.exports.syntax import OperationCommand
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.entities import CommandOperation

_KEPT = timedelta(days=14)
_KEPT_BY_ID = timedelta(hours=6)


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
