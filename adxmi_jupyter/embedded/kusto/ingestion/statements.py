"""Commands of ingestion as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand

Properties = tuple[tuple[str, str], ...]


class IngestionCommand(FamilyCommand):
    """A command of this family."""

    runner: ClassVar[tuple[str, str]] = ("ingestion.commands", "run_ingestion_command")
    is_journaled: ClassVar[bool] = False


@dataclass(frozen=True)
class ShowIngestionFailures(IngestionCommand):
    """`.show ingestion failures`, or those of one operation."""

    shows: ClassVar[bool] = True
    operation_id: str | None = None


class EndpointCommand(IngestionCommand):
    """A command that the ingestion endpoint alone knows."""

    is_for_ingestion_endpoint: ClassVar[bool] = True


@dataclass(frozen=True)
class GetIngestionResources(EndpointCommand):
    """`.get ingestion resources`."""


@dataclass(frozen=True)
class GetIdentityToken(EndpointCommand):
    """`.get kusto identity token`."""


@dataclass(frozen=True)
class IngestInto(IngestionCommand):
    """`.ingest [async] into table …`; `sources` are connection strings."""

    kind: ClassVar[str] = "DataIngestPull"

    table: str
    sources: tuple[str, ...] = field(repr=False)
    properties: Properties
    is_async: bool = False


@dataclass(frozen=True)
class IngestInline(IngestionCommand):
    """`.ingest inline into table …`; `data` is as it was sent, or `rows` are in brackets."""

    table: str
    properties: Properties
    data: str | None = field(repr=False, default=None)
    rows: str | None = field(repr=False, default=None)

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return "DataIngestInline"


class Filling(StrEnum):
    """What a command does with the table that a query fills."""

    SET = "set"
    APPEND = "append"
    SET_OR_APPEND = "set-or-append"
    SET_OR_REPLACE = "set-or-replace"


@dataclass(frozen=True)
class IngestFromQuery(IngestionCommand):
    """`.set`, `.append`, `.set-or-append`, `.set-or-replace`; `source` is a query or `.show …`."""

    runner: ClassVar[tuple[str, str]] = ("ingestion.from_query", "ingest_from_query")
    holds_command: ClassVar[bool] = True
    subject_fields: ClassVar[tuple[str, ...]] = ("table",)

    filling: Filling
    table: str
    properties: Properties
    source: str = field(repr=False)
    is_async: bool = False

    @property
    def kind(self) -> str:
        """What operations and scripts call it, such as `TableSetOrAppend`."""
        return f"Table{self.filling.title().replace('-', '')}"

    @property
    def filled_table(self) -> str:
        """The table that it fills."""
        return self.table


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
