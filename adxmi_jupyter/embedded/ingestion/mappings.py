"""Ingestion mappings: which field of a record goes to which column (page: Ingestion mappings)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded.ingestion.errors import (
    MAPPING_INCONSISTENT,
    MAPPING_INVALID,
    MAPPING_NOT_FOUND,
    IngestionError,
)
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.state.clusters import Table

Record = Sequence[Any] | Mapping[str, Any]
Columns = Sequence[tuple[str, str]]


class Columned(Protocol):
    """Whatever data is mapped to: a table, an external table, a query's own columns."""

    @property
    def name(self) -> str:
        """How errors call it."""

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Its columns as (name, Kusto type)."""


_KINDS = {
    "json": ("json", "multijson", "singlejson"),
    "csv": ("csv", "tsv", "tsve", "psv", "scsv", "sohsv", "txt", "raw"),
    "avro": ("avro", "apacheavro"),
    "parquet": ("parquet",),
    "orc": ("orc",),
    "w3clogfile": ("w3clogfile",),
}
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ColumnMapping:
    """Where the value of one column comes from: a path, a place, or a constant."""

    column: str
    path: str = ""
    ordinal: int | None = None
    constant: str | None = None
    transform: str = ""


def kind_of_mapping(data_format: str) -> str:
    """Return the kind of mapping that a format takes."""
    folded = data_format.casefold()
    return next((kind for kind, formats in _KINDS.items() if folded in formats), folded)


def stored_mapping(table: Table, name: str, data_format: str) -> str:
    """Return the text of a table's mapping; an IngestionError when it has none of the kind."""
    kind = kind_of_mapping(data_format)
    for each in table.mappings:
        if each.name == name and each.kind.casefold() == kind:
            return each.mapping
    raise IngestionError(
        MAPPING_NOT_FOUND,
        f"The table '{table.name}' has no ingestion mapping '{name}' of kind '{kind}'.",
    )


def read_mapping(text: str, target: Columned) -> list[ColumnMapping]:
    """Return the columns of a mapping; an IngestionError when it is none, or not of the target."""
    try:
        mapping = [_column(each) for each in _array(json.loads(text))]
    except (ValueError, TypeError, RecursionError) as error:
        raise IngestionError(
            MAPPING_INVALID, f"The ingestion mapping is invalid: {error}"
        ) from error
    known = {name for name, _ in target.columns}
    foreign = sorted({each.column for each in mapping} - known)
    if foreign:
        raise IngestionError(
            MAPPING_INCONSISTENT,
            f"The ingestion mapping names the column '{foreign[0]}', which '{target.name}' does "
            "not have.",
        )
    return mapping


def mapped_row(
    record: Record, columns: Columns, mapping: Sequence[ColumnMapping], location: str, line: int
) -> tuple[Any, ...]:
    """Return a record as these columns; one that the mapping leaves out is null."""
    sources = {each.column: each for each in mapping}
    return tuple(
        convert(_value(record, sources[name], location, line) if name in sources else None, kind)
        for name, kind in columns
    )


def at_path(record: Any, path: str) -> Any:
    """Return what is at a path such as `$.a['b c'][0]`; a path without `$` is a name."""
    if not path.startswith("$"):
        return record.get(path) if isinstance(record, Mapping) else None
    found = record
    for step in _STEP.finditer(path[1:]):
        name, single, double, index = step.groups()
        if index is not None:
            in_range = isinstance(found, list) and int(index) < len(found)
            found = found[int(index)] if in_range else None
        else:
            found = found.get(name or single or double) if isinstance(found, Mapping) else None
    return found


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("it has to be an array.")
    return value


def _column(item: Any) -> ColumnMapping:
    if not isinstance(item, Mapping):
        raise TypeError("every column of it has to be an object.")
    given = {str(name).casefold(): value for name, value in item.items()}
    inner = given.get("properties") or {}
    if not isinstance(inner, Mapping):
        raise TypeError("the properties of a column have to be an object.")
    given |= {str(name).casefold(): value for name, value in inner.items()}
    column = given.get("column") or given.get("name")
    if not column:
        raise ValueError("a column of it has no name.")
    ordinal, transform = given.get("ordinal"), str(given.get("transform") or "")
    if transform and transform.casefold() not in {"none", *_TRANSFORMS}:
        raise ValueError(f"there is no transformation '{transform}' here.")
    return ColumnMapping(
        str(column),
        str(given.get("path") or given.get("field") or ""),
        None if ordinal in {None, ""} else int(str(ordinal)),
        given.get("constvalue") or None,
        transform.casefold(),
    )


def _value(record: Record, source: ColumnMapping, location: str, line: int) -> Any:
    if source.constant is not None:
        return source.constant
    match source.transform:
        case "sourcelocation":
            return location
        case "sourcelinenumber":
            return line
    found = _field(record, source)
    transform = _TRANSFORMS.get(source.transform)
    return transform(found) if transform and found is not None else found


def _field(record: Record, source: ColumnMapping) -> Any:
    if isinstance(record, Mapping):
        return at_path(record, source.path) if source.path else None
    place = source.ordinal
    return record[place] if place is not None and 0 <= place < len(record) else None


def _since_1970(unit: timedelta) -> Callable[[Any], Any]:
    def moment(value: Any) -> datetime | None:
        try:
            return _EPOCH + int(value) * unit
        except (ValueError, TypeError, OverflowError):
            return None

    return moment


def _nanoseconds(value: Any) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=int(value) // 1000)
    except (ValueError, TypeError, OverflowError):
        return None


def _dictionary(value: Any) -> Any:
    """Return `[{"key": "a", "value": 1}]` as `{"a": 1}`."""
    if not isinstance(value, list):
        return None
    pairs = [each for each in value if isinstance(each, Mapping) and "key" in each]
    return {str(each["key"]): each.get("value") for each in pairs}


_TRANSFORMS: Mapping[str, Callable[[Any], Any] | None] = {
    "sourcelocation": None,
    "sourcelinenumber": None,
    "propertybagarraytodictionary": _dictionary,
    "datetimefromunixseconds": _since_1970(timedelta(seconds=1)),
    "datetimefromunixmilliseconds": _since_1970(timedelta(milliseconds=1)),
    "datetimefromunixmicroseconds": _since_1970(timedelta(microseconds=1)),
    "datetimefromunixnanoseconds": _nanoseconds,
}
