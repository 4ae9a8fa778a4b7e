"""Queue rows of our own for ingestion: they are uploaded where the service says, and then queued.

Source: *Ingestion without the Kusto.Ingest library*, *Ingestion properties* (Azure Data Explorer
docs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.service.address import origin_of
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.ingestion import (
    before_queueing,
    client_message,
    queued,
    refused_by_storage,
    require_client,
    resource_uris,
)

if TYPE_CHECKING:
    from adxmi_jupyter.service.kusto import Kusto
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.trust import ServiceEndpoint

_CONTAINER = "TempStorage"
_STORAGE = "the storage of the ingestion endpoint"


@dataclass(frozen=True)
class QueuedRows:
    """Rows as CSV for a table, which takes them once for each tag."""

    database: str
    table: str
    tag: str
    data: bytes


@dataclass(frozen=True)
class StorageEndpoints:
    """Which hosts may be a queue, and which the storage that blobs are uploaded to."""

    queues: ServiceEndpoint
    blobs: ServiceEndpoint


def queue_rows(
    endpoint: Kusto, storage: StorageEndpoints, rows: QueuedRows, *, limits: Limits
) -> None:
    """Upload rows and queue them; the service ingests them within minutes.

    Raises
    ------
    MissingPackage
        The ingestion client is not installed.
    ServiceRefusal, ConnectionFailure
        The service refused, or was not reached; of these `AnswerLost` leaves open whether the rows
        were queued. Sent again with the same tag they are not ingested twice.
    WriteNotApplied
        The service could not be asked where to queue it, so nothing was queued.

    """
    require_client()
    try:
        uris = resource_uris(endpoint, storage.queues)
        blob = _uploaded(endpoint, storage.blobs, rows, limits)
        text = client_message(endpoint, blob, len(rows.data), _properties(rows))
    except AdxmiError as error:
        raise before_queueing(error) from error
    queued(uris, text, storage.queues, limits)


def _uploaded(endpoint: Kusto, blobs: ServiceEndpoint, rows: QueuedRows, limits: Limits) -> str:
    """Return the address of the uploaded rows, with its signature."""
    found = resource_uris(endpoint, blobs, _CONTAINER)
    container, _, signature = found[0].partition("?")
    name = f"{rows.tag.replace(':', '_')}__{rows.table}.csv"
    uri = f"{container}/{name}?{signature}"
    try:
        _upload(uri, rows.data, blobs, limits)
    except AdxmiError:
        raise
    except Exception as failure:
        raise refused_by_storage(failure, _STORAGE) from failure
    return uri


def _upload(uri: str, data: bytes, blobs: ServiceEndpoint, limits: Limits) -> None:
    from azure.storage.blob import BlobClient

    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.management_client import BoundedTransport
    from adxmi_jupyter.service.transport import guarded_session

    is_loopback = origin_of(uri).is_loopback
    session = guarded_session(blobs, limits, InFlight(), loopback=is_loopback)
    client = BlobClient.from_blob_url(
        uri, transport=BoundedTransport(session=session), retry_total=0
    )
    with client, within(limits.seconds):
        client.upload_blob(data, overwrite=True)


def _properties(rows: QueuedRows) -> Any:
    from azure.kusto.data.data_format import DataFormat
    from azure.kusto.ingest import IngestionProperties

    return IngestionProperties(
        database=rows.database,
        table=rows.table,
        data_format=DataFormat.CSV,
        ingest_by_tags=[rows.tag],
        ingest_if_not_exists=[rows.tag],
    )
