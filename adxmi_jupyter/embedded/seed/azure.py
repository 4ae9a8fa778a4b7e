"""What the seeded world holds beside the cluster's data: subscriptions, roles, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.azure_roles import (
    BLOB_CONTRIBUTOR,
    BLOB_READER,
    HUB_RECEIVER,
    OWNER,
    READER,
)
from adxmi_jupyter.embedded.seed.storage import add_storage
from adxmi_jupyter.embedded.seed.targets import add_event_hubs, add_targets
from adxmi_jupyter.embedded.state.clusters import STOPPED, Cluster
from adxmi_jupyter.embedded.state.ids import cluster_id, group_id, stable_id
from adxmi_jupyter.embedded.state.ingestion import ingestion_of
from adxmi_jupyter.embedded.state.resources import (
    AzureRoleAssignment,
    DataConnection,
    Resource,
    Subscription,
)
from adxmi_jupyter.embedded.state.security import ADMIN_TOKEN, ClusterRole

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.azure_roles import RoleDefinition
    from adxmi_jupyter.embedded.state.world import World

SUBSCRIPTION_ID = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ARCHIVE_SUBSCRIPTION_ID = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
FABRIKAM_TENANT_ID = "a4c1e8d7-3b60-4f92-8e15-7d2c9b04f6a3"
FABRIKAM_SUBSCRIPTION_ID = "e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38"
GROUP = "analytics"
SHARED_GROUP = "shared-identities"
_ARCHIVE_GROUP = "archive"
_FABRIKAM_GROUP = "partners"
_REGION = "westeurope"
_RESOURCES = (
    ("Microsoft.Storage/storageAccounts", "contosolake"),
    ("Microsoft.EventHub/namespaces", "contosohub"),
    ("Microsoft.Storage/storageAccounts", "contosobackup"),
    ("Microsoft.Sql/servers", "contososql"),
    ("Microsoft.DocumentDB/databaseAccounts", "contosocosmos"),
    ("Microsoft.CognitiveServices/accounts", "contosoai"),
    ("Microsoft.EventHub/namespaces", "contosoedge"),
    ("Microsoft.Devices/IotHubs", "contosodevices"),
)


def add_azure(world: World) -> None:
    """Put subscriptions around the cluster: its own, one with a stopped cluster, a foreign one."""
    world.subscriptions += [
        Subscription(SUBSCRIPTION_ID, "Contoso", {GROUP: _REGION, SHARED_GROUP: _REGION}),
        Subscription(ARCHIVE_SUBSCRIPTION_ID, "Contoso Archive", {_ARCHIVE_GROUP: "northeurope"}),
        Subscription(
            FABRIKAM_SUBSCRIPTION_ID, "Fabrikam", {_FABRIKAM_GROUP: _REGION}, FABRIKAM_TENANT_ID
        ),
    ]
    archive = _archive(world)
    world.other_clusters.append(archive)
    admin = next(each for each in world.principals if each.token == ADMIN_TOKEN)
    world.at(archive).grant(admin, ClusterRole.ADMIN)
    resources = _add_resources(world)
    storage, hub = resources["contosolake"], resources["contosohub"]
    world.cluster.databases["Sales"].data_connections.append(_connection(world, hub))
    _add_roles(world, storage, hub)
    add_storage(world, storage, resources["contosobackup"])
    add_targets(world, resources["contosoai"])
    add_event_hubs(world, resources)


def add_subscription(world: World, name: str, *groups: str, tenant_id: str = "") -> Subscription:
    """Add a subscription with resource groups, of which the admin is Owner."""
    made = Subscription(
        stable_id("subscription", name), name, dict.fromkeys(groups, _REGION), tenant_id
    )
    admin = next(each for each in world.principals if each.token == ADMIN_TOKEN)
    with world.lock:
        world.subscriptions.append(made)
        _assign(world, admin.object_id, OWNER, f"/subscriptions/{made.subscription_id}", "User")
    return made


def _archive(world: World) -> Cluster:
    return Cluster(
        "contosoarchive",
        "northeurope",
        world.tenant_id,
        identities=list(world.cluster.identities),
        subscription_id=ARCHIVE_SUBSCRIPTION_ID,
        resource_group=_ARCHIVE_GROUP,
        location="North Europe",
        state=STOPPED,
        ingestion=ingestion_of("contosoarchive"),
    )


def _add_resources(world: World) -> dict[str, Resource]:
    """Return what is only named, by name: all in the group of the cluster but Fabrikam's hub."""
    own, theirs = (
        group_id(SUBSCRIPTION_ID, GROUP),
        group_id(FABRIKAM_SUBSCRIPTION_ID, _FABRIKAM_GROUP),
    )
    places = [(own, *each) for each in _RESOURCES]
    places.append((theirs, "Microsoft.EventHub/namespaces", "fabrikamhub"))
    found = {
        name: Resource(f"{group}/providers/{kind}/{name}", kind, _REGION)
        for group, kind, name in places
    }
    world.resources += found.values()
    return found


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
            "retrievalStartDate": None,
        },
    )


def _add_roles(world: World, storage: Resource, hub: Resource) -> None:
    people = {each.display_name: each.object_id for each in world.principals}
    for subscription in world.subscriptions:
        scope = f"/subscriptions/{subscription.subscription_id}"
        role = READER if subscription.tenant_id else OWNER
        _assign(world, people["admin"], role, scope, "User")
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
