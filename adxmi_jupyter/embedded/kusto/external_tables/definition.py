"""Creates and alters external tables (pages: Create and alter … external tables)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_not_found
from adxmi_jupyter.embedded.kusto.external_tables import sql
from adxmi_jupyter.embedded.kusto.external_tables import storage as lake
from adxmi_jupyter.embedded.kusto.external_tables.listing import altered_tables, external_tables
from adxmi_jupyter.embedded.kusto.external_tables.syntax import SqlDefinition, Verb

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.external_tables.syntax import (
        DefineExternalTable,
        Definition,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable

_MOST_TABLES = 1000


def define(command: DefineExternalTable, session: Session) -> Result:
    """Create or alter an external table and return it; with `dryRun` nothing is kept.

    The creator becomes its admin.
    """
    database = session.database(None)
    definition, verb = command.definition, command.verb
    present = database.external_tables.get(definition.name)
    _authorize(command, session, database, present)
    _check_name(verb, definition.name, database, present)
    _check_columns(definition)
    table, keep = _table(definition, session, database, present)
    table = _with_history(table, present, session)
    if keep:
        database.external_tables[table.name] = table
    shown = external_tables if verb is Verb.CREATE else altered_tables
    return shown([table], session.world)


def _table(
    definition: Definition, session: Session, database: Database, present: ExternalTable | None
) -> tuple[ExternalTable, bool]:
    """Return the table that the definition makes, and whether it is to be kept."""
    if isinstance(definition, SqlDefinition):
        return sql.sql_table(definition, present), True
    return lake.lake_table(definition, session, database)


def _authorize(
    command: DefineExternalTable,
    session: Session,
    database: Database,
    present: ExternalTable | None,
) -> None:
    operation = f"{command.kind}Command"
    if isinstance(command.definition, SqlDefinition):
        if sql.managed_identity(command.definition.connection_string):
            session.require(Permission.DATABASE_ADMIN, operation, database)
    elif command.verb is Verb.CREATE_OR_ALTER and lake.names_identity(command.definition):
        session.require(Permission.CLUSTER_ADMIN, operation, database)
    if present is not None and command.verb is not Verb.CREATE:
        session.require_admin(present.admins, operation, database)
    else:
        session.require(Permission.DATABASE_USER, operation, database)


def _check_name(verb: Verb, name: str, database: Database, present: ExternalTable | None) -> None:
    if verb is Verb.ALTER and present is None:
        raise entity_not_found("ExternalTable", name, database.name)
    if verb is Verb.CREATE and present is not None:
        raise bad_request(f"The external table '{name}' exists in '{database.name}' already.")
    if name in database.tables:
        raise bad_request(f"'{name}' is the name of a table of '{database.name}' already.")
    if present is None and len(database.external_tables) >= _MOST_TABLES:
        raise bad_request(
            f"The database '{database.name}' has {_MOST_TABLES} external tables: no more can be "
            "created."
        )


def _check_columns(definition: Definition) -> None:
    names = [name for name, _ in definition.columns or ()]
    for name in names:
        if "*" in name:
            raise bad_request(f"The name of the column '{name}' holds an asterisk.")
        if names.count(name) > 1:
            raise bad_request(f"There are two columns of the name '{name}'.")


def _with_history(
    table: ExternalTable, present: ExternalTable | None, session: Session
) -> ExternalTable:
    """Return the table with what no definition says: its admins, policy and mappings."""
    if present is None:
        return replace(table, admins=frozenset({session.caller.fqn}))
    return replace(
        table,
        admins=present.admins,
        acceleration=present.acceleration,
        mappings=present.mappings,
    )
