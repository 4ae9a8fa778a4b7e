"""What Azure Resource Manager lists: resources of a type in one query, and what is inside of one.

Resource Graph knows accounts, servers and namespaces, and nothing inside of them.

Source: *Blob Containers - List*, *Event Hubs - List By Namespace*, *Consumer Groups - List By
Event Hub*, *Databases - List By Server*, *Sql Resources - List Sql Databases*, *Deployments -
List* (Azure REST API reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    SQL_SERVER,
    STORAGE_ACCOUNT,
)
from adxmi_jupyter.model.azure_shapes import CHILD, DEPLOYMENT, LISTED_RESOURCE
from adxmi_jupyter.service.resource_manager import (
    COGNITIVE_VERSION,
    COSMOS_VERSION,
    EVENT_HUBS_VERSION,
    SQL_VERSION,
    STORAGE_VERSION,
)

if TYPE_CHECKING:
    from adxmi_jupyter.service.connection import Connection

# What a resource of a type is reached by.
_ENDPOINTS: Mapping[str, str] = {
    STORAGE_ACCOUNT: "tostring(properties.primaryEndpoints.blob)",
    SQL_SERVER: "tostring(properties.fullyQualifiedDomainName)",
    COSMOS_ACCOUNT: "tostring(properties.documentEndpoint)",
    COGNITIVE_ACCOUNT: "tostring(properties.endpoint)",
    EVENT_HUBS_NAMESPACE: "tostring(properties.serviceBusEndpoint)",
}
_OPERATIONS = {"embeddings": "embeddings", "chatCompletion": "chat/completions"}


@dataclass(frozen=True)
class Found:
    """A resource: its ID, its name, and the address that it is reached by, if it has one."""

    resource_id: str
    name: str
    endpoint: str


@dataclass(frozen=True)
class Deployment:
    """A deployed model, and the last part of the address of what it can do."""

    name: str
    operations: tuple[str, ...]


def resources(connection: Connection, resource_type: str) -> tuple[Found, ...]:
    """Return the resources of a type that the caller may read; raises as `ResourceManager.get`."""
    query = (
        f"resources | where type =~ {kql.string_literal(resource_type.lower())} "
        f"| project id, name, endpoint = {_ENDPOINTS[resource_type]} | order by id asc"
    )
    rows = connection.resource_manager.graph(query, LISTED_RESOURCE)
    found = (Found(str(r["id"]), str(r["name"]), str(r.get("endpoint") or "")) for r in rows)
    return tuple(sorted(found, key=lambda one: one.name.lower()))


def containers(connection: Connection, account_id: str) -> tuple[str, ...]:
    """Return the containers of a storage account."""
    return _names(connection, f"{account_id}/blobServices/default/containers", STORAGE_VERSION)


def event_hubs(connection: Connection, namespace_id: str) -> tuple[str, ...]:
    """Return the event hubs of a namespace."""
    return _names(connection, f"{namespace_id}/eventhubs", EVENT_HUBS_VERSION)


def consumer_groups(connection: Connection, hub_id: str) -> tuple[str, ...]:
    """Return the consumer groups of an event hub."""
    return _names(connection, f"{hub_id}/consumergroups", EVENT_HUBS_VERSION)


def sql_databases(connection: Connection, server_id: str) -> tuple[str, ...]:
    """Return the databases of a SQL server, without its own one."""
    every = _names(connection, f"{server_id}/databases", SQL_VERSION)
    return tuple(name for name in every if name.lower() != "master")


def cosmos_databases(connection: Connection, account_id: str) -> tuple[str, ...]:
    """Return the databases of a Cosmos DB account."""
    return _names(connection, f"{account_id}/sqlDatabases", COSMOS_VERSION)


def cosmos_containers(connection: Connection, account_id: str, database: str) -> tuple[str, ...]:
    """Return the containers of a Cosmos DB database."""
    return _names(connection, f"{account_id}/sqlDatabases/{database}/containers", COSMOS_VERSION)


def deployments(connection: Connection, account_id: str) -> tuple[Deployment, ...]:
    """Return the models that are deployed in an account."""
    path = f"{account_id}/deployments"
    items = connection.resource_manager.all_of(path, COGNITIVE_VERSION, DEPLOYMENT)
    return tuple(Deployment(str(one["name"]), _operations_of(one)) for one in items)


def _operations_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    can = (item.get("properties") or {}).get("capabilities") or {}
    return tuple(path for name, path in _OPERATIONS.items() if str(can.get(name)) == "true")


def _names(connection: Connection, path: str, version: str) -> tuple[str, ...]:
    items = connection.resource_manager.all_of(path, version, CHILD)
    return tuple(str(one["name"]).rsplit("/", 1)[-1] for one in items)
