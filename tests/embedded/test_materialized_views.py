"""Materialized views as stored objects."""

import json

import pytest

from adxmi_jupyter.embedded import DatabaseRole

TOKEN = "embedded-tester"
QUERY = "Orders | summarize count() by Region"
CREATE = f".create materialized-view V on table Orders {{ {QUERY} }}"
OVER = ".create materialized-view W on materialized-view V { V | summarize take_any(*) by Region }"


@pytest.fixture
def view(run):
    run(CREATE, database="Sales")


@pytest.fixture
def user(azure):
    azure.world.grant(
        azure.world.add_principal("tester", token=TOKEN), DatabaseRole.USERS, database="Sales"
    )
    return TOKEN


def test_a_view_is_kept_and_shown(run):
    (made,) = run(CREATE, database="Sales")
    (shown,) = run(".show materialized-view V", database="Sales")

    assert made == shown
    assert (shown["SourceTable"], shown["Query"]) == ("Orders", QUERY)
    assert (shown["IsEnabled"], shown["IsHealthy"], shown["MaterializedTo"]) == (True, True, None)


def test_properties_in_any_letter_case(run):
    (row,) = run(
        ".create materialized-view with (Lookback=6h, DocString='d', folder='f', "
        "autoupdateschema=true, dimensionTables=dynamic(['Customers'])) "
        f"V on table Orders {{ {QUERY} }}",
        database="Sales",
    )

    assert (row["Folder"], row["DocString"]) == ("f", "d")
    assert (str(row["Lookback"]), row["AutoUpdateSchema"]) == ("6:00:00", True)


def test_a_backfill_goes_on_in_the_background(run, refusal):
    text = CREATE.replace("materialized-view", "materialized-view with (backfill=true)")

    error = refusal(text, database="Sales")
    (row,) = run(text.replace(".create", ".create async"), database="Sales")

    assert error.code == "General_BadRequest"
    (operation,) = run(f".show operations {row['OperationId']}", database="Sales")
    assert operation["State"] == "Completed"
    assert run(".show materialized-views | count", database="Sales") == [{"Count": 1}]


def test_a_view_over_a_view(run, view):
    (row,) = run(OVER, database="Sales")

    assert row["SourceTable"] == "V"


def test_the_columns_of_a_view(run, view):
    (csl,) = run(".show materialized-view V cslschema", database="Sales")
    (as_json,) = run(".show materialized-view V schema as json", database="Sales")

    assert csl["Schema"] == "Region:string,count_:long"
    assert [each["Name"] for each in json.loads(as_json["Schema"])["OrderedColumns"]] == [
        "Region",
        "count_",
    ]


def test_the_columns_of_a_query_that_cannot_be_run_here(run):
    run(
        ".create materialized-view V on table Orders { Orders | summarize hll(OrderId) by Region }",
        database="Sales",
    )

    (row,) = run(".show materialized-view V cslschema", database="Sales")

    assert row["Schema"] == ""


def test_details(run, view):
    (row,) = run(".show materialized-view V details", database="Sales")

    assert [row] == run(".show materialized-views details", database="Sales")
    assert (row["MaterializedViewName"], row["TotalRowCount"]) == ("V", 0)
    assert len(json.loads(row["AuthorizedPrincipals"])) == 1


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        (".alter materialized-view V folder 'f'", "Folder", "f"),
        (".alter materialized-view V docstring 'd'", "DocString", "d"),
        (".alter materialized-view V autoUpdateSchema true", "AutoUpdateSchema", True),
        (".disable materialized-view V", "IsEnabled", False),
        (".rename materialized-view V to W", "Name", "W"),
        (
            ".alter materialized-view V on table Customers { Customers | summarize count() }",
            "SourceTable",
            "Customers",
        ),
        (
            ".create-or-alter materialized-view V on table Orders { Orders | summarize count() }",
            "Query",
            "Orders | summarize count()",
        ),
    ],
)
def test_changes(run, view, text, column, value):
    (row,) = run(text, database="Sales")

    assert row[column] == value
    assert run(".show materialized-views", database="Sales") == [row]


def test_what_a_definition_leaves_out_stays(run, view):
    run(".alter materialized-view V folder 'f'", database="Sales")
    run(".alter materialized-view V lookback 6h", database="Sales")

    (row,) = run(CREATE.replace(".create", ".alter"), database="Sales")

    assert (row["Folder"], str(row["Lookback"])) == ("f", "6:00:00")


def test_a_view_is_dropped(run, view):
    run(".drop materialized-view V", database="Sales")

    assert run(".show materialized-views", database="Sales") == []


def test_a_view_whose_table_is_gone_is_not_healthy(run, view):
    run(".drop table Orders", database="Sales")

    (row,) = run(".show materialized-view V", database="Sales")

    assert row["IsHealthy"] is False


def test_a_view_that_exists(run, refusal, view):
    (row,) = run(CREATE.replace(".create", ".create ifnotexists"), database="Sales")

    assert row["Name"] == "V"
    assert refusal(CREATE, database="Sales").type.endswith("EntityAlreadyExistsException")


@pytest.mark.parametrize(
    "text",
    [
        CREATE.replace("V on", "Customers on"),
        CREATE.replace("V on", "ArchivedOrders on"),
        CREATE.replace("table Orders", "table None"),
        OVER,
        CREATE.replace("summarize count() by Region", "take 1"),
        CREATE.replace("{ Orders", "{ database('Telemetry').Events"),
        CREATE.replace("view V", "view with (color='red') V"),
        CREATE.replace("view V", "view with (effectiveDateTime=datetime(2026-01-01)) V"),
        CREATE.replace("view V", "view with (dimensionTables='Customers') V"),
        ".alter materialized-view V folder 'f'",
        ".alter materialized-view V on table Orders { Orders | summarize count() }",
        ".drop materialized-view V",
        ".show materialized-view V",
        ".enable materialized-view V",
    ],
)
def test_views_that_cannot_be(refusal, text):
    assert refusal(text, database="Sales").code in {
        "General_BadRequest",
        "BadRequest_TableNotExist",
    }


def test_who_creates_a_view_is_its_admin(run, refusal, user, view):
    change = ".alter materialized-view {} folder 'f'"

    run(CREATE.replace(" V ", " Mine "), database="Sales", token=user)

    assert run(change.format("Mine"), database="Sales", token=user)
    assert refusal(change.format("V"), database="Sales", token=user).code == "Forbidden"
    assert refusal(".drop materialized-view V", database="Sales", token=user).code == "Forbidden"


def test_changes_are_in_the_journal(run, view):
    run(".disable materialized-view V", database="Sales")
    run(".drop materialized-view V", database="Sales")

    events = [row["Event"] for row in run(".show database Sales journal")]

    assert events == [
        "CREATE-MATERIALIZED-VIEW",
        "DISABLE-MATERIALIZED-VIEW",
        "DROP-MATERIALIZED-VIEW",
    ]
