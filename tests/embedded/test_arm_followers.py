"""Databases that other clusters follow, as the real SDK lists them."""

import pytest
from azure.mgmt.kusto import KustoManagementClient

ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
FABRIKAM = "e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38"
CLUSTER = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
    "/providers/Microsoft.Kusto/Clusters/contoso"
)
FOLLOWER = (
    f"/subscriptions/{ARCHIVE}/resourceGroups/archive"
    "/providers/Microsoft.Kusto/Clusters/contosoarchive"
)
FOLLOWED = {
    "clusterResourceId": FOLLOWER,
    "attachedDatabaseConfigurationName": "follow-0",
    "databaseName": "Sales",
}


@pytest.fixture
def clusters(kusto):
    return kusto.clusters


def test_a_follower(azure, clusters):
    azure.world.follow("Sales")

    posted = list(clusters.list_follower_databases("analytics", "contoso"))
    got = list(clusters.list_follower_databases_get("analytics", "contoso"))

    assert [each.as_dict() for each in posted] == [FOLLOWED]
    assert [each.as_dict() for each in got] == [{"properties": FOLLOWED}]


def test_nobody_follows_at_first(clusters, kusto):
    assert list(clusters.list_follower_databases("analytics", "contoso")) == []
    assert kusto.databases.get("analytics", "contoso", "Sales").properties.is_followed is False


def test_cluster_that_follows_is_followed_by_nobody(manage):
    archive = manage(KustoManagementClient, ARCHIVE).clusters

    assert list(archive.list_follower_databases("archive", "contosoarchive")) == []


def test_another_database_is_followed(azure, clusters, kusto):
    azure.world.follow("Sales")
    azure.world.follow("Telemetry")

    found = list(clusters.list_follower_databases("analytics", "contoso"))

    assert [each.database_name for each in found] == ["Sales", "Telemetry"]
    assert kusto.databases.get("analytics", "contoso", "Telemetry").properties.is_followed is True


def test_every_database_is_followed(azure, clusters, kusto, manage):
    azure.world.follow()
    archive = manage(KustoManagementClient, ARCHIVE).attached_database_configurations

    found = list(clusters.list_follower_databases("analytics", "contoso"))
    *_, attached = archive.list_by_cluster("archive", "contosoarchive")
    databases = kusto.databases.list_by_cluster("analytics", "contoso")

    assert found[-1].database_name == "*"
    assert attached.name == f"contosoarchive/{found[-1].attached_database_configuration_name}"
    assert attached.properties.database_name == "*"
    assert attached.properties.attached_database_names == ["Sales", "Tom's Lab", "Telemetry"]
    assert {each.properties.is_followed for each in databases} == {True}


def test_follower_in_another_tenant(azure, clusters, manage, graph):
    azure.world.add_cluster("fabrikamkusto", subscription="Fabrikam")
    azure.world.follow("Sales", by="fabrikamkusto")

    *_, found = clusters.list_follower_databases("analytics", "contoso")
    follower = manage(KustoManagementClient, FABRIKAM).clusters.get("partners", "fabrikamkusto")
    text = "resources | where name =~ 'fabrikamkusto' | project id, tenantId"
    (row,) = graph.resources({"query": text}).data

    assert found.cluster_resource_id == follower.id == row["id"]
    assert row["tenantId"] not in {"", azure.world.tenant_id}
    assert follower.identity is None


def test_identity_is_assigned_to_the_follower_too(azure, manage):
    archive = manage(KustoManagementClient, ARCHIVE).clusters
    stranger = azure.world.identity("mi-stranger").resource_id
    identity = {"type": "UserAssigned", "userAssignedIdentities": {stranger: {}}}

    changed = archive.begin_update("archive", "contosoarchive", {"identity": identity}).result()

    assert stranger in changed.identity.user_assigned_identities


def test_a_cluster_that_does_not_exist_cannot_follow(azure):
    with pytest.raises(KeyError):
        azure.world.follow("Sales", by="nowhere")


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 403)])
def test_reader_may_only_get_them(send, method, status):
    response = send(method, f"{CLUSTER}/listFollowerDatabases", token="embedded-reader")

    assert response.status_code == status
