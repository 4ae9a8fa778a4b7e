"""GET and list with ``useResourceGraph=true`` by the real SDKs: how late, and how often."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

DECLINED, THROTTLED = 422, 429
THROUGH = {"params": {"useResourceGraph": "true"}}


@pytest.fixture
def identities(msi):
    return msi.user_assigned_identities


def made(identities):
    identities.create_or_update("analytics", "mi-new", {"location": "westeurope"})
    listed = [one.name for one in identities.list_by_resource_group("analytics", **THROUGH)]
    return "mi-new" in listed


def test_a_resource_that_is_newer_than_the_index_is_found_without_the_graph_only(identities, azure):
    azure.arm.graph_age = 300.0

    assert not made(identities)
    with pytest.raises(ResourceNotFoundError):
        identities.get("analytics", "mi-new", **THROUGH)
    assert identities.get("analytics", "mi-new").name == "mi-new"

    azure.arm.graph_age = 0.0
    assert identities.get("analytics", "mi-new", **THROUGH).name == "mi-new"


def test_a_cluster_is_read_through_the_graph(kusto):
    assert kusto.clusters.get("analytics", "contoso", **THROUGH).name == "contoso"
    assert [one.name for one in kusto.clusters.list_by_resource_group("analytics", **THROUGH)]


@pytest.mark.parametrize(
    ("setting", "status"), [("graph_declines", DECLINED), ("graph_gets", THROTTLED)]
)
def test_where_the_graph_does_not_answer_resource_manager_does(kusto, azure, setting, status):
    setattr(azure.arm, setting, {DECLINED: True, THROTTLED: 0}[status])

    with pytest.raises(HttpResponseError) as caught:
        kusto.clusters.get("analytics", "contoso", **THROUGH)

    assert caught.value.status_code == status
    assert ("Retry-After" in caught.value.response.headers) == (status == THROTTLED)
    assert kusto.clusters.get("analytics", "contoso").name == "contoso"


def test_what_the_graph_does_not_have_is_listed_by_resource_manager(kusto, azure):
    azure.arm.graph_declines = True

    found = kusto.databases.list_by_cluster("analytics", "contoso", **THROUGH)

    assert [one.name for one in found]
