"""Checks the partitions and the path format of an external table."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.external_tables.datetime_patterns import (
    InvalidPatternError,
    check_pattern,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.kusto.external_tables.syntax import StorageDefinition
    from adxmi_jupyter.embedded.state.entities import Partition, PathItem


def check_partitions(definition: StorageDefinition) -> None:
    """Raise a KustoError (400) for partitions or a path format that do not fit the columns."""
    columns, seen = dict(definition.columns), set[str]()
    for partition in definition.partitions:
        if partition.name in seen or partition.name in columns:
            raise bad_request(f"The name '{partition.name}' is used twice.")
        seen.add(partition.name)
        _check_column(partition, columns)
        _check_argument(partition)
    if definition.path_format:
        _check_path(definition.path_format, {each.name: each for each in definition.partitions})


def _check_column(partition: Partition, columns: Mapping[str, str]) -> None:
    if not partition.column:
        return
    kind = columns.get(partition.column)
    if kind is None:
        raise bad_request(
            f"The partition '{partition.name}' is made from '{partition.column}', which is no "
            "column."
        )
    if partition.kind not in {"long", kind}:
        raise bad_request(
            f"The partition '{partition.name}' needs a column of type {partition.kind}; "
            f"'{partition.column}' is of type {kind}."
        )


def _check_argument(partition: Partition) -> None:
    argument = partition.argument
    if partition.function == "bin" and not (
        isinstance(argument, timedelta) and argument > timedelta()
    ):
        raise bad_request(f"The partition '{partition.name}' needs a length of time for bin().")
    if partition.function == "hash" and not (isinstance(argument, int) and argument > 0):
        raise bad_request(f"The partition '{partition.name}' needs a whole number for hash().")


def _check_path(items: tuple[PathItem, ...], partitions: Mapping[str, Partition]) -> None:
    for first, second in pairwise(items):
        if bool(first.partition) == bool(second.partition):
            raise bad_request("A path format alternates between texts and partitions.")
    for item in items:
        if item.partition:
            _check_item(item, partitions)
    unused = partitions.keys() - {item.partition for item in items}
    if unused:
        raise bad_request(f"The path format leaves out: {', '.join(sorted(unused))}.")


def _check_item(item: PathItem, partitions: Mapping[str, Partition]) -> None:
    partition = partitions.get(item.partition)
    if partition is None:
        raise bad_request(f"'{item.partition}' in the path format is no partition.")
    if not item.pattern:
        return
    if partition.kind != "datetime":
        raise bad_request(f"datetime_pattern() takes a datetime; '{partition.name}' is none.")
    try:
        check_pattern(item.pattern)
    except InvalidPatternError as error:
        raise bad_request(str(error)) from error
