"""The schema of databases as a list, as columns, as JSON and as commands.

Pages: `.show database schema`, `.show table schema`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.engine.columns import NET_TYPES
from adxmi_jupyter.embedded.kusto.columns import ordered_columns, schema_text
from adxmi_jupyter.embedded.kusto.databases.csl_script import csl_script
from adxmi_jupyter.embedded.kusto.databases.listing import visible_databases
from adxmi_jupyter.embedded.kusto.databases.syntax import Form
from adxmi_jupyter.embedded.kusto.options import switched_on
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals
from adxmi_jupyter.embedded.state.journal import version_numbers
from adxmi_jupyter.embedded.state.plugins import plugin_states

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.databases.syntax import ShowDatabaseSchema, Wanted
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.entities import (
        ExternalTable,
        MaterializedView,
        StoredFunction,
    )

_OPERATIONS = {
    Form.FLAT: "SchemaShowCommand",
    Form.JSON: "SchemaShowAsJsonCommand",
    Form.CSL: "DatabaseSchemaShowAsCslCommand",
    Form.SCRIPT: "DatabaseSchemaShowAsCslCommand",
}
_KINDS = ("Tables", "ExternalTables", "MaterializedViews", "Functions")
_LITERAL = re.compile(
    r"@'(?:[^']|'')*'|@\"(?:[^\"]|\"\")*\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
)
_NAME = re.compile(r"\[\s*(['\"])(.*)\1\s*\]", re.DOTALL)


def show_schema(command: ShowDatabaseSchema, session: Session) -> Result:
    """Return the schema of the databases that are wanted and past the version given."""
    databases = _databases(command, session)
    match command.form:
        case Form.FLAT:
            return _flat(databases, session)
        case Form.JSON:
            return _as_json(command, databases, session)
        case Form.CSL:
            return _columns(databases)
        case _:
            rows = [row for each in databases for row in csl_script(each, command, session)]
            return result("DatabaseSchemaScript:string", [[row] for row in rows])


def _databases(command: ShowDatabaseSchema, session: Session) -> list[Database]:
    operation = _OPERATIONS[command.form]
    if command.databases is None:
        session.require_any_role(operation)
        return visible_databases(session)
    found = [(session.database(each.name), each) for each in command.databases]
    for database, _ in found:
        session.require(Permission.DATABASE_SHOW, operation, database)
    return [database for database, each in found if _is_later(database, each, session)]


def _is_later(database: Database, wanted: Wanted, session: Session) -> bool:
    if wanted.later_than is None:
        return True
    return version_numbers(session.world.journal.version(database.name)) > wanted.later_than


def _flat(databases: Iterable[Database], session: Session) -> Result:
    return result(
        "DatabaseName:string, TableName:string, ColumnName:string, ColumnType:string, "
        "IsDefaultTable:bool, IsDefaultColumn:bool, PrettyName:string, Version:string, "
        "Folder:string, DocString:string",
        [row for database in databases for row in _flat_rows(database, session)],
    )


def _flat_rows(database: Database, session: Session) -> list[list[Any]]:
    """Return a row for the database, for each table and for each of its columns."""
    version = session.world.journal.version(database.name)
    rows: list[list[Any]] = [[database.name, "", "", "", False, False, "", version, "", ""]]
    for table in database.tables.values():
        place = [database.name, table.name]
        rows.append([*place, "", "", False, False, "", "", table.folder, table.doc_string])
        rows += [
            [*place, name, NET_TYPES[kind], False, False, "", "", "", ""]
            for name, kind in table.columns
        ]
    return rows


def _columns(databases: Iterable[Database]) -> Result:
    return result(
        "TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string",
        [
            [table.name, schema_text(table.columns), each.name, table.folder, table.doc_string]
            for each in databases
            for table in each.tables.values()
        ],
    )


def _as_json(
    command: ShowDatabaseSchema, databases: Iterable[Database], session: Session
) -> Result:
    chosen = [kind for kind in _KINDS if switched_on(command.properties, kind)] or list(_KINDS)
    shown: dict[str, Any] = {}
    if command.databases is None:
        plugins = plugin_states(session.world)
        shown["Plugins"] = [{"Name": name} for name, enabled in plugins.items() if enabled]
    shown["Databases"] = {each.name: _database(each, chosen, session) for each in databases}
    return result("DatabaseSchema:string", [[json.dumps(shown)]])


def _database(database: Database, chosen: list[str], session: Session) -> dict[str, Any]:
    major, minor = version_numbers(session.world.journal.version(database.name))
    shown: dict[str, Any] = {kind: {} for kind in _KINDS}
    shown["Tables"] = {each.name: _table(each) for each in database.tables.values()}
    shown["ExternalTables"] = {
        each.name: _external_table(each) for each in database.external_tables.values()
    }
    shown["MaterializedViews"] = {
        each.name: _view(each) for each in database.materialized_views.values()
    }
    shown["Functions"] = {each.name: _function(each) for each in database.functions.values()}
    return {
        "Name": database.name,
        **{kind: shown[kind] if kind in chosen else {} for kind in _KINDS},
        "EntityGroups": {},
        "DatabaseAccessMode": database.access_mode,
        "MajorVersion": major,
        "MinorVersion": minor,
        "PrettyName": database.name,
    }


def _table(table: Table) -> dict[str, Any]:
    texts = {"Folder": table.folder, "DocString": table.doc_string}
    written = {name: text for name, text in texts.items() if text}
    return {"Name": table.name, "OrderedColumns": ordered_columns(table.columns), **written}


def _external_table(table: ExternalTable) -> dict[str, Any]:
    return {
        "Name": table.name,
        "OrderedColumns": ordered_columns(table.columns),
        "Folder": table.folder,
        "DocString": table.doc_string,
    }


def _view(view: MaterializedView) -> dict[str, Any]:
    return {
        "Name": view.name,
        "OrderedColumns": ordered_columns(view.columns),
        "Query": view.query,
        "SourceTable": view.source,
        "Folder": view.folder,
        "DocString": view.doc_string,
    }


def _function(function: StoredFunction) -> dict[str, Any]:
    return {
        "Name": function.name,
        "InputParameters": _input_parameters(function.parameters),
        "Body": masked_literals(function.body),
        "Folder": function.folder,
        "DocString": function.doc_string,
        "FunctionKind": "Unknown",
        "OutputColumns": [],
    }


def _input_parameters(text: str) -> list[dict[str, Any]]:
    """Return `InputParameters` of a list of parameters, which is in parentheses as written."""
    return [_parameter(each) for each in _pieces(text.strip()[1:-1])]


def _parameter(text: str) -> dict[str, Any]:
    name, _, kind = text.partition(":")
    shown: dict[str, Any] = {"Name": _bare(name)}
    kind, _, default = kind.strip().partition("=")
    if kind.startswith("("):
        columns = [each.partition(":") for each in _pieces(kind.strip()[1:-1]) if each != "*"]
        shown["Columns"] = [{"Name": _bare(n), "CslType": t.strip()} for n, _, t in columns]
        return shown
    shown["CslType"] = kind.strip()
    if default:
        shown["CslDefaultValue"] = default.strip()
    return shown


def _pieces(text: str) -> list[str]:
    """Return what commas separate, except those in brackets and literals."""
    masked = _LITERAL.sub(lambda literal: "x" * len(literal[0]), text)
    depth, starts = 0, [0]
    for position, sign in enumerate(masked):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            starts.append(position + 1)
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    pieces = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return [piece for piece in pieces if piece]


def _bare(name: str) -> str:
    match = _NAME.fullmatch(name.strip())
    return match[2] if match else name.strip()
