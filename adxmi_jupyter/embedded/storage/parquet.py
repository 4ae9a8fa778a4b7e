"""Parquet by pyarrow, which is optional: without it blobs of that format are rejected."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.storage.errors import BlobFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_ARROW_TYPES = {"int": "int32", "long": "int64", "real": "float64", "bool": "bool"}


def read(data: bytes) -> list[Mapping[str, Any]]:
    """Return the records of a Parquet file; BlobFormatError when it is none."""
    arrow = _arrow()
    try:
        table = arrow.parquet.read_table(io.BytesIO(data))
    except (arrow.ArrowException, OSError) as error:
        raise BlobFormatError("The blob is no Parquet file.") from error
    records: list[Mapping[str, Any]] = table.to_pylist()
    return records


def columns(data: bytes) -> list[tuple[str, str]]:
    """Return the columns of a Parquet file as (name, Kusto type)."""
    arrow = _arrow()
    try:
        schema = arrow.parquet.read_schema(io.BytesIO(data))
    except (arrow.ArrowException, OSError) as error:
        raise BlobFormatError("The blob is no Parquet file.") from error
    return [(field.name, _kusto_type(arrow, field.type)) for field in schema]


def write(rows: Iterable[Sequence[Any]], columns: Sequence[tuple[str, str]]) -> bytes:
    """Return rows as a Parquet file; the same for the same rows and version of pyarrow."""
    arrow = _arrow()
    every = list(rows)
    arrays = [
        arrow.array([_writable(row[at], kind) for row in every], _arrow_type(arrow, kind))
        for at, (_, kind) in enumerate(columns)
    ]
    table = arrow.Table.from_arrays(arrays, names=[name for name, _ in columns])
    stream = io.BytesIO()
    arrow.parquet.write_table(table, stream)
    return stream.getvalue()


def _arrow() -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise BlobFormatError(
            "Parquet needs the package 'pyarrow', which is not installed here: "
            "install adxmi_jupyter[lab], or use another format."
        ) from error
    return pa


def _arrow_type(arrow: Any, kind: str) -> Any:
    if kind == "datetime":
        return arrow.timestamp("us", tz="UTC")
    return getattr(arrow, _ARROW_TYPES.get(kind, "string") + ("_" * (kind == "bool")))()


def _writable(value: Any, kind: str) -> Any:
    """Return a value of a result as Parquet holds it: dynamic values as JSON text."""
    if value is None:
        return None
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "real":
        return float(value)
    if kind == "dynamic":
        return json.dumps(value)
    return value if kind in _ARROW_TYPES else str(value)


def _kusto_type(arrow: Any, kind: Any) -> str:
    types = arrow.types
    tests: Sequence[tuple[Callable[[Any], bool], str]] = (
        (types.is_boolean, "bool"),
        (types.is_int64, "long"),
        (types.is_uint32, "long"),
        (types.is_uint64, "long"),
        (types.is_integer, "int"),
        (types.is_floating, "real"),
        (types.is_decimal, "decimal"),
        (types.is_temporal, "datetime"),
        (types.is_nested, "dynamic"),
    )
    return next((name for test, name in tests if test(kind)), "string")
