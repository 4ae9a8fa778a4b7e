"""Writes the rows of exports as blobs (pages: Export data to storage, … to an external table)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import compressed, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.kusto.targets.folders import Folder

Columns = Sequence[tuple[str, str]]
Rows = Iterable[tuple[Any, ...]]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PARQUET = "parquet"


@dataclass(frozen=True)
class Style:
    """How blobs are written: their format and names; `headers` is all, firstfile or none."""

    data_format: str
    compressed: bool = False
    headers: str = "none"
    name_prefix: str = ""
    file_extension: str = ""
    encoding: str = "UTF8NoBOM"

    @property
    def has_gzip(self) -> bool:
        """Whether a blob is compressed as a whole; Parquet compresses inside."""
        return self.compressed and self.data_format != _PARQUET

    def name(self, number: int, unique: str) -> str:
        """Return the name of a blob."""
        extension = self.file_extension or f".{self.data_format}"
        return f"{self.name_prefix or 'export'}_{number}_{unique}{extension}" + (
            ".gz" if self.has_gzip else ""
        )


@dataclass(frozen=True)
class Written:
    """A blob that was written: its address without any credential, its path and its records."""

    uri: str
    path: str
    records: int


def write_blobs(
    folder: Folder, groups: Mapping[str, Rows], columns: Columns, style: Style, unique: str
) -> list[Written]:
    """Write a blob for each subfolder and its rows; a KustoError (400) for an unknown format.

    A subfolder ends in a slash; empty, it is the folder itself.
    """
    written = []
    for number, (subfolder, rows) in enumerate(groups.items(), start=1):
        every = list(rows)
        path = folder.join(subfolder + style.name(number, unique))
        folder.write(path, _content(every, columns, style, is_first=number == 1))
        written.append(Written(folder.uri(path), path, len(every)))
    return written


def _content(
    rows: list[tuple[Any, ...]], columns: Columns, style: Style, *, is_first: bool
) -> bytes:
    headers = style.headers == "all" or (style.headers == "firstfile" and is_first)
    try:
        data = write_rows(rows, columns, style.data_format, headers=headers)
    except BlobFormatError as error:
        raise bad_request(str(error)) from error
    if style.encoding == "UTF8BOM" and style.data_format != _PARQUET:
        data = _BYTE_ORDER_MARK + data
    return compressed(data) if style.has_gzip else data
