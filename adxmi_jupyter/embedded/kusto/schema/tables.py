"""Creates, alters, renames and drops tables (pages: `.create table`, `.alter table`, …)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_exists, entity_not_found
from adxmi_jupyter.embedded.kusto.exports.operations import run_operation
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, read_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.schema.listing import schema_rows, table_rows
from adxmi_jupyter.embedded.state.clusters import Table

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.schema.syntax import (
        AlterTable,
        ClearTable,
        CreateTableLike,
        CreateTables,
        DescribeTable,
        DropTables,
        RenameTables,
    )
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.values import Columns, Properties
    from adxmi_jupyter.embedded.state.clusters import Database

_RULES = {"folder": TEXT, "docstring": TEXT}
_ON_RENAME = {"updateMaterializedViews": TRUTH}


def create_tables(command: CreateTables, session: Session) -> Result:
    """Create tables, whose creator becomes their admin; one that exists stays as it is.

    With `merge` columns that are new come after those that are there.
    """
    database, operation = session.database(None), f"{command.kind}Command"
    for name in command.names:
        present = database.tables.get(name)
        if present is not None and command.merge:
            session.require_admin(present.admins, operation, database)
        else:
            session.require(Permission.DATABASE_USER, operation, database)
    described = _described(command.properties)
    definitions = list(zip(command.names, command.columns, strict=True))
    for name, columns in definitions:
        _check(name, columns, database, merge=command.merge)
    for name, columns in definitions:
        present = database.tables.get(name)
        if present is None:
            _add(Table(name, columns, **described), database, session)
        elif command.merge:
            _reshape(present, _merged(present, columns))
            _describe(present, described)
    made = [database.tables[name] for name in dict.fromkeys(command.names)]
    return table_rows(made, database) if command.many else schema_rows(made, database)


def create_table_like(command: CreateTableLike, session: Session) -> Result:
    """Create a table with the columns of another one, and its descriptions unless given."""
    database = session.database(None)
    session.require(Permission.DATABASE_USER, f"{command.kind}Command", database)
    (name,) = command.names
    (model,) = chosen(database.tables, command.model, "Table", database)
    described = _described(command.properties)
    if name not in database.tables:
        _check(name, model.columns, database)
        given = {"folder": model.folder, "doc_string": model.doc_string, **described}
        _add(Table(name, model.columns, **given), database, session)
    elif not command.if_not_exists:
        raise entity_exists("Table", name, database.name)
    return schema_rows([database.tables[name]], database)


def alter_table(command: AlterTable, session: Session) -> Result:
    """Give a table exactly these columns and descriptions; with `merge`, add what is new.

    The values of columns that go are lost, new columns are empty; no type changes.
    """
    database = session.database(None)
    table = _administered(command.names[0], f"{command.kind}Command", database, session)
    described = _described(command.properties)
    _check(table.name, command.columns, database, merge=True)
    if command.merge:
        _reshape(table, _merged(table, command.columns))
        _describe(table, described)
    else:
        _reshape(table, command.columns)
        _describe(table, {"folder": "", "doc_string": "", **described})
    return schema_rows([table], database)


def describe_table(command: DescribeTable, session: Session) -> Result:
    """Set the folder or the text that describes a table."""
    database = session.database(None)
    table = _administered(command.names[0], f"{command.kind}Command", database, session)
    _describe(table, {command.field: command.text})
    return schema_rows([table], database)


def rename_tables(command: RenameTables, session: Session) -> Result:
    """Rename tables all at once, so that names can be swapped; none is lost.

    With `updateMaterializedViews` the views of a table follow it.
    """
    database, operation = session.database(None), f"{command.kind}Command"
    given = read_properties(command.properties, _ON_RENAME, "a renaming")
    pairs = zip(command.olds, command.names, command.optional, strict=True)
    names = {old: new for old, new, optional in pairs if old in database.tables or not optional}
    for old in names:
        _administered(old, operation, database, session)
    renamed = [names.get(name, name) for name in database.tables]
    for new in names.values():
        if renamed.count(new) > 1:
            raise entity_exists("Table", new, database.name)
        _check_free(new, database)
    database.tables = {
        new: replace(table, name=new)
        for new, table in zip(renamed, database.tables.values(), strict=True)
    }
    if given.get("updateMaterializedViews"):
        _move_views(names, database)
    return table_rows([database.tables[new] for new in names.values()], database)


def drop_tables(command: DropTables, session: Session) -> Result:
    """Drop tables, all or none of them; return those that remain."""
    database, operation = session.database(None), f"{command.kind}Command"
    for name in command.names:
        table = database.tables.get(name)
        session.require_admin(table.admins if table else frozenset(), operation, database)
        if table is None and not command.if_exists:
            raise entity_not_found("Table", name, database.name)
    for name in command.names:
        database.tables.pop(name, None)
        session.world.ingestion.forget_tags(database.name, name)
    return result(
        "TableName:string, DatabaseName:string",
        [[name, database.name] for name in database.tables],
    )


def clear_table(command: ClearTable, session: Session) -> Result:
    """Remove all rows of a table."""
    database, operation = session.database(None), f"{command.kind}Command"
    table = _administered(command.names[0], operation, database, session)

    def clear() -> Result:
        table.rows = []
        session.world.ingestion.forget_tags(database.name, table.name)
        for export in database.continuous_exports.values():
            cursors = {name: n for name, n in export.cursors.items() if name != table.name}
            database.continuous_exports[export.name] = replace(export, cursors=cursors)
        return result("Status:string", [["Completed"]])

    return run_operation(operation, session, database, clear, is_async=command.is_async)


def _described(properties: Properties) -> dict[str, Any]:
    """Return what was given of folder and description as fields of Table."""
    given = read_properties(properties, _RULES, "a table")
    fields = {"folder": "folder", "docstring": "doc_string"}
    return {fields[name]: value for name, value in given.items()}


def _describe(table: Table, fields: dict[str, Any]) -> None:
    table.folder = fields.get("folder", table.folder)
    table.doc_string = fields.get("doc_string", table.doc_string)


def _add(table: Table, database: Database, session: Session) -> None:
    table.admins = frozenset({session.caller.fqn})
    database.tables[table.name] = table


def _administered(name: str, operation: str, database: Database, session: Session) -> Table:
    found = database.tables.get(name)
    session.require_admin(found.admins if found else frozenset(), operation, database)
    (table,) = chosen(database.tables, name, "Table", database)
    return table


def _check(name: str, columns: Columns, database: Database, *, merge: bool = False) -> None:
    """Raise a KustoError (400) unless a table may have these columns and this name."""
    if len({column for column, _ in columns}) < len(columns):
        raise bad_request(f"The table '{name}' has two columns of the same name.")
    present = database.tables.get(name)
    if present is None:
        _check_free(name, database)
    elif merge:
        known = dict(present.columns)
        for column, kind in columns:
            if known.get(column, kind) != kind:
                raise bad_request(f"The column '{column}' is of type {known[column]}, not {kind}.")


def _check_free(name: str, database: Database) -> None:
    if name in database.external_tables:
        raise bad_request(f"'{name}' is the name of an external table already.")
    if name in database.materialized_views:
        raise bad_request(f"'{name}' is the name of a materialized view already.")


def _merged(table: Table, columns: Columns) -> Columns:
    known = dict(table.columns)
    return (*table.columns, *(each for each in columns if each[0] not in known))


def _reshape(table: Table, columns: Columns) -> None:
    """Give a table these columns; values move with their names."""
    places = {name: place for place, (name, _) in enumerate(table.columns)}
    table.rows = [
        tuple(
            row[places[name]] if name in places else ("" if kind == "string" else None)
            for name, kind in columns
        )
        for row in table.rows
    ]
    table.columns = columns


def _move_views(names: dict[str, str], database: Database) -> None:
    for view in database.materialized_views.values():
        if view.source in names and not view.over_view:
            moved = replace(view, source=names[view.source])
            database.materialized_views[view.name] = moved
