"""What is to be ingested: one blob into one table, or many of them in a queued operation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.timestamps import now
from adxmi_jupyter.embedded.storage.formats import guessed_format
from adxmi_jupyter.embedded.storage.locations import shown_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.security import Principal

_MAPPINGS = ("ingestionmapping", "csvmapping", "jsonmapping")
_REFERENCES = ("ingestionmappingreference", "csvmappingreference", "jsonmappingreference")
_TRUE = "true"


@dataclass(frozen=True)
class Attempt:
    """One try to ingest something: what, where to, and on whose behalf.

    `source` is an address without any credential.
    """

    database: str
    table: str
    source: str
    principal: str = ""
    properties: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class Shape:
    """How data is to be read; a mapping is given by its name in the table, or as its text."""

    format: str = "csv"
    mapping_reference: str = ""
    mapping: str = ""
    ignore_first: bool = False

    @property
    def shown(self) -> str:
        """The properties as failures show them."""
        reference = f";IngestionMappingReference={self.mapping_reference}"
        return f"Format={self.format}" + (reference if self.mapping_reference else "")


@dataclass(frozen=True)
class Job:
    """A blob to ingest, by its connection string; `properties` are ingestion properties.

    `caller` is on whose behalf, None when that is unknown; a job at once can impersonate,
    one from a queue cannot. Without `retain` the blob is
    deleted once it is ingested. Blobs of the temporary container are at `own_address`.
    """

    database: str
    table: str
    source: str = field(repr=False)
    properties: Mapping[str, Any] = field(repr=False)
    caller: Principal | None
    impersonates: bool = False
    retain: bool = True
    own_address: str = ""
    source_id: str = ""

    @property
    def shape(self) -> Shape:
        """How the blob is to be read; the format is guessed from its name when not given."""
        given = {name.casefold(): value for name, value in self.properties.items()}
        guessed = guessed_format(shown_source(self.source))
        return Shape(
            str(given.get("format") or guessed).casefold(),
            _first(given, _REFERENCES),
            _first(given, _MAPPINGS),
            ignore_first=str(given.get("ignorefirstrecord", "")).casefold() == _TRUE,
        )

    @property
    def shown_properties(self) -> Mapping[str, Any]:
        """The properties as data operations show them."""
        return {"Format": self.shape.format.capitalize(), "NumberOfInputStreams": 1}

    @property
    def attempt(self) -> Attempt:
        """How failures name it."""
        return Attempt(
            self.database,
            self.table,
            shown_source(self.source),
            self.caller.fqn if self.caller else "",
            self.shape.shown,
            self.source_id,
        )


class BlobStatus(StrEnum):
    """How far one blob is."""

    PENDING = "Pending"
    INGESTED = "Succeeded"
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

    @property
    def pending(self) -> list[QueuedBlob]:
        """The blobs that have not come in yet."""
        return [each for each in self.blobs if each.status is BlobStatus.PENDING]

    def count(self, status: BlobStatus) -> int:
        """Return how many blobs are that far."""
        return sum(each.status is status for each in self.blobs)

    def look(self) -> bool:
        """Count a look at the operation; return whether it is the one that lets the blobs in."""
        if self.looks > 0:
            self.looks -= 1
            return False
        return True

    def end(self, blob: QueuedBlob, status: BlobStatus, reason: str = "") -> None:
        """Note what became of one of its blobs."""
        blob.end(status, reason)
        self.last_updated_on = now()

    def cancel(self) -> None:
        """Cancel what is pending."""
        for blob in self.pending:
            self.end(blob, BlobStatus.CANCELED)


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of several properties that is there, as text."""
    found = next((given[name] for name in names if given.get(name)), "")
    return found if isinstance(found, str) else json.dumps(found)
