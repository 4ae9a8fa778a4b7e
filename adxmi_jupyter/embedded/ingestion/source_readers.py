"""Data connections that read a source: events, blobs of which events tell, changed documents.

Pages: Event Hubs data connection, Event Grid data connection, Ingest data from Azure Cosmos DB.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.azure_roles import may, may_reach
from adxmi_jupyter.embedded.ingestion.connection_reader import USAGE, ConnectionReader
from adxmi_jupyter.embedded.ingestion.errors import (
    IDENTITY,
    SOURCE_DENIED,
    SOURCE_NOT_FOUND,
    IngestionError,
)
from adxmi_jupyter.embedded.ingestion.notifications import BLOB_CREATED, read_notification
from adxmi_jupyter.embedded.ingestion.routing import (
    content_of,
    routed_database,
    routing_of,
    shape_of,
    with_system_properties,
)
from adxmi_jupyter.embedded.ingestion.table_rows import find_table, read_table_rows
from adxmi_jupyter.embedded.kusto.targets.denials import network_forbidden
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder, read_location
from adxmi_jupyter.embedded.networks import blocked
from adxmi_jupyter.embedded.state.ids import last_name, same
from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt, Shape
from adxmi_jupyter.embedded.state.networks import STORAGE
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.clusters import Database, Identity
    from adxmi_jupyter.embedded.state.event_hubs import Event
    from adxmi_jupyter.embedded.storage.locations import Location

_RECEIVE = "Microsoft.EventHub/namespaces/messages/receive/action"
_READ_COSMOS_ACCOUNT = "Microsoft.DocumentDB/databaseAccounts/read"
_COSMOS_FORMAT = "multijson"


class HubReader(ConnectionReader):
    """A connection of kind EventHub or IotHub: events are the data."""

    def ingest(self, item: Event, /) -> int:
        """Ingest the data of an event."""
        routing = routing_of(item)
        wanted = routing.get("database", "")
        database = routed_database(self.world, self.database, self.connection, wanted)
        self.receiving_identity(database)
        table = find_table(database, self.table_of(routing))
        rows = read_table_rows(
            table,
            content_of(self.connection, item, routing),
            shape_of(self.connection, routing),
            enrich=lambda record: with_system_properties(self.connection, item, record),
        )
        return self.append(database, table, rows)

    def attempt(self, item: Event, /) -> Attempt:
        """Return how a failure names the event: by its hub."""
        routing = routing_of(item)
        wanted = routing.get("format") or self.properties.get("dataFormat") or ""
        return Attempt(
            routing.get("database") or self.database.name,
            self.table_of(routing),
            self.source[0],
            self.principal(),
            f"Format={wanted.casefold()}",
        )

    def receiving_identity(self, database: Database) -> Identity | None:
        """Return the identity when it may receive from the hub, None for keys; else an error."""
        identity = self.allowed_identity(database)
        hub, group = self.source
        self.require_network(hub, identity)
        scope = f"{hub}/consumergroups/{group}"
        if identity and not may_reach(self.world, identity.object_id, _RECEIVE, scope):
            raise IngestionError(
                SOURCE_DENIED,
                f"The managed identity '{identity.display_name}' may not receive from '{hub}'.",
            )
        return identity

    def table_of(self, routing: Mapping[str, str]) -> str:
        """Return the table that an event names, else that of the connection."""
        return routing.get("table") or self.properties.get("tableName") or ""


class EventGridReader(HubReader):
    """A connection of kind EventGrid: events tell of blobs, which are the data."""

    def ingest(self, item: Event, /) -> int:
        """Ingest the blob that an event tells of; what does not concern us has no rows."""
        location = self._location(item)
        if location is None:
            return 0
        identity = self.receiving_identity(self.database)
        data = self._read(location, identity)
        table = find_table(self.database, self.table_of({}))
        shape = shape_of(self.connection, {})
        rows = read_table_rows(table, data, shape, path=location.path)
        return self.append(self.database, table, rows)

    def attempt(self, item: Event, /) -> Attempt:
        """Return how a failure names the event: by its blob when it tells of one."""
        found = super().attempt(item)
        try:
            _, address = read_notification(item.body)
        except IngestionError:
            return found
        return replace(found, source=address.partition("?")[0].partition(";")[0])

    def _location(self, event: Event) -> Location | None:
        event_type, address = read_notification(event.body)
        if event_type != (self.properties.get("blobStorageEventType") or BLOB_CREATED):
            return None
        location = read_location(address)
        account = self.world.storage_accounts.get(location.account)
        return location if account and same(account.resource_id, self.storage) else None

    def _read(self, location: Location, identity: Identity | None) -> bytes:
        if identity is not None:
            named = f"{location.uri};managed_identity={identity.object_id}"
            folder = open_folder(
                self.world,
                named,
                usage=USAGE,
                database=self.database,
                callout=None,
                is_trusted=False,
            )
            return folder.read(location.path)
        found = blocked(self.world, STORAGE, location.host)
        if found is not None:
            raise network_forbidden(*found, STORAGE, location.uri, "Download_Forbidden")
        account = self.world.storage_accounts[location.account]
        blobs = account.containers.get(location.container, {})
        if location.path not in blobs:
            raise IngestionError(SOURCE_NOT_FOUND, f"There is nothing at '{location.uri}'.")
        return blobs[location.path]


class CosmosReader(ConnectionReader):
    """A connection of kind CosmosDb: changed documents are the data."""

    def ingest(self, item: Mapping[str, Any], /) -> int:
        """Ingest a version of a document."""
        self._check_roles()
        table = find_table(self.database, self.properties["tableName"])
        shape = Shape(_COSMOS_FORMAT, self.properties.get("mappingRuleName") or "")
        rows = read_table_rows(table, json.dumps(item).encode(), shape)
        return self.append(self.database, table, rows)

    def attempt(self, _item: Mapping[str, Any], /) -> Attempt:
        """Return how a failure names any document: by its container."""
        table, source = self.properties["tableName"], "/".join(self.source)
        return Attempt(
            self.database.name, table, source, self.principal(), f"Format={_COSMOS_FORMAT}"
        )

    def _check_roles(self) -> None:
        """Raise an IngestionError unless the identity has both roles on the account."""
        identity = self.allowed_identity(self.database)
        account, *place = self.source
        if identity is None:
            raise IngestionError(IDENTITY, "A connection to Cosmos DB needs a managed identity.")
        self.require_network(account, identity)
        found = self.world.cosmos_accounts.get(last_name(account))
        may_read = found is not None and found.lets_read(identity.object_id, *place)
        may_see = may(self.world, as_principal(identity), _READ_COSMOS_ACCOUNT, account)
        if not (may_read and may_see):
            role = "Cosmos DB Account Reader Role" if may_read else "Cosmos DB Built-in Data Reader"
            raise IngestionError(
                SOURCE_DENIED,
                f"The managed identity '{identity.display_name}' lacks the role '{role}' on "
                f"'{account}'.",
            )
