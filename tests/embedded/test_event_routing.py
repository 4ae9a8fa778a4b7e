"""What an event holds and where it goes: formats, mappings, routing, system properties."""

import gzip
import json

import pytest

from tests.embedded.ingesting import INGEST_ID, NO_POLICY, ORDER, add_mapping, policy


def test_csv_goes_by_place(connect_hub, disconnect, azure, new_rows):
    connect_hub(dataFormat="CSV")

    azure.push_events("contosohub/orders", ["78,west,2.5,2026-03-02T00:00:00Z\n79,,oops,"])

    assert new_rows() == [(78, "west", 2.5, "2026-03-02T00:00:00Z"), (79, "", None, None)]


def test_csv_with_lines_of_different_length(connect_hub, disconnect, azure, failures):
    connect_hub(dataFormat="CSV")

    azure.push_events("contosohub/orders", ["78,west,2.5\n79,west"])

    assert failures() == [("Stream_WrongNumberOfFields", "Orders", 1)]


def test_without_any_format(connect_hub, disconnect, azure, failures):
    connect_hub(dataFormat="")

    azure.push_events("contosohub/orders", [ORDER])

    assert failures() == [("BadRequest_FormatNotSupported", "Orders", 1)]


def test_compressed_events(connect_hub, disconnect, azure, new_rows, failures):
    connect_hub(compression="GZip")

    azure.push_events("contosohub/orders", [gzip.compress(json.dumps(ORDER).encode()), ORDER])

    assert len(new_rows()) == 1
    assert failures() == [("BadRequest_InvalidBlob", "Orders", 1)]


def test_properties_of_an_event_route_it(azure, new_rows):
    azure.push_events("contosohub/orders", ["4,Tailspin,true"], Table="Customers", Format="csv")

    assert new_rows("Customers") == [(4, "Tailspin", True)]
    assert new_rows() == []


def test_another_database_needs_multi_routing(
    connect_hub, disconnect, azure, run, new_rows, failures
):
    beat = {"Timestamp": "2026-03-01T00:00:00Z", "Node": "n1"}
    item = policy(INGEST_ID, "DataConnection")
    connect_hub()
    azure.push_events("contosohub/orders", [beat], Database="Telemetry", Table="Heartbeats")
    connect_hub(databaseRouting="Multi")
    azure.deliver_events()
    run(f".alter database Telemetry policy managed_identity '{item}'")

    azure.deliver_events()

    assert failures() == [
        ("BadRequest_DatabaseAccessDenied", "Heartbeats", 1),
        (NO_POLICY, "Heartbeats", 1),
    ]
    assert new_rows("Heartbeats", "Telemetry") == [("2026-03-01T00:00:00Z", "n1")]


MAPPING = [
    {"column": "OrderId", "Properties": {"Path": "$.id"}},
    {"column": "Region", "Properties": {"Path": "$.where['the region'][0]"}},
    {"column": "Placed", "path": "$.ts", "transform": "DateTimeFromUnixSeconds"},
    {"column": "Amount", "Properties": {"ConstValue": "9.5"}},
]


def test_mapping_of_the_connection(connect_hub, disconnect, azure, new_rows):
    add_mapping(azure, json.dumps(MAPPING))
    connect_hub(mappingRuleName="m1")

    azure.push_events(
        "contosohub/orders", [{"id": "5", "where": {"the region": ["east"]}, "ts": 1772323200}]
    )

    assert new_rows() == [(5, "east", 9.5, "2026-03-01T00:00:00Z")]


def test_mapping_of_an_event_that_is_added_later(azure, new_rows, failures):
    azure.push_events("contosohub/orders", [{"id": 5}], IngestionMappingReference="m1")
    add_mapping(azure, json.dumps(MAPPING))

    azure.deliver_events()

    assert failures() == [("BadRequest_MappingReferenceWasNotFound", "Orders", 1)]
    assert new_rows() == [(5, "", 9.5, None)]


def test_mapping_of_another_kind_is_not_found(azure, failures):
    add_mapping(azure, json.dumps(MAPPING), kind="csv")

    azure.push_events("contosohub/orders", [ORDER], IngestionMappingReference="m1")

    assert failures() == [("BadRequest_MappingReferenceWasNotFound", "Orders", 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[", "BadRequest_InvalidMapping"),
        ("[1]", "BadRequest_InvalidMapping"),
        ('[{"Properties": {}}]', "BadRequest_InvalidMapping"),
        ('[{"column": "OrderId", "Properties": ["$.a"]}]', "BadRequest_InvalidMapping"),
        ('[{"column": "OrderId", "Ordinal": "first"}]', "BadRequest_InvalidMapping"),
        ('[{"column": "OrderId", "transform": "Magic"}]', "BadRequest_InvalidMapping"),
        ('[{"column": "Nothing", "path": "$.a"}]', "BadRequest_InconsistentMapping"),
    ],
)
def test_mappings_that_do_not_do(azure, failures, text, code):
    add_mapping(azure, text)

    azure.push_events("contosohub/orders", [ORDER], IngestionMappingReference="m1")

    assert failures() == [(code, "Orders", 1)]


def test_transformations(azure, new_rows):
    add_mapping(
        azure,
        json.dumps(
            [
                {"column": "OrderId", "transform": "SourceLineNumber"},
                {"column": "Region", "path": "$.bag", "transform": "PropertyBagArrayToDictionary"},
                {"column": "Placed", "path": "$.ms", "transform": "DateTimeFromUnixMilliseconds"},
            ]
        ),
    )
    event = {"bag": [{"key": "a", "value": 1}], "ms": 1772323200000}

    azure.push_events("contosohub/orders", [event, [event, {}]], IngestionMappingReference="m1")

    assert new_rows() == [
        (1, '{"a": 1}', None, "2026-03-01T00:00:00Z"),
        (1, '{"a": 1}', None, "2026-03-01T00:00:00Z"),
        (2, "", None, None),
    ]


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("Microseconds", 1772323200000000, "2026-03-01T00:00:00Z"),
        ("Nanoseconds", "1772323200000000000", "2026-03-01T00:00:00Z"),
        ("Nanoseconds", "soon", None),
        ("Seconds", "soon", None),
        ("Seconds", None, None),
        ("Seconds", 10**30, None),
    ],
)
def test_times_since_1970(azure, new_rows, unit, value, expected):
    column = {"column": "Placed", "path": "at", "transform": f"DateTimeFromUnix{unit}"}
    add_mapping(azure, json.dumps([column]))

    azure.push_events("contosohub/orders", [{"at": value}], IngestionMappingReference="m1")

    assert new_rows() == [(None, "", None, expected)]


def test_ordinals_outside_of_the_record_are_null(connect_hub, disconnect, azure, new_rows):
    text = '[{"column": "OrderId", "Ordinal": -1}, {"column": "Region", "Ordinal": 9}]'
    add_mapping(azure, text, kind="csv")
    connect_hub(dataFormat="CSV", mappingRuleName="m1")

    azure.push_events("contosohub/orders", ["5,x"])

    assert new_rows() == [(None, "", None, None)]


def test_connection_needs_an_existing_mapping(connect_hub, refused):
    error = refused(connect_hub, mappingRuleName="m1")

    assert error.error.code == "EventHubValidationErorFound"
    assert "m1" in error.error.message


def test_system_properties_of_events(connect_hub, disconnect, azure, new_rows):
    add_mapping(azure, '[{"column": "OrderId", "path": "$.x-opt-sequence-number"}]')
    connect_hub(mappingRuleName="m1", eventSystemProperties=["x-opt-sequence-number"])

    azure.push_events("contosohub/orders", [ORDER, ORDER])

    assert [row[0] for row in new_rows()] == [0, 1]


def test_system_properties_come_first_in_tabular_data(connect_hub, disconnect, azure, new_rows):
    connect_hub(dataFormat="CSV", eventSystemProperties=["x-opt-sequence-number"])

    azure.push_events("contosohub/orders", ["east,1.5"])

    assert new_rows() == [(0, "east", 1.5, None)]
