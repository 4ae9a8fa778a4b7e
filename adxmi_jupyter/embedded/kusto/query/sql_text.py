"""Reads the few SQL statements that are known here, and runs them over rows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lark import Token, Transformer, UnexpectedInput, v_args

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.lalr import lalr_parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lark import Lark

_KNOWN = (
    "The embedded Azure knows of SQL only SELECT [TOP n] * or columns FROM a table "
    "[WHERE column = value AND …]."
)


@dataclass(frozen=True)
class Parameter:
    """A value that is given beside the statement; `name` starts with `@`."""

    name: str


@dataclass(frozen=True)
class Select:
    """A statement; `columns` is None for all of them, `top` None for all rows."""

    table: str
    columns: tuple[str, ...] | None
    conditions: tuple[tuple[str, Any], ...] = ()
    top: int | None = None

    def run(
        self, records: Iterable[Mapping[str, Any]], parameters: Mapping[str, Any]
    ) -> list[Mapping[str, Any]]:
        """Return the records that are asked for; a KustoError (400) for a missing parameter."""
        wanted = [(column, _given(value, parameters)) for column, value in self.conditions]
        found = [r for r in records if all(r.get(column) == value for column, value in wanted)]
        return found[: self.top]


def read_select(text: str) -> Select:
    """Return the statement in a text; a KustoError (400) when it is none that is known here."""
    try:
        select: Select = _ToSelect().transform(_grammar().parse(text))
    except UnexpectedInput as error:
        raise bad_request(_KNOWN) from error
    return select


def _given(value: Any, parameters: Mapping[str, Any]) -> Any:
    if not isinstance(value, Parameter):
        return value
    for name in (value.name, value.name.removeprefix("@")):
        if name in parameters:
            return parameters[name]
    raise bad_request(f"The parameter '{value.name}' has no value.")


@functools.cache
def _grammar() -> Lark:
    return lalr_parser("kusto/query/sql.lark")


@v_args(inline=True)
class _ToSelect(Transformer[Token, Any]):
    """Turn a parse tree of sql.lark into a Select; the alias of the table is left out of names."""

    def start(
        self,
        top: Token | None,
        columns: tuple[tuple[str, ...], ...] | None,
        table: str,
        alias: str | None,
        conditions: tuple[tuple[tuple[str, ...], Any], ...] | None,
    ) -> Select:
        own = alias or table

        def plain(parts: tuple[str, ...]) -> str:
            return ".".join(parts[1:] if len(parts) > 1 and parts[0] == own else parts)

        return Select(
            table,
            None if columns is None else tuple(plain(each) for each in columns),
            tuple((plain(column), value) for column, value in conditions or ()),
            int(top) if top else None,
        )

    def columns(self, *columns: Any) -> tuple[tuple[str, ...], ...] | None:
        return None if isinstance(columns[0], Token) else columns

    def column(self, *parts: Token) -> tuple[str, ...]:
        return tuple(_bare(part) for part in parts)

    def table(self, *parts: Token) -> str:
        return ".".join(_bare(part) for part in parts)

    def alias(self, name: Token) -> str:
        return str(name)

    def conditions(self, *conditions: tuple[tuple[str, ...], Any]) -> Any:
        return conditions

    def condition(self, column: tuple[str, ...], value: Any) -> Any:
        return column, value

    def text(self, literal: Token) -> str:
        quote = literal[-1]
        return literal[literal.index(quote) + 1 : -1].replace(quote * 2, quote)

    def number(self, literal: Token) -> int | float:
        return float(literal) if "." in literal else int(literal)

    def truth(self, literal: Token) -> bool:
        return literal.casefold() == "true"

    def parameter(self, name: Token) -> Parameter:
        return Parameter(str(name))


def _bare(part: Token) -> str:
    return str(part) if part[0] not in '["' else part[1:-1]
