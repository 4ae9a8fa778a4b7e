"""What the csl script of a database tells: external tables, identities and ingestion mappings.

The script has a row for each command that makes something again. Its text is the service's, and
what stands in queries, descriptions and functions is anybody's: so only these commands are read,
by the rules of the language, and only up to where their query begins. A command that departs from
them tells nothing.

Source: *.show database schema as csl script*, *Create or alter continuous export*, *Create and
alter Azure Storage external tables*, *Create and alter SQL external tables*, *.create-or-alter
ingestion mapping* (Azure Data Explorer docs); github/KustoSchemaTools, which reads the first two
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.model.command_reading import CommandReader, OtherTextError
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.kql_reading import each_literal

if TYPE_CHECKING:
    from adxmi_jupyter.model.command_reading import Token

Value = TypeVar("Value")
_Found = dict[str, set[Value | None]]
"""What each name is told to have; None for what cannot be read."""

_MAKES = frozenset(("create", "alter", "create-or-alter", "create-merge", "alter-merge"))
_EXPORT, _TABLE = "continuous-export", ("external", "table")
_IDENTITY = "managedidentity"
_FIRST = 4
"""Words in which a command says what it is about."""


@dataclass(frozen=True)
class ScriptedTable:
    """An external table; `data_format` is in lower case, and empty where there are no files."""

    connection_strings: tuple[str, ...]
    kind: str
    data_format: str = ""


@dataclass(frozen=True)
class CslScript:
    """What a script tells, by the names of what it makes.

    `tables` are external tables, with connection strings as the script has them, masks included.
    `identities` are those of continuous exports: an object ID in lower case, ``system``, or empty
    for an export that has none. What a script has of a name in two ways, or in none that can be
    read, is not there. `mappings` are the names and JSON texts of the ingestion mappings of tables.
    The statements are those that make external tables and continuous exports.
    """

    tables: Mapping[str, ScriptedTable]
    identities: Mapping[str, str]
    mappings: Mapping[str, Sequence[tuple[str, str]]]
    table_statements: Mapping[str, str]
    export_statements: Mapping[str, str]

    @property
    def connection_strings(self) -> Mapping[str, tuple[str, ...]]:
        """The connection strings of each external table."""
        return {name: one.connection_strings for name, one in self.tables.items()}


def read_csl_script(commands: Iterable[str]) -> CslScript:
    r"""Read the commands of a script, one in each text.

    >>> read_csl_script([".create external table T (A:int) kind=delta (h@\"https://h/c\")"]).tables
    {'T': ScriptedTable(connection_strings=('https://h/c',), kind='delta', data_format='')}
    """
    found = _Everything()
    for text in commands:
        try:
            found.read(CommandReader(text), text)
        except OtherTextError:
            continue
    return CslScript(
        _certain(found.tables),
        _certain(found.identities),
        found.mappings,
        _certain(found.table_statements),
        _certain(found.export_statements),
    )


def _certain(found: _Found[Value]) -> dict[str, Value]:
    only = {name: next(iter(each)) for name, each in found.items() if len(each) == 1}
    return {name: one for name, one in only.items() if one is not None}


def is_about_workflow(words: Sequence[str]) -> bool:
    """Tell whether a command, by its words in lower case, is about an export or external table."""
    first = words[:_FIRST]
    return _EXPORT in first or set(_TABLE) <= set(first)


class _Everything:
    """What was read of all commands up to now."""

    def __init__(self) -> None:
        self.tables: _Found[ScriptedTable] = {}
        self.identities: _Found[str] = {}
        self.mappings: dict[str, list[tuple[str, str]]] = {}
        self.table_statements: _Found[str] = {}
        self.export_statements: _Found[str] = {}

    def read(self, reader: CommandReader, text: str) -> None:
        """Read one command of this text."""
        reader.expect(".")
        if reader.take().folded not in _MAKES:
            raise OtherTextError
        if reader.skip(_EXPORT):
            name = reader.name()
            self.identities.setdefault(name, set()).add(_or_none(_identity, reader))
            self.export_statements.setdefault(name, set()).add(text)
        elif reader.skip("table"):
            name, mapping = reader.name(), _mapping(reader)
            self.mappings.setdefault(name, []).append(mapping)
        else:
            reader.expect(*_TABLE)
            name = reader.name()
            if not (reader.is_at("(") or reader.is_at("kind")):
                raise OtherTextError  # a policy or a mapping of one
            self.tables.setdefault(name, set()).add(_or_none(_external_table, reader))
            self.table_statements.setdefault(name, set()).add(text)


def _mapping(reader: CommandReader) -> tuple[str, str]:
    """Return the name of an ingestion mapping and its JSON, which are literals side by side."""
    reader.expect("ingestion")
    reader.take()
    reader.expect("mapping")
    token = reader.take()
    name, *rest = each_literal(token.text) or ("",)
    if not rest:
        rest = [reader.take().said or ""]
    return name, "".join(rest)


def _or_none(read: Callable[[CommandReader], Value | None], reader: CommandReader) -> Value | None:
    try:
        return read(reader)
    except OtherTextError:
        return None


def _identity(reader: CommandReader) -> str | None:
    """Return the identity that an export names, empty without one; None if it is unclear."""
    if reader.skip("over"):
        reader.group()
    reader.expect("to", "table")
    reader.name()
    properties = reader.group() if reader.skip("with") else []
    reader.expect("<", "|")
    named = {_identity_of(one) for one in properties if _is_identity(one)}
    return None if len(named) > 1 else next(iter(named), "")


def _is_identity(part: list[Token]) -> bool:
    return part[0].folded == _IDENTITY


def _identity_of(part: list[Token]) -> str | None:
    """Return the value of ``managedIdentity=…``: a text, a bare GUID or ``guid(…)``."""
    values = [one.text if one.said is None else one.said for one in part[1:]]
    if values[:3:2] == ["=", "("] and values[1].lower() == "guid" and values[4:] == [")"]:
        values = ["=", values[3]]
    word = values[1].strip().lower() if values[:1] == ["="] and len(values) == len("=x") else None
    return word if word in {"", SYSTEM} or is_guid(word or "") else None


def _external_table(reader: CommandReader) -> ScriptedTable | None:
    """Return an external table; its connection strings stand in brackets of their own."""
    if reader.is_at("("):
        reader.group()  # its columns
    clauses: dict[str, str] = {}
    while not reader.is_at("("):
        word = reader.take().folded
        clauses[word] = _clause(reader, word)
    said = [part[0].said if len(part) == 1 else None for part in reader.group()]
    whole = tuple(one for one in said if one is not None)
    if "kind" not in clauses or not whole or len(whole) < len(said):
        return None
    return ScriptedTable(whole, clauses["kind"], clauses.get("dataformat", ""))


def _clause(reader: CommandReader, word: str) -> str:
    """Take what stands before the connection strings: ``kind=…``, ``partition by (…)``.

    What a word or mark says is returned.
    """
    if word == "partition":
        reader.expect("by")
        reader.group()
        return ""
    reader.expect("=")
    if word == "pathformat":
        reader.group()
        return ""
    return reader.name().lower() if word == "table" else reader.take().folded
