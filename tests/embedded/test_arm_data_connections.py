"""Data connections made, changed, removed and validated with the real management client."""

from urllib.parse import urlsplit

import pytest
from azure.mgmt.kusto import models

from adxmi_jupyter.embedded import DataConnection
from tests.embedded.ingesting import CLUSTER, FABRIKAM, HUB, INGEST, KINDS, SENSORS, WHERE

CONNECTIONS = f"{CLUSTER}/Databases/Sales/DataConnections"
REQUIRED = [(kind, name) for kind, properties in KINDS.items() for name in properties]


@pytest.fixture
def put(send):
    """Ask for a data connection without any SDK and return the HTTP response."""

    def put_connection(name="new", kind="EventHub", method="PUT", **properties):
        body = {"location": "westeurope", "kind": kind, "properties": KINDS[kind] | properties}
        return send(method, f"{CONNECTIONS}/{name}", json=body)

    return put_connection


@pytest.fixture
def make(kusto):
    """Make a data connection of a kind and return it."""

    def make_connection(name="new", kind="EventHub", **properties):
        body = {"location": "westeurope", "kind": kind, "properties": KINDS[kind] | properties}
        return kusto.data_connections.begin_create_or_update(*WHERE, name, body).result()

    return make_connection


@pytest.fixture
def failure(make, refused):
    """Make a data connection whose operation must fail and return the SDK's error."""

    def failed(**options):
        return refused(make, **options)

    return failed


def code(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made(make, kusto, kind):
    made = make(kind=kind)

    shown = kusto.data_connections.get(*WHERE, "new")
    assert made.kind == shown.kind == kind
    assert made.name == "contoso/Sales/new"
    assert made.id == f"{CONNECTIONS}/new"
    assert made.type == "Microsoft.Kusto/Clusters/Databases/DataConnections"
    assert shown.properties.provisioning_state == "Succeeded"
    assert dict(shown["properties"]).items() >= KINDS[kind].items()


MODELS = {
    "EventHub": (models.EventHubDataConnection, models.EventHubConnectionProperties),
    "EventHubWithManagedIdentity": (
        models.EventHubDataConnectionWithManagedIdentity,
        models.EventHubConnectionWithManagedIdentityProperties,
    ),
    "EventGrid": (models.EventGridDataConnection, models.EventGridConnectionProperties),
    "EventGridWithManagedIdentity": (
        models.EventGridDataConnectionWithManagedIdentity,
        models.EventGridConnectionWithManagedIdentityProperties,
    ),
    "CosmosDb": (models.CosmosDbDataConnection, models.CosmosDbDataConnectionProperties),
    "IotHub": (models.IotHubDataConnection, models.IotHubConnectionProperties),
}


@pytest.mark.parametrize("kind", MODELS)
def test_models_of_every_kind(kusto, kind):
    connection_model, properties_model = MODELS[kind]
    # Not given, the models of azure-mgmt-kusto 4.0 leave the kind out, which Azure requires.
    connection = connection_model(
        kind=kind, location="West Europe", properties=properties_model(KINDS[kind])
    )

    kusto.data_connections.begin_create_or_update(*WHERE, "new", connection).result()
    changed = kusto.data_connections.begin_update(*WHERE, "new", connection).result()

    _, listed = kusto.data_connections.list_by_database(*WHERE)
    assert type(changed) is type(listed) is connection_model
    assert type(listed.properties) is properties_model


def test_body_without_a_kind_is_refused(kusto, refused):
    connection = models.IotHubDataConnection(
        properties=models.IotHubConnectionProperties(KINDS["IotHub"])
    )

    error = refused(kusto.data_connections.begin_create_or_update, *WHERE, "new", connection)

    assert error.status_code == 400
    assert "kind" in error.error.message


def test_what_models_of_the_sdk_say_is_kept(kusto):
    connection = models.EventHubDataConnection(
        kind=models.DataConnectionKind.EVENT_HUB,
        location="West Europe",
        properties=models.EventHubConnectionProperties(
            event_hub_resource_id=HUB,
            consumer_group="analytics",
            table_name="Orders",
            data_format="CSV",
            compression="GZip",
            managed_identity_resource_id=INGEST,
        ),
    )

    poller = kusto.data_connections.begin_create_or_update(*WHERE, "new", connection)

    properties = poller.result().properties
    assert (properties.table_name, properties.data_format) == ("Orders", "CSV")
    assert (properties.compression, properties.database_routing) == ("GZip", "Single")


def test_object_id_stands_beside_the_resource_id(make, azure):
    user = make("by-user", managedIdentityResourceId=INGEST.lower())
    system = make("by-system", "EventGridWithManagedIdentity")
    keys = make("by-keys", "EventGrid", eventHubResourceId=SENSORS)

    world = azure.world
    assert user.properties.managed_identity_object_id == world.identity("mi-ingest").object_id
    assert system.properties.managed_identity_object_id == world.identity("contoso").object_id
    assert keys.properties.managed_identity_object_id is None


def test_given_object_id_is_not_believed(make, azure):
    made = make(managedIdentityResourceId=INGEST, managedIdentityObjectId="x")

    ingest = azure.world.identity("mi-ingest")
    assert made.properties.managed_identity_object_id == ingest.object_id


def test_what_was_left_out_is_empty_at_first_and_null_after_a_change(make):
    made = make(tableName="Orders").properties
    changed = make().properties

    assert (made.table_name, made.mapping_rule_name, made.data_format) == ("Orders", "", "")
    assert (changed.table_name, changed.mapping_rule_name, changed.data_format) == (None,) * 3
    assert (changed.compression, changed.event_system_properties) == ("None", [])


def test_put_answers_what_was_asked_for_while_it_is_made(put, send):
    response = put(tableName="Orders")

    running = send("GET", f"{CONNECTIONS}/new")
    listed = send("GET", CONNECTIONS).json()["value"]
    assert response.status_code == 201
    assert "Location" not in response.headers
    assert "/locations/westeurope/" in response.headers["Azure-AsyncOperation"]
    assert response.json()["location"] == "westeurope"
    assert response.json()["properties"] == {
        **KINDS["EventHub"],
        "tableName": "Orders",
        "provisioningState": "Creating",
    }
    assert running.json() == response.json()
    assert [each["name"] for each in listed] == ["contoso/Sales/sales-orders"]


def test_put_on_an_existing_connection_is_200_with_an_operation(make, put, kusto):
    make()

    response = put(tableName="Orders")

    assert response.status_code == 200
    assert response.json()["properties"]["provisioningState"] == "Accepted"
    assert "Azure-AsyncOperation" in response.headers
    unchanged = kusto.data_connections.get(*WHERE, "new").properties
    assert (unchanged.table_name, unchanged.provisioning_state) == ("", "Running")


def test_patch_answers_what_is_there_so_far(put):
    response = put("sales-orders", method="PATCH", dataFormat="JSON")
    before = response.json()["properties"]

    assert response.status_code == 202
    assert {"Azure-AsyncOperation", "Location"} <= set(response.headers)
    assert (before["dataFormat"], before["provisioningState"]) == ("MULTIJSON", "Accepted")


def test_update_keeps_nothing_that_is_left_out(kusto):
    body = {
        "kind": "EventHub",
        "properties": {"eventHubResourceId": HUB, "consumerGroup": "$Default", "dataFormat": "csv"},
    }

    changed = kusto.data_connections.begin_update(*WHERE, "sales-orders", body).result()

    assert (changed.properties.data_format, changed.properties.table_name) == ("CSV", None)
    assert changed.properties.managed_identity_resource_id is None


def test_update_of_what_is_not_there(put):
    assert code(put(method="PATCH")) == (404, "ResourceNotFound")


def test_a_connection_keeps_its_kind(put):
    response = put("sales-orders", kind="EventGrid")

    assert code(response) == (400, "BadRequest")


def test_delete(kusto, refused, send):
    kusto.data_connections.begin_delete(*WHERE, "Sales-Orders").result()

    error = refused(kusto.data_connections.get, *WHERE, "sales-orders")
    again = send("DELETE", f"{CONNECTIONS}/sales-orders")
    assert error.status_code == 404
    assert list(kusto.data_connections.list_by_database(*WHERE)) == []
    assert (again.status_code, again.content) == (204, b"")


def test_delete_tells_its_kind_of_operation(send):
    response = send("DELETE", f"{CONNECTIONS}/sales-orders")

    status = send("GET", urlsplit(response.headers["Azure-AsyncOperation"]).path)
    assert (response.status_code, response.content) == (202, b"")
    assert status.json()["properties"]["operationKind"] == "DmServiceDataObtainerDrop"


@pytest.mark.parametrize("identity", [INGEST, CLUSTER])
def test_an_identity_reaches_no_hub_of_another_tenant(failure, identity):
    error = failure(
        eventHubResourceId=FABRIKAM, managedIdentityResourceId=identity, consumerGroup="$Default"
    )

    assert error.error.code == "EventHubValidationErorFound"
    assert "another tenant" in error.error.message


def test_keys_reach_a_hub_of_another_tenant(make, azure):
    make(
        eventHubResourceId=FABRIKAM,
        consumerGroup="$Default",
        tableName="Orders",
        dataFormat="MULTIJSON",
    )

    assert azure.push_events("fabrikamhub/orders", [{"OrderId": 7}]) == 1


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_required_properties(put, kind, name):
    response = put(kind=kind, **{name: ""})

    assert code(response) == (400, "BadRequest")
    assert f"'{name}'" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "properties",
    [
        {"dataFormat": "XML"},
        {"compression": "Zip"},
        {"databaseRouting": "Both"},
        {"eventSystemProperties": "x-opt-offset"},
        {"retrievalStartDate": "yesterday"},
        {"retrievalStartDate": "2026-01-05T08:00:00"},
        {"tableName": 5},
        {"tabelName": "Orders"},
        {"blobStorageEventType": "Microsoft.Storage.BlobCreated"},
    ],
)
def test_values_that_cannot_stand_there(put, properties):
    assert code(put(**properties)) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("EventGrid", {"blobStorageEventType": "microsoft.storage.blobrenamed"}),
        ("EventGrid", {"ignoreFirstRecord": True}),
        ("EventHub", {"retrievalStartDate": "2026-01-05T08:00:00.1234567Z"}),
        ("EventHub", {"eventSystemProperties": ["x-opt-enqueued-time"]}),
        ("EventHub", {"databaseRouting": "multi", "dataFormat": "w3clogfile"}),
    ],
)
def test_values_that_may_stand_there(put, kind, properties):
    assert put(kind=kind, **properties).status_code == 201


def test_ignore_first_record_is_true_or_false(put):
    assert code(put(kind="EventGrid", ignoreFirstRecord="yes")) == (400, "BadRequest")


@pytest.mark.parametrize("name", ["new.hub-2", "9", "x" * 40])
def test_names(put, name):
    assert put(name).status_code == 201


@pytest.mark.parametrize("name", ["new_hub", "new hub", "x" * 41, "é"])
def test_names_that_are_none(put, name):
    response = put(name)

    assert code(response) == (400, "BadRequest")
    assert "40 characters" in response.json()["error"]["message"]


@pytest.mark.parametrize("kind", ["", None, "ServiceBus", 7])
def test_unknown_kinds(send, kind):
    response = send("PUT", f"{CONNECTIONS}/new", json={"kind": kind, "properties": {}})

    assert code(response) == (400, "BadRequest")
    assert "EventGridWithManagedIdentity" in response.json()["error"]["message"]


def test_letter_case_of_a_kind_does_not_count(send):
    body = {"kind": "eventhub", "properties": KINDS["EventHub"]}

    assert send("PUT", f"{CONNECTIONS}/new", json=body).json()["kind"] == "EventHub"


def test_identity_removed_later_leaves_the_connection(make, kusto, azure):
    make(managedIdentityResourceId=INGEST)

    azure.world.cluster.identities = []

    shown = kusto.data_connections.get(*WHERE, "new").properties
    assert shown.managed_identity_object_id is None
    assert shown.provisioning_state == "Succeeded"


def test_two_changes_of_one_connection_at_a_time(put):
    put()

    assert code(put()) == (409, "RequestConflict")


def test_change_while_the_cluster_is_busy_fails_later(put, make, refused):
    put("first")

    error = refused(make, "second", "EventGrid")

    assert error.error.code == "ServiceIsInMaintenance"


def test_fault_of_the_operation_changes_nothing(failure, kusto, azure):
    azure.faults.add("operation-fails")

    error = failure()

    assert error.error.code == "Failed"
    assert len(list(kusto.data_connections.list_by_database(*WHERE))) == 1


def test_fault_of_maintenance(put, azure):
    azure.faults.add("in-maintenance")

    assert code(put()) == (409, "ServiceIsInMaintenance")


@pytest.mark.parametrize(
    ("method", "verb"), [("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete")]
)
def test_reader_of_the_cluster_may_not_write(send, method, verb):
    response = send(method, f"{CONNECTIONS}/new", token="embedded-reader", json={})

    assert code(response) == (403, "AuthorizationFailed")
    action = f"Microsoft.Kusto/clusters/databases/dataConnections/{verb}"
    assert action in response.json()["error"]["message"]


def test_contributor_of_the_cluster_may(send, give_role):
    give_role("worker", "Contributor", CLUSTER)

    body = {"kind": "EventHub", "properties": KINDS["EventHub"]}
    response = send("PUT", f"{CONNECTIONS}/new", token="worker", json=body)

    assert response.status_code == 201


def test_connection_put_into_the_world_is_shown(kusto, azure):
    sales = azure.world.cluster.databases["Sales"]
    sales.data_connections.append(DataConnection("bare", "EventHub", KINDS["EventHub"]))

    names = [each.name for each in kusto.data_connections.list_by_database(*WHERE)]

    assert names == ["contoso/Sales/sales-orders", "contoso/Sales/bare"]
