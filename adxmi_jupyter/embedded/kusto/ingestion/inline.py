"""`.ingest inline` (page: `.ingest inline` command): the data stands in the command itself."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.ingestion.errors import (
    BLOB_EMPTY,
    NO_DATA,
    NO_RECORDS,
    SKIPPED,
    IngestionError,
    record_failure,
)
from adxmi_jupyter.embedded.ingestion.jobs import check_tags, prepare_rows
from adxmi_jupyter.embedded.ingestion.table_rows import read_table_rows
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.ingestion.ingest_into import NO_EXTENT, as_kusto_error
from adxmi_jupyter.embedded.kusto.ingestion.properties import checked_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.ingestion_jobs import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestInline
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


# Without data, and with data that is there already, the command ends well and has no extent.
_NO_EXTENT_FOR = frozenset({BLOB_EMPTY, NO_DATA, NO_RECORDS, SKIPPED})


def ingest_inline(command: IngestInline, session: Session) -> Result:
    """Ingest the data and return the ID of its extent, which is all zeros when nothing came in.

    Raises a KustoError when it cannot come in; that is a failure of ingestion as well.
    """
    database = session.database(None)
    session.require(Permission.DATABASE_INGEST, command.kind, database)
    (table,) = chosen(database.tables, command.table, "Table", database)
    properties = checked_properties(command.properties)
    job = Job(database.name, table.name, "", properties, session.caller)
    data = _unindented(command.data) if command.rows is None else "\n".join(_rows(command.rows))
    world = session.world
    try:
        check_tags(world, database, job)
        rows = read_table_rows(table, data.encode(), job.shape)
        added = prepare_rows(world, job, rows).commit()
    except IngestionError as error:
        if error.code not in _NO_EXTENT_FOR:
            record_failure(world, job.attempt, error)
            raise as_kusto_error(error) from error
        added = 0
    return result("ExtentId:guid", [[world.mint("extent") if added else NO_EXTENT]])


def _unindented(data: str | None) -> str:
    """Return data without the blanks that all its lines begin with: those of the command.

    What stands on the line of the `<|` begins where its first character does.
    """
    first, line_end, rest = (data or "").partition("\n")
    first = first.strip(" \t\r")
    # Without blanks to leave out nothing changes: a cell may have lines of blanks alone.
    rest = textwrap.dedent(rest) if _margin(rest) else rest
    return "\n".join([*([first] if first else []), *([rest] if line_end else [])])


def _margin(data: str) -> str:
    """Return the blanks that the first line with other signs begins with."""
    line = next((one for one in data.split("\n") if one.strip()), "")
    return line[: len(line) - len(line.lstrip(" \t"))]


def _rows(text: str) -> Iterator[str]:
    """Yield the records of `[…] […]`; a KustoError (400) for anything between them.

    Double quotes hide brackets, as they hide commas.
    """
    begin, depth, is_quoted = 0, 0, False
    for position, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted
        if is_quoted:
            continue
        if character == "[":
            begin, depth = (position + 1, 1) if depth == 0 else (begin, depth + 1)
        elif character == "]":
            depth -= 1
            if depth == 0:
                yield text[begin:position]
        elif depth == 0 and not character.isspace():
            raise bad_request("Data in brackets is one record after the other: [1,'a'] [2,'b'].")
