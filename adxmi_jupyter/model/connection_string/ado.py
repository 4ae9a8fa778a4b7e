"""Connection strings of names and values: ``Server=…;Initial Catalog=…``.

Names are compared without letter case and blanks around them, as ADO.NET does. Source: *SQL
external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string.names import shown

_PAIR = re.compile(
    r"""\s*(?P<name>[^=;"']+?)\s*=\s*
        (?: "(?P<double>(?:[^"]|"")*)" | '(?P<single>(?:[^']|'')*)' | (?P<plain>(?!["'])[^;]*?) )
        \s*(?:;|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[^\s;'\"=](?:[^;'\"]*[^\s;'\"])?")


@dataclass(frozen=True)
class Pairs:
    """Values by name in lower case, with one spelling of each name; nothing of it is shown."""

    values: Mapping[str, str] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)

    def one_of(self, *names: str) -> str:
        """Return the value of whichever of the names of one thing is there; empty if none is.

        Raises
        ------
        InvalidConnectionString
            More than one of them is there.

        """
        found = [name for name in names if name in self.values]
        if len(found) > 1:
            raise InvalidConnectionString(
                f"{' and '.join(self.names[name] for name in found)} say the same thing",
                why="only one of them would have an effect",
                fix=f"remove {self.names[found[-1]]}",
            )
        return self.values[found[0]] if found else ""

    def has(self, *names: str) -> bool:
        """Tell whether one of the names is there."""
        return any(name in self.values for name in names)

    def others(self, known: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return the names, as they were written, and values that are not among the known."""
        left = [name for name in self.values if name not in set(known)]
        return tuple((self.names[name], self.values[name]) for name in left)


def read_pairs(text: str) -> Pairs:
    """Read names and values; an empty one between two semicolons is passed over.

    Raises
    ------
    InvalidConnectionString
        Something is no pair, a quote is not closed, or a name occurs twice.

    """
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    place = 0
    while rest := text[place:].lstrip("; \t"):
        place = len(text) - len(rest)
        found = _PAIR.match(text, place)
        if found is None or found.end() == place:
            raise InvalidConnectionString(
                f"pair {len(values) + 1} of the connection string cannot be read",
                why="it is a list of NAME=VALUE with ; between; put a value with ; or a quote "
                'in double quotes, and double a quote inside ("")',
                fix='Server=tcp:SERVER,1433;Initial Catalog=DATABASE;Authentication="…"',
            )
        name = " ".join(found["name"].split())
        if name.lower() in values:
            raise InvalidConnectionString(
                f"{shown(name, 'a name')} occurs twice",
                why="only one of them would have an effect",
                fix="remove one of them",
            )
        values[name.lower()] = _value(found)
        names[name.lower()] = name
        place = found.end()
    return Pairs(values, names)


def written(pairs: Iterable[tuple[str, str]]) -> str:
    """Write names and values; values are quoted where they must be, and where the docs do."""
    return ";".join(f"{name}={_quoted(name, value)}" for name, value in pairs)


def _quoted(name: str, value: str) -> str:
    if name != "Authentication" and _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace('"', '""') + '"'


def _value(found: re.Match[str]) -> str:
    if found["double"] is not None:
        return found["double"].replace('""', '"')
    if found["single"] is not None:
        return found["single"].replace("''", "'")
    return found["plain"]
