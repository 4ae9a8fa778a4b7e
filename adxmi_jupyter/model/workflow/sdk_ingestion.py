"""SDK ingestion: a blob is queued, and the cluster reads it as an identity.

Of the SDK's clients only the queued one does this, for blobs of one's own accounts; ``.ingest
into`` does, too (`storage_ingestion`). Inline ingestion, direct and streaming ingestion with an
SDK, and files of this machine need something else.

Source: *Queue blobs for ingestion using managed identity authentication*, *.ingest into command*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from typing import ClassVar

from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.formats import BlobFormat
from adxmi_jupyter.model.declaration.locations import LOCAL_FILES
from adxmi_jupyter.model.declaration.products import QueuedIngestion
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import (
    Identity,
    Location,
    MappingName,
    Names,
    TableName,
)
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

_AT_ONCE = Unsupported(
    "inline ingestion, and direct or streaming ingestion with an SDK",
    "the client sends the data, so the cluster does not read it from storage",
    Explain.of(
        "queue a blob: ",
        Command.of("sdk-ingestion", "run", "--help"),
        ", or ingest it directly from its URL: ",
        Command.of("storage-ingestion", "run", "--help"),
    ),
    ("direct-ingestion", "streaming-ingestion", "managed-streaming", "inline-ingestion"),
)


class SdkIngestion(Workflow):
    """Queued SDK ingestion that authenticates with a managed identity."""

    about: ClassVar = About(
        title="SDK-based ingestion",
        does="run",
        action="Queue a blob for ingestion with a managed identity",
        caller=Permission("Database Ingestor"),
        pages=("Queue blobs for ingestion using managed identity authentication",),
        sample=Sample(
            {
                "location": "https://contosolake.blob.core.windows.net/landing/orders.csv",
                "identity": "mi-ingest",
                "table": "Orders",
                "data_format": "csv",
            },
        ),
        writes=True,
        without_identity=(_AT_ONCE, LOCAL_FILES),
    )
    listing: ClassVar = PolicyListing(Usage.NATIVE_INGESTION)

    location: Location = field(
        "Blob",
        "Blob URL, without SAS or key.",
        example="https://contosolake.blob.core.windows.net/landing/orders.csv",
    )
    identity: Identity = field("Identity", identity_help("reads the blob"), example="mi-ingest")
    table: TableName = field("Table", "Target table.", example="Orders")
    data_format: BlobFormat = field("Format", "Data format of the blob.", example="csv")
    mapping: MappingName = field(
        "Mapping", "Name of an ingestion mapping of the table.", "", example="OrdersCsv"
    )
    ignore_first_record: bool = field(
        "Ignore first record", "Skip the first record, which holds column names.", default=False
    )
    delete_source: bool = field(
        "Delete source",
        "Delete the blob after ingestion. Requires write access of the identity.",
        default=False,
    )
    size: int = field(
        "Size",
        "Uncompressed size in bytes. 0: unknown, determined by the service.",
        0,
        ge=0,
        example="104857600",
    )
    flush_immediately: bool = field(
        "Flush immediately", "Ingest without waiting for a batch.", default=False
    )
    tags: Names = field("Tags", "Extent tags of the ingested data.", (), example="drop-by:2026-01")

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: NativeIngestion, and reading the blob, or deleting it too."""
        reach = targets.writes if self.delete_source else targets.reads
        return acting_as(
            self.identity, Usage.NATIVE_INGESTION, *reach(self.identity, self.location)
        )

    def connection_strings(self) -> tuple[str, ...]:
        """Return that of the blob."""
        return (targets.connection_string(self.location, self.identity),)

    def product(self) -> QueuedIngestion:
        """Return the message for the queued client."""
        return QueuedIngestion(
            blob=self.connection_strings()[0],
            table=self.table,
            data_format=self.data_format,
            mapping=self.mapping,
            size=self.size,
            ignore_first_record=self.ignore_first_record,
            delete_source=self.delete_source,
            flush_immediately=self.flush_immediately,
            tags=self.tags,
        )
