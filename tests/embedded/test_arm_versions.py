"""What each api-version shows and takes; unknown ones are told which there are."""

import pytest

from tests.embedded.conftest import SUBSCRIPTION

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics"
CLUSTER = f"{GROUP}/providers/Microsoft.Kusto/clusters/contoso"
KUSTO = (
    *("2019-09-07", "2019-11-09", "2020-02-15", "2020-06-14", "2020-09-18", "2021-01-01"),
    *("2021-08-27", "2022-02-01", "2022-07-07", "2022-11-11", "2022-12-29", "2023-05-02"),
    *("2023-08-15", "2024-04-13", "2025-02-14"),
)
PROPERTIES = {
    "2019-09-07": {"state", "uri", "keyVaultProperties"},
    "2020-02-15": {"languageExtensions", "enablePurge", "stateReason"},
    "2020-06-14": {"enableDoubleEncryption"},
    "2020-09-18": {"engineType"},
    "2021-08-27": {"allowedIpRangeList", "enableAutoStop", "restrictOutboundNetworkAccess"},
    "2022-02-01": {"publicIPType", "privateEndpointConnections"},
    "2024-04-13": {"calloutPolicies", "zoneStatus"},
}


@pytest.mark.parametrize("version", KUSTO)
def test_a_version_shows_the_properties_that_it_has(send, version):
    shown = set(send("GET", CLUSTER, version=version).json()["properties"])

    known = set().union(*(names for since, names in PROPERTIES.items() if since <= version))
    later = set().union(*(names for since, names in PROPERTIES.items() if since > version))
    assert known <= shown
    assert not later & shown


@pytest.mark.parametrize("version", KUSTO)
@pytest.mark.parametrize(
    "path",
    [
        "databases",
        "databases/Sales/dataConnections",
        "databases/Sales/scripts",
        "principalAssignments",
        "attachedDatabaseConfigurations",
    ],
)
def test_every_version_lists_what_is_in_a_cluster(send, version, path):
    answer = send("GET", f"{CLUSTER}/{path}", version=version)

    assert answer.status_code == 200
    assert isinstance(answer.json()["value"], list)


def test_the_first_version_shows_more_of_children(send):
    path = f"{CLUSTER}/databases/Sales"
    first = send("GET", path, version="2019-09-07").json()
    newest = send("GET", path).json()

    assert (first["etag"], first["tags"]) == ('""', {})
    assert first["properties"]["softDeletePeriodInDays"] == 365
    assert "isFollowed" not in first["properties"]
    assert not {"etag", "tags"} & set(newest)
    assert newest["properties"]["isFollowed"] is False


@pytest.mark.parametrize(
    ("path", "versions"),
    [
        (
            f"{CLUSTER}/providers/Microsoft.Authorization/roleDefinitions",
            ["2015-07-01", "2018-01-01-preview", "2022-04-01", "2022-05-01-preview"],
        ),
        (
            f"{CLUSTER}/providers/Microsoft.Authorization/roleAssignments",
            ["2015-07-01", "2018-01-01-preview", "2020-04-01-preview", "2022-04-01"],
        ),
        (
            f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
            ["2018-11-30", "2023-01-31", "2024-11-30"],
        ),
    ],
)
def test_neighbours_are_served_at_the_versions_that_tools_send(send, path, versions):
    answers = [send("GET", path, version=version) for version in versions]

    assert [each.status_code for each in answers] == [200] * len(versions)
    assert all(each.json()["value"] for each in answers)


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        (CLUSTER, KUSTO),
        (f"{CLUSTER}/providers/Microsoft.Authorization/roleDefinitions", ["2022-04-01"]),
    ],
)
def test_an_unknown_version_is_told_which_there_are(send, path, listed):
    answer = send("GET", path, version="2031-01-01")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "NoRegisteredProviderFound")
    assert [each for each in listed if each not in error["message"]] == []


def test_the_provider_tells_its_types_and_versions(send):
    path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Kusto"
    found = send("GET", path, version="2021-04-01").json()
    registered = send("POST", f"{path}/register", version="2021-04-01").json()

    (clusters,) = (each for each in found["resourceTypes"] if each["resourceType"] == "clusters")
    assert found["registrationState"] == registered["registrationState"] == "Registered"
    assert set(clusters["apiVersions"]) == set(KUSTO)
    assert "West Europe" in clusters["locations"]


def test_a_kind_of_connection_needs_a_version_that_has_it(send):
    path = f"{CLUSTER}/databases/Sales/dataConnections/new"
    body = {"kind": "CosmosDb", "properties": {}}

    old, new = (
        send("PUT", path, version=version, json=body).json()["error"]["message"]
        for version in ("2022-02-01", "2025-02-14")
    )

    assert old != new


def test_the_start_of_an_event_hubs_connection_is_set_at_first_and_kept(azure, kusto, disconnect):
    where = ("analytics", "contoso", "Sales", "orders")
    hub = f"{GROUP}/providers/Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
    body = {
        "kind": "EventHub",
        "properties": {"eventHubResourceId": hub, "consumerGroup": "$Default"},
    }

    def put(**more):
        asked = {**body, "properties": {**body["properties"], **more}}
        return kusto.data_connections.begin_create_or_update(*where, asked).result().properties

    first = put()
    kept = put(tableName="Orders")
    given = put(retrievalStartDate="2026-01-01T00:00:00Z")
    still = put()

    assert first.retrieval_start_date is not None
    assert kept.retrieval_start_date == first.retrieval_start_date
    assert given.retrieval_start_date == still.retrieval_start_date
    assert still.retrieval_start_date.year == 2026


def test_locations_are_shown_in_the_spelling_of_the_service(kusto, send):
    sku = {"name": "Standard_E2ads_v5", "tier": "Standard"}
    path = CLUSTER.replace("/contoso", "/contosonew")

    answer = send("PUT", path, json={"location": "WESTEUROPE", "sku": sku})
    made = kusto.clusters.begin_create_or_update(
        "analytics", "contosoother", {"location": "west europe", "sku": sku}
    ).result()

    assert answer.json()["location"] == "WESTEUROPE"
    assert made.location == "West Europe"


def test_tags_of_clusters_and_identities_can_change_alone(kusto, msi):
    before = kusto.clusters.get("analytics", "contoso")
    cluster = kusto.clusters.begin_update(
        "analytics", "contoso", {"tags": {"team": "data"}}
    ).result()
    identity = msi.user_assigned_identities.update("analytics", "mi-ingest", {"tags": {"a": "b"}})

    assert (cluster.tags, identity.tags) == ({"team": "data"}, {"a": "b"})
    assert cluster.identity.as_dict() == before.identity.as_dict()
    assert cluster.properties.state == "Running"
    unchanged = kusto.clusters.begin_update(
        "analytics", "contoso", {"tags": {"team": "data"}}
    ).result()
    assert unchanged.etag == cluster.etag
