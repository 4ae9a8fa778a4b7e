"""Find what authenticates by a secret, or as the caller where no person runs it.

Secrets are never asked for: of a masked one it is known that it is there, and no more.

Source: *Authenticate external tables with managed identities*, *Continuous data export*, *Update
policy*, *Create an Event Hubs data connection* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.migrate import contents as parts
from adxmi_jupyter.actions.migrate.contents import read_contents
from adxmi_jupyter.actions.migrate.ingestion import IngestionLog, read_log
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.errors import IdentityNotSupported
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.model.connection_string import Method
from adxmi_jupyter.model.declaration.data_connection import IOT_HUB
from adxmi_jupyter.model.declaration.registry import connection_noun
from adxmi_jupyter.model.declaration.stored import address, connection_strings_in
from adxmi_jupyter.model.entity_name import last_of_entity
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql import SHOW_EXTERNAL_TABLES
from adxmi_jupyter.model.kql_reading import names_in
from adxmi_jupyter.model.migration import data_connection
from adxmi_jupyter.model.migration.data_connection import DataConnection
from adxmi_jupyter.model.migration.definition import (
    as_placed,
    builds_strings,
    hides_strings,
    masks_texts,
    strings_of_body,
    strings_of_table,
)
from adxmi_jupyter.model.migration.external_table import ExternalTable
from adxmi_jupyter.model.migration.flows import (
    NO_IDENTITY,
    ContinuousExport,
    UpdatePolicy,
    export_marker,
)
from adxmi_jupyter.model.migration.function import Function, operators, text_of
from adxmi_jupyter.model.migration.objects import ObjectKind, Obstacle
from adxmi_jupyter.model.shape import json_cell, text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.actions.migrate.contents import Contents
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.migration.definition import PlacedString
    from adxmi_jupyter.model.migration.objects import Migratable
    from adxmi_jupyter.service.connection import Connection

_HIDDEN = "a masked secret"
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Unread:
    """A list of a database that could not be read, and why."""

    database: str
    part: str
    failure: AdxmiError


@dataclass(frozen=True)
class Inventory:
    """What authenticates by a secret, what could not be read, and what only users run.

    `interactive` are the external tables and functions that act as whoever queries them, and
    ingestion by users. `log` has what the log tells of ingestion.
    """

    objects: tuple[Migratable, ...]
    unread: tuple[Unread, ...] = ()
    interactive: tuple[str, ...] = ()
    log: IngestionLog = field(default_factory=IngestionLog)


def read_inventory(
    connection: Connection, databases: Sequence[str], *, everything: bool = False
) -> Inventory:
    """Return what authenticates by a secret in databases, in the order of migrating it.

    With `everything` also what acts as its caller although no unattended flow uses it. Errors of
    the service stand in the inventory.
    """
    every = read_contents(connection, databases)
    cluster = identities.cluster_id(connection) if any(map(_has_connections, every)) else ""
    log = read_log(connection, databases)
    found = [
        (each, one.is_interactive(each))
        for one in (_Database(contents, cluster) for contents in every)
        for each in one.objects()
    ]
    found += [(one, _is_as_caller(one) and not one.is_unattended) for one in log.ingestion]
    objects = [one for one, is_interactive in found if everything or not is_interactive]
    interactive = [f"{one.database}/{one.name}" for one, _ in found if one not in objects]
    unread = [Unread(one.database, *told) for one in every for told in one.unread]
    unread += [Unread("cluster", "log of commands", log.failure)] if log.failure else []
    order = list(ObjectKind)
    objects.sort(key=lambda one: (order.index(one.kind), *one.key))
    return Inventory(tuple(objects), tuple(unread), tuple(dict.fromkeys(interactive)), log)


def _is_as_caller(one: Migratable) -> bool:
    return one.authenticates_by == (str(Method.IMPERSONATION),)


def _has_connections(found: Contents) -> bool:
    return bool(found.rows(parts.CONNECTIONS))


class _Database:
    """What one database has."""

    def __init__(self, contents: Contents, cluster_id: str) -> None:
        self._contents = contents
        self._cluster_id = cluster_id
        self._tables = tuple(self._external_tables())
        self._by_name = {one.name: one for one in self._tables}

    def objects(self) -> Iterator[Migratable]:
        """Yield what authenticates by a secret or as its caller."""
        yield from self._tables
        yield from self._functions()
        yield from self._connections()
        yield from self._exports()
        yield from self._policies()

    def is_interactive(self, one: Migratable) -> bool:
        """Tell whether something acts as whoever queries it, and runs in no unattended flow."""
        return _is_as_caller(one) and not self._is_used(one)

    def _is_used(self, one: Migratable) -> bool:
        if isinstance(one, ExternalTable) and one.is_written:
            return True
        queries = [text_cell(row, "Query") for row in self._contents.rows(parts.EXPORTS)]
        queries += [text_cell(row, "Policy") for row in self._contents.rows(parts.POLICIES)]
        is_queried = any(_mentions(self._expanded(query), one.name) for query in queries)
        return is_queried or one.name in self._accelerated()

    def _accelerated(self) -> Iterator[str]:
        """Yield the external tables that are cached without an identity of the policy's own."""
        for row in self._contents.rows(parts.ACCELERATION):
            policy = json_cell(row, "QueryAccelerationPolicy", "Policy", "Policies") or {}
            if policy.get("IsEnabled") and not policy.get("ManagedIdentity"):
                yield last_of_entity(text_cell(row, "TableName", "EntityName"))

    def _expanded(self, query: str) -> str:
        """Return a query with the bodies of the stored functions that it calls, at any depth."""
        functions = {
            text_cell(row, "Name"): text_of(row)
            for row in self._contents.rows(parts.STORED_FUNCTIONS)
        }
        whole, news = query, query
        while news:
            called = [name for name in functions if _calls(news, name)]
            news = "\n".join(functions.pop(name) for name in called)
            whole = f"{whole}\n{news}"
        return whole

    def _external_tables(self) -> Iterator[ExternalTable]:
        exports = self._contents.rows(parts.EXPORTS)
        written = {text_cell(row, "ExternalTableName") for row in exports}
        for row in self._contents.rows(parts.TABLES):
            name = text_cell(row, "TableName", "EntityName")
            command = self._contents.script.table_statements.get(name, "")
            found = self._table(name, row, command, is_written=name in written)
            if found is not None:
                yield found

    def _table(
        self, name: str, row: Mapping[str, Any], command: str, *, is_written: bool
    ) -> ExternalTable | None:
        listed = connection_strings_in(row)
        base = ExternalTable(
            ObjectKind.EXTERNAL_TABLE,
            self._contents.database,
            name,
            next(filter(None, map(address, listed)), ""),
            (_UNKNOWN,),
            command=command,
            row=row,
            is_written=is_written,
        )
        strings = strings_of_table(command)
        if not strings:
            return self._unread(base, listed)
        if not any(one.is_to_migrate for one in strings):
            return None
        return replace(
            base,
            target=strings[0].string.address,
            authenticates_by=_methods(strings),
            obstacle=_obstacle(strings),
            lost=_DELTA_LOST if text_cell(row, "TableType").lower() == "delta" else (),
        )

    def _unread(self, base: ExternalTable, listed: Sequence[str]) -> ExternalTable | None:
        """Return a table whose definition cannot be read, unless its list shows an identity."""
        strings = as_placed(listed)
        if strings and not any(one.is_to_migrate for one in strings):
            return None
        ways = _methods(strings) if strings else (_UNKNOWN,)
        return replace(base, authenticates_by=ways, obstacle=self._untold())

    def _untold(self) -> Obstacle:
        failure = self._contents.failure(parts.SCRIPT)
        told = second_source.untold(SHOW_EXTERNAL_TABLES, self._contents.database, failure)
        return Obstacle(f"its definition can't be read: {second_source.why(told)}")

    def _functions(self) -> Iterator[Function]:
        words = operators()
        for row in self._contents.rows(parts.STORED_FUNCTIONS):
            text = text_of(row)
            strings = strings_of_body(text, words)
            obstacle = _obstacle_in(row, text) or _obstacle(strings)
            if obstacle is None and not any(one.is_to_migrate for one in strings):
                continue
            is_known = strings and not hides_strings(text, words)
            yield Function(
                ObjectKind.FUNCTION,
                self._contents.database,
                text_cell(row, "Name"),
                strings[0].string.address if strings else "",
                (_methods(strings) if is_known else ()) or (_HIDDEN,),
                obstacle=obstacle,
                lost=("whether it is a view: .show functions doesn't tell",),
                row=row,
            )

    def _connections(self) -> Iterator[DataConnection]:
        for resource in self._contents.rows(parts.CONNECTIONS):
            kind, properties = str(resource.get("kind")), resource.get("properties") or {}
            if data_connection.marker_of(resource) != data_connection.KEY:
                continue
            is_iot = kind.lower() == "iothub"
            noun = ObjectKind.IOT_HUB if is_iot else ObjectKind(connection_noun(kind))
            yield DataConnection(
                noun,
                self._contents.database,
                str(resource.get("name")).split("/")[-1],
                _named(next((properties[one] for one in _SOURCES if properties.get(one)), "")),
                ("shared access policy",) if is_iot else ("key of the event hub",),
                obstacle=Obstacle(IOT_HUB.why, Explain.of(IOT_HUB.instead)) if is_iot else None,
                resource=resource,
                cluster_id=self._cluster_id,
            )

    def _exports(self) -> Iterator[ContinuousExport]:
        for row in self._contents.rows(parts.EXPORTS):
            name, table = text_cell(row, "Name"), text_cell(row, "ExternalTableName")
            command = self._contents.script.export_statements.get(name, "")
            through = self._by_name.get(table)
            if through is None or export_marker(command, name) != NO_IDENTITY:
                continue
            yield ContinuousExport(
                ObjectKind.CONTINUOUS_EXPORT,
                self._contents.database,
                name,
                table,
                _through(through),
                obstacle=_masked_in(command, "managedIdentity=") if command else self._untold(),
                notes=(f"migrate {table} first",),
                command=command,
                row=row,
            )

    def _policies(self) -> Iterator[UpdatePolicy]:
        for row in self._contents.rows(parts.POLICIES):
            name = last_of_entity(text_cell(row, "EntityName", "TableName"))
            policy = UpdatePolicy(
                ObjectKind.UPDATE_POLICY, self._contents.database, name, "", (), row=row
            )
            reads = [
                table
                for table in self._tables
                for entry in policy.entries
                if not entry.get("ManagedIdentity")
                if _mentions(self._expanded(str(entry.get("Query"))), table.name)
            ]
            if reads:
                named = ", ".join(one.name for one in reads)
                notes = (f"migrate {named} first",)
                ways = tuple(way for one in reads for way in _through(one))
                queries = "\n".join(str(entry.get("Query")) for entry in policy.entries)
                masked = _masked_in(queries, "ManagedIdentity")
                yield replace(
                    policy, target=named, authenticates_by=ways, notes=notes, obstacle=masked
                )


_DELTA_LOST = ("that its columns were inferred: the csl script names them either way",)
_SOURCES = (
    *("eventHubResourceId", "iotHubResourceId", "storageAccountResourceId"),
    "cosmosDbAccountResourceId",
)


def _mentions(query: str, name: str) -> bool:
    return (
        any(name == one for _, one in names_in(query))
        or f'"{name}"' in query
        or (f"'{name}'" in query)
    )


def _named(resource_id: str) -> str:
    """Return what a source is called: ``account``, or ``namespace/hub``."""
    return "/".join(resource_id.partition("/providers/")[2].split("/")[2::2])


def _calls(query: str, function: str) -> bool:
    return bool(re.search(rf"\b{re.escape(function)}\b|\[['\"]{re.escape(function)}['\"]\]", query))


def _through(table: ExternalTable) -> tuple[str, ...]:
    return tuple(f"{way} of {table.name}" for way in table.authenticates_by)


def _methods(strings: Iterable[PlacedString]) -> tuple[str, ...]:
    migrating = (one.string for one in strings if one.is_to_migrate)
    ways = (
        _HIDDEN if one.authentication.method is Method.HIDDEN else str(one.authentication.method)
        for one in migrating
    )
    return tuple(dict.fromkeys(ways))


def _obstacle(strings: Iterable[PlacedString]) -> Obstacle | None:
    """Return why a target takes no identity, if one does not."""
    for one in strings:
        if one.is_to_migrate:
            try:
                one.string.with_identity(SYSTEM)
            except IdentityNotSupported as refusal:
                return Obstacle(f"{refusal.what}: {refusal.why}", refusal.remediation)
    return None


def _masked_in(definition: str, word: str) -> Obstacle | None:
    """Return why a flow can't be sent again, if the service masks a part of its query."""
    if not masks_texts(definition):
        return None
    return Obstacle(
        "the service shows asterisks in place of a text of its query, which would be lost",
        Explain.of(f"create it again with {word}"),
    )


def _obstacle_in(row: Mapping[str, Any], text: str) -> Obstacle | None:
    """Return why the connection strings of a function can't be replaced, if they can't."""
    name, words = text_cell(row, "Name"), operators()
    again = Explain.of("create the function again with ;managed_identity=")
    if hides_strings(text, words) or masks_texts(text):
        return Obstacle(
            f".show function {name} shows asterisks in place of a text, which would be lost",
            again,
        )
    if builds_strings(text, words):
        return Obstacle(
            f"a connection string of the function {name} can't be read: it is put together from "
            "several texts, or has no known form",
            again,
        )
    return None
