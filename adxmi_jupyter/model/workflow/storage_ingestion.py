"""Ingest from storage: a command tells the cluster to fetch blobs, as an identity.

Queued, the command lists the blobs of a folder and goes through the ingestion endpoint; this is
what the documentation advises. The direct command loads a few blobs at once, while it runs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import ChangeOption, Explain, Option
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.formats import BlobFormat
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import (
    Identity,
    JsonList,
    JsonObject,
    Locations,
    MappingName,
    Moment,
    Names,
    PathFormat,
    TableName,
    Text,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.path_format import check_path, path_text
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage


class How(StrEnum):
    """Queued or direct ingestion."""

    QUEUED = "queued"
    DIRECT = "direct"


_QUEUED = {"how": (How.QUEUED,)}
_DIRECT = {"how": (How.DIRECT,)}
_CREATED = "creationTime"


class StorageIngestion(Workflow):
    """Ingestion commands that authenticate with a managed identity."""

    about: ClassVar = About(
        title="Ingest from storage",
        does="run",
        action="Ingest blobs from storage with a managed identity",
        caller=Permission("Table Ingestor"),
        pages=(
            ".ingest-from-storage-queued into command",
            ".list blobs command",
            ".ingest into command",
            "Data ingestion properties",
        ),
        sample=Sample(
            {
                "location": "https://contosolake.blob.core.windows.net/landing",
                "identity": "mi-ingest",
                "table": "Orders",
                "data_format": "csv",
                "suffix": ".csv",
            },
        ),
        writes=True,
    )
    listing: ClassVar = PolicyListing(Usage.NATIVE_INGESTION)

    location: Locations = field(
        "Location",
        "Container or folder URL, without SAS or key. For direct ingestion: URL of each blob.",
        example="https://contosolake.blob.core.windows.net/landing",
    )
    identity: Identity = field("Identity", identity_help("reads the blobs"), example="mi-ingest")
    table: TableName = field("Table", "Target table.", example="Orders")
    how: How = field("How", "Ingestion method. Queued ingestion is recommended.", How.QUEUED)
    data_format: BlobFormat = field(
        "Format", "Data format of the blobs.", property_name="format", example="csv"
    )
    mapping: MappingName = field(
        "Mapping",
        "Name of an ingestion mapping of the table.",
        "",
        property_name="ingestionMappingReference",
        example="OrdersCsv",
    )
    ingestion_mapping: JsonList = field(
        "Inline mapping",
        "Ingestion mapping as a JSON array, instead of the name of one.",
        None,
        property_name="ingestionMapping",
        example='[{"Column": "OrderId", "Properties": {"Ordinal": 0}}]',
    )
    ignore_first_record: bool = field(
        "Ignore first record",
        "Skip the first record, which holds column names.",
        default=False,
        property_name="ignoreFirstRecord",
    )
    creation_time: Moment | None = field(
        "Creation time",
        "Creation time of the ingested data, for caching and retention.",
        None,
        default_text="now",
        property_name="creationTime",
        example="2026-01-01",
    )
    tags: Names = field(
        "Tags",
        "Extent tags of the ingested data.",
        (),
        property_name="tags",
        example="ingest-by:2026-01",
    )
    ingest_if_not_exists: Names = field(
        "Ingest if not exists",
        "Values of ingest-by tags. Nothing is ingested if data with one of them exists.",
        (),
        property_name="ingestIfNotExists",
        example="2026-01",
    )
    validation_policy: JsonObject = field(
        "Validation",
        "Validation policy for text files, a JSON object.",
        None,
        property_name="validationPolicy",
        example='{"ValidationOptions": 1, "ValidationImplications": 1}',
    )
    zip_pattern: Text = field(
        "Pattern in zip files",
        "Regular expression for the names of files in zip archives.",
        "",
        property_name="zipPattern",
        example="orders.*",
    )
    treat_gz_as_uncompressed: bool = field(
        "Treat .gz as uncompressed",
        "Read blobs with the extension .gz without decompressing them.",
        default=False,
        property_name="TreatGzAsUncompressed",
    )
    in_background: bool = field(
        "In background",
        "Run asynchronously and return the ID of the operation.",
        default=False,
        only_for=_DIRECT,
    )
    suffix: Text = field(
        "Suffix",
        "Suffix of the names of the blobs to ingest.",
        "",
        only_for=_QUEUED,
        example=".csv",
    )
    max_files: int | None = field(
        "Maximum files",
        "Maximum number of blobs to ingest.",
        None,
        only_for=_QUEUED,
        ge=1,
        example="100",
    )
    path_format: PathFormat = field(
        "Path",
        "Path pattern with the creation time of the data, such as logs/{creationTime:yyyy/MM/dd}.",
        (),
        only_for=_QUEUED,
        example="logs/{creationTime:yyyy/MM/dd}",
    )
    tracking: bool = field(
        "Tracking",
        "Track the status of each blob.",
        default=False,
        only_for=_QUEUED,
    )
    skip_batching: bool = field(
        "Skip batching", "Ingest each blob on its own.", default=False, only_for=_QUEUED
    )
    compression_factor: float | None = field(
        "Compression factor",
        "Ratio of uncompressed to compressed size.",
        None,
        default_text="estimated by the service",
        only_for=_QUEUED,
        ge=0,
        example="4.5",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.how is How.QUEUED and len(self.location) > 1:
            raise InvalidField(
                "queued ingestion supports one location",
                why=f"{len(self.location)} were given; the service lists the blobs of one folder",
                fix=ChangeOption("--location", self.location[0].uri),
            )
        if self.mapping and self.ingestion_mapping:
            raise InvalidField(
                Explain.of(
                    Option("--mapping"), " can't be combined with ", Option("--ingestion-mapping")
                ),
                why="one is the name of a mapping, the other a mapping",
                fix="remove one of them",
            )
        if self.path_format:
            check_path(self.path_format, {_CREATED: "datetime"})
        return self

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: NativeIngestion, and reading where the blobs are."""
        return acting_as(
            self.identity,
            Usage.NATIVE_INGESTION,
            *targets.reads(self.identity, *self.location),
        )

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each location."""
        return tuple(targets.connection_string(one, self.identity) for one in self.location)

    def product(self) -> Statement:
        """Return the command, for the endpoint it is meant for."""
        table = kql.quote_name(self.table)
        if self.how is How.DIRECT:
            verb = ".ingest async into" if self.in_background else ".ingest into"
            blobs = targets.literals(self.connection_strings())
            return Statement(f"{verb} table {table} ({blobs}) {self.properties()}")
        parts = [
            f".ingest-from-storage-queued into table {table}",
            "EnableTracking=true" if self.tracking else "",
            "SkipBatching=true" if self.skip_batching else "",
            ""
            if self.compression_factor is None
            else f"CompressionFactor={kql.scalar_literal(self.compression_factor)}",
            self.properties(),
        ]
        text = " ".join(filter(None, parts)) + f"\n<| {self._blobs()}"
        return Statement(text, Endpoint.INGESTION)

    def _blobs(self) -> str:
        # Nothing here is secret, and the page has plain literals in this place.
        folder = kql.string_literal(self.connection_strings()[0])
        parts = [
            f".list blobs ({folder})",
            f"Suffix={kql.string_literal(self.suffix)}" if self.suffix else "",
            f"MaxFiles={self.max_files}" if self.max_files else "",
            f"PathFormat={path_text(self.path_format, str)}" if self.path_format else "",
        ]
        return " ".join(filter(None, parts))
