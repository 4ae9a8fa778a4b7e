"""What the seeded world holds beside the cluster's data: subscriptions, roles, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.arm.access import (
    BLOB_CONTRIBUTOR,
    BLOB_READER,
    HUB_RECEIVER,
    OWNER,
    READER,
)
from adxmi_jupyter.embedded.arm.ids import cluster_id, group_id
from adxmi_jupyter.embedded.resources import (
    AttachedDatabase,
    AzureRoleAssignment,
    DataConnection,
    Resource,
    Subscription,
)
from adxmi_jupyter.embedded.world import Cluster, stable_id

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.access import RoleDefinition
    from adxmi_jupyter.embedded.world import World

SUBSCRIPTION_ID = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ARCHIVE_SUBSCRIPTION_ID = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
GROUP = "analytics"
SHARED_GROUP = "shared-identities"
_ARCHIVE_GROUP = "archive"
_REGION = "westeurope"


def add_azure(world: World) -> None:
    """Put two subscriptions around the cluster, and a stopped cluster into the second."""
    world.subscriptions += [
        Subscription(SUBSCRIPTION_ID, "Contoso", {GROUP: _REGION, SHARED_GROUP: _REGION}),
        Subscription(ARCHIVE_SUBSCRIPTION_ID, "Contoso Archive", {_ARCHIVE_GROUP: "northeurope"}),
    ]
    world.other_clusters.append(_archive(world))
    storage, hub = _resources(world)
    world.cluster.databases["Sales"].data_connections.append(_connection(world, hub))
    _add_roles(world, storage, hub)


def _archive(world: World) -> Cluster:
    return Cluster(
        "contosoarchive",
        "northeurope",
        world.tenant_id,
        subscription_id=ARCHIVE_SUBSCRIPTION_ID,
        resource_group=_ARCHIVE_GROUP,
        location="North Europe",
        attached=[AttachedDatabase("sales-copy", cluster_id(world.cluster), "Sales")],
        state="Stopped",
    )


def _resources(world: World) -> tuple[Resource, Resource]:
    providers = f"{group_id(SUBSCRIPTION_ID, GROUP)}/providers"
    storage = Resource(
        f"{providers}/Microsoft.Storage/storageAccounts/contosolake",
        "Microsoft.Storage/storageAccounts",
        _REGION,
    )
    hub = Resource(
        f"{providers}/Microsoft.EventHub/namespaces/contosohub",
        "Microsoft.EventHub/namespaces",
        _REGION,
    )
    world.resources += [storage, hub]
    return storage, hub


def _connection(world: World, hub: Resource) -> DataConnection:
    """Return an Event Hub connection; it spells the group of its identity as connections do."""
    ingest = world.identity("mi-ingest")
    return DataConnection(
        "sales-orders",
        "EventHub",
        {
            "eventHubResourceId": f"{hub.resource_id}/eventhubs/orders",
            "consumerGroup": "$Default",
            "tableName": "Orders",
            "mappingRuleName": "",
            "dataFormat": "MULTIJSON",
            "eventSystemProperties": [],
            "compression": "None",
            "managedIdentityResourceId": ingest.resource_id.replace(
                "/resourcegroups/", "/resourceGroups/"
            ),
            "databaseRouting": "Single",
        },
    )


def _add_roles(world: World, storage: Resource, hub: Resource) -> None:
    people = {each.display_name: each.object_id for each in world.principals}
    for subscription in world.subscriptions:
        scope = f"/subscriptions/{subscription.subscription_id}"
        _assign(world, people["admin"], OWNER, scope, "User")
    _assign(world, people["reader"], READER, cluster_id(world.cluster), "User")
    ingest, export = world.identity("mi-ingest"), world.identity("mi-export")
    _assign(world, ingest.object_id, BLOB_READER, storage.resource_id)
    _assign(world, ingest.object_id, HUB_RECEIVER, hub.resource_id)
    _assign(world, export.object_id, BLOB_CONTRIBUTOR, storage.resource_id)


def _assign(
    world: World,
    principal_id: str,
    role: RoleDefinition,
    scope: str,
    kind: str = "ServicePrincipal",
) -> None:
    name = stable_id("role assignment", principal_id, role.role_id, scope)
    world.azure_roles.append(AzureRoleAssignment(name, scope, role.role_id, principal_id, kind))
