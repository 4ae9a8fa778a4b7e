"""Queued ingestion by commands: started, looked at, canceled.

Pages: `.ingest-from-storage-queued`, `.show queued ingestion operations`, `.cancel queued
ingestion operation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.ingestion.jobs import run_operation
from adxmi_jupyter.embedded.kusto.errors import entity_not_found
from adxmi_jupyter.embedded.kusto.ingestion.listing import listed
from adxmi_jupyter.embedded.kusto.ingestion.properties import (
    checked_properties,
    malformed_property,
    truth,
)
from adxmi_jupyter.embedded.kusto.ingestion.resources import require_ingest_anywhere
from adxmi_jupyter.embedded.kusto.ingestion.statements import ListBlobs
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.ingestion_jobs import BlobStatus, Job, QueuedBlob, QueuedOperation
from adxmi_jupyter.embedded.storage.locations import shown_source

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import (
        CancelQueuedOperation,
        IngestQueued,
        ShowQueuedOperations,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_TRACKING = "EnableTracking"
_FACTOR = "CompressionFactor"


def ingest_queued(command: IngestQueued, session: Session) -> Result:
    """Queue the blobs; without looks to wait for they come in before the answer."""
    database = session.database(command.database)
    session.require(Permission.DATABASE_INGEST, "IngestFromStorageQueuedCommand", database)
    if command.table not in database.tables:
        raise entity_not_found("Table", command.table, database.name)
    properties = checked_properties(command.properties, _TRACKING)
    is_tracked = _is_tracked(command, properties)
    world = session.world
    sources = _sources(command, session, database)
    jobs = [Job(database.name, command.table, each, properties, session.caller) for each in sources]
    looks = world.ingestion.looks
    number = len(world.ingestion.operations) + 1
    operation = QueuedOperation(
        f"{number:08d};{number:08d};{world.mint('queued ingestion')}",
        database.name,
        command.table,
        [QueuedBlob(job) for job in jobs],
        looks,
        is_tracked=is_tracked,
    )
    world.ingestion.operations.append(operation)
    if looks == 0:
        run_operation(world, operation)
    show = f'.show queued ingestion operations "{operation.operation_id}"'
    return result(
        "IngestionOperationId:string, ClientRequestId:string, OperationInfo:string",
        [[operation.operation_id, session.client_request_id, show]],
    )


def show_operations(command: ShowQueuedOperations, session: Session) -> Result:
    """Return how far operations are, or their blobs; what is not tracked has no row."""
    found = _find(command.operation_ids, session)
    for operation in found:
        if operation.look():
            run_operation(session.world, operation)
    if not command.details:
        return _operations(found)
    return result(
        "IngestionOperationId:string, BlobUrl:string, IngestionStatus:string, "
        "StartedAt:datetime, CompletedAt:datetime, FailedReasons:string",
        [_blob_row(operation, blob) for operation in found for blob in operation.blobs],
    )


def cancel_operation(command: CancelQueuedOperation, session: Session) -> Result:
    """Cancel what has not come in yet, and return how far the operation is."""
    found = _find((command.operation_id,), session)
    for operation in found:
        operation.cancel()
    return _operations(found)


def _find(operation_ids: tuple[str, ...], session: Session) -> list[QueuedOperation]:
    require_ingest_anywhere(session)
    wanted = {each.casefold() for each in operation_ids}
    found = [
        each
        for each in session.world.ingestion.operations
        if each.is_tracked and each.operation_id.casefold() in wanted
    ]
    for operation in found:
        database = session.database(operation.database)
        session.require(Permission.DATABASE_INGEST, "QueuedIngestionOperationsCommand", database)
    return found


def _operations(operations: list[QueuedOperation]) -> Result:
    return result(
        "IngestionOperationId:string, StartedOn:datetime, LastUpdatedOn:datetime, State:string, "
        "Discovered:long, Pending:long, Canceled:long, Ingested:long, Failed:long, "
        "SampleFailedReasons:string, Database:string, Table:string",
        [_operation_row(each) for each in operations],
    )


def _operation_row(operation: QueuedOperation) -> list[Any]:
    counts = [operation.count(status) for status in _COUNTED]
    reasons = dict.fromkeys(blob.reason for blob in operation.blobs if blob.reason)
    return [
        operation.operation_id,
        operation.started_on,
        operation.last_updated_on,
        operation.state,
        len(operation.blobs),
        *counts,
        "; ".join(reasons),
        operation.database,
        operation.table,
    ]


_COUNTED = (BlobStatus.PENDING, BlobStatus.CANCELED, BlobStatus.INGESTED, BlobStatus.FAILED)


def _blob_row(operation: QueuedOperation, blob: QueuedBlob) -> list[Any]:
    return [
        operation.operation_id,
        unquote(shown_source(blob.job.source)),
        blob.status,
        operation.started_on,
        blob.completed_at,
        blob.reason,
    ]


def _sources(command: IngestQueued, session: Session, database: Database) -> list[str]:
    if not isinstance(command.blobs, ListBlobs):
        return list(command.blobs)
    return [each.source for each in listed(command.blobs, session, database)]


def _is_tracked(command: IngestQueued, properties: dict[str, str]) -> bool:
    """Tell whether the operation can be looked at; the page has the option in both places."""
    options = dict(command.options)
    factor = options.pop(_FACTOR, "1")
    if not _is_number(factor):
        raise malformed_property(f"'{factor}' is no value for '{_FACTOR}'.")
    answers = {name: truth(name, value) for name, value in options.items()}
    inside = truth(_TRACKING, properties.get(_TRACKING.casefold(), "false"))
    return answers.get(_TRACKING, False) or inside


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False
