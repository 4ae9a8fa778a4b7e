"""Puts requests into the log of their cluster, as they come in and as they end."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.kusto.errors import CancelledError, KustoError, throttled
from adxmi_jupyter.embedded.kusto.exports.operations import keep_operation
from adxmi_jupyter.embedded.kusto.parser import parse_command
from adxmi_jupyter.embedded.kusto.statements import kind_of, shows
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.data_log import BATCH_INGEST, SET_OR_APPEND, Origin
from adxmi_jupyter.embedded.state.request_log import (
    LONGEST_TEXT,
    RequestEnd,
    RequestHead,
    RequestState,
    RunningRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from adxmi_jupyter.embedded.faults import ActiveFault
    from adxmi_jupyter.embedded.kusto.request import KustoRequest
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command

_NO_DATABASE = "NetDefaultDB"
_FROM_A_QUERY = ("TableSet", "TableAppend")
_MOST_OPTIONS = 8192
_LONGEST_NAME = 1024
# A request that one of these strikes never reaches the part of the service that keeps the log.
_BEFORE_THE_LOG = frozenset({Fault.UNAVAILABLE, Fault.PLAIN_TEXT_400, Fault.DROPPED_BEFORE_WRITE})


def coming_in(call: KustoRequest, session: Session, api_version: str) -> RunningRequest:
    """Return a request as the log has it while it runs."""
    known = session.world.cluster.find_database(call.database or "")
    caller = session.caller
    return RunningRequest(
        RequestHead(
            session.client_request_id,
            session.activity_id,
            logged_text(call.text),
            known.name if known else (call.database or _NO_DATABASE)[:_LONGEST_NAME],
            caller.fqn,
            (call.user or caller.shown_name)[:_LONGEST_NAME],
            caller.shown_name,
            call.application[:_LONGEST_NAME],
            not call.is_command,
            session.world.clock(),
            _properties(call, session, api_version),
        )
    )


def following(
    request: RunningRequest, session: Session, text: str, fault: ActiveFault | None
) -> AbstractContextManager[None]:
    """Keep the request in the log while the block answers it; not at all where it does not run."""
    if fault is not None and fault.fault in _BEFORE_THE_LOG:
        return nullcontext()
    if fault is not None and fault.fault is Fault.THROTTLED:
        _throttle(request, session, text)
    logs = session.world.cluster.logs
    logs.begin(request.head.started_ns)
    return logs.requests.following(request)


def _throttle(request: RunningRequest, session: Session, text: str) -> None:
    """Let a request end before it has begun; of a command it is told what it would have done."""
    command_type, is_operation = "", False
    if not request.head.is_query:
        with suppress(KustoError):
            command = parse_command(text).command
            command_type, is_operation = kind_of(command), not shows(command)
    request.end = RequestEnd(RequestState.THROTTLED, throttled().message, command_type)
    if is_operation:
        keep_operation(request.head, request.end, session, "")


def logged_text(text: str) -> str:
    """Return a text without its hidden literals, cut where the log cuts it.

    Of a long text only the beginning is read: a literal that ends behind it is hidden like others.
    """
    return _cut(masked_literals(text[: 2 * LONGEST_TEXT]))


def ended(
    request: RunningRequest,
    session: Session,
    error: KustoError | None,
    total_cpu: timedelta,
    size: int,
) -> None:
    """Note how a request ended; what a command did is an operation, unless it has told of one."""
    reason = error.message if error else request.failure
    request.end = RequestEnd(
        _state(error) if error or not reason else RequestState.FAILED,
        reason,
        request.command_type,
        request.duration,
        total_cpu,
        rows=request.rows,
        size=size,
    )
    if request.is_operation:
        keep_operation(request.head, request.end, session, request.operation_id)


def origin_of(command: Command, session: Session) -> Origin:
    """Return what data is that a command brings in: of a query, or of blobs and the like."""
    is_query = kind_of(command).startswith(_FROM_A_QUERY)
    kind = SET_OR_APPEND if is_query else BATCH_INGEST
    caller, ids = session.caller, (session.client_request_id, session.activity_id)
    return Origin(kind, caller.fqn, *ids)


def _state(error: KustoError | None) -> RequestState:
    if error is None:
        return RequestState.COMPLETED
    was_cancelled = isinstance(error, CancelledError)
    return RequestState.CANCELLED if was_cancelled else RequestState.FAILED


def _cut(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= LONGEST_TEXT:
        return text
    return data[:LONGEST_TEXT].decode("utf-8", "ignore")


def _properties(call: KustoRequest, session: Session, api_version: str) -> Mapping[str, Any]:
    """Return what the log keeps of the request's properties: no parameters, for their values."""
    cluster = session.world.cluster
    options = dict(call.options) if len(str(call.options)) <= _MOST_OPTIONS else {}
    return {
        "SecurityTokenPresent": True,
        "AuthorizationScheme": "Bearer",
        "RequestHostName": cluster.uri,
        "LocalClusterName": f"{cluster.public_uri}/",
        "OriginClusterName": f"{cluster.public_uri}/",
        "Options": {**options, "api_version": api_version},
    }
