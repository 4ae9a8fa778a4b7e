"""Tables filled by a query or a `.show` command (page: Ingest from query).

`.set`, `.append`, `.set-or-append` and `.set-or-replace` differ in what they ask of the table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.ingestion.errors import SKIPPED, IngestionError, record_failure
from adxmi_jupyter.embedded.ingestion.jobs import check_tags, prepare_rows
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_exists, entity_not_found
from adxmi_jupyter.embedded.kusto.exports.operations import run_operation
from adxmi_jupyter.embedded.kusto.ingestion.ingest_into import NO_EXTENT, as_kusto_error
from adxmi_jupyter.embedded.kusto.ingestion.properties import checked_properties
from adxmi_jupyter.embedded.kusto.ingestion.statements import Filling
from adxmi_jupyter.embedded.kusto.parser import parse_command
from adxmi_jupyter.embedded.kusto.query.run import check_query, operator_of, run_query
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.statement_texts import is_command
from adxmi_jupyter.embedded.kusto.statements import shows
from adxmi_jupyter.embedded.state.clusters import Table
from adxmi_jupyter.embedded.state.ingestion_jobs import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestFromQuery
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Statement
    from adxmi_jupyter.embedded.state.clusters import Database

    Runner = Callable[[Statement, Session], Result]

_TRUE = "true"


def ingest_from_query(command: IngestFromQuery, session: Session, run: Runner) -> Result:
    """Fill the table and return its new extent or, with `async`, the ID of an operation.

    `run` runs a `.show` command that takes the place of a query. Raises a KustoError when the
    caller may not, when the table is there and should not be or the other way round, and when the
    columns do not fit.
    """
    database = session.database(None)
    properties = checked_properties(command.properties)
    table = database.tables.get(command.table)
    _authorize(command, properties, table, database, session)
    _check_presence(command, database)
    read = _source(command.source, session, run)
    filling = _Filling(command, properties, database, session)
    return run_operation(
        command.kind,
        session,
        database,
        lambda: filling.fill(read()),
        is_async=command.is_async,
        keeps_details=_is_set(properties, "persistdetails"),
    )


def _authorize(
    command: IngestFromQuery,
    properties: dict[str, str],
    table: Table | None,
    database: Database,
    session: Session,
) -> None:
    """Raise a KustoError (403) unless the caller holds the role that the page asks for."""
    operation = f"{command.kind}Command"
    if table is None and command.filling is not Filling.APPEND:
        session.require(Permission.DATABASE_USER, operation, database)
        return
    changes = any(_is_set(properties, name) for name in _schema_options(command))
    is_ingestor = session.permits(Permission.DATABASE_INGEST, database)
    if changes or command.filling is Filling.SET_OR_REPLACE or not is_ingestor:
        admins = table.admins if table else frozenset[str]()
        session.require_admin(admins, operation, database)


def _schema_options(command: IngestFromQuery) -> tuple[str, ...]:
    """Return the properties by which this command may change the columns of a table."""
    match command.filling:
        case Filling.SET:
            return ()
        case Filling.SET_OR_REPLACE:
            return ("recreate_schema", "extend_schema")
        case _:
            return ("extend_schema",)


def _is_set(properties: dict[str, str], name: str) -> bool:
    return properties.get(name, "").casefold() == _TRUE


def _check_presence(command: IngestFromQuery, database: Database) -> None:
    is_there = command.table in database.tables
    if is_there and command.filling is Filling.SET:
        raise entity_exists("Table", command.table, database.name)
    if not is_there and command.filling is Filling.APPEND:
        raise entity_not_found("Table", command.table, database.name)
    if not is_there and command.table in database.external_tables:
        raise bad_request(f"'{command.table}' is the name of an external table already.")


def _source(text: str, session: Session, run: Runner) -> Callable[[], Result]:
    """Return what reads the rows; a KustoError when the text is neither query nor `.show`."""
    if not is_command(text):
        check_query(text, session)
        return lambda: run_query(text, session)
    statement = parse_command(text)
    if not shows(statement.command):
        raise bad_request("Of the management commands only .show commands can fill a table.")
    operate = operator_of(statement, session)
    if operate is None:
        return lambda: run(statement, session)
    return lambda: operate(run(statement, session))


@dataclass(frozen=True)
class _Filling:
    """What is to be done with the rows, once they are there."""

    command: IngestFromQuery
    properties: dict[str, str]
    database: Database
    session: Session

    def fill(self, answer: Result) -> Result:
        """Put the rows into the table; a KustoError when they do not fit."""
        world = self.session.world
        job = Job(self.database.name, self.command.table, "", self.properties, self.session.caller)
        try:
            check_tags(world, self.database, job)
            added = self._add(job, answer)
        except IngestionError as error:
            if error.code != SKIPPED:
                record_failure(world, job.attempt, error)
                raise as_kusto_error(error) from error
            added = 0
        size = len(json.dumps(answer.rows)) if added else 0
        extent = world.mint("extent") if added else NO_EXTENT
        return result(
            "ExtentId:guid, OriginalSize:long, ExtentSize:long, ColumnSize:long, IndexSize:long, "
            "RowCount:long",
            [[extent, size, size, size, 0, added]],
        )

    def _add(self, job: Job, answer: Result) -> int:
        """Add the rows and return how many; a table that was made for them goes if they cannot."""
        world, tables = self.session.world, self.database.tables
        present = tables.get(job.table)
        table = self._made(answer) if present is None else present
        if present is not None:
            self._fit(present, answer)
        tables[job.table] = table
        try:
            prepared = prepare_rows(world, job, list(answer.rows))
        except IngestionError:
            if present is None:
                del tables[job.table]
            raise
        if self.command.filling is Filling.SET_OR_REPLACE:
            table.rows.clear()
            world.ingestion.forget_tags(self.database.name, table.name)
        table.folder = self.properties.get("folder", table.folder)
        table.doc_string = self.properties.get("docstring", table.doc_string)
        return prepared.commit()

    def _made(self, answer: Result) -> Table:
        """Return a table with the columns of a result, whose creator is its admin."""
        _check_names(answer)
        admins = frozenset({self.session.caller.fqn})
        return Table(self.command.table, answer.columns, admins=admins)

    def _fit(self, table: Table, answer: Result) -> None:
        """Change the columns of a table where that is wanted; else they have to fit by type."""
        wanted = {n for n in _schema_options(self.command) if _is_set(self.properties, n)}
        if "recreate_schema" in wanted:
            _check_names(answer)
            table.columns, table.rows = answer.columns, []
            return
        given, kept = len(answer.columns), len(table.columns)
        if "extend_schema" in wanted and given > kept:
            _extend(table, answer.columns[kept:])
        if [kind for _, kind in answer.columns] != [kind for _, kind in table.columns]:
            raise bad_request(
                "Query schema does not match table schema. "
                f"QuerySchema=({_kinds(answer.columns)}), TableSchema=({_kinds(table.columns)})."
            )


def _check_names(answer: Result) -> None:
    """Raise a KustoError (400) for a column that no table can have."""
    for name, _ in answer.columns:
        if "$" in name:
            raise bad_request(f"'{name}' is no name for a column: rename what the query makes.")


def _extend(table: Table, added: tuple[tuple[str, str], ...]) -> None:
    known = {name for name, _ in table.columns}
    for name, _ in added:
        if name in known:
            raise bad_request(f"The table '{table.name}' has a column '{name}' already.")
    empty = tuple("" if kind == "string" else None for _, kind in added)
    table.columns += added
    table.rows = [(*row, *empty) for row in table.rows]


def _kinds(columns: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(kind for _, kind in columns)
