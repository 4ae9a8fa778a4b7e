"""Commands of ingestion as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand

Properties = tuple[tuple[str, str], ...]


class IngestionCommand(FamilyCommand):
    """A command of this family; some are for the ingestion endpoint only."""

    is_journaled: ClassVar[bool] = False
    only_at_ingestion_endpoint: ClassVar[bool] = False


@dataclass(frozen=True)
class ShowIngestionFailures(IngestionCommand):
    """`.show ingestion failures`, or those of one operation."""

    shows: ClassVar[bool] = True
    operation_id: str | None = None


class EndpointCommand(IngestionCommand):
    """A command that the ingestion endpoint alone knows."""

    only_at_ingestion_endpoint: ClassVar[bool] = True


@dataclass(frozen=True)
class GetIngestionResources(EndpointCommand):
    """`.get ingestion resources`."""


@dataclass(frozen=True)
class GetIdentityToken(EndpointCommand):
    """`.get kusto identity token`."""


@dataclass(frozen=True)
class IngestInto(IngestionCommand):
    """`.ingest [async] into table …`; `sources` are connection strings."""

    table: str
    sources: tuple[str, ...] = field(repr=False)
    properties: Properties
    is_async: bool = False


@dataclass(frozen=True)
class TimePattern:
    """A `datetime_pattern("…", NAME)` of a path format."""

    pattern: str
    name: str


@dataclass(frozen=True)
class ListBlobs(EndpointCommand):
    """`.list blobs (…)`; filters that were not given are None."""

    shows: ClassVar[bool] = True
    sources: tuple[str, ...] = field(repr=False)
    suffix: str | None = None
    max_files: int | None = None
    path_format: tuple[str | TimePattern, ...] | None = None


@dataclass(frozen=True)
class IngestQueued(EndpointCommand):
    """`.ingest-from-storage-queued into table …`; `blobs` are a list command or addresses."""

    database: str | None
    table: str
    options: Properties
    properties: Properties
    blobs: ListBlobs | tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class ShowQueuedOperations(EndpointCommand):
    """`.show queued ingestion operations …`."""

    shows: ClassVar[bool] = True
    operation_ids: tuple[str, ...]
    details: bool = False


@dataclass(frozen=True)
class CancelQueuedOperation(EndpointCommand):
    """`.cancel queued ingestion operation …`."""

    operation_id: str
