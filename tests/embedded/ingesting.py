"""Names and helpers of the tests about ingestion."""

import json

from adxmi_jupyter.embedded import IngestionMapping

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
PROVIDERS = f"{GROUP}/providers"
CLUSTER = f"{PROVIDERS}/Microsoft.Kusto/Clusters/contoso"
NAMESPACE = f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub"
HUB = f"{NAMESPACE}/eventhubs/orders"
NEW_BLOBS = f"{NAMESPACE}/eventhubs/new-blobs"
SENSORS = f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
FABRIKAM = (
    "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
    "Microsoft.EventHub/namespaces/fabrikamhub/eventhubs/orders"
)
LAKE = f"{PROVIDERS}/Microsoft.Storage/storageAccounts/contosolake"
COSMOS = f"{PROVIDERS}/Microsoft.DocumentDB/databaseAccounts/contosocosmos"
IOT = f"{PROVIDERS}/Microsoft.Devices/IotHubs/contosodevices"
INGEST = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
INGEST_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
STRANGER_ID = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
SYSTEM_ID = "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"
AS_INGEST = f";managed_identity={INGEST_ID}"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
HUB_RECEIVER = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde"
ACCOUNT_READER = "fbdf93bf-df7d-467e-a4d2-9458aa1360c8"

CONTAINERS = "https://contosolake.blob.core.windows.net"
LANDING = f"{CONTAINERS}/landing"
WHERE = ("analytics", "contoso", "Sales")
TESTER = "embedded-tester"
ORDER = {"OrderId": 77, "Region": "east", "Amount": 1.5, "Placed": "2026-03-01T00:00:00Z"}
NO_POLICY = "Forbidden"
NO_ROLE = "BadRequest_InvalidAuthentication"

# What each kind of data connection has to have.
KINDS = {
    "EventHub": {"eventHubResourceId": HUB, "consumerGroup": "analytics"},
    "EventHubWithManagedIdentity": {
        "eventHubResourceIdForManagedIdentity": HUB,
        "consumerGroup": "analytics",
        "managedIdentityResourceId": INGEST,
    },
    "EventGrid": {
        "storageAccountResourceId": LAKE,
        "eventHubResourceId": NEW_BLOBS,
        "consumerGroup": "$Default",
    },
    "EventGridWithManagedIdentity": {
        "storageAccountResourceIdForManagedIdentity": LAKE,
        "eventHubResourceIdForManagedIdentity": NEW_BLOBS,
        "consumerGroup": "$Default",
        "managedIdentityResourceId": CLUSTER,
    },
    "CosmosDb": {
        "cosmosDbAccountResourceId": COSMOS,
        "cosmosDbDatabase": "Shop",
        "cosmosDbContainer": "Baskets",
        "tableName": "Orders",
        "managedIdentityResourceId": INGEST,
    },
    "IotHub": {
        "iotHubResourceId": IOT,
        "sharedAccessPolicyName": "iothubowner",
        "consumerGroup": "$Default",
    },
}


def add_tester(azure, role, database):
    """Add a caller who holds one role on one database."""
    azure.world.grant(azure.world.add_principal("tester", token=TESTER), role, database=database)


def policy(identity, usages):
    """Return the JSON of a managed identity policy with one item."""
    return json.dumps([{"ObjectId": identity, "AllowedUsages": usages}])


def assign(send, scope, role, principal):
    """Give a principal an Azure role."""
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{principal}"
    body = {"properties": {"roleDefinitionId": role, "principalId": principal}}
    assert send("PUT", path, version="2022-04-01", json=body).status_code == 201


def take_roles(azure, scope=NAMESPACE):
    """Take all Azure roles that were given at a scope."""
    azure.world.azure_roles = [each for each in azure.world.azure_roles if each.scope != scope]


def add_mapping(azure, text, kind="json"):
    """Give the table Orders the ingestion mapping `m1`."""
    orders = azure.world.cluster.databases["Sales"].tables["Orders"]
    orders.mappings.append(IngestionMapping("m1", kind, text, "2026-01-05T08:00:00Z"))
