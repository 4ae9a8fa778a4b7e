"""Export to storage: the result of a query is written to files, as an identity."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.formats import (
    BlobCompression,
    Distribution,
    Encoding,
    ExportFormat,
    ExportHeaders,
    ParquetPrecision,
    check_compression,
    distributed_field,
    distribution_field,
    row_group_size_field,
    size_limit_field,
)
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.declaration.types import Body, Identity, Locations, Text
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

_TO_SQL = Unsupported(
    "export to SQL",
    "the command authenticates as the caller, or with user name and password",
    "create an external table of the SQL table, and a continuous export to it",
    ("export-to-sql", "sql-export"),
)


class Export(Workflow):
    """Exports to storage that authenticate with a managed identity."""

    about: ClassVar = About(
        title="Export to storage",
        does="run",
        action="Export the result of a query to storage with a managed identity",
        caller=Permission("Database Viewer"),
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
        "Container or folder URL, without SAS or key.",
        example="https://contosolake.blob.core.windows.net/exports",
    )
    identity: Identity = field("Identity", identity_help("writes the files"), example="mi-export")
    query: Body = field("Query", "KQL query to export.", example="Orders")
    data_format: ExportFormat = field("Format", "Data format of the files.", example="csv")
    in_background: bool = field(
        "In background",
        "Run asynchronously and return the ID of the operation.",
        default=False,
    )
    compressed: bool = field("Compressed", "Compress the files.", default=False)
    compression_type: BlobCompression | None = field(
        "Compression",
        "Compression codec. Parquet also supports snappy, lz4_raw, brotli and zstd.",
        None,
        default_text="gzip",
        property_name="compressionType",
    )
    include_headers: ExportHeaders | None = field(
        "Headers",
        "Text files that begin with column names.",
        None,
        default_text="none",
        property_name="includeHeaders",
    )
    name_prefix: Text = field(
        "Name prefix",
        "Prefix of the file names.",
        "",
        default_text="random",
        property_name="namePrefix",
        example="orders",
    )
    file_extension: Text = field(
        "File extension",
        "File extension. Compressed text files also get .gz.",
        "",
        property_name="fileExtension",
        example=".csv",
    )
    encoding: Encoding | None = field(
        "Encoding",
        "Encoding of text files.",
        None,
        default_text="UTF8NoBOM",
        property_name="encoding",
    )
    distribution: Distribution | None = distribution_field(Distribution.PER_SHARD)
    distributed: bool = distributed_field()
    persist_details: bool | None = field(
        "Persist details",
        "Keep the list of files in the details of the operation.",
        None,
        default_text="only in background",
        property_name="persistDetails",
    )
    size_limit: int | None = size_limit_field(gigabytes=4)
    parquet_row_group_size: int | None = row_group_size_field()
    parquet_datetime_precision: ParquetPrecision | None = field(
        "Precision",
        "Precision of datetime values in Parquet files.",
        None,
        default_text="millisecond",
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
