"""Commands that go on in the background (pages: `.show operations`, `.show operation details`).

Here they have ended when they have begun: only their answers wait to be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import KustoError, bad_request
from adxmi_jupyter.embedded.kusto.exports.syntax import ShowOperationDetails, ShowOperations
from adxmi_jupyter.embedded.kusto.results import Result, result
from adxmi_jupyter.embedded.state.entities import CommandOperation

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.exports.syntax import OperationCommand
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_NODE = "KEngine000000"
_NO_ID = "00000000-0000-0000-0000-000000000000"


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
    operation_id, started = world.mint("operation"), world.service.now()
    state, status, answer = "Completed", "", Result((), ())
    raised: KustoError | None = None
    try:
        answer = work()
    except KustoError as error:
        raised, state, status = error, "Failed", error.message
    kept = answer if keeps_details else Result(answer.columns, ())
    world.service.operations.append(
        CommandOperation(
            operation_id,
            command,
            started,
            state,
            status,
            database.name,
            session.caller.fqn,
            kept.columns,
            kept.rows,
        )
    )
    if is_async:
        return result("OperationId:guid", [[operation_id]])
    if raised is not None:
        raise raised
    return answer


def show_operations(command: OperationCommand, session: Session) -> Result:
    """Return the operations the caller may see, or what one of them answered."""
    visible = [each for each in session.world.service.operations if _is_visible(each, session)]
    if isinstance(command, ShowOperationDetails):
        return _details(command.operation_id, visible)
    wanted = command.ids if isinstance(command, ShowOperations) else None
    chosen = [each for each in visible if wanted is None or each.operation_id in wanted]
    return result(
        "OperationId:guid, Operation:string, NodeId:string, StartedOn:datetime, "
        "LastUpdatedOn:datetime, Duration:timespan, State:string, Status:string, "
        "RootActivityId:guid, ShouldRetry:bool, Database:string, Principal:string, User:string, "
        "AdminEpochStartTime:datetime, VirtualCluster:string",
        [_row(each) for each in chosen],
    )


def _row(operation: CommandOperation) -> list[str | bool | None]:
    return [
        operation.operation_id,
        operation.command,
        _NODE,
        operation.started_on,
        operation.started_on,
        "00:00:00",
        operation.state,
        operation.status,
        _NO_ID,
        False,
        operation.database,
        operation.principal,
        "",
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
