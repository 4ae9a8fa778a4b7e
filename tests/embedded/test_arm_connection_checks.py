"""What is looked up for a data connection: told by its validation, or why it fails."""

import pytest

from tests.embedded.ingesting import CLUSTER, COSMOS, FABRIKAM, HUB, INGEST, IOT, KINDS, LAKE, WHERE


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


@pytest.fixture
def validate(kusto):
    """Validate a data connection and return its error messages."""

    def messages(name="new", kind="EventHub", **properties):
        body = {
            "dataConnectionName": name,
            "properties": {"kind": kind, "properties": KINDS[kind] | properties},
        }
        result = kusto.data_connections.begin_data_connection_validation(*WHERE, body).result()
        return [each["errorMessage"] for each in result["Value"]]

    return messages


PROBLEMS = [
    ({"tableName": "Nothing"}, "table 'Nothing' does not exist"),
    ({"tableName": "orders"}, "table 'orders' does not exist"),
    ({"tableName": "Orders", "mappingRuleName": "m"}, "mapping 'm' does not exist"),
    ({"managedIdentityResourceId": INGEST.replace("ingest", "other")}, "mi-other"),
    ({"eventHubResourceId": HUB.replace("orders", "nothing")}, "does not exist"),
    ({"eventHubResourceId": HUB.replace("4c8f", "0000")}, "does not exist"),
    ({"eventHubResourceId": "contosohub/orders"}, "does not exist"),
    ({"eventHubResourceId": IOT}, "event hub"),
    ({"kind": "IotHub", "iotHubResourceId": HUB}, "IoT hub"),
    ({"consumerGroup": "nobody"}, "consumer group 'nobody'"),
    ({"consumerGroup": "$default"}, "already in use"),
    ({"kind": "EventGrid", "storageAccountResourceId": f"{LAKE}2"}, "contosolake2"),
    ({"kind": "CosmosDb", "cosmosDbContainer": "baskets"}, "container 'baskets'"),
    ({"kind": "CosmosDb", "cosmosDbAccountResourceId": f"{COSMOS}2"}, "contosocosmos2"),
    ({"kind": "IotHub", "iotHubResourceId": f"{IOT}2"}, "contosodevices2"),
]


@pytest.mark.parametrize(("properties", "problem"), PROBLEMS)
def test_validation_tells_what_would_not_work(validate, properties, problem):
    messages = validate(**properties)

    assert any(problem in each for each in messages)


@pytest.mark.parametrize(("properties", "problem"), PROBLEMS)
def test_what_would_not_work_fails_the_operation(failure, kusto, properties, problem):
    error = failure(**properties)

    family = properties.get("kind", "EventHub")
    assert error.status_code == 200
    assert error.error.code == f"{family}ValidationErorFound"
    assert problem in error.error.message
    assert [c.name for c in kusto.data_connections.list_by_database(*WHERE)] == [
        "contoso/Sales/sales-orders"
    ]


def test_several_problems_at_once(validate):
    assert len(validate(tableName="Nothing", consumerGroup="$Default")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_validation_of_what_would_work(validate, azure, kind):
    assert validate(kind=kind) == []
    assert len(azure.world.cluster.databases["Sales"].data_connections) == 1


def test_validation_of_an_existing_connection_is_not_in_its_own_way(validate):
    assert validate("sales-orders", consumerGroup="$Default") == []


def test_validation_answers_with_a_capital_value(kusto):
    body = {"properties": {"kind": "EventHub", "properties": KINDS["EventHub"]}}

    poller = kusto.data_connections.begin_data_connection_validation(*WHERE, body)

    assert dict(poller.result()) == {"Value": []}


def test_validation_needs_a_whole_connection(kusto, refused):
    begin = kusto.data_connections.begin_data_connection_validation

    without_kind = refused(begin, *WHERE, {"properties": {}})
    without_hub = refused(begin, *WHERE, {"properties": {"kind": "EventHub", "properties": {}}})

    assert (without_kind.status_code, without_hub.status_code) == (400, 400)


def test_identity_must_be_assigned_to_the_cluster(validate, azure):
    stranger = azure.world.identity("mi-stranger").resource_id

    (message,) = validate(managedIdentityResourceId=stranger)

    assert "mi-stranger" in message


def test_system_identity_that_there_is_none(validate, azure):
    azure.world.cluster.system_identity = None

    (message,) = validate(managedIdentityResourceId=CLUSTER)

    assert "not assigned" in message


def test_a_validation_tells_of_another_tenant(validate):
    messages = validate(
        eventHubResourceId=FABRIKAM, managedIdentityResourceId=INGEST, consumerGroup="$Default"
    )

    assert len(messages) == 1
    assert "another tenant" in messages[0]
