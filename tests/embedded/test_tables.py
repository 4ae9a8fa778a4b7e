"""Tables, ingestion mappings and plugins by command."""

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.embedded.kusto.query.evaluate.registry import PLUGINS

TOKEN = "embedded-tester"
MAPPING = '[{"Column": "OrderId", "Properties": {"Ordinal": "0"}}]'


@pytest.fixture
def caller(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def give(role, database=""):
        azure.world.grant(tester, role, database=database)
        return TOKEN

    return give


def test_created_table_can_be_queried(run):
    text = ".create table ['New Orders'] (['Order Id']:long, ok:boolean, n:int16, at:date)"

    (row,) = run(f"{text} with (folder='f', docstring='d')", database="Sales")

    assert row == {
        "TableName": "New Orders",
        "Schema": '["Order Id"]:long,ok:bool,n:int,at:datetime',
        "DatabaseName": "Sales",
        "Folder": "f",
        "DocString": "d",
    }
    assert run("['New Orders'] | count", database="Sales") == [{"Count": 0}]
    assert run(".show table ['New Orders'] cslschema", database="Sales") == [row]


def test_creating_what_exists_changes_nothing(run):
    (row,) = run(".create table Orders (a:string)", database="Sales")

    assert row["Schema"] == "OrderId:long,Region:string,Amount:real,Placed:datetime"


def test_merge_adds_columns_at_the_end(azure, run):
    (row,) = run(".create-merge table Orders (Note:string, Region:string)", database="Sales")

    assert row["Schema"].endswith("Placed:datetime,Note:string")
    assert azure.world.cluster.databases["Sales"].tables["Orders"].rows[0][-1] == ""


def test_merge_creates_what_is_missing(run):
    run(".create-merge table T (a:string)", database="Sales")

    assert run("T", database="Sales") == []


@pytest.mark.parametrize(
    "text",
    [
        ".create table T (a:string, a:long)",
        ".create table ArchivedOrders (a:string)",
        ".create table T (a:string) with (color='red')",
        ".create-merge table Orders (Region:long)",
    ],
)
def test_tables_that_cannot_be_are_refused(refusal, text):
    assert refusal(text, database="Sales").code == "General_BadRequest"


def test_tables_are_listed(run):
    rows = run(".show tables", database="Sales")
    (one,) = run(".show tables (Customers)", database="Sales")

    assert [row["TableName"] for row in rows] == ["Orders", "Customers"]
    assert (one["TableName"], one["DatabaseName"]) == ("Customers", "Sales")


@pytest.mark.parametrize(
    "text",
    [
        ".show tables (Nowhere)",
        ".show table Nowhere cslschema",
        ".show table Nowhere ingestion mappings",
        ".drop table Nowhere",
        ".create table Nowhere ingestion csv mapping 'm' '[]'",
    ],
)
def test_unknown_tables_are_refused(refusal, text):
    assert refusal(text, database="Sales").code == "BadRequest_TableNotExist"


def test_drop_answers_the_tables_that_remain(run):
    rows = run(".drop table Customers", database="Sales")

    assert [row["TableName"] for row in rows] == ["Orders"]
    assert len(run(".drop table Customers ifexists", database="Sales")) == 1


def test_a_user_creates_and_drops_own_tables_only(run, refusal, caller):
    token = caller(DatabaseRole.USERS, "Sales")

    run(".create table Mine (a:string)", database="Sales", token=token)
    run(".drop table Mine", database="Sales", token=token)

    assert refusal(".drop table Orders", database="Sales", token=token).code == "Forbidden"


def test_a_viewer_creates_nothing(refusal, caller):
    token = caller(DatabaseRole.VIEWERS, "Sales")

    assert refusal(".create table T (a:string)", database="Sales", token=token).code == "Forbidden"


def test_mapping_is_created_and_listed(run):
    (row,) = run(f".create table Orders ingestion csv mapping \"m\" '{MAPPING}'", database="Sales")

    assert (row["Name"], row["Kind"], row["Mapping"]) == ("m", "Csv", MAPPING)
    assert (row["Database"], row["Table"]) == ("Sales", "Orders")
    assert run(".show table Orders ingestion mappings", database="Sales") == [row]
    assert run(".show table Orders ingestion json mappings", database="Sales") == []


def test_mapping_is_replaced_when_asked_to(run, refusal):
    text = "table Orders ingestion csv mapping 'm'"
    run(f".create {text} '[]'", database="Sales")

    error = refusal(f".create {text} '[]'", database="Sales")
    run(f".create-or-alter {text} '{MAPPING}'", database="Sales")

    (row,) = run(".show table Orders ingestion csv mappings", database="Sales")
    assert error.code == "General_BadRequest"
    assert row["Mapping"] == MAPPING


def test_a_mapping_by_its_name(run, refusal):
    (made,) = run(".create table Orders ingestion csv mapping 'm' '[]'", database="Sales")

    assert run(".show table Orders ingestion csv mapping 'm'", database="Sales") == [made]
    assert run(".show table Orders ingestion mapping 'm'", database="Sales") == [made]
    error = refusal(".show table Orders ingestion json mapping 'm'", database="Sales")
    assert error.type.endswith("EntityNotFoundInContainerException")


def test_a_mapping_is_altered_and_dropped(run, refusal):
    run(".create table Orders ingestion csv mapping 'm' '[]'", database="Sales")

    (altered,) = run(f".alter table Orders ingestion csv mapping 'm' '{MAPPING}'", database="Sales")
    (dropped,) = run(".drop table Orders ingestion csv mapping 'm'", database="Sales")

    assert altered == dropped
    assert run(".show table Orders ingestion mappings", database="Sales") == []
    for verb, text in (("alter", "'[]'"), ("drop", "")):
        error = refusal(f".{verb} table Orders ingestion csv mapping 'm' {text}", database="Sales")
        assert error.code == "General_BadRequest"


def test_mapping_that_is_no_list_is_refused(refusal):
    error = refusal(".create table Orders ingestion csv mapping 'm' '{}'", database="Sales")

    assert error.code == "General_BadRequest"


def test_an_ingestor_creates_mappings(run, caller):
    token = caller(DatabaseRole.INGESTORS, "Sales")

    rows = run(".create table Orders ingestion csv mapping 'm' '[]'", database="Sales", token=token)

    assert len(rows) == 1


def test_plugins_and_whether_they_are_enabled(run):
    rows = run(".show plugins", database="Sales")

    states = {row["PluginName"]: row["IsEnabled"] for row in rows}
    assert states["sql_request"] is True
    assert states["mysql_request"] is False
    assert list(states) == sorted(states)


def test_disabled_plugin_does_not_run(run, refusal):
    query = "evaluate infer_storage_schema(dynamic({}))"
    run(".disable plugin infer_storage_schema", database="Sales")

    off = refusal(query, database="Sales")
    (row,) = run(".enable plugin infer_storage_schema", database="Sales")

    assert "not enabled" in off.description
    assert row == {"PluginName": "infer_storage_schema", "IsEnabled": True}
    assert "not enabled" not in refusal(query, database="Sales").description


def test_python_is_the_setting_of_resource_manager(azure, run):
    run(".disable plugin python", database="Sales")
    off = azure.world.cluster.settings["languageExtensions"]["value"]

    run(".enable plugin python", database="Sales")

    (on,) = azure.world.cluster.settings["languageExtensions"]["value"]
    assert off == []
    assert on["languageExtensionName"] == "PYTHON"


def test_every_plugin_that_queries_know_can_be_switched(run):
    rows = run(".show plugins", database="Sales")

    assert [row["PluginName"] for row in rows] == sorted(PLUGINS)


@pytest.mark.parametrize(
    ("extensions", "is_enabled"),
    [([], False), ([{"languageExtensionName": "PYTHON"}], True)],
)
def test_what_resource_manager_switches_is_shown(run, kusto, extensions, is_enabled):
    body = {"properties": {"languageExtensions": {"value": extensions}}}
    kusto.clusters.begin_update("analytics", "contoso", body).result()

    rows = run(".show plugins | where PluginName == 'python'", database="Sales")

    assert rows == [{"PluginName": "python", "IsEnabled": is_enabled}]


def test_resource_manager_shows_what_a_command_switched(run, kusto):
    run(".disable plugin python", database="Sales")

    extensions = kusto.clusters.get("analytics", "contoso").properties.language_extensions

    assert extensions.value == []


def test_unknown_plugin_is_refused(refusal):
    assert refusal(".enable plugin perl", database="Sales").code == "General_BadRequest"


@pytest.mark.parametrize("text", [".enable plugin python", ".disable plugin python"])
def test_switching_needs_all_databases_admin(refusal, caller, text):
    token = caller(DatabaseRole.ADMINS, "Sales")

    assert refusal(text, database="Sales", token=token).code == "Forbidden"


def test_monitors_show_plugins(run, caller):
    assert run(".show plugins", database="Sales", token=caller(ClusterRole.MONITOR))


def test_cached_artifacts_are_cleared(run, refusal, caller):
    text = ".clear cluster cache external-artifacts ('https://a/x.zip', 'https://a/y.zip')"

    rows = run(text, database="Sales")

    assert [row["ExternalArtifactUri"] for row in rows] == ["https://a/x.zip", "https://a/y.zip"]
    token = caller(DatabaseRole.USERS, "Sales")
    assert refusal(text, database="Sales", token=token).code == "Forbidden"


def test_scripts_of_both_levels(run):
    (plugin,) = run(".execute cluster script <| .enable plugin python")
    (table,) = run(".execute database script <| .create table T (a:string)", database="Sales")

    assert (plugin["CommandType"], plugin["Result"]) == ("PluginEnable", "Completed")
    assert (table["CommandType"], table["Result"]) == ("TableCreate", "Completed")
