"""The blobs of an opened folder as the rows of a result."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.mappings import mapped_row
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.external_tables.layout import (
    is_named,
    partition_values,
    virtual_columns,
)
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets.delta import open_delta
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import read_records, row_of
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from adxmi_jupyter.embedded.ingestion.mappings import ColumnMapping
    from adxmi_jupyter.embedded.kusto.targets.folders import Folder
    from adxmi_jupyter.embedded.state.entities import ExternalTable

    Columns = tuple[tuple[str, str], ...]

# The service returns no more (page: Query limits).
MOST_ROWS = 500_000

_ALL_FILES = "All"
_FIRST_FILE = "FirstFile"


def storage_rows(
    folders: Sequence[Folder],
    columns: Columns,
    data_format: str,
    *,
    headers: str,
    prefix: str,
    extension: str,
    partitions: ExternalTable | None = None,
    mapping: Sequence[ColumnMapping] | None = None,
) -> Result:
    """Return the rows of the blobs whose names begin and end like this.

    With `partitions` only blobs are read that lie as that table has it, and its virtual columns
    come after the others.
    """
    virtual = virtual_columns(partitions) if partitions else ()
    rows: list[tuple[Any, ...]] = []
    is_first = True
    for folder in folders:
        for path in folder.list():
            name = PurePosixPath(path).name
            if not is_named(name, prefix, extension):
                continue
            values = _path_values(partitions, folder, path)
            if values is None:
                continue
            ignore_first = _has_header(headers, is_first=is_first)
            more = tuple(values[name] for name, _ in virtual)
            read = rows_of(folder, path, data_format, columns, ignore_first, mapping)
            rows += [(*row, *more) for row in read]
            is_first = False
    return Result((*columns, *virtual), tuple(rows[:MOST_ROWS]))


def _path_values(
    partitions: ExternalTable | None, folder: Folder, path: str
) -> Mapping[str, Any] | None:
    """Return the values of partitions that a path tells; None for a blob that is none of them."""
    if partitions is None:
        return {}
    return partition_values(partitions, path.removeprefix(folder.join("")))


def rows_of(
    folder: Folder,
    path: str,
    data_format: str,
    columns: Columns,
    ignore_first: bool,
    mapping: Sequence[ColumnMapping] | None = None,
) -> list[tuple[Any, ...]]:
    """Return the rows of one blob; a KustoError (400) when its content is not of the format."""
    data = folder.read(path)
    try:
        records = read_records(data, data_format, path=path, ignore_first=ignore_first)
    except BlobFormatError as error:
        raise bad_request(f"'{folder.uri(path)}' cannot be read: {error}") from error
    if mapping is None:
        return [row_of(record, columns) for record in records]
    lines = enumerate(records, start=1)
    return [mapped_row(each, columns, mapping, folder.uri(path), line) for line, each in lines]


def delta_rows(folder: Folder, columns: Columns = ()) -> Result:
    """Return a Delta Lake table, or these columns of it."""
    table = open_delta(folder)
    try:
        rows = table.rows(lambda name: folder.read(folder.join(name)))
    except BlobFormatError as error:
        raise bad_request(str(error)) from error
    if not columns:
        return Result(table.columns, tuple(rows))
    names = [name for name, _ in table.columns]
    return picked(columns, (dict(zip(names, row, strict=True)) for row in rows))


def picked(columns: Columns, records: Iterable[Mapping[str, Any]]) -> Result:
    """Return these columns of records, each by its name."""
    return Result(
        columns,
        tuple(tuple(convert(r.get(name), kind) for name, kind in columns) for r in records),
    )


def _has_header(headers: str, *, is_first: bool) -> bool:
    folded = headers.casefold()
    return folded == _ALL_FILES.casefold() or (is_first and folded == _FIRST_FILE.casefold())
