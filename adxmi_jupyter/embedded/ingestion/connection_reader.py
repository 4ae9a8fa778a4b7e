"""A data connection with what it needs to ingest: an identity, and a policy that allows it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.connection_checks import named_identity
from adxmi_jupyter.embedded.arm.connection_kinds import IDENTITY as IDENTITY_PROPERTY
from adxmi_jupyter.embedded.arm.connection_kinds import kind_of
from adxmi_jupyter.embedded.ingestion.append import append_rows
from adxmi_jupyter.embedded.ingestion.errors import IDENTITY, SOURCE_DENIED, IngestionError
from adxmi_jupyter.embedded.kusto.targets.authorization import require_usage
from adxmi_jupyter.embedded.kusto.targets.denials import network_words
from adxmi_jupyter.embedded.networks import Sender, blocked
from adxmi_jupyter.embedded.state.ids import same
from adxmi_jupyter.embedded.state.networks import COSMOS, EVENT_HUBS
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.arm.connection_kinds import ConnectionKind
    from adxmi_jupyter.embedded.ingestion.table_rows import Row
    from adxmi_jupyter.embedded.kusto.policies.update_runs import UpdateFailure
    from adxmi_jupyter.embedded.state.clusters import Database, Identity, Table
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
    from adxmi_jupyter.embedded.state.resources import DataConnection
    from adxmi_jupyter.embedded.state.world import World

USAGE = "DataConnection"
_HOSTS = {
    EVENT_HUBS.casefold(): "servicebus.windows.net",
    COSMOS.casefold(): "documents.azure.com",
}


@dataclass(frozen=True)
class ConnectionReader(ABC):
    """A data connection of a database, ready to ingest what waits in its backlog.

    `update_failures` are those that update policies had with the item that was ingested last.
    """

    world: World
    database: Database
    connection: DataConnection
    update_failures: list[UpdateFailure] = field(default_factory=list)

    @property
    def properties(self) -> Mapping[str, Any]:
        """Properties of the connection."""
        return self.connection.properties

    @property
    def kind(self) -> ConnectionKind:
        """Kind of the connection."""
        return kind_of(self.connection.kind)

    @property
    def source(self) -> tuple[str, ...]:
        """Where it reads from."""
        return self.kind.source_of(self.properties)

    @property
    def storage(self) -> str:
        """Resource ID of the storage account it hears of; empty for none."""
        return str(self.properties.get(self.kind.storage) or "")

    @abstractmethod
    def ingest(self, item: Any, /) -> int:
        """Ingest one item and return its rows; an IngestionError or KustoError when it fails."""

    @abstractmethod
    def attempt(self, item: Any, /) -> Attempt:
        """Return how a failure names the item."""

    def append(self, database: Database, table: Table, rows: list[Row]) -> int:
        """Append rows and return how many; an IngestionError when an update policy forbids it."""
        return append_rows(self.world, database, table, rows, self.update_failures.append)

    def identity(self) -> Identity | None:
        """Return the identity it acts with, None when it has keys; an IngestionError for none."""
        named = self.properties.get(IDENTITY_PROPERTY)
        if not named:
            return None
        found = named_identity(self.world.cluster, named)
        if found is None or found.deleted:
            raise IngestionError(
                IDENTITY,
                f"The managed identity '{named}' does not exist or is not assigned to the cluster "
                f"'{self.world.cluster.name}'.",
            )
        return found

    def allowed_identity(self, database: Database) -> Identity | None:
        """Return the same, when the policy lets it ingest into a database; else a KustoError."""
        identity = self.identity()
        if identity is not None:
            require_usage(self.world, identity, USAGE, database)
        return identity

    def require_network(self, source: str, identity: Identity | None) -> None:
        """Raise an IngestionError unless the network lets the cluster reach a source by its ID."""
        parts = source.strip("/").split("/")
        kind, name = "/".join(parts[5:7]), parts[7]
        host = f"{name}.{_HOSTS.get(kind.casefold(), 'azure-devices.net')}"
        sender = Sender(identity is not None, identity is not None and not identity.resource_id)
        known = next((each for each in (EVENT_HUBS, COSMOS) if same(each, kind)), kind)
        found = blocked(self.world, known, host, sender)
        if found is not None:
            raise IngestionError(SOURCE_DENIED, network_words(*found, known))

    def principal(self) -> str:
        """Return the fully qualified name of its identity; empty without one."""
        named = self.properties.get(IDENTITY_PROPERTY)
        identity = named_identity(self.world.cluster, named) if named else None
        return as_principal(identity).fqn if identity else ""
