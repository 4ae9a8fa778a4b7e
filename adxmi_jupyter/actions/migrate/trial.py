"""Try a new definition before it takes the place of the one that works.

An external table is made under another name with the same new definition, read, and dropped; a
function is run as part of a query. What has a masked secret cannot be restored, so nothing is
altered whose new definition did not work. Source: *Query external tables*, *let statement* (Azure
Data Explorer docs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.kusto_shapes import EXTERNAL_TABLES
from adxmi_jupyter.model.migration.external_table import ExternalTable
from adxmi_jupyter.model.migration.function import Function
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.migration.objects import Migratable
    from adxmi_jupyter.service.connection import Connection

TRIAL = "trial table"
"""What the history calls tables that are made to try a definition."""

_SUFFIX = "_adxmi_trial"


def name_of(name: str) -> str:
    """Return the name of the table that tries the definition of another."""
    return f"{name}{_SUFFIX}"


def is_tried(one: Migratable, identity: ManagedIdentity) -> bool:
    """Tell whether a new definition can be tried before it is sent."""
    return isinstance(one, ExternalTable) or (
        isinstance(one, Function) and bool(one.call(identity))
    )


def attempt(connection: Connection, one: Migratable, identity: ManagedIdentity, tell: Tell) -> None:
    """Try the new definition of an object; the object itself stays as it is.

    Raises
    ------
    AdxmiError
        It does not work, or whether it does is unknown.

    """
    if isinstance(one, Function) and one.call(identity):
        connection.kusto.query(one.call(identity), database=one.database)
    if isinstance(one, ExternalTable):
        _try_table(connection, one, identity, tell)


def read_row(connection: Connection, one: Migratable) -> None:
    """Read one row of an external table as it is; raises as the query does."""
    if isinstance(one, ExternalTable):
        connection.kusto.query(_reading(one.name), database=one.database)


def _reading(name: str) -> str:
    return f"external_table({kql.string_literal(name)}) | take 1"


def _try_table(
    connection: Connection, table: ExternalTable, identity: ManagedIdentity, tell: Tell
) -> None:
    name, database = name_of(table.name), table.database
    if is_there(connection, database, name):  # an earlier attempt was cut off
        _drop(connection, database, name)
    try:
        text = table.trial(identity, name)
        protocol.carry_out(connection, _write(connection, database, name, "create", text))
        connection.kusto.query(_reading(name), database=database)
    finally:
        _clean_up(connection, database, name, tell)


def _clean_up(connection: Connection, database: str, name: str, tell: Tell) -> None:
    """Drop the trial table; that it stays is no reason to give up, and is said."""
    try:
        if is_there(connection, database, name):
            _drop(connection, database, name)
    except AdxmiError as failure:
        drop = Command.of("external-table", "drop", name, "--database", database, "--yes")
        tell(Explain.of(f"the trial table {name} may still be there ({failure.what}): ", drop))


def is_there(connection: Connection, database: str, name: str) -> bool:
    """Tell whether a table is there; raises as the request does."""
    rows = connection.kusto.command(kql.SHOW_EXTERNAL_TABLES, database=database)
    listed = rows.rows(EXTERNAL_TABLES)
    return any(text_cell(row, "TableName", "EntityName") == name for row in listed)


def _drop(connection: Connection, database: str, name: str) -> None:
    text = f".drop external table {kql.quote_name(name)} ifexists"
    protocol.carry_out(connection, _write(connection, database, name, "drop", text))


def _write(connection: Connection, database: str, name: str, verb: str, text: str) -> Write[bool]:
    is_wanted = verb == "create"

    def send() -> None:
        connection.kusto.command(text, database=database, resend=Resend.NEVER)
        names.forget_tables(connection)

    return Write(
        kind=TRIAL,
        database=database,
        target=name,
        verb=verb,
        command=text,
        title=f"{verb} of the trial table {name}",
        subject="it",
        show_command=Command.of("external-table", "list", "--database", database),
        before=not is_wanted,
        wanted=is_wanted,
        send=send,
        read=lambda: is_there(connection, database, name),
        compare=lambda now: Comparison.DONE if now is is_wanted else Comparison.AS_BEFORE,
        history_value=lambda now: now,
    )
