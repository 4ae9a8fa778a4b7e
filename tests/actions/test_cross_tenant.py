"""An identity lives in one tenant: a data connection to another one is refused beforehand."""

import pytest

from adxmi_jupyter.actions.workflow.data_connections import put
from adxmi_jupyter.errors import CrossTenant
from adxmi_jupyter.model.declaration.products import DataConnection

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
INGEST = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
OWN_HUB = f"{GROUP}/providers/Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
FOREIGN_HUB = (
    "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
    "Microsoft.EventHub/namespaces/FabrikamHub/eventhubs/orders"
)


def product(hub):
    properties = {
        "eventHubResourceId": hub,
        "consumerGroup": "analytics" if hub == OWN_HUB else "$Default",
        "managedIdentityResourceId": INGEST,
    }
    return DataConnection("partner-orders", "EventHub", properties)


def test_a_hub_of_another_tenant_is_refused_and_nothing_is_sent(connection, azure):
    with pytest.raises(CrossTenant) as refusal:
        put(connection, "Sales", product(FOREIGN_HUB), noun="event-hub")

    made = [each.name for each in azure.world.cluster.databases["Sales"].data_connections]
    assert "fabrikamhub" in str(refusal.value)
    assert azure.world.tenant_id in str(refusal.value)
    assert made == ["sales-orders"]


def test_a_hub_of_the_own_tenant_is_connected(connection, azure):
    put(connection, "Sales", product(OWN_HUB), noun="event-hub")

    made = [each.name for each in azure.world.cluster.databases["Sales"].data_connections]
    assert made == ["sales-orders", "partner-orders"]
