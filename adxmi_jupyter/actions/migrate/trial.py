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
from adxmi_jupyter.actions.write.protocol import Comparison, Write, is_by_interrupt
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


class Trial:
    """A new definition that is tried; the object itself stays as it is.

    Exports, update policies and data connections cannot be tried.
    """

    def __init__(self, connection: Connection, one: Migratable, identity: ManagedIdentity) -> None:
        self._connection = connection
        self._object = one
        self._identity = identity
        self._name = name_of(one.name)
        self._is_left = False

    @property
    def is_possible(self) -> bool:
        """Whether the definition can be tried."""
        return isinstance(self._object, ExternalTable) or bool(self._call)

    @property
    def _call(self) -> str:
        one = self._object
        return one.call(self._identity) if isinstance(one, Function) else ""

    def run(self) -> None:
        """Try it.

        Raises
        ------
        AdxmiError
            It does not work, or whether it does is unknown.

        """
        one = self._object
        if self._call:
            self._connection.kusto.query(self._call, database=one.database)
        if isinstance(one, ExternalTable):
            self._try_table(one)

    def _try_table(self, table: ExternalTable) -> None:
        connection, database, name = self._connection, table.database, self._name
        if is_there(connection, database, name):  # an earlier attempt was cut off
            _drop(connection, database, name)
        self._is_left = True
        text = table.trial(self._identity, name)
        try:
            protocol.carry_out(connection, _write(connection, database, name, "create", text))
            connection.kusto.query(_reading(name), database=database)
        finally:
            try:
                self._remove()
            except AdxmiError as failure:  # `end` does it again
                if is_by_interrupt(failure):
                    raise KeyboardInterrupt from failure

    def end(self, tell: Tell) -> bool:
        """Drop the trial table if that failed before; that it stays is said.

        Returns whether it came to an end: False when the user interrupted it.
        """
        if not self._is_left:
            return True
        name, database = self._name, self._object.database
        drop = Command.of("external-table", "drop", name, "--database", database, "--yes")
        try:
            self._remove()
        except AdxmiError as failure:
            tell(Explain.of(f"the trial table {name} may still be there ({failure.what}): ", drop))
            return not is_by_interrupt(failure)
        except KeyboardInterrupt:
            tell(Explain.of(f"the trial table {name} may still be there (interrupted): ", drop))
            return False
        return True

    def _remove(self) -> None:
        if is_there(self._connection, self._object.database, self._name):
            _drop(self._connection, self._object.database, self._name)
        self._is_left = False


def read_row(connection: Connection, one: Migratable) -> None:
    """Read one row of an external table as it is; raises as the query does."""
    if isinstance(one, ExternalTable):
        connection.kusto.query(_reading(one.name), database=one.database)


def _reading(name: str) -> str:
    return f"external_table({kql.string_literal(name)}) | take 1"


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
