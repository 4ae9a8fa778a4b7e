"""Where one event of a hub goes to, and how it is read (page: Events routing)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.errors import (
    BLOB_INVALID,
    DATABASE_DENIED,
    FORMAT,
    IngestionError,
)
from adxmi_jupyter.embedded.ingestion.table_rows import find_database
from adxmi_jupyter.embedded.state.ingestion_jobs import Shape
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.formats import decompressed

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.event_hubs import Event
    from adxmi_jupyter.embedded.state.resources import DataConnection
    from adxmi_jupyter.embedded.state.world import World


def routed_database(
    world: World, own: Database, connection: DataConnection, wanted: str
) -> Database:
    """Return the database an event names; another than the connection's own needs Multi routing."""
    if not wanted or wanted.casefold() == own.name.casefold():
        return own
    if connection.properties.get("databaseRouting") != "Multi":
        raise IngestionError(
            DATABASE_DENIED,
            f"The data connection '{connection.name}' routes to '{own.name}' only, "
            f"not to '{wanted}': its databaseRouting is Single.",
        )
    return find_database(world, wanted)


def routing_of(event: Event) -> Mapping[str, str]:
    """Return the properties that route an event, such as `Table`, in lower case."""
    return {name.casefold(): str(value) for name, value in event.properties.items()}


def shape_of(connection: DataConnection, routing: Mapping[str, str]) -> Shape:
    """Return how an event is read: by its own properties, else by those of the connection."""
    properties = connection.properties
    wanted = routing.get("format") or properties.get("dataFormat") or ""
    if not wanted:
        raise IngestionError(
            FORMAT, f"Neither the data connection '{connection.name}' nor the event has a format."
        )
    reference = routing.get("ingestionmappingreference") or properties.get("mappingRuleName") or ""
    return Shape(
        wanted.casefold(), reference, ignore_first=bool(properties.get("ignoreFirstRecord"))
    )


def content_of(connection: DataConnection, event: Event, routing: Mapping[str, str]) -> bytes:
    """Return an event's data, decompressed when the event or the connection says so."""
    compression = routing.get("compression") or connection.properties.get("compression") or "None"
    if compression.casefold() != "gzip":
        return event.body
    try:
        return decompressed(event.body)
    except BlobFormatError as error:
        raise IngestionError(BLOB_INVALID, "The event is not compressed with GZip.") from error


def with_system_properties(connection: DataConnection, event: Event, record: Any) -> Any:
    """Return a record with the system properties that the connection embeds.

    In a tabular record they come first, in the order of the connection.
    """
    names = connection.properties.get("eventSystemProperties") or []
    values = {name: _system_properties(event).get(name) for name in names}
    if isinstance(record, Mapping):
        return {**record, **values}
    return [*values.values(), *record]


def _system_properties(event: Event) -> dict[str, Any]:
    return {
        "x-opt-enqueued-time": event.enqueued,
        "x-opt-sequence-number": event.sequence_number,
        "x-opt-offset": str(event.sequence_number),
    }
