"""`.show queries`, `.show commands`, both together, and what runs now.

Pages: `.show queries`, `.show commands`, `.show commands-and-queries`, `.cancel query`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.logs.statistics import (
    CACHE,
    GROUP,
    LEAST_MEMORY,
    SCANNED,
    resources,
    result_set,
)
from adxmi_jupyter.embedded.kusto.logs.syntax import Requests
from adxmi_jupyter.embedded.kusto.logs.visibility import seen_by
from adxmi_jupyter.embedded.kusto.properties import TEXT, read_properties
from adxmi_jupyter.embedded.kusto.results import Result, result
from adxmi_jupyter.embedded.state.request_archive import QUERY
from adxmi_jupyter.embedded.state.request_log import LONGEST_NS, RequestState
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.kusto.logs.syntax import (
        CancelQuery,
        ShowRequests,
        ShowRunningQueries,
    )
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.request_log import (
        LoggedRequest,
        RequestHead,
        RunningRequest,
    )

_HEAD = (
    "Database:string, StartedOn:datetime, LastUpdatedOn:datetime, Duration:timespan, State:string"
)
_QUERIES = (
    f"ClientActivityId:string, Text:string, {_HEAD}, RootActivityId:guid, User:string, "
    "FailureReason:string, TotalCpu:timespan, CacheStatistics:dynamic, Application:string, "
    "MemoryPeak:long, ScannedExtentsStatistics:dynamic, Principal:string, "
    "ClientRequestProperties:dynamic, ResultSetStatistics:dynamic, WorkloadGroup:string"
)
_SCHEMAS = {
    Requests.QUERIES: f"{_QUERIES}, OverallQueryStats:string, VirtualCluster:string",
    Requests.COMMANDS: (
        f"ClientActivityId:string, CommandType:string, Text:string, {_HEAD}, RootActivityId:guid, "
        "User:string, FailureReason:string, Application:string, Principal:string, "
        "TotalCpu:timespan, ResourcesUtilization:dynamic, ClientRequestProperties:dynamic, "
        "WorkloadGroup:string, VirtualCluster:string"
    ),
    Requests.BOTH: (
        f"ClientActivityId:string, CommandType:string, Text:string, {_HEAD}, "
        "FailureReason:string, RootActivityId:guid, User:string, Application:string, "
        "Principal:string, ClientRequestProperties:dynamic, TotalCpu:timespan, MemoryPeak:long, "
        "CacheStatistics:dynamic, ScannedExtentsStatistics:dynamic, ResultSetStatistics:dynamic, "
        "WorkloadGroup:string, VirtualCluster:string"
    ),
}


def show_requests(command: ShowRequests, session: Session) -> Result:
    """Return the requests of 30 days that have ended and that the caller may see, oldest first."""
    session.require_any_role(f"{command.kind}Command")
    world, sees, wanted = session.world, seen_by(session), command.requests
    world.cluster.logs.remember(world)
    log = world.cluster.logs.requests
    found = [
        each
        for each in log.ended(world.clock())
        if wanted is Requests.BOTH or each.head.is_query is (wanted is Requests.QUERIES)
        if sees(each.head.database, each.head.principal)
    ]
    table = _table(_SCHEMAS[wanted], [shown_request(each) for each in found])
    if log.archive is None:
        return table
    from adxmi_jupyter.embedded.kusto.logs.archived import archived

    kinds = {"queries": wanted is not Requests.COMMANDS, "commands": wanted is not Requests.QUERIES}
    return replace(table, older=archived(log.archive, world.clock() - LONGEST_NS, sees, **kinds))


def show_running_queries(command: ShowRunningQueries, session: Session) -> Result:
    """Return the queries under way: the caller's own, those of one user, or all."""
    session.require_any_role(f"{command.kind}Command")
    sees = seen_by(session)
    found = [
        each
        for each in session.world.cluster.logs.requests.running()
        if each.head.is_query and _is_of(each.head, command.user, session)
        if sees(each.head.database, each.head.principal)
    ]
    return _table(_QUERIES, [_running(each) for each in found])


def cancel_query(command: CancelQuery, session: Session) -> Result:
    """Ask a query under way to end: the caller's own, or one of a database the caller administers.

    Whether there was one is in the answer.
    """
    session.require_any_role(f"{command.kind}Command")
    given = read_properties(command.properties, {"reason": TEXT}, "a cancellation")
    reason = str(given.get("reason", ""))
    found = session.world.cluster.logs.requests.cancel(
        reason,
        lambda head: (
            head.client_activity_id == command.client_activity_id and _may_cancel(head, session)
        ),
    )
    return result(
        "ClientRequestId:string, RunningQueryCanceled:bool, ReasonPhrase:string",
        [[command.client_activity_id, found, reason]],
    )


def _is_of(head: RequestHead, user: str | None, session: Session) -> bool:
    if user is None:
        return head.principal == session.caller.fqn
    return user.casefold() in {"", head.user.casefold(), head.upn.casefold()}


def _may_cancel(head: RequestHead, session: Session) -> bool:
    database = session.world.cluster.find_database(head.database)
    return head.principal == session.caller.fqn or session.permits(
        Permission.DATABASE_ADMIN, database
    )


def _table(schema: str, rows: list[Mapping[str, Any]]) -> Result:
    """Return the columns of a schema from rows that may hold more."""
    empty = result(schema)
    names = [name for name, _ in empty.columns]
    return Result(empty.columns, tuple(tuple(row.get(name) for name in names) for row in rows))


def _common(head: RequestHead, duration: timedelta) -> dict[str, Any]:
    ended_ns = head.started_ns + duration // timedelta(microseconds=1) * 1000
    return {
        "ClientActivityId": head.client_activity_id,
        "Text": head.text,
        "Database": head.database,
        "StartedOn": moment_of(head.started_ns),
        "LastUpdatedOn": moment_of(ended_ns),
        "Duration": timespan_text(duration),
        "RootActivityId": head.activity_id or None,
        "User": head.user,
        "Application": head.application,
        "Principal": head.principal,
        "ClientRequestProperties": head.properties,
        "WorkloadGroup": GROUP,
        "OverallQueryStats": "",
        "VirtualCluster": "",
    }


def shown_request(request: LoggedRequest) -> dict[str, Any]:
    """Return what the log tells of a request that has ended, by the names of its columns."""
    end = request.end
    memory, total_cpu = LEAST_MEMORY + 2 * end.size, timespan_text(end.total_cpu)
    return {
        **_common(request.head, end.duration),
        "CommandType": QUERY if request.head.is_query else end.command_type,
        "State": end.state,
        "FailureReason": end.reason,
        "TotalCpu": total_cpu,
        "MemoryPeak": memory,
        "CacheStatistics": CACHE,
        "ScannedExtentsStatistics": SCANNED,
        "ResultSetStatistics": result_set(end.rows, end.size),
        "ResourcesUtilization": resources(memory, total_cpu),
    }


def _running(request: RunningRequest) -> dict[str, Any]:
    return {
        **_common(request.head, request.duration),
        "State": RequestState.IN_PROGRESS,
        "FailureReason": "",
        "TotalCpu": timespan_text(timedelta()),
        "MemoryPeak": 0,
    }
