"""Rows to the bytes of a blob and back (page: Data formats supported for ingestion).

Separated values hold no names: their fields go to the columns by place. Records of JSON and
Parquet go by name. Reading is lenient about values (see `values`), strict about structure.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.storage import parquet
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Iterable

Columns = Sequence[tuple[str, str]]
Row = tuple[Any, ...]
Record = Sequence[Any] | Mapping[str, Any]

_SEPARATORS = {"csv": ",", "tsv": "\t", "psv": "|", "scsv": ";", "sohsv": "\x01"}
_JSON = ("json", "multijson")
READABLE = (*_SEPARATORS, "txt", "raw", *_JSON, "parquet")
WRITABLE = ("csv", "tsv", "json", "parquet")


def _no_constant(name: str) -> Any:
    """Refuse `NaN` and `Infinity`: Python takes them for JSON, other readers don't."""
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def guessed_format(path: str) -> str:
    """Return the format that a blob's extension tells, `csv` when it tells none."""
    extension = PurePosixPath(path.casefold().removesuffix(".gz")).suffix.removeprefix(".")
    return extension if extension in READABLE else "csv"


def read_rows(
    data: bytes,
    data_format: str,
    columns: Columns,
    *,
    path: str = "",
    ignore_first: bool = False,
) -> list[Row]:
    """Return a blob's rows; BlobFormatError when its content is not of the format.

    A path that ends in `.gz` says that the content is compressed.
    """
    records = read_records(data, data_format, path=path, ignore_first=ignore_first)
    return [row_of(record, columns) for record in records]


def read_records(
    data: bytes, data_format: str, *, path: str = "", ignore_first: bool = False
) -> list[Record]:
    """Return a blob's records as they stand there: lists of texts, or mappings."""
    content = decompressed(data) if path.casefold().endswith(".gz") else data
    kind = data_format.casefold()
    if kind == "parquet":
        return list(parquet.read(content))
    if kind not in READABLE:
        raise BlobFormatError(f"'{data_format}' is no format that the embedded Azure reads.")
    text = content.decode("utf-8-sig", "replace")
    if kind == "json":
        return [_object(line) for line in text.splitlines() if line.strip()]
    if kind == "multijson":
        return list(_objects(text))
    records: Iterable[Record]
    if kind == "raw":
        records = [[text]]
    elif kind == "txt":
        records = [[line] for line in text.splitlines()]
    else:
        records = _separated(text, _SEPARATORS[kind])
    return list(islice(records, 1 if ignore_first else 0, None))


def row_of(record: Record, columns: Columns) -> Row:
    """Return a record as these columns: fields of a list by place, members by name."""
    if isinstance(record, Mapping):
        return tuple(convert(record.get(name), kind) for name, kind in columns)
    fields = [*record, *[None] * len(columns)]
    return tuple(convert(field, kind) for field, (_, kind) in zip(fields, columns, strict=False))


def write_rows(
    rows: Iterable[Row], columns: Columns, data_format: str, *, headers: bool = False
) -> bytes:
    """Return rows as the content of a blob; BlobFormatError when the format is not written."""
    kind = data_format.casefold()
    if kind not in WRITABLE:
        raise BlobFormatError(f"'{data_format}' is no format that the embedded Azure writes.")
    if kind == "parquet":
        return parquet.write(rows, columns)
    names = [name for name, _ in columns]
    if kind == "json":
        lines = (json.dumps(dict(zip(names, row, strict=True))) for row in rows)
        return "".join(f"{line}\n" for line in lines).encode()
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=_SEPARATORS[kind], lineterminator="\n")
    writer.writerows([names] if headers else [])
    writer.writerows([_text(value) for value in row] for row in rows)
    return stream.getvalue().encode()


def compressed(data: bytes) -> bytes:
    """Return the content of a `.gz` blob; the same for the same data."""
    return gzip.compress(data, mtime=0)


def decompressed(data: bytes) -> bytes:
    """Return what a `.gz` blob holds; BlobFormatError when it is not compressed that way."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BlobFormatError("The blob ends in .gz and is not compressed with gzip.") from error


def _separated(text: str, separator: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [row for row in rows if row]
    except csv.Error as error:
        raise BlobFormatError(f"The blob holds no separated values: {error}.") from error


def _object(text: str) -> Record:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise BlobFormatError("A line of the blob is no JSON object.") from error
    return _mapping(value)


def _objects(text: str) -> Iterable[Record]:
    """Yield the objects of JSON values that follow one another, arrays opened."""
    position = 0
    while rest := text[position:].lstrip():
        position = len(text) - len(rest)
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise BlobFormatError("The blob holds something that is no JSON.") from error
        yield from map(_mapping, value if isinstance(value, list) else [value])


def _mapping(value: Any) -> Record:
    if not isinstance(value, Mapping):
        raise BlobFormatError("The blob holds a JSON value that is no object.")
    return value


def _text(value: Any) -> str:
    return "" if value is None else convert(value, "string")
