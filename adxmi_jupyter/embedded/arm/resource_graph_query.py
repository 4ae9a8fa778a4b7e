"""Queries of the resource graph: text to a function from rows to rows."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lark import Token, Transformer, UnexpectedInput, v_args

from adxmi_jupyter.embedded.lalr import lalr_parser

if TYPE_CHECKING:
    from lark import Lark

# The tables that there are.
RESOURCES, CONTAINERS, AUTHORIZATION = "resources", "resourcecontainers", "authorizationresources"
TABLES = (RESOURCES, CONTAINERS, AUTHORIZATION)
Row = dict[str, Any]
Rows = list[Row]
_Test = Callable[[Row], bool]
_Step = Callable[[Rows], Rows]
_ESCAPE = re.compile(r"\\(.)")
KNOWN = "where, project, order by, take, count"


@dataclass(frozen=True)
class _Path:
    """Where a value is in a row, and what is made of its text: the innermost function first."""

    names: tuple[str, ...]
    functions: tuple[Callable[[str], str], ...] = ()

    @property
    def title(self) -> str:
        """Name of a column that was given none."""
        return "_".join(self.names)

    def value_in(self, row: Row) -> Any:
        """Return the value, None when the row has none."""
        value: Any = row
        for name in self.names:
            value = value.get(name) if isinstance(value, dict) else None
        for function in self.functions:
            value = function(value) if isinstance(value, str) else value
        return value

    def text_in(self, row: Row) -> str:
        """Return the value if it is a text, else an empty one."""
        value = self.value_in(row)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Found:
    """Rows of a query, and whether it orders them and takes some of them only."""

    rows: Rows
    is_ordered: bool
    is_limited: bool

    @property
    def can_be_paged(self) -> bool:
        """Whether one page can follow another: rows are told apart and stand in an order."""
        return self.is_ordered and all("id" in row for row in self.rows)


class GraphQueryError(Exception):
    """A query that is no query, or more than this server understands."""


def run_query(text: str, rows_of: Callable[[str], Rows], spelled: Callable[[str], str]) -> Found:
    """Return the rows a query selects; GraphQueryError when it cannot be understood.

    `rows_of` returns those of a table. `spelled` may replace a literal that is compared, by
    another spelling of the same thing.
    """
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise GraphQueryError(
            f"Line {error.line}, column {error.column}: not understood. The embedded Azure knows "
            f"the operators {KNOWN} on the tables {', '.join(TABLES)}."
        ) from error
    table, *steps = _ToSteps(spelled).transform(tree)
    if table.casefold() not in TABLES:
        known = ", ".join(TABLES)
        raise GraphQueryError(f"There is no table '{table}'; the embedded Azure knows {known}.")
    kinds = {each.data for each in tree.iter_subtrees()}
    rows = rows_of(table.casefold())
    for step in steps:
        rows = step(rows)
    return Found(rows, "order" in kinds, "take" in kinds)


@functools.cache
def _grammar() -> Lark:
    return lalr_parser("arm/resource_graph.lark")


class _ToSteps(Transformer[Token, Any]):
    """Turn a parsed query into the table's name and one function per operator."""

    def __init__(self, spelled: Callable[[str], str]) -> None:
        super().__init__()
        self._spelled = spelled

    def start(self, children: list[Any]) -> list[Any]:
        """Return the table's name and the steps."""
        return [str(children[0]), *children[1:]]

    @v_args(inline=True)
    def text(self, literal: Token) -> str:
        """Return the text of a literal."""
        return _ESCAPE.sub(r"\1", literal[1:-1])

    def path(self, names: list[str]) -> _Path:
        """Return the names that lead to a value."""
        return _Path(tuple(str(name) for name in names))

    @v_args(inline=True)
    def applied(self, function: Token, path: _Path) -> _Path:
        """Return a value that a function is applied to."""
        return replace(path, functions=(*path.functions, _FUNCTIONS[str(function)]))

    @v_args(inline=True)
    def comparison(self, path: _Path, operator: Token, literal: str) -> _Test:
        """Return a test of one value against a text."""
        test, given = _COMPARISONS[str(operator)], self._spelled(literal)
        return lambda row: test(path.text_in(row), given)

    @v_args(inline=True)
    def membership(self, path: _Path, operator: Token, *literals: str) -> _Test:
        """Return a test whether a value is one of several texts, or after `!` none of them."""
        test = _COMPARISONS["=~" if operator.endswith("~") else "=="]
        given = [self._spelled(each) for each in literals]
        wanted = not operator.startswith("!")
        return lambda row: any(test(path.text_in(row), each) for each in given) is wanted

    def all_of(self, tests: list[_Test]) -> _Test:
        """Return a test that holds when both do."""
        return lambda row: all(test(row) for test in tests)

    def any_of(self, tests: list[_Test]) -> _Test:
        """Return a test that holds when either does."""
        return lambda row: any(test(row) for test in tests)

    @v_args(inline=True)
    def where(self, test: _Test) -> _Step:
        """Return the step that keeps what passes."""
        return lambda rows: [row for row in rows if test(row)]

    @v_args(inline=True)
    def column(self, alias: Token | None, path: _Path) -> tuple[str, _Path]:
        """Return the name of a column, by default the path with underscores, and its path."""
        return str(alias) if alias else path.title, path

    def project(self, columns: list[tuple[str, _Path]]) -> _Step:
        """Return the step that keeps some columns."""
        return lambda rows: [{name: path.value_in(row) for name, path in columns} for row in rows]

    @v_args(inline=True)
    def term(self, path: _Path, direction: Token | None) -> tuple[_Path, bool]:
        """Return what to sort by, and whether downwards, as is the default."""
        return path, direction != "asc"

    def order(self, terms: list[tuple[_Path, bool]]) -> _Step:
        """Return the step that sorts."""

        def sort(rows: Rows) -> Rows:
            for path, downwards in reversed(terms):
                rows = sorted(rows, key=path.text_in, reverse=downwards)
            return rows

        return sort

    @v_args(inline=True)
    def take(self, number: Token) -> _Step:
        """Return the step that keeps the first rows."""
        return lambda rows: rows[: int(number)]

    def count(self, _: list[Any]) -> _Step:
        """Return the step that counts."""
        return lambda rows: [{"Count": len(rows)}]


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "==": lambda value, given: value == given,
    "!=": lambda value, given: value != given,
    "=~": lambda value, given: value.casefold() == given.casefold(),
    "!~": lambda value, given: value.casefold() != given.casefold(),
    "contains": lambda value, given: given.casefold() in value.casefold(),
    "startswith": lambda value, given: value.casefold().startswith(given.casefold()),
}

_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "tolower": str.lower,
    "toupper": str.upper,
    "tostring": str,
}
