"""The schema of databases in all the forms that tools ask for."""

import json

import pytest

TOKEN = "embedded-tester"
SHOWN = [
    ".show database Sales schema",
    ".show database Sales schema as json",
    ".show database Sales schema as csl script",
    ".show database Sales cslschema",
    ".show database Sales entity Orders",
    ".show database details",
    ".show tables details",
    ".show table Orders details",
    ".show table Orders extents",
    ".show table Orders schema as json",
    ".show materialized-views",
    ".show materialized-views details",
]


@pytest.fixture
def caller(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def give(role, database="Sales"):
        azure.world.grant(tester, role, database=database)
        return TOKEN

    return give


def schema_of(rows):
    return json.loads(rows[0]["DatabaseSchema"])


def test_a_schema_is_a_row_for_database_tables_and_columns(run):
    rows = run(".show database ['Sales'] schema", database="Telemetry")

    first, table, column = rows[:3]
    assert (first["DatabaseName"], first["TableName"], first["Version"]) == ("Sales", "", "v1.0")
    assert (table["TableName"], table["ColumnName"]) == ("Orders", "")
    assert (column["ColumnName"], column["ColumnType"]) == ("OrderId", "System.Int64")


@pytest.mark.parametrize("name", ["[Telemetry]", "['Telemetry']", '["Telemetry"]', "'telemetry'"])
def test_names_in_brackets_and_quotes(run, name):
    rows = run(f".show database {name} schema")

    assert {row["DatabaseName"] for row in rows} == {"Telemetry"}


def test_only_what_is_later_than_a_version_is_shown(run):
    run(".create table T (a:string)", database="Sales")

    assert run('.show database Sales schema if_later_than "v1.0"')
    assert run('.show database Sales schema if_later_than "v1.1"') == []
    assert run('.show database Sales schema if_later_than "v0.99"')
    assert run('.show database Sales cslschema if_later_than "v1.1"') == []
    assert schema_of(run('.show database Sales schema if_later_than "v1.1" as json')) == {
        "Databases": {}
    }


def test_a_version_that_is_none_is_refused(refusal):
    error = refusal('.show database Sales schema if_later_than "yesterday"')

    assert error.code == "General_BadRequest"


def test_json_holds_all_kinds_of_entities(run):
    run(".create table T (a:string) with (docstring='d', folder='f')", database="Sales")
    run(
        ".create function F(n:long=100, T:(x:long, ['y z']:string), ['a b']:string) { Orders }",
        database="Sales",
    )
    run(
        ".create materialized-view V on table Orders { Orders | summarize count() by Region }",
        database="Sales",
    )

    sales = schema_of(run(".show database Sales schema as json"))["Databases"]["Sales"]

    assert sales["Tables"]["T"] == {
        "Name": "T",
        "OrderedColumns": [{"Name": "a", "Type": "System.String", "CslType": "string"}],
        "Folder": "f",
        "DocString": "d",
    }
    assert sales["ExternalTables"]["ArchivedOrders"]["OrderedColumns"][0]["CslType"] == "long"
    assert sales["MaterializedViews"]["V"]["SourceTable"] == "Orders"
    assert sales["Functions"]["F"]["InputParameters"] == [
        {"Name": "n", "CslType": "long", "CslDefaultValue": "100"},
        {
            "Name": "T",
            "Columns": [
                {"Name": "x", "CslType": "long"},
                {"Name": "y z", "CslType": "string"},
            ],
        },
        {"Name": "a b", "CslType": "string"},
    ]
    assert (sales["MajorVersion"], sales["MinorVersion"]) == (1, 3)


def test_json_of_chosen_kinds_of_entities(run):
    shown = schema_of(run(".show databases (Sales, Telemetry) schema as json with(TABLES=True)"))

    assert list(shown["Databases"]) == ["Sales", "Telemetry"]
    assert shown["Databases"]["Sales"]["Tables"]
    assert shown["Databases"]["Sales"]["ExternalTables"] == {}


@pytest.mark.parametrize(
    "text",
    [".show schema as json", ".show cluster schema as json", ".show databases schema as json"],
)
def test_json_of_everything_names_the_plugins(run, text):
    shown = schema_of(run(text))

    assert list(shown["Databases"]) == ["Sales", "Tom's Lab", "Telemetry"]
    assert {"Name": "python"} in shown["Plugins"]


@pytest.mark.parametrize(
    "text", [".show schema", ".show cluster schema details", ".show databases schema details"]
)
def test_the_schema_of_everything(run, text):
    names = [row["DatabaseName"] for row in run(text) if not row["TableName"]]

    assert names == ["Sales", "Tom's Lab", "Telemetry"]


def test_the_schema_of_everything_is_of_what_the_caller_may_see(run, caller):
    token = caller("monitors", "Telemetry")

    assert {row["DatabaseName"] for row in run(".show schema", token=token)} == {"Telemetry"}
    assert {row["DatabaseName"] for row in run(".show databases entities", token=token)} == {
        "Telemetry"
    }


@pytest.mark.parametrize("text", [".show database Sales cslschema", ".show database schema as csl"])
def test_columns_of_all_tables(run, text):
    first, second = run(text, database="Sales")

    assert first["Schema"] == "OrderId:long,Region:string,Amount:real,Placed:datetime"
    assert (second["TableName"], second["DatabaseName"]) == ("Customers", "Sales")


def test_a_table_as_json(run):
    (row,) = run(".show table Customers schema as json", database="Sales")

    assert json.loads(row["Schema"]) == {
        "Name": "Customers",
        "OrderedColumns": [
            {"Name": "CustomerId", "Type": "System.Int64", "CslType": "long"},
            {"Name": "Name", "Type": "System.String", "CslType": "string"},
            {"Name": "Active", "Type": "System.SByte", "CslType": "bool"},
        ],
    }


@pytest.mark.parametrize("role", ["users", "viewers", "monitors", "admins"])
@pytest.mark.parametrize("text", SHOWN)
def test_roles_that_show_the_schema(run, caller, role, text):
    assert run(text, database="Sales", token=caller(role)) is not None


@pytest.mark.parametrize("role", ["ingestors", "unrestrictedviewers"])
@pytest.mark.parametrize("text", SHOWN)
def test_roles_that_do_not(refusal, caller, role, text):
    assert refusal(text, database="Sales", token=caller(role)).code == "Forbidden"


def test_entities_of_all_databases(run):
    run(".create function F(n:long) { Orders | take 1 }", database="Sales")

    rows = run(".show databases entities with (showObfuscatedStrings=true, resolveDependencies=1)")

    kinds = {(row["DatabaseName"], row["EntityType"], row["EntityName"]) for row in rows}
    assert ("Sales", "ExternalTable", "ArchivedOrders") in kinds
    assert ("Telemetry", "Table", "Events") in kinds
    (function,) = [row for row in rows if row["EntityName"] == "F"]
    assert (function["CslInputSchema"], function["Content"]) == ("(n:long)", "{ Orders | take 1 }")
    assert function["CslOutputSchema"] == ""


def test_functions_with_their_output_schema(run):
    run(".create function F() { Orders | project Region }", database="Sales")

    (row,) = run(".show database Sales entity F with (resolveFunctionsSchema=true)")

    assert row["CslOutputSchema"] == "Region:string"


def test_an_entity_that_is_not_there(refusal):
    assert refusal(".show database Sales entity None").code == "General_BadRequest"


def test_commands_can_be_piped(run):
    rows = run(
        ".show databases entities | where DatabaseName == 'Telemetry' and EntityType == 'Table' "
        "| project EntityName"
    )

    assert rows == [{"EntityName": "Events"}, {"EntityName": "Heartbeats"}]


def test_capacity(run):
    rows = run(".show capacity")
    (one,) = run(".show capacity ingestions with (scope=workloadgroup)")

    assert {"ingestions", "data-export"} <= {row["Resource"] for row in rows}
    assert one == {"Resource": "ingestions", "Total": 1, "Consumed": 0, "Remaining": 1}


def test_capacity_is_for_users_and_monitors_of_the_cluster(run, refusal, caller):
    assert run(".show capacity", token=caller("users"))
    assert refusal(".show capacity", token="embedded-reader").code == "Forbidden"
