"""Several clusters: an address for each, running or stopped, and nothing of one on another."""

import io
import socket
from dataclasses import replace

import pytest
from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.data.exceptions import KustoApiError, KustoNetworkError, KustoThrottlingError
from azure.kusto.ingest import IngestionProperties, QueuedIngestClient
from azure.mgmt.kusto import KustoManagementClient

from adxmi_jupyter.embedded import Table
from tests.embedded.clients import LoopbackAuth, UnusedCredential
from tests.embedded.conftest import ADMIN, READER

CREATE = ".create-or-alter function Seven() { print 7 }"


@pytest.fixture
def second(azure):
    """A running cluster beside the first one, with an empty database of the same name."""
    cluster = azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")
    azure.world.at(cluster).add_database("Sales")
    return cluster


def test_every_cluster_has_an_address_of_its_own(azure, second):
    addresses = azure.uris

    assert list(addresses) == ["contoso", "contosoarchive", "contosowest"]
    assert addresses["contoso"] == azure.kusto_uri
    assert len(set(addresses.values())) == 3


def test_an_address_is_found_by_resource_id_too(azure):
    group = "/subscriptions/b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42/resourceGroups/ARCHIVE"
    resource_id = f"{group}/providers/microsoft.kusto/clusters/contosoarchive"

    assert azure.uri_of(resource_id) == azure.uri_of("contosoarchive")
    with pytest.raises(KeyError):
        azure.uri_of("contosonorth")


def test_clusters_answer_with_their_own_state(run_on, second):
    run_on("contosowest", ".create table OnlyHere (Id: long)", database="Sales")

    there = run_on("contosowest", ".show databases")
    here = run_on("contoso", ".show databases")

    assert [row["DatabaseName"] for row in there] == ["Sales"]
    assert "Telemetry" in [row["DatabaseName"] for row in here]
    with pytest.raises(KustoApiError) as caught:
        run_on("contoso", "OnlyHere | count", database="Sales")
    assert caught.value.get_api_error().code == "General_BadRequest"


@pytest.mark.parametrize(
    "log", [".show commands", ".show commands-and-queries", ".show operations"]
)
def test_the_logs_of_one_cluster_tell_nothing_of_another(run_on, second, log):
    run_on("contosowest", CREATE, database="Sales")

    here, there = run_on("contoso", log), run_on("contosowest", log)

    assert here == []
    assert len(there) == 1


def test_other_clusters_begin_without_a_history(running_azure, run_on):
    running_azure.reset()
    running_azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")

    here, there = run_on("contoso", ".show queries"), run_on("contosowest", ".show queries")

    assert len(here) > 100
    assert there == []


def test_the_journal_of_one_cluster_tells_nothing_of_another(run_on, second):
    run_on("contosowest", CREATE, database="Sales")

    assert run_on("contoso", ".show journal") == []
    (entry,) = run_on("contosowest", ".show journal")
    assert entry["Event"] == "CREATE-OR-ALTER-FUNCTION"


def test_policies_and_identities_are_per_cluster(azure, run_on, second):
    identity = azure.world.identity("mi-ingest")
    items = f'[{{"ObjectId": "{identity.object_id}", "AllowedUsages": "NativeIngestion"}}]'
    command = f".alter cluster policy managed_identity '{items}'"

    with pytest.raises(KustoApiError):
        run_on("contosowest", command)
    second.identities.append(identity)
    run_on("contosowest", command)

    (here,) = run_on("contoso", ".show cluster policy managed_identity")
    (there,) = run_on("contosowest", ".show cluster policy managed_identity")
    assert "NativeIngestion" not in here["Policy"]
    assert "NativeIngestion" in there["Policy"]


def test_roles_are_per_cluster(run_on, second):
    with pytest.raises(KustoApiError) as caught:
        run_on("contosowest", ".show databases", token=READER)

    assert caught.value.http_response.status_code == 403
    assert run_on("contoso", ".show databases", token=READER)


def test_errors_name_the_cluster_that_was_asked(run_on, second):
    with pytest.raises(KustoApiError) as caught:
        run_on("contosowest", ".show cluster", token=READER)

    assert "contosowest.westeurope.kusto.windows.net" in str(caught.value)


def test_sign_in_metadata_names_the_cluster_that_was_asked(azure, http, second):
    address = azure.uri_of("contosowest")

    metadata = http.get(f"{address}/v1/rest/auth/metadata").json()["AzureAD"]

    assert metadata["KustoServiceResourceId"] == address


def test_the_port_of_a_cluster_answers_no_other_host_name(azure, http, second):
    address = azure.uri_of("contosowest")

    answer = http.get(
        f"{address}/v1/rest/auth/metadata",
        headers={"Host": azure.kusto_uri.removeprefix("http://")},
    )

    assert answer.status_code == 403


def test_resource_manager_is_at_every_address(azure, http, second):
    azure.arm.page_size = 1
    address = azure.uri_of("contosowest")
    path = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/providers/Microsoft.Kusto/clusters"

    found = http.get(
        f"{address}{path}?api-version=2025-02-14",
        headers={"Authorization": "Bearer embedded-admin"},
    ).json()

    assert [each["name"] for each in found["value"]] == ["contoso"]
    assert found["nextLink"].startswith(address)


def test_a_cluster_can_be_stopped_at_its_own_address(azure, second):
    address = azure.uri_of("contosowest")
    client = KustoManagementClient(
        UnusedCredential(),
        second.subscription_id,
        base_url=address,
        authentication_policy=LoopbackAuth(ADMIN),
        polling_interval=0.001,
        retry_total=0,
    )

    with client:
        client.clusters.begin_stop("analytics", "contosowest").result()

    assert second.state == "Stopped"
    azure.uri_of("contosowest")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))


def test_a_cluster_is_found_by_its_loopback_address(azure, graph, second):
    text = "resources | where properties.uri =~ '{}' | project name"

    found = {
        name: graph.resources({"query": text.format(address)}).data
        for name, address in azure.uris.items()
    }

    assert found == {name: [{"name": name}] for name in azure.uris}


def test_addresses_of_queues_are_good_for_their_own_cluster_only(azure, run_on, http, second):
    rows = run_on(
        "contosowest", ".get ingestion resources", address=azure.ingest_uri_of("contosowest")
    )
    queue = next(row for row in rows if row["ResourceTypeName"] == "FailedIngestionsQueue")
    own = queue["StorageRoot"].replace("?", "/messages?", 1) + "&peekonly=true"

    assert own.startswith(azure.uri_of("contosowest"))
    assert http.get(own).status_code == 200
    elsewhere = own.replace(azure.uri_of("contosowest"), azure.kusto_uri)
    assert http.get(elsewhere).status_code == 403


def test_a_stopped_cluster_refuses_connections_and_keeps_its_port(azure, run_on, second):
    address = azure.uri_of("contosowest")
    run_on("contosowest", CREATE, database="Sales")

    azure.stop_cluster("contosowest")

    assert azure.uri_of("contosowest") == address
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))
    azure.start_cluster("contosowest")
    (entry,) = run_on("contosowest", ".show journal")
    assert entry["Event"] == "CREATE-OR-ALTER-FUNCTION"


def test_a_stopped_first_cluster_hangs_up_and_resource_manager_stays(azure, run_on, send, second):
    azure.stop_cluster("contoso")

    with pytest.raises(KustoNetworkError):
        run_on("contoso", "print 1")
    assert run_on("contosowest", "print 1") == [{"print_0": 1}]
    path = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/providers/Microsoft.Kusto/clusters"
    states = {
        each["name"]: each["properties"]["state"] for each in send("GET", path).json()["value"]
    }
    assert states == {"contoso": "Stopped", "contosowest": "Running"}


def test_a_reset_closes_the_ports_of_clusters_that_are_gone(azure, second):
    port = int(azure.uri_of("contosowest").rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port)).close()

    azure.reset()

    assert "contosowest" not in azure.uris
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_clusters_of_two_subscriptions_may_share_a_name(azure, run_on):
    for subscription in ("Contoso", "Fabrikam"):
        azure.world.add_cluster("twin", subscription=subscription, state="Running")
    ids = [
        f"/subscriptions/{each.subscription_id}/resourceGroups/{each.resource_group}"
        "/providers/Microsoft.Kusto/clusters/twin"
        for each in azure.world.clusters
        if each.name == "twin"
    ]

    assert azure.uri_of(ids[0]) != azure.uri_of(ids[1])


def test_clusters_stand_in_subscriptions_and_groups_of_their_own(azure, run_on, manage):
    made = azure.add_subscription("Northwind", "data")
    azure.world.add_cluster("northwindone", subscription="Northwind", state="Running")
    azure.world.add_cluster(
        "northwindtwo", subscription="Northwind", resource_group="more", region="northeurope"
    )

    clusters = list(manage(KustoManagementClient, made.subscription_id).clusters.list())

    places = {each.name: (each.id.split("/")[4], each.location) for each in clusters}
    assert places == {
        "northwindone": ("data", "West Europe"),
        "northwindtwo": ("more", "North Europe"),
    }
    assert run_on("northwindone", "print 1") == [{"print_0": 1}]
    with pytest.raises(KeyError):
        azure.world.add_cluster("nowhere", subscription="Nobody's")


def test_queued_ingestion_goes_to_the_cluster_that_is_asked(azure, run_on, second):
    table = Table("Orders", (("OrderId", "long"),))
    second.databases["Sales"].tables["Orders"] = table
    before = len(azure.world.cluster.databases["Sales"].tables["Orders"].rows)
    builder = KustoConnectionStringBuilder.with_token_provider(
        azure.ingest_uri_of("contosowest"), lambda: ADMIN
    )

    with QueuedIngestClient(builder) as client:
        properties = IngestionProperties("Sales", "Orders", DataFormat.CSV)
        client.ingest_from_stream(io.BytesIO(b"1\n2\n"), properties)

    assert table.rows == [(1,), (2,)]
    assert len(azure.world.cluster.databases["Sales"].tables["Orders"].rows) == before
    assert run_on("contoso", ".show ingestion failures") == []


def test_logs_tell_of_their_own_cluster_only(run_on, second):
    run_on("contosowest", "print there = 1")
    run_on("contoso", "print here = 1")

    there = [row["Text"] for row in run_on("contosowest", ".show queries")]
    here = [row["Text"] for row in run_on("contoso", ".show queries")]

    assert there == ["print there = 1"]
    assert "print here = 1" in here
    assert "print there = 1" not in here


def test_a_continuous_export_runs_on_its_cluster(azure, second):
    world = azure.world.at(second)
    world.add_external_table(
        "Archive", "https://contosolake.blob.core.windows.net/exports", database="Sales"
    )
    world.add_continuous_export(
        "Nightly", database="Sales", external_table="Archive", query="print 1"
    )

    run = azure.run_now("Sales", "Nightly", cluster="contosowest")

    assert run.last_run_result
    with pytest.raises(KeyError):
        azure.run_now("Sales", "Nightly")


def test_events_reach_each_cluster_that_reads_them_and_wait_for_a_stopped_one(azure, second):
    here = azure.world.cluster.databases["Sales"]
    there = second.databases["Sales"]
    there.tables["Orders"] = Table("Orders", here.tables["Orders"].columns)
    there.data_connections.append(replace(here.data_connections[0], backlog=[]))
    second.identities.append(azure.world.identity("mi-ingest"))
    second.policy = here.policy
    azure.stop_cluster("contosowest")

    assert azure.push_events("contosohub/orders", [{"OrderId": 7}]) == 1
    assert there.tables["Orders"].rows == []

    azure.start_cluster("contosowest")
    assert azure.deliver_events() == 1
    assert [row[0] for row in there.tables["Orders"].rows] == [7]


def test_a_fault_of_one_cluster_strikes_no_other(azure, run_on, send, second):
    azure.faults.add("throttled", times=None, match=".show cluster", cluster="contosowest")
    azure.faults.add("unavailable", times=None, match="GET", cluster="ContosoWest")
    path = (
        "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
        "/Microsoft.Kusto/clusters"
    )

    assert run_on("contoso", ".show cluster")
    assert run_on("contosowest", "print 1") == [{"print_0": 1}]
    with pytest.raises(KustoThrottlingError):
        run_on("contosowest", ".show cluster")
    statuses = [send("GET", f"{path}/{name}").status_code for name in ("contoso", "contosowest")]
    assert statuses == [200, 503]
    assert azure.faults.active()[0]["cluster"] == "contosowest"


@pytest.mark.parametrize(
    "closed", [{"publicNetworkAccess": "Disabled"}, {"allowedIpRangeList": ["203.0.113.0/24"]}]
)
def test_a_cluster_closed_to_the_public_network_refuses_connections(
    running_azure, run_on, second, closed
):
    second.settings.update(closed)
    uri = running_azure.uri_of("contosowest")

    with pytest.raises(KustoNetworkError):
        run_on("contosowest", ".show databases")
    assert running_azure.names[second.public_uri] == uri


def test_an_allowed_address_reaches_a_cluster(run_on, second):
    second.settings["allowedIpRangeList"] = ["10.0.0.0/8", "127.0.0.1"]

    assert [row["DatabaseName"] for row in run_on("contosowest", ".show databases")] == ["Sales"]


def test_a_cluster_throttles_what_is_beyond_its_rate(run_on, second):
    second.load.per_second = 2

    for _ in range(2):
        run_on("contosowest", ".show databases")
    with pytest.raises(KustoThrottlingError):
        run_on("contosowest", ".show databases")

    assert (second.load.served, second.load.throttled) == (3, 1)
    assert run_on("contoso", ".show databases")


@pytest.mark.nightly
def test_nobody_trusts_a_certificate_that_has_expired(running_azure, run_on, second):
    second.bad_certificate = True

    assert running_azure.uri_of("contosowest").startswith("https://127.0.0.1:")
    with pytest.raises(KustoNetworkError):
        run_on("contosowest", ".show databases")
