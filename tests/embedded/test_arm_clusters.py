"""Clusters, databases, data connections and followed databases, as the real SDK reads them."""

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.kusto import KustoManagementClient

from adxmi_jupyter.embedded import Cluster

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
CLUSTER = f"{GROUP}/providers/Microsoft.Kusto/Clusters/contoso"
ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"


def test_get_cluster(kusto):
    cluster = kusto.clusters.get("analytics", "contoso")

    assert cluster.id == CLUSTER
    assert cluster.type == "Microsoft.Kusto/Clusters"
    assert cluster.location == "West Europe"
    assert cluster.properties.state == "Running"
    assert cluster.properties.provisioning_state == "Succeeded"
    assert cluster.properties.uri == "https://contoso.westeurope.kusto.windows.net"


def test_cluster_shows_both_kinds_of_identity(kusto, azure):
    identity = kusto.clusters.get("analytics", "contoso").identity

    assert identity.type == "SystemAssigned, UserAssigned"
    assert identity.principal_id == azure.world.cluster.system_identity.object_id
    assert identity.tenant_id == azure.world.tenant_id
    ingest, export = identity.user_assigned_identities.items()
    assert ingest[0] == (
        "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourcegroups/analytics/providers/"
        "Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
    )
    assert ingest[1].principal_id == azure.world.identity("mi-ingest").object_id
    assert export[1].client_id == azure.world.identity("mi-export").client_id


def test_etag_is_a_quoted_time_in_body_and_header(send):
    response = send("GET", CLUSTER)

    assert response.json()["etag"] == '"2026-01-05T08:00:00.1234567Z"'
    assert response.headers["ETag"] == response.json()["etag"]


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_letter_case_of_paths_does_not_count(send, change):
    response = send("GET", change(CLUSTER))

    assert response.status_code == 200
    assert response.json()["id"] == CLUSTER


def test_slash_too_many_does_no_harm(send):
    response = send("GET", "/" + CLUSTER)

    assert response.status_code == 200


def test_list_clusters_of_a_subscription_and_of_a_group(kusto, manage):
    archive = manage(KustoManagementClient, ARCHIVE)

    assert [c.name for c in kusto.clusters.list()] == ["contoso"]
    assert [c.name for c in kusto.clusters.list_by_resource_group("Analytics")] == ["contoso"]
    assert [c.name for c in kusto.clusters.list_by_resource_group("shared-identities")] == []
    assert [c.name for c in archive.clusters.list()] == ["contosoarchive"]


def test_stopped_cluster_has_identities_of_its_own(manage):
    (cluster,) = manage(KustoManagementClient, ARCHIVE).clusters.list()

    assert cluster.properties.state == "Stopped"
    assert cluster.properties.state_reason
    assert cluster.identity.type == "UserAssigned"
    assert [one.rsplit("/")[-1] for one in cluster.identity.user_assigned_identities] == [
        "mi-ingest",
        "mi-export",
    ]


def test_long_list_comes_in_pages(kusto, azure):
    azure.arm.page_size = 2
    for number in range(4):
        azure.world.other_clusters.append(
            Cluster(
                f"more{number}",
                "westeurope",
                azure.world.tenant_id,
                subscription_id="4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07",
                resource_group="analytics",
            )
        )

    names = [c.name for c in kusto.clusters.list()]

    assert names == ["contoso", "more0", "more1", "more2", "more3"]
    assert azure.world.cluster.name == "contoso"


def test_next_link_is_absolute_and_keeps_the_version(send, azure):
    azure.arm.page_size = 2

    link = send("GET", f"{CLUSTER}/databases").json()["nextLink"]

    assert link.startswith(azure.arm_uri + "/subscriptions/")
    assert "api-version=2025-02-14" in link
    assert "%24skiptoken=2" in link


def test_unknown_cluster_is_missed_by_resource_manager(kusto, send):
    with pytest.raises(ResourceNotFoundError) as caught:
        kusto.clusters.get("analytics", "nowhere")
    response = send("GET", CLUSTER.replace("contoso", "nowhere"))

    assert caught.value.error.code == "ResourceNotFound"
    assert "Microsoft.Kusto/clusters/nowhere" in caught.value.error.message
    assert response.headers["x-ms-failure-cause"] == "gateway"


def test_list_databases(kusto):
    databases = list(kusto.databases.list_by_cluster("analytics", "contoso"))

    assert [d.name for d in databases] == [
        "contoso/Sales",
        "contoso/Tom's Lab",
        "contoso/Telemetry",
    ]
    assert databases[0].id == f"{CLUSTER}/Databases/Sales"
    assert databases[0].type == "Microsoft.Kusto/Clusters/Databases"
    assert [d.properties.is_followed for d in databases] == [False, False, False]


def test_databases_by_the_number(kusto, refused):
    names = [d.name for d in kusto.databases.list_by_cluster("analytics", "contoso", top=1)]
    error = refused(list, kusto.databases.list_by_cluster("analytics", "contoso", skiptoken="x"))

    assert len(names) == 3
    assert error.status_code == 400


def test_database_created_by_the_kusto_side_is_there(kusto, azure):
    azure.world.add_database("New")

    database = kusto.databases.get("analytics", "contoso", "new")

    assert database.name == "contoso/New"


def test_database_name_with_blank_and_apostrophe(kusto):
    database = kusto.databases.get("analytics", "contoso", "Tom's Lab")

    assert database.name == "contoso/Tom's Lab"


def test_unknown_database_is_missed_by_the_provider(kusto, refused):
    error = refused(kusto.databases.get, "analytics", "contoso", "Nothing")

    assert error.status_code == 404
    assert error.error.code == "ResourceNotFound"
    assert f"{CLUSTER}/Databases/Nothing" in error.error.message


def test_data_connection_names_its_identity_by_resource_id(kusto, azure):
    (connection,) = kusto.data_connections.list_by_database("analytics", "contoso", "Sales")
    ingest = azure.world.identity("mi-ingest")

    assert connection.name == "contoso/Sales/sales-orders"
    assert connection.kind == "EventHub"
    named = connection.properties.managed_identity_resource_id
    assert "/resourceGroups/" in named
    assert named.casefold() == ingest.resource_id.casefold()
    assert connection.properties.managed_identity_object_id == ingest.object_id


def test_get_data_connection(kusto, refused):
    found = kusto.data_connections.get("analytics", "contoso", "Sales", "Sales-Orders")
    error = refused(kusto.data_connections.get, "analytics", "contoso", "Sales", "other")

    assert found.name == "contoso/Sales/sales-orders"
    assert error.error.code == "ResourceNotFound"
    assert "DataConnections/other" in error.error.message


def test_followed_database(azure, manage, kusto):
    azure.world.follow("Sales")
    archive = manage(KustoManagementClient, ARCHIVE).attached_database_configurations

    (attached,) = archive.list_by_cluster("archive", "contosoarchive")
    own = list(kusto.attached_database_configurations.list_by_cluster("analytics", "contoso"))

    assert attached.name == "contosoarchive/follow-0"
    assert attached.properties.cluster_resource_id == CLUSTER
    assert attached.properties.attached_database_names == ["Sales"]
    assert own == []
