"""`.show data operations`, `.show streamingingestion statistics` and `failures`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.logs.visibility import seen_by
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.data_log import DATA_OPERATIONS_KEPT, STREAMS_KEPT, kept
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.logs.syntax import ShowDataOperations, ShowStreams
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.data_log import DataOperation, StreamBucket

_NODE = "KEngine000000"
_SUCCESS = "Success"
_SHORTEST, _LONGEST = timedelta(milliseconds=38), timedelta(milliseconds=214)


def show_data_operations(command: ShowDataOperations, session: Session) -> Result:
    """Return what made extents within 30 days and what the caller may see, oldest first."""
    session.require_any_role(f"{command.kind}Command")
    world, sees = session.world, seen_by(session)
    world.cluster.logs.remember(world)
    found = kept(
        world.cluster.logs.data.operations,
        world.clock(),
        DATA_OPERATIONS_KEPT,
        lambda each: each.happened_ns,
    )
    return result(
        "Timestamp:datetime, Database:string, Table:string, ClientActivityId:string, "
        "OperationKind:string, OriginalSize:long, ExtentSize:long, RowCount:long, "
        "ExtentCount:int, TotalCpu:timespan, Duration:timespan, Principal:string, "
        "Properties:dynamic",
        [_operation(each) for each in found if sees(each.database, each.origin.principal)],
    )


def show_streams(command: ShowStreams, session: Session) -> Result:
    """Return streaming ingestion of 14 days in buckets: what came in, or what failed."""
    session.require_any_role(f"{command.kind}Command")
    world, sees = session.world, seen_by(session)
    world.cluster.logs.remember(world)
    recent = kept(
        world.cluster.logs.data.streams, world.clock(), STREAMS_KEPT, lambda each: each.begun_ns
    )
    found = [each for each in recent if sees(each.database, each.principal)]
    if not command.failures:
        return _statistics(found)
    return result(
        "Database:string, Table:string, Principal:string, RootActivityId:guid, "
        "IngestionProperties:dynamic, Count:long, FirstFailureOn:datetime, "
        "LastFailureOn:datetime, FailureKind:string, ErrorCode:string, Details:string",
        [_failure(each, *each.failure) for each in found if each.failure is not None],
    )


def _statistics(buckets: list[StreamBucket]) -> Result:
    return result(
        "Database:string, Table:string, StartTime:datetime, EndTime:datetime, Count:long, "
        "MinDuration:timespan, MaxDuration:timespan, AvgDuration:timespan, TotalDataSize:long, "
        "MinDataSize:long, MaxDataSize:long, TotalRowCount:long, MinRowCount:long, "
        "MaxRowCount:long, IngestionStatus:string, NumOfRowStoresReferences:int, "
        "Principal:string, NodeId:string, IngestionProperties:dynamic",
        [_bucket(each) for each in buckets],
    )


def _operation(operation: DataOperation) -> list[Any]:
    origin = operation.origin
    return [
        moment_of(operation.happened_ns),
        operation.database,
        operation.table,
        origin.client_activity_id,
        origin.kind,
        origin.size,
        operation.extent_size,
        operation.rows,
        1,
        timespan_text(operation.total_cpu),
        timespan_text(operation.duration),
        origin.principal,
        origin.properties or None,
    ]


def _bucket(bucket: StreamBucket) -> list[Any]:
    size, rows = bucket.size // bucket.count, bucket.rows // bucket.count
    return [
        bucket.database,
        bucket.table,
        moment_of(bucket.begun_ns),
        moment_of(_end(bucket)),
        bucket.count,
        timespan_text(_SHORTEST),
        timespan_text(_LONGEST),
        timespan_text((_SHORTEST + _LONGEST) / 2),
        bucket.size,
        size,
        bucket.size - size * (bucket.count - 1),
        bucket.rows,
        rows,
        bucket.rows - rows * (bucket.count - 1),
        "FailureInvalidInput" if bucket.failure else _SUCCESS,
        1,
        bucket.principal,
        _NODE,
        bucket.properties,
    ]


def _failure(bucket: StreamBucket, code: str, details: str) -> list[str | int | Mapping[str, Any]]:
    return [
        bucket.database,
        bucket.table,
        bucket.principal,
        bucket.activity_id,
        bucket.properties,
        bucket.count,
        moment_of(bucket.begun_ns),
        moment_of(_end(bucket)),
        "Permanent",
        code,
        details,
    ]


def _end(bucket: StreamBucket) -> int:
    return bucket.begun_ns + bucket.length // timedelta(microseconds=1) * 1000
