"""Columns of a table: names and types, as ``OrderId:long, Region:string``.

Source: *Scalar data types*, *Entity names* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adxmi_jupyter.errors import InvalidColumns
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Several
from adxmi_jupyter.model.entity_name import QUOTED, name_of
from adxmi_jupyter.model.kql import quote_name
from adxmi_jupyter.model.usage import closest

TYPES = (
    *("bool", "datetime", "decimal", "dynamic", "guid"),
    *("int", "long", "real", "string", "timespan"),
)
_ALIASES = {
    **{name: name for name in TYPES},
    "boolean": "bool",
    "date": "datetime",
    "double": "real",
    "time": "timespan",
    "uuid": "guid",
    "uniqueid": "guid",
}
_ELSEWHERE = {
    **dict.fromkeys(("float", "single", "number"), "real"),
    **dict.fromkeys(("bigint", "int64"), "long"),
    **dict.fromkeys(("integer", "int32", "smallint"), "int"),
    **dict.fromkeys(("str", "text", "char", "varchar", "nvarchar"), "string"),
    **dict.fromkeys(("json", "object", "array"), "dynamic"),
    "timestamp": "datetime",
}
"""What other languages call the types: not accepted, but understood."""

_COLUMN = re.compile(
    rf"""\s*(?P<name>\[\s*{QUOTED}\s*\]|[^:,\[\]'"]+?)\s*:\s*(?P<type>\w+)\s*(?:,|\Z)""", re.DOTALL
)


@dataclass(frozen=True)
class Column:
    """A column; ``str()`` writes it as statements declare it."""

    name: str
    type: str

    def __str__(self) -> str:
        return f"{quote_name(self.name)}:{self.type}"


def parse_columns(text: str) -> tuple[Column, ...]:
    """Read columns separated by commas; parentheses around them mean nothing.

    >>> parse_columns("(Id:long, ['my col']:date)")
    (Column(name='Id', type='long'), Column(name='my col', type='datetime'))

    Raises
    ------
    InvalidColumns
        There is none, one has no type or an unknown one, or two have one name.

    """
    rest = text.strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    columns: list[Column] = []
    place = 0
    while rest[place:].strip() or not columns:
        found = _COLUMN.match(rest, place)
        name = name_of(found["name"]) if found else ""
        if found is None or not name:
            raise _malformed(rest[place:])
        columns.append(Column(name, _type(found["type"])))
        place = found.end()
    _refuse_twins(columns)
    return tuple(columns)


def columns_text(columns: Sequence[Column]) -> str:
    """Return columns as a statement declares them, in parentheses."""
    return f"({', '.join(map(str, columns))})"


def _type(word: str) -> str:
    known = _ALIASES.get(word.lower())
    if known is not None:
        return known
    match = closest(word, _ALIASES)
    meant = _ELSEWHERE.get(word.lower()) or _ALIASES.get(match, "string")
    raise InvalidColumns(
        f"there is no type {word!r}",
        why=Explain.of("the types are ", Several.of(TYPES)),
        fix=ChangeOption("--columns", f"NAME:{meant},…"),
    )


def _malformed(rest: str) -> InvalidColumns:
    start = rest.split(",", maxsplit=1)[0].strip()
    return InvalidColumns(
        f"{start!r} isn't a column",
        why="a column is NAME:TYPE; write a name with other characters as ['…']",
        fix=ChangeOption("--columns", "NAME:TYPE,…"),
    )


def _refuse_twins(columns: Sequence[Column]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise InvalidColumns(
                f"two columns are called {column.name}",
                why="each column needs a name of its own",
                fix=Explain.of("remove one of them from ", Option("--columns")),
            )
        seen.add(column.name)


def refuse_stars(columns: Sequence[Column]) -> None:
    """Refuse columns that no external table may have.

    Raises
    ------
    InvalidColumns
        The name of one holds a ``*``.

    """
    starred = next((column.name for column in columns if "*" in column.name), "")
    if starred:
        raise InvalidColumns(
            f"{starred!r} cannot be a column of an external table",
            why="the names of its columns have no *",
            fix=f"call it {starred.replace('*', '_')}",
        )
