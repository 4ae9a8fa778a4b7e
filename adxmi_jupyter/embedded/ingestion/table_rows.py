"""Data to rows of a table.

Pages: Data formats supported for ingestion, Ingestion behavior of invalid data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.errors import (
    BLOB_EMPTY,
    BLOB_INVALID,
    DATABASE_NAME,
    DATABASE_NOT_FOUND,
    FIELDS,
    FORMAT,
    MAPPING_TWICE,
    NO_DATA,
    NO_RECORDS,
    TABLE_NAME,
    TABLE_NOT_FOUND,
    IngestionError,
)
from adxmi_jupyter.embedded.ingestion.mappings import mapped_row, read_mapping, stored_mapping
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import READABLE, decompressed, read_records, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.ingestion.mappings import ColumnMapping, Record
    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.ingestion_jobs import Shape
    from adxmi_jupyter.embedded.state.world import World

_SAME_AS = {"singlejson": "multijson", "tsve": "tsv"}
_WITHOUT_FIELDS = ("txt", "raw")

Enrich = Callable[[Any], Any]
Row = tuple[Any, ...]


def find_database(world: World, name: str) -> Database:
    """Return a database of the cluster; an IngestionError when there is none."""
    if not name:
        raise IngestionError(DATABASE_NAME, "No database is named.")
    found = world.cluster.find_database(name)
    if found is None:
        raise IngestionError(DATABASE_NOT_FOUND, f"There is no database '{name}'.")
    return found


def find_table(database: Database, name: str) -> Table:
    """Return a table, letter case and all; an IngestionError when there is none."""
    if not name:
        raise IngestionError(TABLE_NAME, "No table is named.")
    if name not in database.tables:
        raise IngestionError(
            TABLE_NOT_FOUND, f"There is no table '{name}' in the database '{database.name}'."
        )
    return database.tables[name]


def read_table_rows(
    table: Table, data: bytes, shape: Shape, *, path: str = "", enrich: Enrich | None = None
) -> list[Row]:
    """Return the data as rows of a table; an IngestionError when that is impossible.

    A path that ends in `.gz` says that the data is compressed. `enrich` is applied to every
    record before it is mapped.
    """
    mapping = _mapping(table, shape)
    records = _records(data, shape, path)
    if enrich is not None:
        records = [enrich(record) for record in records]
    return [_row(each, table, mapping, path, line) for line, each in enumerate(records, start=1)]


def _mapping(table: Table, shape: Shape) -> list[ColumnMapping] | None:
    if shape.mapping and shape.mapping_reference:
        raise IngestionError(
            MAPPING_TWICE, "ingestionMapping and ingestionMappingReference exclude each other."
        )
    text = shape.mapping
    if shape.mapping_reference:
        text = stored_mapping(table, shape.mapping_reference, shape.format)
    return read_mapping(text, table) if text else None


def _records(data: bytes, shape: Shape, path: str) -> list[Record]:
    kind = _SAME_AS.get(shape.format.casefold(), shape.format.casefold())
    if kind not in READABLE:
        raise IngestionError(
            FORMAT, f"The embedded Azure does not ingest the format '{shape.format}'."
        )
    if not data:
        raise IngestionError(BLOB_EMPTY, "There is no data.")
    try:
        content = decompressed(data) if path.casefold().endswith(".gz") else data
        records = (
            _json_lines(content)
            if kind == "json"
            else read_records(content, kind, ignore_first=shape.ignore_first)
        )
    except BlobFormatError as error:
        raise IngestionError(BLOB_INVALID, str(error)) from error
    if not records:
        raise IngestionError(
            NO_DATA if kind == "json" else NO_RECORDS, "The data holds no records of its format."
        )
    _check_fields(records, kind)
    return records


def _json_lines(content: bytes) -> list[Record]:
    """Return the records of JSON lines; lines that are no JSON object are left out."""
    records: list[Record] = []
    for line in content.splitlines():
        try:
            records += read_records(line, "json")
        except BlobFormatError:
            continue
    return records


def _check_fields(records: Sequence[Record], kind: str) -> None:
    """Raise an IngestionError unless all records of separated values have as many fields."""
    if isinstance(records[0], Mapping) or kind in _WITHOUT_FIELDS:
        return
    if len({len(record) for record in records}) > 1:
        raise IngestionError(FIELDS, "The records do not all have the same number of fields.")


def _row(
    record: Record, table: Table, mapping: list[ColumnMapping] | None, path: str, line: int
) -> Row:
    if mapping is not None:
        return mapped_row(record, table.columns, mapping, path, line)
    return row_of(record, table.columns)
