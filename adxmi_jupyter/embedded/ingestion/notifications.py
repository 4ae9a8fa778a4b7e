"""What Event Grid tells of blobs (page: Azure Blob Storage as an Event Grid source)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.errors import MESSAGE, IngestionError

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.storage.locations import Location

BLOB_CREATED = "Microsoft.Storage.BlobCreated"
_RENAMED = "Microsoft.Storage.BlobRenamed"


def blob_notification(account_id: str, location: Location, event_type: str) -> dict[str, Any]:
    """Return the notification about a blob."""
    return {
        "topic": account_id,
        "subject": f"/blobServices/default/containers/{location.container}/blobs/{location.path}",
        "eventType": event_type,
        "data": {"blobType": "BlockBlob", _address_of(event_type): location.uri},
        "dataVersion": "",
        "metadataVersion": "1",
    }


def read_notification(body: bytes) -> tuple[str, str]:
    """Return event type and blob address; an IngestionError when the body is no notification."""
    try:
        value = json.loads(body)
        event_type = str(value["eventType"])
        return event_type, str(value["data"][_address_of(event_type)])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IngestionError(MESSAGE, "The event is no notification about a blob.") from error


def each_notification(body: bytes) -> list[bytes]:
    """Return the notifications in the body of an event one by one: it may hold an array."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return [body]
    if not isinstance(value, list):
        return [body]
    return [json.dumps(each).encode() for each in value]


def _address_of(event_type: str) -> str:
    """Return the member with the address: a renamed blob is where it went."""
    return "destinationUrl" if event_type == _RENAMED else "url"
