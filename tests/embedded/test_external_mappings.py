"""Mappings of external tables, and the virtual columns of their partitions."""

import json

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.embedded.state.world import as_principal

EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
LAKE = "https://contosolake.blob.core.windows.net"
AS_EXPORT = f"managed_identity={EXPORT_ID}"
NUMBER_AND_PLACE = json.dumps(
    [
        {"Column": "Number", "Properties": {"Path": "$.OrderId"}},
        {"Column": "Place", "Properties": {"Path": "$.address.city"}},
    ]
)


@pytest.fixture
def run_in_sales(run):
    return lambda text, **options: run(text, database="Sales", **options)


@pytest.fixture
def table(run_in_sales):
    """Create the external table `Lake` over a folder of `landing`, read as mi-export."""

    def create(columns, *, data_format="json", by="", place="landing/parcels", more=""):
        run_in_sales(
            f".create external table Lake {columns} kind=storage {by} dataformat={data_format} "
            f"(h@'{LAKE}/{place};{AS_EXPORT}') {more}"
        )

    return create


@pytest.fixture
def parcels(azure):
    record = {"OrderId": 5, "address": {"city": "Bern"}}
    azure.world.add_blob("contosolake", "landing", "parcels/a.json", json.dumps(record).encode())


def test_a_mapping_takes_values_from_its_paths(table, parcels, run_in_sales):
    table("(Number:long, Place:string)")
    run_in_sales(f".create external table Lake mapping 'places' '{NUMBER_AND_PLACE}'")

    mapped = run_in_sales("external_table('Lake', 'places')")
    by_name = run_in_sales("external_table('Lake')")

    assert mapped == [{"Number": 5, "Place": "Bern"}]
    assert by_name == [{"Number": None, "Place": ""}]


def test_a_mapping_takes_fields_by_their_place(table, run_in_sales):
    table("(Kind:string, Number:long)", data_format="csv", place="archive/2024")
    mapping = json.dumps(
        [
            {"Column": "Number", "Properties": {"Ordinal": "0"}},
            {"Column": "Kind", "Properties": {"ConstValue": "order"}},
        ]
    )
    run_in_sales(f".create external table Lake mapping 'm' '{mapping}'")

    rows = run_in_sales("external_table('Lake', 'm') | take 1")

    assert rows == [{"Kind": "order", "Number": 1001}]


def test_a_mapping_leaves_virtual_columns_alone(azure, table, run_in_sales):
    azure.world.add_blob("contosolake", "landing", "parcels/north/a.json", b'{"OrderId": 5}')
    table("(Number:long)", by="partition by (Region:string)")
    mapping = json.dumps([{"Column": "Number", "Properties": {"Path": "$.OrderId"}}])
    run_in_sales(f".create external table Lake mapping 'm' '{mapping}'")

    rows = run_in_sales("external_table('Lake', 'm')")

    assert rows == [{"Number": 5, "Region": "north"}]


def test_mappings_are_shown_altered_and_dropped(table, run_in_sales):
    table("(Number:long, Place:string)")
    (made,) = run_in_sales(f".create external table Lake mapping 'm' '{NUMBER_AND_PLACE}'")

    (altered,) = run_in_sales(".alter external table Lake mapping 'm' '[]'")
    shown = run_in_sales(".show external table Lake mapping 'm'")
    (dropped,) = run_in_sales(".drop external table Lake mapping 'm'")

    assert (made["Name"], made["Kind"], made["Mapping"]) == ("m", "Json", NUMBER_AND_PLACE)
    assert (made["Database"], made["Table"]) == ("Sales", "Lake")
    assert shown == [altered]
    assert dropped["Mapping"] == "[]"
    assert run_in_sales(".show external table Lake mappings") == []


def test_a_table_that_is_altered_keeps_its_mappings(table, run_in_sales):
    table("(Number:long, Place:string)")
    run_in_sales(f".create external table Lake mapping 'm' '{NUMBER_AND_PLACE}'")

    run_in_sales(
        ".alter external table Lake (Number:long, Place:string) kind=storage dataformat=json "
        f"(h@'{LAKE}/landing/elsewhere;{AS_EXPORT}')"
    )

    assert len(run_in_sales(".show external table Lake mappings")) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (".create external table Lake mapping 'm' '[]'", "EntityAlreadyExistsException"),
        (".alter external table Lake mapping 'x' '[]'", "EntityNotFoundInContainerException"),
        (".drop external table Lake mapping 'x'", "EntityNotFoundInContainerException"),
        (".show external table Lake mapping 'x'", "EntityNotFoundInContainerException"),
        (".show external table Nowhere mappings", "EntityNotFoundInContainerException"),
        (".create external table Nowhere mapping 'm' '[]'", "EntityNotFoundInContainerException"),
        (".create external table Lake mapping 'x' '{'", "KustoBadRequestException"),
        (".create external table Lake mapping 'x' '{}'", "KustoBadRequestException"),
        (
            ".create external table Lake mapping 'x' '[{\"Column\":\"Gone\"}]'",
            "KustoBadRequestException",
        ),
    ],
)
def test_mappings_that_cannot_be_are_refused(table, run_in_sales, refusal, text, kind):
    table("(Number:long)")
    run_in_sales(".create external table Lake mapping 'm' '[]'")

    error = refusal(text, database="Sales")

    assert error.type == f"Kusto.Data.Exceptions.{kind}"


def test_only_tables_of_kind_storage_have_mappings(run_in_sales, refusal):
    run_in_sales(f".create external table Lake kind=delta (h@'{LAKE}/delta/orders;{AS_EXPORT}')")

    error = refusal(".create external table Lake mapping 'm' '[]'", database="Sales")

    assert error.code == "General_BadRequest"


def test_who_is_no_admin_of_the_table_makes_no_mapping(table, run, refusal, azure):
    table("(Number:long)")
    tester = azure.world.add_principal("tester", token="embedded-tester")
    azure.world.grant(tester, DatabaseRole.USERS, database="Sales")

    error = refusal(
        ".create external table Lake mapping 'm' '[]'", database="Sales", token="embedded-tester"
    )

    assert error.code == "Forbidden"
    token = "embedded-tester"
    assert run(".show external table Lake mappings", database="Sales", token=token) == []


def test_monitors_show_mappings(table, run, azure):
    table("(Number:long)")
    tester = azure.world.add_principal("tester", token="embedded-tester")
    azure.world.grant(tester, ClusterRole.MONITOR)

    shown = run(".show external table Lake mappings", database="Sales", token="embedded-tester")

    assert shown == []


def test_virtual_columns_come_from_the_path(azure, table, run_in_sales):
    azure.world.add_blob("contosolake", "landing", "y=2024/m=03/north/a.csv", b"1\n2\n")
    azure.world.add_blob("contosolake", "landing", "y=2025/m=11/south/b.csv", b"3\n")
    azure.world.add_blob("contosolake", "landing", "elsewhere/c.csv", b"4\n")
    table(
        "(OrderId:long)",
        data_format="csv",
        place="landing",
        by="partition by (Month:datetime, Region:string) pathformat="
        '("y=" datetime_pattern("yyyy\'/m=\'MM", Month) "/" Region)',
    )

    rows = run_in_sales("external_table('Lake') | where Region == 'south' or OrderId == 1")

    assert [(row["OrderId"], row["Region"]) for row in rows] == [(1, "north"), (3, "south")]
    assert [f"{row['Month']:%Y-%m-%d}" for row in rows] == ["2024-03-01", "2025-11-01"]


@pytest.mark.nightly
def test_what_a_continuous_export_wrote_is_read_back(azure, table, run_in_sales):
    exporter = as_principal(azure.world.identity("mi-export"))
    azure.world.grant(exporter, DatabaseRole.VIEWERS, database="Sales")
    table(
        "(OrderId:long, Placed:datetime)",
        data_format="parquet",
        place="exports",
        by="partition by (Region:string, Day:datetime=startofday(Placed)) pathformat="
        '("region=" Region "/day=" datetime_pattern("yyyy-MM-dd", Day))',
    )
    run_in_sales(
        ".create-or-alter continuous-export Nightly over (Orders) to table Lake "
        f"with (managedIdentity='{EXPORT_ID}') <| Orders | project OrderId, Placed, Region"
    )

    azure.run_now("Sales", "Nightly")

    rows = run_in_sales("external_table('Lake') | where Region == 'south'")
    assert [(row["OrderId"], row["Region"]) for row in rows] == [(2, "south"), (5, "south")]
    artifacts = run_in_sales(".show external table Lake artifacts | take 1")
    assert artifacts[0]["Partition"] == {"Region": "north", "Day": "2026-01-05T00:00:00Z"}
