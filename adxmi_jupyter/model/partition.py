"""Partitions of an external table: columns made of others, told apart by folders.

How the folders are spelled is in `path_format`.

Source: *Create and alter Azure Storage external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidInput, InvalidPartition
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Several
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.entity_name import NAME, QUOTED, name_of
from adxmi_jupyter.model.timespan import parse_timespan, timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.model.columns import Column

_STARTS = ("startofday", "startofweek", "startofmonth", "startofyear")
_BY_FUNCTION = {"hash": "long", "bin": "datetime", **dict.fromkeys(_STARTS, "datetime")}

_ITEM = re.compile(rf"(?P<name>{NAME})\s*:\s*(?P<type>\w+)\s*(?:=\s*(?P<source>\S.*))?", re.DOTALL)
_CALL = re.compile(
    rf"(?P<function>{'|'.join(_BY_FUNCTION)})\s*\(\s*(?P<column>{NAME})\s*"
    r"(?:,\s*(?P<argument>[^()]+?)\s*)?\)",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(NAME, re.DOTALL)
_PIECE = re.compile(rf"{QUOTED}|.", re.DOTALL)


@dataclass(frozen=True)
class Partition:
    """One partition; without a source its value is only in the path.

    `function` and `argument` say how it is made of the column `source`, if not by itself.
    """

    name: str
    type: str
    source: str = ""
    function: str = ""
    argument: str = ""

    def __str__(self) -> str:
        declared = f"{kql.quote_name(self.name)}:{self.type}"
        if not self.source:
            return declared
        column = kql.quote_name(self.source)
        if not self.function:
            return f"{declared} = {column}"
        more = f", {self.argument}" if self.argument else ""
        return f"{declared} = {self.function}({column}{more})"


def parse_partitions(text: str) -> tuple[Partition, ...]:
    """Read partitions separated by commas; parentheses around them mean nothing.

    >>> [str(p) for p in parse_partitions("Date:datetime = bin(Placed, 24h), Region:string")]
    ["['Date']:datetime = bin(['Placed'], 1d)", "['Region']:string"]

    Raises
    ------
    InvalidPartition
        One is not of the documented forms, or two have one name.

    """
    trimmed = text.strip()
    if trimmed.startswith("(") and trimmed.endswith(")"):
        trimmed = trimmed[1:-1]
    found = tuple(_partition(item) for item in _items(trimmed))
    names = [one.name for one in found]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin:
        raise InvalidPartition(
            f"two partitions are called {twin}",
            why="each stands for one part of the path",
            fix="give one of them another name",
        )
    return found


def _items(text: str) -> Iterator[str]:
    """Split a text at the commas that stand in no quotes and no parentheses."""
    depth, item = 0, ""
    for piece in _PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            yield item.strip()
            item = ""
        else:
            item += piece
    yield item.strip()


def _partition(item: str) -> Partition:
    found = _ITEM.fullmatch(item)
    name = name_of(found["name"]) if found else ""
    if found is None or not name:
        raise _unknown_form(item)
    kind, source = found["type"].lower(), found["source"]
    if not source:
        return _of_type(Partition(name, kind), ("string", "datetime"))
    call = _CALL.fullmatch(source)
    if call is not None:
        return _made(name, kind, call, item)
    if _COLUMN.fullmatch(source) is None:
        raise _unknown_form(item)
    return _of_type(Partition(name, kind, name_of(source)), ("string",))


def _made(name: str, kind: str, call: re.Match[str], item: str) -> Partition:
    function = call["function"].lower()
    argument = _argument(function, call["argument"] or "", item)
    made = Partition(name, kind, name_of(call["column"]), function, argument)
    return _of_type(made, (_BY_FUNCTION[function],))


def _argument(function: str, text: str, item: str) -> str:
    """Return the second argument as statements write it: a count, a length of time, or none."""
    if (function in _STARTS) == bool(text):
        raise _unknown_form(item)
    if function == "hash":
        if not (text.isascii() and text.isdecimal() and int(text)):
            raise _unknown_form(item)
        return str(int(text))
    if function == "bin":
        return _length(text, item)
    return ""


def _length(text: str, item: str) -> str:
    try:
        length = parse_timespan(text)
    except InvalidInput:
        raise _unknown_form(item) from None
    if not length:
        raise _unknown_form(item)
    return timespan_text(length)


def _of_type(partition: Partition, allowed: Sequence[str]) -> Partition:
    if partition.type in allowed:
        return partition
    raise InvalidPartition(
        f"the partition {partition.name} cannot be of type {partition.type}",
        why=f"{partition} is of type {' or '.join(allowed)}",
        fix=f"write it as {partition.name}:{allowed[0]}",
    )


def _unknown_form(item: str) -> InvalidPartition:
    return InvalidPartition(
        f"{item!r} isn't a partition",
        why="the forms are NAME:string, NAME:datetime, NAME:string = COLUMN, "
        "NAME:long = hash(COLUMN, N), NAME:datetime = bin(COLUMN, 1d) or startofday(COLUMN)",
        fix=ChangeOption("--partition-by", "NAME:datetime = bin(COLUMN, 1d)"),
    )


def check_sources(partitions: Sequence[Partition], columns: Sequence[Column]) -> None:
    """Check that partitions are made of columns that are there.

    Raises
    ------
    InvalidPartition
        A partition is made of a column that is not there or not of the right type, or has the
        name of one.

    """
    by_name = {column.name: column.type for column in columns}
    for partition in partitions:
        _check_source(partition, by_name)


def _check_source(partition: Partition, columns: dict[str, str]) -> None:
    if partition.name in columns:
        raise InvalidPartition(
            f"{partition.name} is both a column and a partition",
            why="a partition is one more column of the table",
            fix=Explain.of(
                f"remove {partition.name} from ", Option("--columns"), ", or rename the partition"
            ),
        )
    if not partition.source:
        return
    if partition.source not in columns:
        raise InvalidPartition(
            f"the partition {partition.name} is made of {partition.source}, which isn't a column",
            why=Explain.of("the columns are ", Several.of(columns)),
            fix="name one of them",
        )
    wanted = "datetime" if partition.type == "datetime" else "string"
    if partition.function != "hash" and columns[partition.source] != wanted:
        raise InvalidPartition(
            f"the partition {partition.name} needs a column of type {wanted}",
            why=f"{partition.source} is of type {columns[partition.source]}",
            fix=f"make it of a {wanted} column",
        )
