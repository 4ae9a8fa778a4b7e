"""Export to storage: the result of a query is written to files, as an identity."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field
from adxmi_jupyter.model.declaration.formats import (
    MEGABYTE,
    SMALLEST_ARTIFACT,
    BlobCompression,
    Distribution,
    Encoding,
    ExportFormat,
    ExportHeaders,
    ParquetPrecision,
    check_compression,
)
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import Body, Identity, Locations, Text
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.usage import Usage

_TO_SQL = Unsupported(
    "export to SQL",
    "the command takes the caller's own sign-in, or user and password",
    "make an external table of the SQL table, and a continuous export to it",
    ("export-to-sql", "sql-export"),
)


class Export(Workflow):
    """The result of a query, written to storage once, as an identity."""

    about: ClassVar = About(
        title="Export to storage",
        does="run",
        caller="Database Viewer",
        pages=("Export data to cloud storage",),
        sample=Sample(
            {
                "location": "https://contosolake.blob.core.windows.net/exports",
                "identity": "mi-export",
                "query": "Orders",
                "data_format": "csv",
            },
        ),
        body="query",
        writes=True,
        without_identity=(_TO_SQL,),
    )
    listing: ClassVar = PolicyListing(Usage.EXPORT_REQUEST)

    location: Locations = field(
        "Location",
        "URL of the container or folder, without SAS or key.",
        example="https://contosolake.blob.core.windows.net/exports",
    )
    identity: Identity = field("Identity", "Who writes the files.", example="mi-export")
    query: Body = field("Query", "What is exported.", example="Orders")
    data_format: ExportFormat = field("Format", "How the files are written.", example="csv")
    in_background: bool = field(
        "In background",
        "Whether the service answers at once with the id of an operation.",
        default=False,
    )
    compressed: bool = field("Compressed", "Whether the files are compressed.", default=False)
    compression_type: BlobCompression | None = field(
        "Compression",
        "With what, else gzip; snappy, lz4_raw, brotli and zstd are for Parquet.",
        None,
        property_name="compressionType",
    )
    include_headers: ExportHeaders | None = field(
        "Headers",
        "Which text files begin with the column names, else none.",
        None,
        property_name="includeHeaders",
    )
    name_prefix: Text = field(
        "Name prefix",
        "How the files' names begin, else at random.",
        "",
        property_name="namePrefix",
        example="orders",
    )
    file_extension: Text = field(
        "File extension",
        "How the files' names end; .gz is added to compressed text.",
        "",
        property_name="fileExtension",
        example=".csv",
    )
    encoding: Encoding | None = field(
        "Encoding", "Of text files, else UTF8NoBOM.", None, property_name="encoding"
    )
    distribution: Distribution | None = field(
        "Distribution", "Who writes, else per_shard.", None, property_name="distribution"
    )
    distributed: bool = field(
        "Distributed", "Whether all nodes write.", default=True, property_name="distributed"
    )
    persist_details: bool | None = field(
        "Persist details",
        "Whether the service keeps the list of files; by itself only in the background.",
        None,
        property_name="persistDetails",
    )
    size_limit: int | None = field(
        "Size limit",
        "Bytes of one file before compression, 100 MB (by itself) to 4 GB.",
        None,
        property_name="sizeLimit",
        ge=SMALLEST_ARTIFACT,
        le=4096 * MEGABYTE,
        example=str(SMALLEST_ARTIFACT),
    )
    parquet_row_group_size: int | None = field(
        "Row group size",
        "Rows in a row group of Parquet files, else 100000.",
        None,
        property_name="parquetRowGroupSize",
        ge=1,
        example="100000",
    )
    parquet_datetime_precision: ParquetPrecision | None = field(
        "Precision",
        "Of datetimes in Parquet, else millisecond.",
        None,
        property_name="parquetDatetimePrecision",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        is_parquet = self.data_format is ExportFormat.PARQUET
        check_compression(self.compression_type, is_parquet=is_parquet)
        return self

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: the usage ExportRequest, and writing where the files go."""
        return acting_as(
            self.identity,
            Usage.EXPORT_REQUEST,
            *targets.writes(self.identity, *self.location),
        )

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each location."""
        return tuple(targets.connection_string(one, self.identity) for one in self.location)

    def product(self) -> Statement:
        """Return the command."""
        parts = [
            ".export",
            "async" if self.in_background else "",
            "compressed" if self.compressed else "",
            f"to {self.data_format} ({targets.literals(self.connection_strings())})",
            self.properties(),
        ]
        return Statement(" ".join(filter(None, parts)) + f"\n<| {self.query}")
