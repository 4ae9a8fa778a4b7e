"""`.export`, to storage and to an external table (pages: Export data to storage, … table)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.exports.blobs import Style, write_blobs
from adxmi_jupyter.embedded.kusto.exports.operations import run_operation
from adxmi_jupyter.embedded.kusto.exports.properties import TO_STORAGE, TO_TABLE
from adxmi_jupyter.embedded.kusto.exports.syntax import ExportToStorage, ExportToTable
from adxmi_jupyter.embedded.kusto.exports.targets import check_target, write_to_table
from adxmi_jupyter.embedded.kusto.external_tables.storage import check_compression
from adxmi_jupyter.embedded.kusto.properties import read_properties
from adxmi_jupyter.embedded.kusto.query.run import run_query
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder, read_location

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.exports.syntax import ExportCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session

_USAGE = "ExportRequest"


def run_export(command: ExportCommand, session: Session) -> Result:
    """Export the rows of a query; a row per blob or, with `async`, the ID of an operation."""
    match command:
        case ExportToStorage():
            return _to_storage(command, session)
        case ExportToTable():
            return _to_table(command, session)
        case _:
            raise AssertionError(command)


def _to_storage(command: ExportToStorage, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_READ, f"{command.kind}Command", database)
    given = read_properties(command.properties, TO_STORAGE, "an export to storage")
    check_compression(given.get("compressionType"), command.data_format)
    for text in command.connection_strings:
        read_location(text)
    style = Style(
        command.data_format,
        command.is_compressed,
        given.get("includeHeaders", "none").casefold(),
        given.get("namePrefix", ""),
        given.get("fileExtension", ""),
        given.get("encoding", "UTF8NoBOM"),
    )

    def export() -> Result:
        answer = run_query(command.query, session)
        folder = open_folder(
            session.world,
            command.connection_strings[0],
            usage=_USAGE,
            database=database,
            caller=session.caller,
            write=True,
            callout=None,
        )
        unique = session.world.mint("export").replace("-", "")
        groups = {"": answer.rows} if answer.rows else {}
        written = write_blobs(folder, groups, answer.columns, style, unique)
        return result("Path:string, NumRecords:long", [[w.uri, w.records] for w in written])

    return run_operation(
        command.kind,
        session,
        database,
        export,
        is_async=command.is_async,
        keeps_details=given.get("persistDetails", command.is_async),
    )


def _to_table(command: ExportToTable, session: Session) -> Result:
    database = session.database(None)
    found = database.external_tables.get(command.external_table)
    admins = found.admins if found else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    (table,) = chosen(database.external_tables, command.external_table, "ExternalTable", database)
    read_properties(command.properties, TO_TABLE, "an export to an external table")

    def export() -> Result:
        answer = run_query(command.query, session)
        check_target(table, answer.columns)
        written = write_to_table(session.world, database, table, answer, caller=session.caller)
        return result(
            "ExternalTableName:string, Path:string, NumRecords:string",
            [[table.name, each.uri, str(each.records)] for each in written],
        )

    return run_operation(command.kind, session, database, export, is_async=command.is_async)
