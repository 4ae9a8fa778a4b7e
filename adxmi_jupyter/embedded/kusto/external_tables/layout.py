"""How the blobs of a partitioned external table lie in its folder (page: Partitions formatting)."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.external_tables.datetime_patterns import (
    moment_of,
    pattern_regex,
    read_fields,
    rendered,
)
from adxmi_jupyter.embedded.state.entities import PathItem
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.entities import ExternalTable, Partition

NO_VALUE = "__DEFAULT_PARTITION__"

_START = datetime(1, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_PATTERNS = {"startofyear": "yyyy", "startofmonth": "yyyy/MM"}
_DATE, _HOUR, _MINUTE = "yyyy/MM/dd", "yyyy/MM/dd/HH", "yyyy/MM/dd/HH/mm"


def virtual_columns(table: ExternalTable) -> tuple[tuple[str, str], ...]:
    """Return the partitions that are in the paths only, and columns of a query all the same."""
    return tuple((each.name, each.kind) for each in table.partitions if not each.column)


def partition_path(table: ExternalTable, record: Mapping[str, Any]) -> str:
    """Return the folder of a record, with a slash at its end; empty without partitions.

    `record` maps column names to values; a value that is missing makes NO_VALUE.
    """
    if not table.partitions:
        return ""
    partitions = {each.name: each for each in table.partitions}
    values = {name: partition_value(each, record) for name, each in partitions.items()}
    texts = [_text(item, partitions, values) for item in _items(table)]
    return "".join(texts).strip("/") + "/"


def is_named(name: str, prefix: str, extension: str) -> bool:
    """Tell whether a blob's name begins and ends like this; `.gz` may come behind."""
    plain = name.removesuffix(".gz")
    return name.startswith(prefix) and (name.endswith(extension) or plain.endswith(extension))


def partition_values(table: ExternalTable, path: str) -> dict[str, Any] | None:
    """Return {partition: value} of a blob's path beneath the table's folder.

    None for a blob that is none of the table's: its name has another prefix or extension, or
    its path is not of the table's format.
    """
    folder, _, name = path.rpartition("/")
    if not is_named(name, table.name_prefix, table.file_extension):
        return None
    if not table.partitions:
        return {}
    return _read(table, f"{folder}/")


def partition_value(partition: Partition, record: Mapping[str, Any]) -> Any:
    """Return the value of a partition for a record: a text, a number, a time or None."""
    value = record.get(partition.column or partition.name)
    if value is None or value == "":
        return None
    if partition.kind == "string":
        return convert(value, "string")
    if partition.kind == "long":
        modulus = partition.argument if isinstance(partition.argument, int) else 1
        return zlib.crc32(convert(value, "string").encode()) % modulus
    return _floored(partition, _moment(value))


def _moment(value: Any) -> datetime | None:
    text = convert(value, "datetime")
    return datetime.fromisoformat(text) if text else None


def _floored(partition: Partition, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match partition.function:
        case "startofyear":
            return midnight.replace(month=1, day=1)
        case "startofmonth":
            return midnight.replace(day=1)
        case "startofweek":
            return midnight - min(midnight.isoweekday() % 7 * _DAY, midnight - _START)
        case "startofday":
            return midnight
        case "bin" if isinstance(partition.argument, timedelta):
            return moment - (moment - _START) % partition.argument
        case _:
            return moment


def _items(table: ExternalTable) -> list[PathItem]:
    """Return the path format, made from the partitions where none was given."""
    if table.path_format:
        return list(table.path_format)
    made = [[PathItem(partition=each.name), PathItem(text="/")] for each in table.partitions]
    return [item for pair in made for item in pair]


def _text(item: PathItem, partitions: Mapping[str, Partition], values: Mapping[str, Any]) -> str:
    if not item.partition:
        return item.text
    value = values[item.partition]
    if value is None:
        return NO_VALUE
    if isinstance(value, datetime):
        return rendered(_pattern(item, partitions[item.partition]), value)
    return str(value)


def _pattern(item: PathItem, partition: Partition) -> str:
    if item.pattern:
        return item.pattern
    if partition.function != "bin" or not isinstance(partition.argument, timedelta):
        return _PATTERNS.get(partition.function, _DATE)
    if partition.argument >= _DAY:
        return _DATE
    return _HOUR if partition.argument >= timedelta(hours=1) else _MINUTE


def _read(table: ExternalTable, folder: str) -> dict[str, Any] | None:
    partitions = {each.name: each for each in table.partitions}
    items = _items(table)
    pieces = [_expression(item, partitions) for item in items]
    match = re.fullmatch("".join(pieces).strip("/") + "/", folder)
    if match is None:
        return None
    named = zip([item for item in items if item.partition], match.groups(), strict=True)
    return _values(list(named), partitions)


def _expression(item: PathItem, partitions: Mapping[str, Partition]) -> str:
    if not item.partition:
        return re.escape(item.text)
    partition = partitions[item.partition]
    by_kind = {"string": "[^/]+", "long": r"\d+"}
    expression = by_kind.get(partition.kind) or pattern_regex(_pattern(item, partition))
    return f"({NO_VALUE}|{expression})"


def _values(
    found: list[tuple[PathItem, str]], partitions: Mapping[str, Partition]
) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(partitions)
    fields: dict[str, dict[str, str]] = {}
    for item, text in found:
        partition = partitions[item.partition]
        if text == NO_VALUE:
            continue
        if partition.kind == "datetime":
            read = read_fields(_pattern(item, partition), text)
            fields.setdefault(partition.name, {}).update(read)
        else:
            values[partition.name] = convert(text, partition.kind)
    moments = {name: moment_of(each) for name, each in fields.items()}
    return values | {name: convert(moment, "datetime") for name, moment in moments.items()}
