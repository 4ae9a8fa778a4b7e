"""Queue blobs by the SDK's ingestion client; the service fetches them as an identity.

Source: *Kusto Ingest library for Python*, *Queue blobs for ingestion using managed identity
authentication* (Azure Data Explorer docs).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import (
    AdxmiError,
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
from adxmi_jupyter.fixes import Explain, LeaveOut, Retry, Several
from adxmi_jupyter.service.address import origin_of
from adxmi_jupyter.service.connection_causes import cause_of
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.failures import unreadable_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adxmi_jupyter.model.declaration.products import QueuedIngestion
    from adxmi_jupyter.service.kusto import Kusto
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.trust import ServiceEndpoint

_QUEUE = "the queue of the ingestion endpoint"
_KIND = "SecuredReadyForAggregationQueue"
_QUEUES_TRIED = 3


def queue_blob(
    endpoint: Kusto,
    queues: ServiceEndpoint,
    database: str,
    message: QueuedIngestion,
    *,
    limits: Limits,
) -> str:
    """Queue one blob; return the client's word for how that went.

    The endpoint names the queues and says who the caller is; the SDK writes the message. A queue
    that was not reached is passed over for the next one. Nothing else is repeated: the same blob
    would be ingested twice.

    Parameters
    ----------
    endpoint
        The ingestion endpoint of the cluster.
    queues
        Which hosts may be a queue of it.
    limits
        Of each request.

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
        The service could not be asked where to queue it, or named a queue on a foreign host, so
        nothing was queued.

    """
    require_client()
    properties = _properties(database, message)
    try:
        uris = resource_uris(endpoint, queues)
        text = client_message(endpoint, message.blob, message.size, properties)
    except AdxmiError as error:
        raise before_queueing(error) from error
    return queued(uris, text, queues, limits)


def require_client() -> None:
    """Make sure that the ingestion client is installed, else raise MissingPackage."""
    try:
        import azure.kusto.ingest  # noqa: F401
    except ImportError as missing:
        raise MissingPackage(
            "the ingestion client is not installed",
            why="azure-kusto-ingest pins storage packages, so it comes only when asked for",
            fix='%pip install "adxmi_jupyter[ingest]"',
        ) from missing


def resource_uris(endpoint: Kusto, owner: ServiceEndpoint, kind: str = _KIND) -> list[str]:
    """Return the addresses of queues or containers, each with its signature, once all are checked.

    Raises
    ------
    UntrustedLink
        One is of somebody else.
    WriteNotApplied
        There is none.
    ServiceRefusal, ConnectionFailure
        The service refused, or was not reached.

    """
    rows = endpoint.command(".get ingestion resources").rows()
    found = [_text(row, "StorageRoot") for row in rows if _text(row, "ResourceTypeName") == kind]
    for uri in found:
        owner.check(uri)
    if not found:
        what = "queue" if kind == _KIND else "storage to upload to"
        raise nothing_queued(f"the service names no {what}")
    return found


def client_message(endpoint: Kusto, blob: str, size: int, properties: Any) -> str:
    """Return the text of a message as the SDK writes it; raises as the request for a token does."""
    from azure.kusto.ingest import BlobDescriptor
    from azure.kusto.ingest.ingestion_blob_info import IngestionBlobInfo

    rows = endpoint.command(".get kusto identity token").rows()
    if not rows:
        raise unreadable_answer("no identity token")
    return str(
        IngestionBlobInfo(
            BlobDescriptor(blob, size=size),
            properties,
            auth_context=_text(rows[0], "AuthorizationContext"),
            application_for_tracing="adxmi_jupyter",
        ).to_json()
    )


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if not isinstance(value, str):
        raise unreadable_answer(f"no {column}")
    return value


def queued(uris: Sequence[str], text: str, queues: ServiceEndpoint, limits: Limits) -> str:
    """Put a message into the first queue that is reached; raises as `queue_blob` does."""
    from azure.core.exceptions import ServiceRequestError

    for uri in uris[:_QUEUES_TRIED]:
        try:
            _send(uri, text, queues, limits)
        except ServiceRequestError as failure:  # not reached
            unreached = failure
        except AdxmiError:
            raise
        except Exception as failure:
            raise refused_by_storage(failure) from failure
        else:
            return "QUEUED"
    raise refused_by_storage(unreached) from unreached


def _send(uri: str, text: str, queues: ServiceEndpoint, limits: Limits) -> None:
    from azure.storage.queue import QueueClient, TextBase64EncodePolicy

    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.management_client import BoundedTransport
    from adxmi_jupyter.service.transport import guarded_session

    is_loopback = origin_of(uri).is_loopback
    session = guarded_session(queues, limits, InFlight(), loopback=is_loopback)
    client = QueueClient.from_queue_url(
        uri,
        transport=BoundedTransport(session=session),
        message_encode_policy=TextBase64EncodePolicy(),
        retry_total=0,
    )
    with client, within(limits.seconds):
        sent = client.send_message(text)
    if not sent.id:
        raise unreadable_answer("the queue does not tell the message's id")


def _properties(database: str, message: QueuedIngestion) -> Any:
    from azure.kusto.data.data_format import DataFormat
    from azure.kusto.ingest import IngestionProperties, ReportLevel

    known = {one.kusto_value: one for one in DataFormat}
    if message.data_format not in known:
        raise InvalidField(
            f"the SDK does not know the format {message.data_format}",
            why=Explain.of("it knows ", Several.of(known)),
            fix="choose one of these, or ingest the blob by a command instead",
        )
    if message.delete_source:
        raise InvalidField(
            "--delete-source cannot be had",
            why="the ingestion client for Python always tells the service to keep the blob",
            fix=Explain.of(
                LeaveOut.of("--delete-source"), ", and delete the blob once it is ingested"
            ),
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


def before_queueing(error: AdxmiError) -> AdxmiError:
    """Return the error for a failure while the service was asked where to queue."""
    return nothing_queued(f"{error.what}: {error.why}") if isinstance(error, AnswerLost) else error


def nothing_queued(why: str) -> WriteNotApplied:
    """Return the error for what surely was not queued."""
    return WriteNotApplied("no blob was queued", why=why, fix=Retry())


def refused_by_storage(failure: BaseException, where: str = _QUEUE) -> AdxmiError:
    """Return the error for what the storage SDK raised; a queue is storage of the service's own."""
    from azure.core import exceptions as azure

    if isinstance(failure, azure.HttpResponseError) and failure.status_code:
        return _refusal(failure, failure.status_code, where)
    if isinstance(failure, azure.ServiceRequestError):
        return ClusterUnreachable(
            f"{where} cannot be reached",
            why=cause_of(failure),
            fix="check the network: the queue is storage of the service, at another address",
        )
    return ConnectionDropped(f"the connection to {where} broke", why=cause_of(failure), fix=Retry())


def _refusal(failure: Any, status: int, where: str) -> AdxmiError:
    # Its message repeats the request's address, which holds a signature.
    code = str(getattr(failure, "error_code", "") or "")
    why = f"HTTP {status} {code}".rstrip()
    error: AdxmiError
    if status < HTTPStatus.BAD_REQUEST:
        return unreadable_answer(f"{why} from {where}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        error = ServiceUnavailable(
            f"{where} is out of order for now",
            why=why,
            fix=Explain.of("wait a little and ", Retry()),
        )
    elif status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        error = NotAuthorized(
            f"{where} denied the message",
            why=why,
            fix="check the network: the storage of the service may be closed to this machine",
        )
    else:
        error = CommandRefused(f"{where} rejected the message", why=why, fix=Retry())
    error.service = ServiceDetails(status=status, code=code)
    return error
