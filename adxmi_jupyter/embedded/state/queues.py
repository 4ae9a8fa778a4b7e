"""Queues and the temporary container that clients of queued ingestion are sent to.

Pages: Ingestion without the Kusto.Ingest library, Queue service REST API.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

# Addresses of an IP host name the account first, as in Azurite: clients take the next part of the
# path for the queue or container.
ACCOUNT = "contosoingest"
READY_QUEUE = "readyforaggregation-secured"
FAILED_QUEUE = "failedingestions"
SUCCESSFUL_QUEUE = "successfulingestions"
TEMPORARY = "tempstorage"
STATUS_TABLE = "ingestionsstatus"
RESOURCES = {
    "SecuredReadyForAggregationQueue": READY_QUEUE,
    "FailedIngestionsQueue": FAILED_QUEUE,
    "SuccessfulIngestionsQueue": SUCCESSFUL_QUEUE,
    "TempStorage": TEMPORARY,
    "IngestionsStatusTable": STATUS_TABLE,
}
LIFE = timedelta(days=7)

# What the shared access signature of each resource permits: add, read, process, write.
_PERMISSIONS = {
    READY_QUEUE: "a",
    FAILED_QUEUE: "rp",
    SUCCESSFUL_QUEUE: "rp",
    TEMPORARY: "rw",
    STATUS_TABLE: "r",
}


@dataclass
class QueuedMessage:
    """A message, its text as it was sent; hidden until a moment of the monotonic clock."""

    text: str
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    pop_receipt: str = field(default_factory=lambda: uuid.uuid4().hex)
    inserted: datetime = field(default_factory=lambda: datetime.now(UTC))
    hidden_until: float = 0.0
    dequeue_count: int = 0


@dataclass
class Queue:
    """A storage queue."""

    messages: list[QueuedMessage] = field(default_factory=list)

    def put(self, text: str) -> QueuedMessage:
        """Add a message."""
        message = QueuedMessage(text)
        self.messages.append(message)
        return message

    def peek(self, number: int) -> list[QueuedMessage]:
        """Return the first messages that aren't being worked on."""
        now = time.monotonic()
        return [each for each in self.messages if each.hidden_until <= now][:number]

    def take(self, number: int, seconds: float) -> list[QueuedMessage]:
        """Return the same with new receipts, hidden from others for so long."""
        taken = self.peek(number)
        for message in taken:
            message.hidden_until = time.monotonic() + seconds
            message.pop_receipt = uuid.uuid4().hex
            message.dequeue_count += 1
        return taken

    def find(self, message_id: str) -> QueuedMessage | None:
        """Return the message of an ID."""
        return next((each for each in self.messages if each.message_id == message_id), None)


def path_of(name: str) -> str:
    """Return the path of one of the resources."""
    return f"/{ACCOUNT}/{name}"


def signature_of(name: str, secret: str) -> str:
    """Return the query that opens one of the resources."""
    return urlencode(
        {
            "sv": "2025-01-05",
            "sr": "c" if name == TEMPORARY else "q",
            "sp": _PERMISSIONS[name],
            "se": "2027-01-05T08:00:00Z",
            "sig": f"{secret}{len(name)}",
        }
    )


def is_signed(name: str, secret: str, query: str, permission: str) -> bool:
    """Tell whether a request's query holds the resource's signature, and that permits this."""
    given = parse_qs(query)
    expected = parse_qs(signature_of(name, secret))
    return permission in _PERMISSIONS[name] and all(
        given.get(key) == value for key, value in expected.items()
    )
