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

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.kql_reading import each_literal, pieces_of, read_literals

Value = TypeVar("Value")
_Found = dict[str, set[Value | None]]
"""What each name is told to have; None for what cannot be read."""

_MAKES = frozenset(("create", "alter", "create-or-alter", "create-merge", "alter-merge"))
_EXPORT, _TABLE = "continuous-export", ("external", "table")
_IDENTITY = "managedidentity"
_CHORD = "```"
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")


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
            found.read(_Reader(text), text)
        except _OtherTextError:
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


class _OtherTextError(ValueError):
    """The text is none of the two commands, or not as they are documented."""


@dataclass(frozen=True)
class _Token:
    """A word with its hyphens, a mark, or literals next to each other and what they say."""

    text: str
    said: str | None = None

    @property
    def folded(self) -> str:
        """A word or mark in lower case; empty for literals."""
        return "" if self.said is not None else self.text.lower()


def _tokens(text: str) -> Iterator[_Token]:
    word = ""
    for piece in pieces_of(text):
        if piece["word"] or (word and piece["mark"] == "-"):
            word += piece[0]
            continue
        if word:
            yield _Token(word)
            word = ""
        if piece["literals"]:
            yield _Token(piece[0], read_literals(piece["literals"]))
        elif piece["lines"]:
            yield _Token(piece[0], piece[0][len(_CHORD) : -len(_CHORD)].strip())
        elif not (piece["comment"] or piece[0].isspace()):
            yield _Token(piece[0])
    if word:
        yield _Token(word)


class _Reader:
    """Reads one command token by token, no further than it is asked."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens, None)

    def take(self) -> _Token:
        """Return the next token."""
        token = self._next
        if token is None:
            raise _OtherTextError
        self._next = next(self._tokens, None)
        return token

    def is_at(self, word: str) -> bool:
        """Tell whether a word or mark comes next."""
        return self._next is not None and self._next.folded == word

    def skip(self, word: str) -> bool:
        """Take a word or mark if it comes next, and tell whether it did."""
        found = self.is_at(word)
        if found:
            self.take()
        return found

    def expect(self, *words: str) -> None:
        """Take these words and marks."""
        for word in words:
            if not self.skip(word):
                raise _OtherTextError

    def name(self) -> str:
        """Take the name of an entity, bare or as in ``['a b']``."""
        if not self.skip("["):
            token = self.take()
            if token.said is not None or not (token.text[0].isalnum() or token.text[0] == "_"):
                raise _OtherTextError
            return token.text
        said = self.take().said
        self.expect("]")
        if said is None:
            raise _OtherTextError
        return said

    def group(self) -> list[list[_Token]]:
        """Take what is in brackets, parted by its commas; brackets within it stay whole."""
        self.expect("(")
        parts: list[list[_Token]] = [[]]
        depth = 1
        while True:
            token = self.take()
            depth += (token.folded in _OPENS) - (token.folded in _CLOSES)
            if not depth:
                return [part for part in parts if part]
            if depth == 1 and token.folded == ",":
                parts.append([])
            else:
                parts[-1].append(token)


class _Everything:
    """What was read of all commands up to now."""

    def __init__(self) -> None:
        self.tables: _Found[ScriptedTable] = {}
        self.identities: _Found[str] = {}
        self.mappings: dict[str, list[tuple[str, str]]] = {}
        self.table_statements: _Found[str] = {}
        self.export_statements: _Found[str] = {}

    def read(self, reader: _Reader, text: str) -> None:
        """Read one command of this text."""
        reader.expect(".")
        if reader.take().folded not in _MAKES:
            raise _OtherTextError
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
                raise _OtherTextError  # a policy or a mapping of one
            self.tables.setdefault(name, set()).add(_or_none(_external_table, reader))
            self.table_statements.setdefault(name, set()).add(text)


def _mapping(reader: _Reader) -> tuple[str, str]:
    """Return the name of an ingestion mapping and its JSON, which are literals side by side."""
    reader.expect("ingestion")
    reader.take()
    reader.expect("mapping")
    token = reader.take()
    name, *rest = each_literal(token.text) or ("",)
    if not rest:
        rest = [reader.take().said or ""]
    return name, "".join(rest)


def _or_none(read: Callable[[_Reader], Value | None], reader: _Reader) -> Value | None:
    try:
        return read(reader)
    except _OtherTextError:
        return None


def _identity(reader: _Reader) -> str | None:
    """Return the identity that an export names, empty without one; None if it is unclear."""
    if reader.skip("over"):
        reader.group()
    reader.expect("to", "table")
    reader.name()
    properties = reader.group() if reader.skip("with") else []
    reader.expect("<", "|")
    named = {_identity_of(one) for one in properties if _is_identity(one)}
    return None if len(named) > 1 else next(iter(named), "")


def _is_identity(part: list[_Token]) -> bool:
    return part[0].folded == _IDENTITY


def _identity_of(part: list[_Token]) -> str | None:
    """Return the value of ``managedIdentity=…``: a text, a bare GUID or ``guid(…)``."""
    values = [one.text if one.said is None else one.said for one in part[1:]]
    if values[:3:2] == ["=", "("] and values[1].lower() == "guid" and values[4:] == [")"]:
        values = ["=", values[3]]
    word = values[1].strip().lower() if values[:1] == ["="] and len(values) == len("=x") else None
    return word if word in {"", SYSTEM} or is_guid(word or "") else None


def _external_table(reader: _Reader) -> ScriptedTable | None:
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


def _clause(reader: _Reader, word: str) -> str:
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
