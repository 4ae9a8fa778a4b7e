"""Data connections at work: events of hubs become rows, or wait for what is missing."""

import json

import pytest

from adxmi_jupyter.embedded import DataConnection
from tests.embedded.ingesting import (
    CLUSTER,
    GROUP,
    HUB,
    HUB_RECEIVER,
    INGEST_ID,
    IOT,
    NAMESPACE,
    NO_POLICY,
    NO_ROLE,
    ORDER,
    SENSORS,
    SYSTEM_ID,
    WHERE,
    assign,
    policy,
    take_roles,
)


def test_event_becomes_a_row(azure, new_rows, failures):
    count = azure.push_events("contosohub/orders", [ORDER])

    assert count == 1
    assert new_rows() == [(77, "east", 1.5, "2026-03-01T00:00:00Z")]
    assert failures() == []


@pytest.mark.parametrize(
    "hub", [HUB, HUB.lower(), "contosohub/orders", "ContosoHub/Orders", f"{HUB}/"]
)
def test_hub_by_its_resource_id_or_short_name(azure, hub):
    assert azure.push_events(hub, [ORDER]) == 1


@pytest.mark.parametrize(
    "event", [ORDER, json.dumps(ORDER), json.dumps(ORDER).encode(), json.dumps([ORDER])]
)
def test_events_are_values_texts_or_bytes(azure, new_rows, event):
    azure.push_events("contosohub/orders", [event])

    assert [row[0] for row in new_rows()] == [77]


def test_several_events_and_several_records_in_one(azure, new_rows):
    count = azure.push_events("contosohub/orders", [[ORDER, ORDER], ORDER])

    assert count == 3
    assert len(new_rows()) == 3


def test_unknown_hub(azure):
    with pytest.raises(KeyError):
        azure.push_events("contosohub/nothing", [ORDER])


def test_missing_policy_keeps_the_events(azure, new_rows, failures):
    azure.world.cluster.databases["Sales"].policy = None

    count = azure.push_events("contosohub/orders", [ORDER, ORDER])

    assert (count, new_rows()) == (0, [])
    assert failures() == [(NO_POLICY, "Orders", 2)]


def test_mended_policy_lets_them_in_with_the_next_ones(azure, run, new_rows, failures):
    azure.world.cluster.databases["Sales"].policy = None
    azure.push_events("contosohub/orders", [ORDER])
    item = policy(INGEST_ID, "DataConnection")
    run(f".alter database Sales policy managed_identity '{item}'")

    count = azure.push_events("contosohub/orders", [ORDER])

    assert (count, len(new_rows()), len(failures())) == (2, 2, 1)


def test_policy_of_the_cluster_does_as_well(azure, run, new_rows):
    azure.world.cluster.databases["Sales"].policy = None
    item = policy(INGEST_ID, "All")
    run(f".alter-merge cluster policy managed_identity '{item}'")

    azure.push_events("contosohub/orders", [ORDER])

    assert len(new_rows()) == 1


def test_another_usage_does_not_do(azure, run, failures):
    item = policy(INGEST_ID, "NativeIngestion")
    run(f".alter database Sales policy managed_identity '{item}'")

    azure.push_events("contosohub/orders", [ORDER])

    assert failures() == [(NO_POLICY, "Orders", 1)]


@pytest.mark.parametrize(
    "scope",
    [GROUP, NAMESPACE, HUB, f"{HUB}/consumergroups/$Default", "/".join(GROUP.split("/")[:3])],
)
def test_role_at_any_scope_above_the_consumer_group(azure, send, new_rows, failures, scope):
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])
    assign(send, scope, HUB_RECEIVER, INGEST_ID)

    count = azure.deliver_events()

    assert failures() == [(NO_ROLE, "Orders", 1)]
    assert (count, len(new_rows())) == (1, 1)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("f526a384-b230-433a-b45c-95f59c4a2dec", 1),
        ("2b629674-e913-4c01-ae53-ef4638d8f975", 0),
        ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", 0),
    ],
    ids=["Data Owner", "Data Sender", "Owner"],
)
def test_other_roles(azure, send, role, expected):
    take_roles(azure)
    assign(send, HUB, role, INGEST_ID)

    assert azure.push_events("contosohub/orders", [ORDER]) == expected


def test_role_on_another_hub_does_not_do(connect_hub, azure, failures):
    connect_hub(eventHubResourceId=SENSORS, consumerGroup="$Default")

    azure.push_events("contosoedge/sensors", [ORDER])

    assert failures() == [(NO_ROLE, "Orders", 1)]


def test_identity_that_was_removed_from_the_cluster(azure, failures):
    azure.world.cluster.identities.clear()

    azure.push_events("contosohub/orders", [ORDER])

    assert failures() == [("BadRequest_InvalidManagedIdentity", "Orders", 1)]


def test_system_identity(connect_hub, azure, run, send, new_rows, failures):
    connect_hub(managedIdentityResourceId=CLUSTER)
    assign(send, HUB, HUB_RECEIVER, SYSTEM_ID)
    azure.push_events("contosohub/orders", [ORDER])
    item = policy("system", "DataConnection")
    run(f".alter-merge database Sales policy managed_identity '{item}'")

    azure.deliver_events()

    assert failures() == [(NO_POLICY, "Orders", 1)]
    assert len(new_rows()) == 2


def test_connection_with_keys_needs_neither_policy_nor_role(
    connect_hub, disconnect, azure, new_rows
):
    take_roles(azure)
    azure.world.cluster.databases["Sales"].policy = None
    connect_hub(managedIdentityResourceId=None)

    azure.push_events("contosohub/orders", [ORDER])

    assert len(new_rows()) == 1


def test_table_that_is_made_later(azure, new_rows, failures):
    sales = azure.world.cluster.databases["Sales"]
    orders = sales.tables.pop("Orders")
    azure.push_events("contosohub/orders", [ORDER])
    sales.tables["Orders"] = orders

    azure.deliver_events()

    assert failures() == [("BadRequest_TableNotExist", "Orders", 1)]
    assert len(new_rows()) == 1


def test_delivering_again_ingests_nothing_twice(azure, new_rows):
    azure.push_events("contosohub/orders", [ORDER])

    count = azure.deliver_events()

    assert (count, len(new_rows())) == (0, 1)


def test_spoiled_events_are_dropped(azure, new_rows, failures):
    azure.push_events("contosohub/orders", ['{"OrderId": ', b"", ORDER])

    again = azure.deliver_events()

    assert failures() == [
        ("BadRequest_InvalidBlob", "Orders", 1),
        ("BadRequest_EmptyBlob", "Orders", 1),
    ]
    assert (again, len(new_rows())) == (0, 1)


def test_events_before_the_connection_are_not_for_it(connect_hub, disconnect, azure, new_rows):
    azure.push_events("contosohub/orders", [ORDER])
    connect_hub()

    azure.push_events("contosohub/orders", [ORDER])

    assert len(new_rows()) == 1


def test_retrieval_start_date_brings_earlier_events(connect_hub, disconnect, azure, new_rows):
    azure.push_events("contosohub/orders", [ORDER])
    connect_hub(retrievalStartDate="2026-01-01T00:00:00Z")

    azure.deliver_events()

    assert len(new_rows()) == 1


def test_every_connection_has_its_own_events(connect_hub, azure, new_rows):
    connect_hub()

    count = azure.push_events("contosohub/orders", [ORDER])

    assert (count, len(new_rows())) == (2, 2)


def test_changed_connection_keeps_what_waits(connect_hub, disconnect, azure, new_rows):
    connect_hub(tableName="")
    azure.push_events("contosohub/orders", [ORDER])
    connect_hub(tableName="Orders")

    azure.deliver_events()

    assert len(new_rows()) == 1


def test_connection_that_was_made_again_starts_anew(
    connect_hub, disconnect, azure, kusto, new_rows
):
    connect_hub(tableName="")
    azure.push_events("contosohub/orders", [ORDER])
    kusto.data_connections.begin_delete(*WHERE, "extra").result()
    connect_hub()

    azure.deliver_events()

    assert new_rows() == []


def test_iot_hub_reads_with_its_shared_access_policy(azure, kusto, new_rows):
    body = {
        "kind": "IotHub",
        "properties": {
            "iotHubResourceId": IOT,
            "sharedAccessPolicyName": "iothubowner",
            "consumerGroup": "$Default",
            "tableName": "Orders",
            "dataFormat": "JSON",
        },
    }
    kusto.data_connections.begin_create_or_update(*WHERE, "devices", body).result()

    azure.push_events("contosodevices", [ORDER])

    assert len(new_rows()) == 1


def test_connection_put_into_the_world_works_as_well(azure, disconnect, new_rows):
    properties = {"eventHubResourceId": HUB, "consumerGroup": "$Default", "dataFormat": "json"}
    sales = azure.world.cluster.databases["Sales"]
    sales.data_connections.append(DataConnection("bare", "EventHub", properties))

    azure.push_events("contosohub/orders", [ORDER], Table="Orders")

    assert len(new_rows()) == 1
