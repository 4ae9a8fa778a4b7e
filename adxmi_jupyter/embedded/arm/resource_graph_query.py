"""Queries of the resource graph, by the engine (page: Azure Resource Graph query language)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.canonical import canonical_text
from adxmi_jupyter.embedded.engine.errors import EngineError, UnsupportedError
from adxmi_jupyter.embedded.engine.tokens import tokens_of, written
from adxmi_jupyter.embedded.engine.workspace import Workspace, read
from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.engine.operators import Relation

# The tables that there are.
RESOURCES, CONTAINERS, AUTHORIZATION = "resources", "resourcecontainers", "authorizationresources"
TABLES = (RESOURCES, CONTAINERS, AUTHORIZATION)
Row = dict[str, Any]
Rows = list[Row]
_TEXTS_WORDS = """
id name type tenantId kind location resourceGroup subscriptionId managedBy
"""
_TEXTS = _TEXTS_WORDS.split()
_OBJECTS_WORDS = """
sku plan properties tags identity zones extendedLocation
"""
_OBJECTS = _OBJECTS_WORDS.split()
_COLUMNS = (*((name, "string") for name in _TEXTS), *((name, "dynamic") for name in _OBJECTS))
_NAMES = frozenset(name for name, _ in _COLUMNS)


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

    `rows_of` returns those of a table. `spelled` may replace a literal, by another spelling of the
    same thing.
    """
    try:
        return _found(_canonical(text, spelled), rows_of)
    except EngineError as error:
        raise GraphQueryError(str(error)) from error


def _canonical(text: str, spelled: Callable[[str], str]) -> str:
    parts, at = [], 0
    for token in tokens_of(text):
        if token.kind == "string":
            parts += [text[at : token.start], written(spelled(token.value))]
            at = token.end
    changed = "".join([*parts, text[at:]])
    tokens = tokens_of(changed)
    return canonical_text(tokens, 0, len(tokens), changed)


def _found(text: str, rows_of: Callable[[str], Rows]) -> Found:
    kinds = {type(each).__name__ for each in read(text, _NAMES).operators}
    with Workspace(now(), names=_NAMES) as workspace:
        relations: dict[str, Relation] = {}

        def lookup(name: str, database: str | None, cluster: str | None) -> Relation:
            table = name.casefold()
            if table not in TABLES or database is not None or cluster is not None:
                known = ", ".join(TABLES)
                raise UnsupportedError(f"the table '{name}'; there are {known}")
            if table not in relations:
                rows = [[row[column] for column in _NAMED] for row in rows_of(table)]
                relations[table] = workspace.add(_COLUMNS, rows)
            return relations[table]

        answer = workspace.answer(text, lookup)
    names = [name for name, _ in answer.columns]
    rows = [dict(zip(names, row, strict=True)) for row in answer.rows]
    return Found(rows, bool(kinds & {"Sort", "Top"}), bool(kinds & {"Take", "Top"}))


_NAMED = [name for name, _ in _COLUMNS]
