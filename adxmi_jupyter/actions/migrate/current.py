"""What an object authenticates with now, and sending it another definition.

A marker is a short text that tells one state from another: masked connection strings, a digest, an
identity. It holds no secret, so that the history can keep it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.operations import ClusterChangeRequest
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.entity_name import last_of_entity
from adxmi_jupyter.model.kusto_shapes import FUNCTIONS, UPDATE_POLICIES
from adxmi_jupyter.model.migration import data_connection, external_table, flows, function
from adxmi_jupyter.model.migration.objects import ObjectKind
from adxmi_jupyter.model.shape import json_cell, text_cell
from adxmi_jupyter.service import data_connections as service
from adxmi_jupyter.service.data_connections import DataConnectionReference
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.protocol import Progress
    from adxmi_jupyter.service.connection import Connection

MIGRATION = "migration"
"""What the history calls the writes of a migration."""

GONE, CHANGING = "", "being changed"

_CONNECTIONS = frozenset(
    (ObjectKind.EVENT_HUB, ObjectKind.EVENT_GRID, ObjectKind.COSMOS_DB, ObjectKind.IOT_HUB)
)


def table_now(connection: Connection, database: str, name: str) -> str:
    """Return what the csl script has of an external table; empty for none. Raises as requests."""
    return second_source.read_script(connection, database).table_statements.get(name, "")


def marker_now(connection: Connection, kind: ObjectKind, database: str, name: str) -> str:
    """Return what an object authenticates with; empty if there is none. Raises as requests do."""
    if kind in _CONNECTIONS:
        return _of_connection(connection, kind, database, name)
    return _MARKERS[kind](connection, database, name)


def _of_table(connection: Connection, database: str, name: str) -> str:
    return external_table.marker_of(table_now(connection, database, name))


def _of_export(connection: Connection, database: str, name: str) -> str:
    command = second_source.read_script(connection, database).export_statements.get(name, "")
    return flows.export_marker(command, name) if command else GONE


def _of_function(connection: Connection, database: str, name: str) -> str:
    answer = connection.kusto.command(kql.SHOW_FUNCTIONS, database=database)
    rows = (row for row in answer.rows(FUNCTIONS) if text_cell(row, "Name") == name)
    return next((function.digest_of(function.text_of(row)) for row in rows), GONE)


def _of_policy(connection: Connection, database: str, name: str) -> str:
    answer = connection.kusto.command(".show table * policy update", database=database)
    for row in answer.rows(UPDATE_POLICIES):
        if last_of_entity(text_cell(row, "EntityName", "TableName")) == name:
            return flows.marker_of(tuple(json_cell(row, "Policy", "Policies") or ()))
    return GONE


def _of_connection(connection: Connection, kind: ObjectKind, database: str, name: str) -> str:
    found = service.found(connection.resource_manager, _place(connection, kind, database, name))
    if found is None:
        return GONE
    state = str((found.get("properties") or {}).get("provisioningState") or "succeeded")
    return data_connection.marker_of(found) if state.lower() == "succeeded" else CHANGING


_MARKERS: Mapping[ObjectKind, Callable[[Connection, str, str], str]] = {
    ObjectKind.EXTERNAL_TABLE: _of_table,
    ObjectKind.CONTINUOUS_EXPORT: _of_export,
    ObjectKind.FUNCTION: _of_function,
    ObjectKind.UPDATE_POLICY: _of_policy,
}


def _place(
    connection: Connection, kind: ObjectKind, database: str, name: str
) -> DataConnectionReference:
    cluster = identities.cluster_id(connection)
    what = f"changing the data connection {name}"
    return DataConnectionReference(cluster, database, name, what, show_command(kind, database))


def show_command(kind: ObjectKind, database: str) -> Command:
    """Return the command that lists what there is of a kind."""
    noun = ("migrate", "list") if kind is ObjectKind.FUNCTION else (kind.value, "list")
    return Command.of(*noun, "--database", database)


@dataclass(frozen=True)
class Replacement:
    """A definition to send: what it is of, and how the history tells what was there and is to be.

    `before` and `wanted` have the markers, and the definitions that hold no secret. `shown` is the
    text as the history keeps it.
    """

    kind: ObjectKind
    database: str
    name: str
    text: str = field(repr=False)
    shown: str
    before: Mapping[str, str] = field(repr=False)
    wanted: Mapping[str, str] = field(repr=False)


def write_of(
    connection: Connection,
    new: Replacement,
    verb: str,
    *,
    undoes: int = 0,
) -> Write[str]:
    """Return the write that sends a definition; how far Azure is, a bar shows."""
    sending = _Sending(connection, new)
    before, wanted = new.before["marker"], new.wanted["marker"]
    return Write(
        kind=MIGRATION,
        database=new.database,
        target=_target(new.kind, new.name),
        verb=verb,
        command=new.shown,
        title=f"{verb} of {new.kind} {new.name}",
        subject=f"{new.kind} {new.name}",
        show_command=show_command(new.kind, new.database),
        before=dict(new.before),
        wanted=dict(new.wanted),
        send=sending.send,
        read=lambda: marker_now(connection, new.kind, new.database, new.name),
        compare=lambda now: compare(now, before, wanted),
        history_value=lambda now: {"marker": now},
        is_proved=sending.is_proved,
        undoes=undoes,
    )


def _target(kind: ObjectKind, name: str) -> str:
    return f"{kind}/{name}"


def note_applied(connection: Connection, kind: ObjectKind, database: str, name: str) -> None:
    """Note in the history that the last definition that was sent is in place.

    A history that can't be read is told of by the next command that needs it.
    """
    history, place = Journal(connection.history_file), (MIGRATION, database, _target(kind, name))
    with suppress(HistoryUnavailable):
        for entry in history.still_open():
            if entry.place == place:
                history.settle(entry, journal.APPLIED, {"marker": entry.wanted["marker"]})


def compare(now: str, before: str, wanted: str) -> Comparison:
    """Compare what an object authenticates with now with what it was to."""
    if now == CHANGING:
        return Comparison.UNDER_WAY
    if now == wanted:
        return Comparison.DONE
    return Comparison.AS_BEFORE if now == before else Comparison.OTHER


class _Sending:
    """Sends a definition: a command to the cluster, or the body of a request to Azure."""

    def __init__(self, connection: Connection, new: Replacement) -> None:
        self._connection = connection
        self._new = new
        self._request: ClusterChangeRequest | None = None
        if new.kind in _CONNECTIONS:
            place = _place(connection, new.kind, new.database, new.name)
            manager, body = connection.resource_manager, json.loads(new.text)
            self._request = ClusterChangeRequest(
                connection, lambda: service.begin_put(manager, place, body)
            )

    def send(self) -> Progress | None:
        if self._request is not None:
            return self._request.carry_out(waits=True)
        kusto, database = self._connection.kusto, self._new.database
        kusto.command(self._new.text, database=database, resend=Resend.NEVER)
        names.forget_tables(self._connection)
        return None

    def is_proved(self) -> bool:
        return self._request is None or self._request.is_proved
