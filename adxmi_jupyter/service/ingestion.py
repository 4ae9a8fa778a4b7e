"""Queue blobs by the SDK's ingestion client; the service fetches them as an identity.

Source: *Kusto Ingest library for Python*, *Queue blobs for ingestion using managed identity
authentication* (Azure Data Explorer docs).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import (
    AnswerLost,
    ClusterUnreachable,
    CommandRefused,
    ConnectionDropped,
    InvalidField,
    MissingPackage,
    NotAuthorized,
    ServiceDetails,
    ServiceUnavailable,
    WriteNotApplied,
)
from adxmi_jupyter.service.failures import typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.errors import (
        AdxmiError,
    )
    from adxmi_jupyter.model.declaration.products import QueuedIngestion

_QUEUE = "the queue of the ingestion endpoint"


def queue_blob(
    uri: str,
    builder: Callable[[str], Any],
    database: str,
    message: QueuedIngestion,
    *,
    loopback: bool,
) -> str:
    """Queue one blob; return the client's word for how that went.

    Raises
    ------
    MissingPackage
        The ingestion client is not installed.
    InvalidField
        The client cannot do it.
    ServiceRefusal, ConnectionFailure
        The service refused, or was not reached; of these `AnswerLost` leaves open whether the
        blob was queued.
    WriteNotApplied
        The service could not be asked where to queue it, so nothing was queued.

    """
    try:
        from azure.kusto.ingest import BlobDescriptor, QueuedIngestClient
        from azure.kusto.ingest.exceptions import KustoQueueError
    except ImportError as missing:
        raise MissingPackage(
            "the ingestion client is not installed",
            why="azure-kusto-ingest pins storage packages, so it comes only when asked for",
            fix='%pip install "adxmi_jupyter[ingest]"',
        ) from missing
    properties = _properties(database, message)
    try:
        with QueuedIngestClient(builder(uri)) as client:
            if loopback:
                _without_proxies(client)
            blob = BlobDescriptor(message.blob, size=message.size)
            result = client.ingest_from_blob(blob, properties)
    except KustoQueueError as failure:
        raise _refused_by_queue(failure.__cause__ or failure) from failure
    except Exception as failure:
        raise _before_queueing(typed(failure, uri)) from failure
    if result is None:
        raise _nothing_queued("the service names no queue")
    return str(result.status.value)


def _properties(database: str, message: QueuedIngestion) -> Any:
    from azure.kusto.data.data_format import DataFormat
    from azure.kusto.ingest import IngestionProperties, ReportLevel

    known = {one.kusto_value: one for one in DataFormat}
    if message.data_format not in known:
        raise InvalidField(
            f"the SDK does not know the format {message.data_format}",
            why=f"it knows {', '.join(known)}",
            fix="choose one of these, or ingest the blob by a command instead",
        )
    if message.delete_source:
        raise InvalidField(
            "--delete-source cannot be had",
            why="the ingestion client for Python always tells the service to keep the blob",
            fix="leave --delete-source out, and delete the blob once it is ingested",
        )
    return IngestionProperties(
        database=database,
        table=message.table,
        data_format=known[message.data_format],
        ingestion_mapping_reference=message.mapping or None,
        additional_tags=list(message.tags) or None,
        ignore_first_record=message.ignore_first_record,
        flush_immediately=message.flush_immediately,
        report_level=ReportLevel.FailuresAndSuccesses,
    )


def _without_proxies(client: Any) -> None:
    """Reach a server on this machine without a proxy, which would not find it."""
    client.set_proxy("")
    client._resource_manager._kusto_client._session.trust_env = False  # noqa: SLF001 - no public switch


def _before_queueing(error: AdxmiError) -> AdxmiError:
    """Return the error for a failure while the service was asked where to queue."""
    return _nothing_queued(f"{error.what}: {error.why}") if isinstance(error, AnswerLost) else error


def _nothing_queued(why: str) -> WriteNotApplied:
    return WriteNotApplied("no blob was queued", why=why, fix="repeat the line")


def _refused_by_queue(failure: BaseException) -> AdxmiError:
    """Return the error for what the storage SDK raised; a queue is storage of the service's own."""
    from azure.core import exceptions as azure

    if isinstance(failure, azure.HttpResponseError) and failure.status_code:
        return _refusal(failure, failure.status_code)
    if isinstance(failure, azure.ServiceRequestError):
        return ClusterUnreachable(
            f"{_QUEUE} cannot be reached",
            why=type(failure).__name__,
            fix="check the network: the queue is storage of the service, at another address",
        )
    return ConnectionDropped(
        f"the connection to {_QUEUE} broke", why=type(failure).__name__, fix="repeat the line"
    )


def _refusal(failure: Any, status: int) -> AdxmiError:
    # Its message repeats the request's address, which holds a signature.
    code = str(getattr(failure, "error_code", "") or "")
    why = f"HTTP {status} {code}".rstrip()
    error: AdxmiError
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        error = ServiceUnavailable(
            f"{_QUEUE} is out of order for now", why=why, fix="wait a little and repeat the line"
        )
    elif status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        error = NotAuthorized(
            f"{_QUEUE} did not let the message in",
            why=why,
            fix="check the network: the storage of the service may be closed to this machine",
        )
    else:
        error = CommandRefused(f"{_QUEUE} refused the message", why=why, fix="repeat the line")
    error.service = ServiceDetails(status=status, code=code)
    return error
