"""Operations of `.ingest-from-storage-queued`: many blobs on their way into one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.ingestion.errors import IngestionError
from adxmi_jupyter.embedded.ingestion.jobs import run_job
from adxmi_jupyter.embedded.state.ingestion import now, record_failure

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.ingestion.jobs import Job
    from adxmi_jupyter.embedded.state.world import World


class BlobStatus(StrEnum):
    """How far one blob is."""

    PENDING = "Pending"
    INGESTED = "Ingested"
    FAILED = "Failed"
    CANCELED = "Canceled"


@dataclass
class QueuedBlob:
    """One blob of an operation."""

    job: Job
    status: BlobStatus = BlobStatus.PENDING
    completed_at: str | None = None
    reason: str = ""

    def end(self, status: BlobStatus, reason: str = "") -> None:
        """Note what became of it."""
        self.status, self.reason, self.completed_at = status, reason, now()


@dataclass
class QueuedOperation:
    """An operation; its blobs come in when it was looked at often enough."""

    operation_id: str
    database: str
    table: str
    blobs: list[QueuedBlob]
    looks: int = 0
    is_tracked: bool = True
    started_on: str = field(default_factory=now)
    last_updated_on: str = field(default_factory=now)

    @property
    def state(self) -> str:
        """InProgress, Completed, Failed (nothing came in), or Canceled."""
        if self.count(BlobStatus.PENDING):
            return "InProgress"
        if self.count(BlobStatus.CANCELED):
            return "Canceled"
        failed = self.count(BlobStatus.FAILED)
        return "Failed" if failed and not self.count(BlobStatus.INGESTED) else "Completed"

    def count(self, status: BlobStatus) -> int:
        """Return how many blobs are that far."""
        return sum(each.status is status for each in self.blobs)

    def look(self, world: World) -> None:
        """Count a look at the operation; the last one that is due lets the blobs in."""
        if self.looks > 0:
            self.looks -= 1
        else:
            self.run(world)

    def run(self, world: World) -> None:
        """Ingest what is pending."""
        for blob in self._pending():
            try:
                run_job(world, blob.job)
            except IngestionError as error:
                record_failure(world, blob.job.attempt, error)
                blob.end(BlobStatus.FAILED, f"{error.code}: {error.details}")
            else:
                blob.end(BlobStatus.INGESTED)
            self.last_updated_on = now()

    def cancel(self) -> None:
        """Cancel what is pending."""
        for blob in self._pending():
            blob.end(BlobStatus.CANCELED)
            self.last_updated_on = now()

    def _pending(self) -> list[QueuedBlob]:
        return [each for each in self.blobs if each.status is BlobStatus.PENDING]
