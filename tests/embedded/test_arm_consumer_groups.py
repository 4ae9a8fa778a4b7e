"""The consumer groups of an event hub, as Resource Manager lists them."""

import pytest

VERSION = "2024-01-01"
NAMESPACE = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosohub"
)


def test_the_groups_of_a_hub_are_listed(send):
    found = send("GET", f"{NAMESPACE}/eventhubs/orders/consumergroups", version=VERSION).json()

    assert [one["name"] for one in found["value"]] == ["$Default", "analytics"]
    assert found["value"][1]["id"] == f"{NAMESPACE}/eventhubs/orders/consumergroups/analytics"


@pytest.mark.parametrize(
    "hub", [f"{NAMESPACE}/eventhubs/nothing", f"{NAMESPACE}2/eventhubs/orders"]
)
def test_a_hub_that_is_not_there_has_none(send, hub):
    answer = send("GET", f"{hub}/consumergroups", version=VERSION)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "ResourceNotFound"
