"""What the service looks up before it makes a data connection; a validation lists the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.connection_kinds import IDENTITY, kind_of
from adxmi_jupyter.embedded.state.ids import cluster_id, last_name, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adxmi_jupyter.embedded.arm.connection_kinds import ConnectionKind
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database, Identity
    from adxmi_jupyter.embedded.state.resources import DataConnection
    from adxmi_jupyter.embedded.state.world import World


@dataclass(frozen=True)
class Candidate:
    """A data connection to be made or changed; without a name in some validations."""

    world: World
    cluster: Cluster
    database: Database
    name: str
    kind: ConnectionKind
    properties: Mapping[str, Any]

    def problems(self) -> list[str]:
        """Return what is wrong with it, one sentence each."""
        return [
            *self._identity_problems(),
            *self._source_problems(),
            *self._target_problems(),
        ]

    def _identity_problems(self) -> Iterator[str]:
        named = self.properties.get(IDENTITY)
        if named and named_identity(self.cluster, named) is None:
            yield f"managed identity '{named}' is not assigned to cluster '{self.cluster.name}'"

    def _source_problems(self) -> Iterator[str]:
        if self.kind.storage:
            yield from self._missing_resource(self.kind.storage, "storage account")
        source = self.kind.source_of(self.properties)
        if self.properties.get(IDENTITY):
            yield from self._tenant_problems(source[0])
        yield from (
            self._hub_problems(*source) if self.kind.has_hub else self._cosmos_problems(*source)
        )

    def _tenant_problems(self, source: str) -> Iterator[str]:
        """Tell what an identity cannot reach; keys can (page: Cross-tenant data connections)."""
        for named in (source, self.properties.get(self.kind.storage)):
            if named and self.world.tenant_of(named) != self.cluster.tenant_id:
                yield f"managed identity cannot be used for '{named}', which is in another tenant"

    def _hub_problems(self, hub_id: str, group: str) -> Iterator[str]:
        hub = self.world.sources.hub(hub_id)
        is_iot = self.kind.name == "IotHub"
        if hub is None or not same(hub.resource_id, hub_id) or hub.is_built_in is not is_iot:
            kind = "IoT hub" if is_iot else "event hub"
            yield f"{kind} '{hub_id}' does not exist or cannot be reached"
            return
        if group.casefold() not in {each.casefold() for each in hub.consumer_groups}:
            yield f"consumer group '{group}' does not exist in event hub '{hub.short_name}'"
        if any(self._shares_source(each) for each in self._others()):
            yield "event hub resource id and consumer group tuple are already in use"

    def _cosmos_problems(self, account_id: str, database: str, container: str) -> Iterator[str]:
        yield from self._missing_resource("cosmosDbAccountResourceId", "Cosmos DB account")
        account = self.world.cosmos_accounts.get(last_name(account_id))
        if account is None or f"{database}/{container}" not in account.containers:
            yield f"container '{container}' does not exist in Cosmos DB database '{database}'"

    def _missing_resource(self, name: str, kind: str) -> Iterator[str]:
        wanted = self.properties[name]
        if not any(same(each.resource_id, wanted) for each in self.world.resources):
            yield f"{kind} '{wanted}' does not exist or cannot be reached"

    def _target_problems(self) -> Iterator[str]:
        name, mapping = self.properties["tableName"], self.properties["mappingRuleName"]
        if not name:
            return
        table = self.database.tables.get(name)
        if table is None:
            yield f"table '{name}' does not exist"
        elif mapping and mapping not in {each.name for each in table.mappings}:
            yield f"mapping '{mapping}' does not exist in table '{name}'"

    def _others(self) -> Iterator[DataConnection]:
        for database in self.cluster.databases.values():
            for each in database.data_connections:
                is_own = database is self.database and each.name.casefold() == self.name.casefold()
                if not is_own:
                    yield each

    def _shares_source(self, other: DataConnection) -> bool:
        theirs = kind_of(other.kind).source_of(other.properties)
        ours = self.kind.source_of(self.properties)
        return [each.casefold() for each in theirs] == [each.casefold() for each in ours]


def named_identity(cluster: Cluster, resource_id: str) -> Identity | None:
    """Return the cluster's identity of a resource ID; its own stands for the system identity."""
    if same(resource_id, cluster_id(cluster)):
        return cluster.system_identity
    return next((i for i in cluster.identities if same(i.resource_id, resource_id)), None)
