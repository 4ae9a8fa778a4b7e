"""What the cluster keeps about ingestion: failures, queues and operations that are tracked."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.queues import (
    FAILED_QUEUE,
    READY_QUEUE,
    SUCCESSFUL_QUEUE,
    Queue,
)
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt, QueuedOperation
    from adxmi_jupyter.embedded.state.security import Principal

MOST_FAILURES = 10_000
_UPDATE_POLICY = "UpdatePolicy_"


@dataclass(frozen=True)
class IngestionFailure:
    """A failed attempt, as `.show ingestion failures` and the queue of failures tell it."""

    attempt: Attempt
    code: str
    details: str
    operation_id: str
    activity_id: str
    failed_ns: int
    number_of_sources: int = 1

    @property
    def failed_on(self) -> str:
        """When it failed, as the service writes times."""
        return moment_of(self.failed_ns)

    @property
    def originates_from_update_policy(self) -> bool:
        """Whether it failed on the way from one table into another, or because of that."""
        return self.code.startswith(_UPDATE_POLICY)


def _queues() -> dict[str, Queue]:
    return {name: Queue() for name in (READY_QUEUE, FAILED_QUEUE, SUCCESSFUL_QUEUE)}


@dataclass
class IngestionState:
    """Failures, oldest first, and what queued ingestion needs.

    `operations` of queued commands are looked at `looks` times before their blobs come in; with
    none they come in at once. `tokens` maps identity tokens to who got them, `temporary` names
    of uploaded blobs to their contents; `blocks` are those that no list has named yet and
    `committed_blocks` what blobs were made of, by blob and ID. `tags` are (database, table, tag)
    of what came in. `secret` signs the addresses of queues and container.
    """

    failures: deque[IngestionFailure] = field(default_factory=lambda: deque(maxlen=MOST_FAILURES))
    operations: list[QueuedOperation] = field(default_factory=list)
    looks: int = 0
    queues: dict[str, Queue] = field(default_factory=_queues)
    temporary: dict[str, bytes] = field(default_factory=dict, repr=False)
    blocks: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False)
    committed_blocks: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False)
    tokens: dict[str, Principal] = field(default_factory=dict, repr=False)
    tags: set[tuple[str, str, str]] = field(default_factory=set)
    secret: str = field(default="ZW1iZWRkZWQgcXVldWVz", repr=False)

    def forget_tags(self, database: str, table: str) -> None:
        """Forget the tags of a table whose extents are gone."""
        self.tags -= {each for each in self.tags if each[:2] == (database, table)}


def ingestion_of(cluster: str) -> IngestionState:
    """Return what a new cluster of that name keeps: its signatures are good for itself only."""
    return IngestionState(secret=b64encode(f"queues of {cluster}".encode()).decode())
