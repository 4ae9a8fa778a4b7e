"""Formats of files, and how they are written.

Source: *Data formats supported for ingestion*, *Create and alter Azure Storage external tables*,
*Export data to cloud storage* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import ChangeOption, Explain, LeaveOut, Option, Several
from adxmi_jupyter.model.declaration.fields import field


class BlobFormat(StrEnum):
    """What the service reads; `ExportFormat` is what it writes."""

    CSV = "csv"
    JSON = "json"
    MULTIJSON = "multijson"
    PARQUET = "parquet"
    TSV = "tsv"
    PSV = "psv"
    SCSV = "scsv"
    SOHSV = "sohsv"
    TSVE = "tsve"
    TXT = "txt"
    RAW = "raw"
    AVRO = "avro"
    APACHEAVRO = "apacheavro"
    ORC = "orc"
    W3CLOGFILE = "w3clogfile"
    AZMONSTREAM = "azmonstream"


# Names end like this, compressed or not; of JSON, only a look inside tells lines from arrays.
_ENDINGS = {
    "csv": BlobFormat.CSV,
    "tsv": BlobFormat.TSV,
    "psv": BlobFormat.PSV,
    "json": BlobFormat.MULTIJSON,
    "jsonl": BlobFormat.MULTIJSON,
    "ndjson": BlobFormat.MULTIJSON,
    "parquet": BlobFormat.PARQUET,
    "avro": BlobFormat.AVRO,
    "orc": BlobFormat.ORC,
    "txt": BlobFormat.TXT,
    "log": BlobFormat.TXT,
}
_COMPRESSED = {"gz", "gzip", "zip", "snappy", "bz2", "zst"}


def format_of_names(names: Iterable[str]) -> BlobFormat | None:
    """Return the format that most names of files end with; None where no name tells.

    >>> str(format_of_names(["2024/orders.csv", "2025/orders.csv.gz", "readme"]))
    'csv'
    """
    found = Counter(filter(None, map(_format_of_name, names)))
    return found.most_common(1)[0][0] if found else None


def _format_of_name(name: str) -> BlobFormat | None:
    *_, last = name.rsplit("/", 1)
    endings = last.lower().split(".")[1:]
    while endings and endings[-1] in _COMPRESSED:
        endings.pop()
    return _ENDINGS.get(endings[-1]) if endings else None


class ExportFormat(StrEnum):
    """What the service writes."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    PARQUET = "parquet"


class BlobCompression(StrEnum):
    """How files are compressed; all but gzip are for Parquet."""

    GZIP = "gzip"
    SNAPPY = "snappy"
    LZ4_RAW = "lz4_raw"
    BROTLI = "brotli"
    ZSTD = "zstd"


class Headers(StrEnum):
    """Which text files begin with the column names, as external tables spell it."""

    ALL = "All"
    FIRST_FILE = "FirstFile"
    NONE = "None"


class ExportHeaders(StrEnum):
    """Which text files begin with the column names, as exports spell it."""

    ALL = "all"
    FIRST_FILE = "firstFile"
    NONE = "none"


class Encoding(StrEnum):
    """Encoding of text files."""

    UTF8_NO_BOM = "UTF8NoBOM"
    UTF8_BOM = "UTF8BOM"


class Distribution(StrEnum):
    """Who writes an export: one node, or each of them."""

    SINGLE = "single"
    PER_NODE = "per_node"
    PER_SHARD = "per_shard"


class ParquetPrecision(StrEnum):
    """Precision of datetimes in Parquet."""

    MILLISECOND = "millisecond"
    MICROSECOND = "microsecond"


_MEGABYTE = 1024**2
_SMALLEST_ARTIFACT = 100 * _MEGABYTE


def size_limit_field(gigabytes: int) -> Any:
    """Declare `sizeLimit`, in bytes; the least is also what it is by itself."""
    return field(
        "Size limit",
        f"Maximum size of a file before compression in bytes, 100 MB to {gigabytes} GB.",
        None,
        default_text="100 MB",
        property_name="sizeLimit",
        ge=_SMALLEST_ARTIFACT,
        le=gigabytes * 1024 * _MEGABYTE,
        example=str(_SMALLEST_ARTIFACT),
    )


def distributed_field() -> Any:
    """Declare whether all nodes write."""
    return field("Distributed", "Write from all nodes.", default=True, property_name="distributed")


def distribution_field(default: Distribution) -> Any:
    """Declare over which nodes writes are distributed; the default is what the service does."""
    return field(
        "Distribution",
        "Distribution of the writes over nodes.",
        None,
        default_text=str(default),
        property_name="distribution",
    )


def row_group_size_field() -> Any:
    """Declare how many rows a row group of a Parquet file has."""
    return field(
        "Row group size",
        "Rows per row group in Parquet files.",
        None,
        default_text="100000",
        property_name="parquetRowGroupSize",
        ge=1,
        example="100000",
    )


def check_written(data_format: BlobFormat | None) -> None:
    """Check that files of a format can be written, where it is known.

    Raises
    ------
    InvalidField
        They can only be read.

    """
    if data_format and str(data_format) not in map(str, ExportFormat):
        raise InvalidField(
            f"compression isn't supported for the format {data_format}",
            why=Explain.of(
                "compression applies to exports, which write ", Several.of(ExportFormat)
            ),
            fix=LeaveOut.of("--compressed", "--compression-type"),
        )


def check_compression(compression: BlobCompression | None, *, is_parquet: bool) -> None:
    """Check that a compression goes with the format.

    Raises
    ------
    InvalidField
        It is for Parquet, and the files are none.

    """
    if compression not in {None, BlobCompression.GZIP} and not is_parquet:
        raise InvalidField(
            Explain.of(Option("--compression-type"), f" {compression} is for Parquet"),
            why="other formats are compressed with gzip",
            fix=ChangeOption("--compression-type", "gzip"),
        )
