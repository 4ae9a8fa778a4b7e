"""Data connections at work: what waits in a source goes into a table, or leaves a failure.

What cannot get through for want of a right, a table or a mapping waits for the next delivery;
what is spoiled itself is dropped.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.connection_kinds import kind_of
from adxmi_jupyter.embedded.ingestion.errors import (
    SPOILED,
    IngestionError,
    as_ingestion_error,
    record_failure,
)
from adxmi_jupyter.embedded.ingestion.notifications import blob_notification, each_notification
from adxmi_jupyter.embedded.ingestion.source_readers import CosmosReader, EventGridReader, HubReader
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.state.ids import last_name, same
from adxmi_jupyter.embedded.storage.locations import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adxmi_jupyter.embedded.ingestion.connection_reader import ConnectionReader
    from adxmi_jupyter.embedded.state.event_hubs import Event, EventHub
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
    from adxmi_jupyter.embedded.state.world import World

Sendable = Mapping[str, Any] | list[Any] | str | bytes
_READERS: Mapping[str, type[ConnectionReader]] = {
    "EventHub": HubReader,
    "IotHub": HubReader,
    "EventGrid": EventGridReader,
    "CosmosDb": CosmosReader,
}


def push_events(
    world: World, hub: str, events: Iterable[Sendable], properties: Mapping[str, str]
) -> int:
    """Send events to a hub and let its connections ingest; return how many rows came in.

    The hub is given by its resource ID or as `namespace/hub`. KeyError when there is none.
    """
    found = world.sources.hub(hub)
    if found is None:
        raise KeyError(hub)
    for each in events:
        _enqueue(world, found, found.send(_body(each), properties))
    return sum(_deliver(reader) for reader in _readers_on(world, found))


def announce_blob(world: World, account: str, container: str, path: str, event_type: str) -> int:
    """Tell the hubs of an account's Event Grid connections of a blob, and let them ingest.

    Return how many rows came in. KeyError when there is no such account.
    """
    account_id = world.storage_accounts[account].resource_id
    notification = blob_notification(account_id, Location(account, container, path), event_type)
    hubs = {
        reader.source[0].casefold(): reader.source[0]
        for reader in _readers(world)
        if same(reader.storage, account_id)
    }
    return sum(push_events(world, hub, [notification], {}) for hub in hubs.values())


def change_documents(
    world: World,
    account: str,
    database: str,
    container: str,
    documents: Iterable[Mapping[str, Any]],
) -> int:
    """Write documents into a container and let its connections ingest; return their rows.

    The account is given by its resource ID or name; a document with the `id` of another one
    takes its place. KeyError when there is no such container.
    """
    name = last_name(account)
    written_to = world.cosmos_accounts[name].containers[f"{database}/{container}"]
    source = (name, database, container)
    readers = [reader for reader in _readers(world) if _reads_container(reader, source)]
    for document in documents:
        change = written_to.write(document).change
        for reader in readers:
            reader.connection.backlog.append(change)
    return sum(_deliver(reader) for reader in readers)


def deliver_events(world: World) -> int:
    """Let all data connections ingest what waits for them; return how many rows came in."""
    return sum(_deliver(reader) for reader in _readers(world))


def _deliver(reader: ConnectionReader) -> int:
    """Ingest what waits for one connection; equal failures are one, with so many sources.

    It waits as long as the cluster is stopped.
    """
    if not reader.world.cluster.is_running:
        return 0
    rows, waiting = 0, []
    failures: Counter[tuple[Attempt, str, str]] = Counter()
    for item in reader.connection.backlog:
        try:
            rows += _ingest(reader, item)
        except IngestionError as error:
            failures[reader.attempt(item), error.code, error.details] += 1
            if error.code not in SPOILED:
                waiting.append(item)
        for each in reader.update_failures:
            attempt = replace(reader.attempt(item), table=each.table)
            failures[attempt, each.error_code, each.details] += 1
        reader.update_failures.clear()
    reader.connection.backlog = waiting
    for (attempt, code, details), number in failures.items():
        record_failure(reader.world, attempt, IngestionError(code, details), number)
    return rows


def _ingest(reader: ConnectionReader, item: Any) -> int:
    try:
        return reader.ingest(item)
    except KustoError as error:
        raise as_ingestion_error(error) from error


def _enqueue(world: World, hub: EventHub, event: Event) -> None:
    for reader in _readers_on(world, hub):
        bodies = each_notification(event.body) if reader.storage else [event.body]
        reader.connection.backlog += [replace(event, body=body) for body in bodies]


def _readers(world: World) -> Iterator[ConnectionReader]:
    """Return the readers of all clusters, each in the world as its cluster sees it."""
    for cluster in world.clusters:
        seen = world.at(cluster)
        for database in cluster.databases.values():
            for connection in database.data_connections:
                yield _READERS[kind_of(connection.kind).family](seen, database, connection)


def _readers_on(world: World, hub: EventHub) -> list[ConnectionReader]:
    return [
        reader
        for reader in _readers(world)
        if reader.kind.has_hub and same(reader.source[0], hub.resource_id)
    ]


def _reads_container(reader: ConnectionReader, container: tuple[str, str, str]) -> bool:
    if reader.kind.has_hub:
        return False
    account, *rest = reader.source
    return (last_name(account), *rest) == container


def _body(value: Sendable) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()
