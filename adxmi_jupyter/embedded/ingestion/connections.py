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
from adxmi_jupyter.embedded.ingestion.cosmos_reader import CosmosLink
from adxmi_jupyter.embedded.ingestion.errors import SPOILED, IngestionError, record_failure, refused
from adxmi_jupyter.embedded.ingestion.hub_readers import GridLink, HubLink
from adxmi_jupyter.embedded.ingestion.notifications import blob_notification, each_notification
from adxmi_jupyter.embedded.kusto.errors import Refusal
from adxmi_jupyter.embedded.state.ids import last_name, same
from adxmi_jupyter.embedded.storage.locations import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adxmi_jupyter.embedded.ingestion.connection_reader import Link
    from adxmi_jupyter.embedded.state.event_hubs import Event, EventHub
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
    from adxmi_jupyter.embedded.state.world import World

Sendable = Mapping[str, Any] | list[Any] | str | bytes
_LINKS: Mapping[str, type[Link]] = {
    "EventHub": HubLink,
    "IotHub": HubLink,
    "EventGrid": GridLink,
    "CosmosDb": CosmosLink,
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
    return sum(_deliver(link) for link in _links_on(world, found))


def announce_blob(world: World, account: str, container: str, path: str, event_type: str) -> int:
    """Tell the hubs of an account's Event Grid connections of a blob, and let them ingest.

    Return how many rows came in. KeyError when there is no such account.
    """
    account_id = world.storage_accounts[account].resource_id
    notification = blob_notification(account_id, Location(account, container, path), event_type)
    hubs = {
        link.source[0].casefold(): link.source[0]
        for link in _links(world)
        if same(link.storage, account_id)
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
    links = [link for link in _links(world) if _reads_container(link, source)]
    for document in documents:
        change = written_to.write(document).change
        for link in links:
            link.connection.backlog.append(change)
    return sum(_deliver(link) for link in links)


def deliver_events(world: World) -> int:
    """Let all data connections ingest what waits for them; return how many rows came in."""
    return sum(_deliver(link) for link in _links(world))


def _deliver(link: Link) -> int:
    """Ingest what waits for one connection; equal failures are one, with so many sources."""
    rows, waiting = 0, []
    failures: Counter[tuple[Attempt, str, str]] = Counter()
    for item in link.connection.backlog:
        try:
            rows += _ingest(link, item)
        except IngestionError as error:
            failures[link.attempt(item), error.code, error.details] += 1
            if error.code not in SPOILED:
                waiting.append(item)
        for each in link.update_failures:
            attempt = replace(link.attempt(item), table=each.table)
            failures[attempt, each.error_code, each.details] += 1
        link.update_failures.clear()
    link.connection.backlog = waiting
    for (attempt, code, details), number in failures.items():
        record_failure(link.world, attempt, IngestionError(code, details), number)
    return rows


def _ingest(link: Link, item: Any) -> int:
    try:
        return link.ingest(item)
    except Refusal as refusal:
        raise refused(refusal) from refusal


def _enqueue(world: World, hub: EventHub, event: Event) -> None:
    for link in _links_on(world, hub):
        bodies = each_notification(event.body) if link.storage else [event.body]
        link.connection.backlog += [replace(event, body=body) for body in bodies]


def _links(world: World) -> Iterator[Link]:
    for database in world.cluster.databases.values():
        for connection in database.data_connections:
            yield _LINKS[kind_of(connection.kind).family](world, database, connection)


def _links_on(world: World, hub: EventHub) -> list[Link]:
    return [
        link
        for link in _links(world)
        if link.kind.has_hub and same(link.source[0], hub.resource_id)
    ]


def _reads_container(link: Link, container: tuple[str, str, str]) -> bool:
    if link.kind.has_hub:
        return False
    account, *rest = link.source
    return (last_name(account), *rest) == container


def _body(value: Sendable) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()
