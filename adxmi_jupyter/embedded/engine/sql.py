"""SQL of SQL Server and of Cosmos DB over rows of the world.

A statement is one SELECT over tables that the caller knows, with functions of a list: DuckDB's own
tables and functions are out of its reach.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adxmi_jupyter.embedded.engine import execution, libraries, relations
from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.execution import Limits
from adxmi_jupyter.embedded.engine.workspace import Answer

Columns = tuple[tuple[str, str], ...]
Table = tuple[Columns, Sequence[Sequence[Any]]]
TableOf = Callable[[str], Table | None]

_PIECE = re.compile(
    r"(?P<text>N?'(?:[^']|'')*')|(?P<quoted>\"[^\"\r\n]*\")|(?P<bracketed>\[[^\]\r\n]+\])"
    r"|(?P<comment>--[^\r\n]*|/\*.*?\*/)|(?P<parameter>@\w+)",
    re.DOTALL | re.IGNORECASE,
)
_TOP = re.compile(
    r"(\s*select\s+(?:distinct\s+)?)top\s*(?:\(\s*(\d{1,9})\s*\)|(\d{1,9})(?![\w.]))", re.IGNORECASE
)
_FUNCTION_NAMES = """
count count_star sum avg min max abs ceiling ceil floor round sqrt power coalesce ifnull
nullif upper lower len length trim ltrim rtrim substring replace concat left right reverse
contains year month day starts_with ~~ !~~ ~~~ !~~~ + - * / % || ^ and or not cast case stddev
variance stddev_samp var_samp row_number rank dense_rank
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
# DuckDB's types as Kusto's.
_KINDS = {
    "VARCHAR": "string",
    "TINYINT": "int",
    "SMALLINT": "int",
    "INTEGER": "int",
    "BIGINT": "long",
    "HUGEINT": "long",
    "FLOAT": "real",
    "DOUBLE": "real",
    "DECIMAL": "decimal",
    "BOOLEAN": "bool",
    "DATE": "datetime",
    "TIMESTAMP": "datetime",
    "INTERVAL": "timespan",
    "UUID": "guid",
    "JSON": "dynamic",
    '"NULL"': "string",
}


def run_sql(
    statement: str,
    table_of: TableOf,
    parameters: Mapping[str, Any],
    *,
    double_quotes_are_texts: bool = False,
) -> Answer:
    """Return what a SELECT gives.

    `table_of` returns a table by its name, with its schema if it was written, None for one that
    does not exist. `parameters` go by their names, with `@` or without. Raises an EngineError.
    """
    libraries.require()
    text = _as_duckdb(statement, parameters, double_quotes_are_texts)
    connection = libraries.connect()
    try:
        tree = json.loads(_one_text(connection, "SELECT json_serialize_sql(?)", text))
        _check(tree)
        _bring_in(tree, table_of, connection)
        sql = _one_text(connection, "SELECT json_deserialize_sql(?)", json.dumps(tree))
        columns = _columns(connection, sql)
        rows = execution.fetch(connection, sql, columns, Limits())
    finally:
        connection.close()
    return Answer(columns, tuple(rows))


def _one_text(connection: Any, sql: str, argument: str) -> str:
    ((text,),) = connection.execute(sql, [argument]).fetchall()
    return str(text)


def _as_duckdb(statement: str, parameters: Mapping[str, Any], double_quotes_are_texts: bool) -> str:
    """Return a statement as DuckDB spells it, with values in the place of parameters."""

    def spelled(match: re.Match[str]) -> str:
        word = match.group()
        match match.lastgroup:
            case "text":
                return word[1:] if word[0] in "nN" else word
            case "quoted" if double_quotes_are_texts:
                return _value(word[1:-1])
            case "bracketed":
                return relations.quoted(word[1:-1])
            case "comment":
                return " "
            case "parameter":
                return _value(_given(word, parameters))
            case _:
                return word

    text = _PIECE.sub(spelled, statement).strip().removesuffix(";")
    top = _TOP.match(text)
    if top is None:
        return text
    return f"{top[1]}{text[top.end() :]} LIMIT {top[2] or top[3]}"


def _given(name: str, parameters: Mapping[str, Any]) -> Any:
    for each in (name, name.removeprefix("@")):
        if each in parameters:
            return parameters[each]
    raise QuerySemanticError(f"The parameter '{name}' has no value.")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise UnsupportedError("arrays and objects as parameters of SQL")


def _check(tree: Mapping[str, Any]) -> None:
    """Raise an error for anything but one SELECT with known functions."""
    if tree.get("error"):
        raise QuerySemanticError(f"The statement is no SELECT: {tree.get('error_message')}")
    if len(tree["statements"]) != 1:
        raise UnsupportedError("several SQL statements in one request")
    for node in _nodes(tree):
        if node.get("type") in {"TABLE_FUNCTION", "SHOW_REF", "COLUMN_DATA", "PIVOT"}:
            raise UnsupportedError("a function in the place of a table in SQL")
        name = str(node.get("function_name", "")).casefold()
        if name and name not in _FUNCTIONS:
            raise UnsupportedError(f"the SQL function {name}()")


def _bring_in(tree: Any, table_of: TableOf, connection: Any) -> None:
    """Load the tables of a statement, and let it name what was loaded."""
    own = {str(each["key"]).casefold() for node in _nodes(tree) for each in _named_queries(node)}
    loaded: dict[str, str] = {}
    for node in _nodes(tree):
        if node.get("type") != "BASE_TABLE":
            continue
        path = [str(part) for part in node["qualified_name"]["path"]]
        name = ".".join(path)
        if len(path) == 1 and name.casefold() in own:
            continue
        if name not in loaded:
            found = table_of(name)
            if found is None:
                raise QuerySemanticError(f"There is no table '{name}'.")
            loaded[name] = f"$t{len(loaded)}"
            columns, rows = found
            wanted = [column for column, _ in columns]
            relations.load(connection, loaded[name], columns, rows, wanted)
        node["alias"] = node.get("alias") or path[-1]
        node["schema_name"] = node["catalog_name"] = ""
        node["table_name"] = loaded[name]
        node["qualified_name"] = {"path": [loaded[name]]}


def _named_queries(node: Mapping[str, Any]) -> list[Any]:
    return list((node.get("cte_map") or {}).get("map", ()))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a statement's tree."""
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(reversed(item))


def _columns(connection: Any, sql: str) -> Columns:
    """Return the names and types of a statement's result."""
    described = libraries.described(connection, sql)
    return tuple(
        (name, _KINDS.get(found.partition("(")[0], "dynamic")) for name, found, *_ in described
    )
