"""Guesses the columns of blobs by their content (page: infer_storage_schema plugin)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.storage import parquet
from adxmi_jupyter.embedded.storage.formats import decompressed, read_records
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Iterable

# A text is of the first of these types to which it converts.
_OF_TEXT = ("long", "real", "bool", "datetime", "guid", "timespan")
_SAMPLE = 1000


def inferred_columns(
    data: bytes, data_format: str, *, path: str = "", header: bool = False
) -> list[tuple[str, str]]:
    """Return the columns of a blob as (name, Kusto type); BlobFormatError as `read_records`.

    Separated values without a header have Column1, Column2 …
    """
    if data_format.casefold() == "parquet":
        return parquet.columns(decompressed(data) if path.casefold().endswith(".gz") else data)
    records = read_records(data, data_format, path=path)[:_SAMPLE]
    if records and isinstance(records[0], Mapping):
        names = list(dict.fromkeys(chain.from_iterable(records)))
        return [
            (str(n), _common(r.get(n) for r in records if isinstance(r, Mapping))) for n in names
        ]
    return _of_fields([list(each) for each in records], header=header)


def merged_columns(several: Iterable[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return the columns of several blobs together; types that differ make a wider one."""
    merged: dict[str, str] = {}
    for name, kind in chain.from_iterable(several):
        merged[name] = _wider(merged[name], kind) if name in merged else kind
    return list(merged.items())


def _of_fields(records: list[list[Any]], *, header: bool) -> list[tuple[str, str]]:
    width = max(map(len, records), default=0)
    names = records.pop(0) if header and records else []
    names = [*names, *(f"Column{place + 1}" for place in range(len(names), width))]
    return [
        (str(name), _common(r[place] for r in records if place < len(r)))
        for place, name in enumerate(names)
    ]


def _common(values: Iterable[Any]) -> str:
    """Return the narrowest type that holds all values; a string when there are none."""
    common = ""
    for value in values:
        if value is None or value == "":
            continue
        kind = _kind(value)
        common = _wider(common, kind) if common else kind
    return common or "string"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "long" if isinstance(value, int) else "real"
    if isinstance(value, Mapping | list):
        return "dynamic"
    return next((kind for kind in _OF_TEXT if _fits(str(value), kind)), "string")


def _fits(text: str, kind: str) -> bool:
    if kind == "bool" and text.casefold() not in {"true", "false"}:
        return False
    return convert(text, kind) is not None


def _wider(one: str, other: str) -> str:
    if one == other:
        return one
    return "real" if {one, other} == {"long", "real"} else "string"
