"""Parts of a query that its translator does not know, read token by token.

These are `externaldata`, `inline_external_table`, `evaluate` and declarations of columns and
parameters (pages of these operators).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.columns import canonical
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.tokens import closing, split_at, syntax_error
from adxmi_jupyter.embedded.kusto.grammar import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.engine.tokens import Token

Columns = tuple[tuple[str, str], ...]
Span = tuple[int, int]

_COLUMN_TYPES_WORDS = """
string long int real bool boolean datetime date timespan time guid uniqueid dynamic decimal
double int64
"""
_COLUMN_TYPES = frozenset(_COLUMN_TYPES_WORDS.split())


@dataclass
class Cursor:
    """Goes through the tokens of a text; errors are QuerySyntaxErrors at its place."""

    tokens: Sequence[Token]
    text: str
    place: int
    last: int

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.place >= self.last

    def error(self, expected: str) -> Exception:
        """Return the error that something else is expected here."""
        start = self.tokens[self.place].start if not self.at_end else len(self.text)
        return syntax_error(f"{expected} is expected here.", self.text, start)

    def sees(self, *texts: str) -> bool:
        """Tell whether the next token is one of these."""
        return not self.at_end and self.tokens[self.place].text in texts

    def takes(self, *texts: str) -> bool:
        """Go behind the next token if it is one of these."""
        found = self.sees(*texts)
        self.place += found
        return found

    def needs(self, *texts: str) -> None:
        """Go behind the next token, which has to be one of these."""
        if not self.takes(*texts):
            raise self.error(f"'{texts[0]}'")

    def word(self, expected: str = "A word") -> str:
        """Return the next token, which has to be a word."""
        if self.at_end or self.tokens[self.place].kind != "word":
            raise self.error(expected)
        self.place += 1
        return self.tokens[self.place - 1].text

    def name(self) -> str:
        """Return the name that stands next, bare or in brackets."""
        if self.sees("["):
            end = closing(self.tokens, self.place, self.text)
            if end != self.place + 2 or self.tokens[self.place + 1].kind != "string":
                raise self.error("A name")
            self.place = end + 1
            return self.tokens[end - 1].value
        if not self.at_end and self.tokens[self.place].text in RESERVED_WORDS:
            raise self.error("A name that is no reserved word")
        return self.word("A name")

    def bracketed(self, opening: str) -> Cursor:
        """Return a cursor for what stands in the brackets that come next, and go behind them."""
        if not self.sees(opening):
            raise self.error(f"'{opening}'")
        end = closing(self.tokens, self.place, self.text)
        inside = Cursor(self.tokens, self.text, self.place + 1, end)
        self.place = end + 1
        return inside

    def pieces(self, mark: str = ",") -> list[Cursor]:
        """Return what the marks separate; an empty list where nothing stands."""
        if self.at_end:
            return []
        spans = split_at(self.tokens, self.place, self.last, mark, self.text)
        return [Cursor(self.tokens, self.text, *span) for span in spans]

    def items(self) -> list[Cursor]:
        """Return what commas separate, of which one may stand behind the last item."""
        found = self.pieces()
        if len(found) > 1 and found[-1].at_end:
            found.pop()
        if any(each.at_end for each in found):
            raise self.error("An expression")
        return found

    def strict_items(self) -> list[Cursor]:
        """Return what commas separate."""
        found = self.pieces()
        for each in found:
            if each.at_end:
                raise each.error("An expression")
        return found


def columns_in(cursor: Cursor) -> Columns:
    """Return a declaration of columns, `a:long, b:string`."""
    found = tuple(_column(each) for each in cursor.items())
    if not found:
        raise QuerySemanticError("At least one column has to be declared.")
    return found


def _column(cursor: Cursor) -> tuple[str, str]:
    name = cursor.name()
    cursor.needs(":")
    word = cursor.word("A type")
    if word not in _COLUMN_TYPES or not cursor.at_end:
        raise cursor.error("A type")
    return name, canonical(word)


def properties_in(cursor: Cursor) -> dict[str, Cursor]:
    """Return `(name = value, …)` by name, values as cursors; an empty one without `with`."""
    if not cursor.takes("with"):
        return {}
    found = {}
    for each in cursor.bracketed("(").strict_items():
        name = each.name()
        each.needs("=")
        if each.at_end:
            raise each.error("A value")
        found[name] = each
    return found


@dataclass(frozen=True)
class ExternalData:
    """`externaldata(…) […] with (…)`; connection strings and values are expressions."""

    columns: Columns
    connections: tuple[Cursor, ...]
    properties: dict[str, Cursor]


def external_data(cursor: Cursor) -> ExternalData:
    """Return what stands behind the word."""
    columns = columns_in(cursor.bracketed("("))
    inside = cursor.bracketed("[")
    connections = tuple(inside.items())
    if not connections:
        raise QuerySemanticError("externaldata needs a connection string.")
    return ExternalData(columns, connections, properties_in(cursor))


@dataclass(frozen=True)
class InlineTable:
    """`inline_external_table`; `data_format` is empty for a Delta Lake table."""

    columns: Columns | None
    data_format: str
    connections: tuple[Cursor, ...]
    properties: dict[str, Cursor]


def inline_table(cursor: Cursor) -> InlineTable:
    """Return what stands behind the word."""
    columns = columns_in(cursor.bracketed("(")) if cursor.sees("(") else None
    cursor.needs("kind")
    cursor.needs("=")
    data_format = ""
    if cursor.takes("storage"):
        if columns is None:
            raise cursor.error("A declaration of columns before 'kind'")
        if cursor.sees("partition"):
            raise UnsupportedError("partitions of inline_external_table")
        cursor.needs("dataformat")
        cursor.needs("=")
        data_format = cursor.word("A format")
    else:
        cursor.needs("delta")
        if cursor.sees("dataformat"):
            raise QuerySemanticError("A delta table has no dataformat.")
    inside = cursor.bracketed("(")
    connections = tuple(inside.items())
    if not connections:
        raise inside.error("A connection string")
    properties = properties_in(cursor)
    if properties and not data_format:
        raise QuerySemanticError("A delta table has no properties.")
    return InlineTable(columns, data_format, connections, properties)


@dataclass(frozen=True)
class PluginText:
    """`evaluate name(…)`; `output` is what stands behind the colon."""

    name: str
    arguments: tuple[tuple[str | None, Cursor], ...]
    output: Columns | None
    hints: dict[str, str]


def plugin_text(cursor: Cursor) -> PluginText:
    """Return what stands behind `evaluate`, up to the end of the cursor."""
    hints = {}
    while cursor.takes("hint"):
        cursor.needs(".")
        name = cursor.word("The name of a hint")
        if name not in {"distribution", "remote"}:
            cursor.place -= 1
            raise cursor.error("hint.distribution or hint.remote")
        cursor.needs("=")
        if not cursor.at_end and cursor.tokens[cursor.place].kind == "string":
            raise QuerySemanticError(f"hint.{name} takes a bare word.")
        hints[name] = cursor.word("A word")
    if cursor.at_end and not hints:
        raise QuerySemanticError("evaluate needs the name of a plugin.")
    name = cursor.word("The name of a plugin")
    arguments = tuple(_argument(each) for each in cursor.bracketed("(").strict_items())
    output = columns_in(cursor.bracketed("(")) if cursor.takes(":") else None
    if not cursor.at_end:
        raise cursor.error("'|'")
    return PluginText(name, arguments, output, hints)


def _argument(cursor: Cursor) -> tuple[str | None, Cursor]:
    is_named = (
        cursor.place + 1 < cursor.last
        and cursor.tokens[cursor.place].kind == "word"
        and cursor.tokens[cursor.place + 1].text == "="
    )
    if not is_named:
        return None, cursor
    name = cursor.name()
    cursor.needs("=")
    return name, cursor


def output_type(cursor: Cursor) -> tuple[tuple[str, str] | None, ...] | None:
    """Return the columns of `typeof(…)`, None for `*` among them; None for anything else."""
    if not cursor.takes("typeof"):
        return None
    inside = cursor.bracketed("(")
    items = inside.strict_items()
    if not items or not cursor.at_end:
        raise cursor.error("','")
    return tuple(None if each.takes("*") and each.at_end else _typed_column(each) for each in items)


def _typed_column(cursor: Cursor) -> tuple[str, str]:
    if cursor.place + 1 == cursor.last and cursor.tokens[cursor.place].kind == "word":
        raise QuerySemanticError("typeof() of one type is no schema of an output.")
    return _column(cursor)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function: `kind` is a type, empty for a table; `default` may stand."""

    name: str
    kind: str
    default: Cursor | None = None


def parameters_in(cursor: Cursor) -> tuple[Parameter, ...]:
    """Return the parameters of a function, `(x:long, y:string = '', T:(*))`."""
    return tuple(_parameter(each) for each in cursor.strict_items())


def _parameter(cursor: Cursor) -> Parameter:
    name = cursor.name()
    cursor.needs(":")
    if cursor.sees("("):
        cursor.bracketed("(")
        if not cursor.at_end:
            raise cursor.error("','")
        return Parameter(name, "")
    kind = canonical(cursor.word("A type"))
    if cursor.takes("="):
        return Parameter(name, kind, cursor)
    if not cursor.at_end:
        raise cursor.error("','")
    return Parameter(name, kind)
