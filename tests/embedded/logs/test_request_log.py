"""`.show queries`, `.show commands` and both: what of a request is kept."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from azure.kusto.data import ClientRequestProperties

from tests.embedded.conftest import READER
from tests.embedded.logs.conftest import EVERYTHING

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_query_is_kept_with_its_answer_s_id(azure, post, run):
    sent = post(
        "Orders | take 2",
        path="/v1/rest/query",
        db="sales",
        headers={"x-ms-client-request-id": "Report.run;7"},
    )

    (row,) = run(".show queries")

    assert row["RootActivityId"] == sent.headers["x-ms-activity-id"]
    assert row["ClientActivityId"] == "Report.run;7"
    assert (row["Text"], row["Database"]) == ("Orders | take 2", "Sales")
    assert (row["State"], row["FailureReason"]) == ("Completed", "")
    assert row["Principal"] == azure.world.principal("embedded-admin").fqn
    assert row["User"] == "admin@contoso.example"
    assert row["WorkloadGroup"] == "default"
    assert row["ResultSetStatistics"]["TablesStatistics"][0]["RowCount"] == 2
    assert row["MemoryPeak"] > 0


def test_times_of_an_entry_fit_together(azure, run, last):
    azure.world.clock.stop_at(NOON)
    run("Orders", database="Sales")

    row = last(".show queries")

    assert row["StartedOn"] == NOON
    assert row["LastUpdatedOn"] == row["StartedOn"] + row["Duration"]
    assert timedelta() < row["TotalCpu"] <= row["Duration"]


def test_command_is_kept_with_its_type(run, last):
    run(".create table T (a:long)", database="Sales")

    row = last(".show commands")

    assert (row["CommandType"], row["Database"]) == ("TableCreate", "Sales")
    assert row["Text"] == ".create table T (a:long)"
    assert row["ResourcesUtilization"]["TotalCpu"]
    assert "ScannedExtentsStatistics" in row["ResourcesUtilization"]


@pytest.mark.parametrize(
    ("text", "command_type"),
    [
        (".show tables", "TablesShow"),
        (".show database Sales policy managed_identity", "DatabasePolicyManagedIdentityShow"),
        (".show cluster policy managed_identity", "ClusterPolicyManagedIdentityShow"),
        (".show queries", "QueriesShow"),
        (".show operations", "OperationsShow"),
        (".show database Sales principals", "DatabasePrincipalsShow"),
        (".execute database script <| .show tables", "DatabaseScriptExecute"),
        (".drop table Customers", "TableDrop"),
    ],
)
def test_type_of_a_command_is_its_entity_and_verb(run, last, text, command_type):
    run(text, database="Sales")

    assert last(".show commands")["CommandType"] == command_type


def test_queries_and_commands_stand_together_in_their_order(run):
    run("Orders | count", database="Sales")
    run(".show tables", database="Sales")
    run("Customers | count", database="Sales")

    rows = run(EVERYTHING)

    assert [(row["CommandType"], row["Text"]) for row in rows] == [
        ("Query", "Orders | count"),
        ("TablesShow", ".show tables"),
        ("Query", "Customers | count"),
    ]


def test_failed_query_says_why(refusal, last):
    error = refusal("Nothing | count", database="Sales")

    row = last(".show queries")

    assert row["State"] == "Failed"
    assert row["FailureReason"] == error.description


def test_denied_command_says_why(refusal, last):
    refusal(".show database Sales principals", token=READER)

    row = last(".show commands")

    assert (row["State"], row["CommandType"]) == ("Failed", "DatabasePrincipalsShow")
    assert "not authorized" in row["FailureReason"]
    assert row["User"] == "reader@contoso.example"


def test_text_that_is_no_command_is_kept_without_a_type(refusal, last):
    refusal(".shew tables", database="Sales")

    row = last(".show commands")

    assert (row["Text"], row["CommandType"], row["State"]) == (".shew tables", "", "Failed")


def test_command_that_is_not_supported_here_is_kept_with_its_type(refusal, last):
    refusal(".show queryplan <| Orders", database="Sales")

    row = last(".show commands")

    assert (row["CommandType"], row["State"]) == ("QueryPlanShow", "Failed")


def test_several_statements_in_a_request_are_one_entry(run, texts, last):
    text = ".create table A (a:long); .create table B (b:long)"
    run(text, database="Sales")

    assert texts() == [text]
    assert last(".show operations")["Operation"] == "TableCreate"


def test_throttled_query_is_kept(azure, post, last):
    azure.faults.add("throttled")
    post("Orders | count", path="/v1/rest/query", db="Sales")

    row = last(".show queries")

    assert (row["State"], row["Text"]) == ("Throttled", "Orders | count")
    assert "throttled" in row["FailureReason"]


@pytest.mark.parametrize(
    ("text", "command_type"), [(".drop table Orders", "TableDrop"), (".shew tables", "")]
)
def test_throttled_command_is_kept_with_its_type(azure, post, last, text, command_type):
    azure.faults.add("throttled")
    post(text, db="Sales")

    row = last(".show commands")

    assert (row["State"], row["CommandType"]) == ("Throttled", command_type)


@pytest.mark.parametrize("fault", ["unavailable", "plain-text-400"])
def test_what_never_reached_the_service_is_not_kept(azure, post, texts, fault):
    azure.faults.add(fault, match="Orders")
    post("Orders | count", path="/v1/rest/query", db="Sales")

    assert texts() == []


@pytest.mark.parametrize("fault", ["truncated-body", "not-json", "empty-body"])
def test_what_ran_is_kept_although_its_answer_was_spoiled(azure, post, texts, fault):
    azure.faults.add(fault, match="show tables")
    with contextlib.suppress(OSError):
        post(".show tables", db="Sales")

    assert texts() == [".show tables"]


def test_commands_at_a_query_endpoint_are_not_kept(post, texts):
    post(".show tables", path="/v2/rest/query", db="Sales")

    assert texts() == []


def test_commands_of_the_ingestion_endpoint_are_not_kept(endpoint, texts):
    endpoint(".get ingestion resources")

    assert texts() == []


def test_names_that_a_client_gives_itself(named_client, last):
    named_client.execute_query("Sales", "Orders | count")

    row = last(".show queries")

    assert (row["Application"], row["User"]) == ("Nightly Report", "CONTOSO\\nightly")
    assert row["ClientActivityId"].startswith("KPC.execute;")


def test_names_among_the_properties_go_first(named_client, last):
    properties = ClientRequestProperties()
    properties.set_option("request_app_name", "Dashboard")
    properties.set_option("request_user", "viewer@contoso.example")
    named_client.execute_query("Sales", "Orders | count", properties)

    row = last(".show queries")

    assert (row["Application"], row["User"]) == ("Dashboard", "viewer@contoso.example")
    options = row["ClientRequestProperties"]["Options"]
    assert options["request_app_name"] == "Dashboard"
    assert options["api_version"] == "v2"


def test_values_of_parameters_are_not_kept(azure, http, last):
    secret = "https://contosolake.blob.core.windows.net/landing;managed_identity=system"
    body = {
        "csl": "Orders | count",
        "db": "Sales",
        "properties": json.dumps({"Parameters": {"address": secret}, "Options": {}}),
    }
    http.post(f"{azure.kusto_uri}/v2/rest/query", json=body)

    assert secret not in str(last(".show queries"))


def test_an_application_is_shown_by_its_id(azure, run, last):
    identity = azure.world.identity("mi-export")
    run(".add database Sales viewers ('mi-export')".replace("mi-export", _fqn(azure, identity)))
    run("Orders | count", database="Sales", token="embedded-mi-export")

    row = last(".show queries")

    assert row["User"] == f"AAD app id={identity.client_id}"
    assert row["Principal"] == _fqn(azure, identity)


def _fqn(azure, identity):
    return f"aadapp={identity.client_id};{azure.world.tenant_id}"


def test_entries_go_through_the_pipe(run, texts, named_client):
    named_client.execute_query("Sales", "Orders | count")
    run("Customers | count", database="Sales")

    found = run(
        ".show queries | where StartedOn > ago(1d) and Application == 'Nightly Report'"
        " | project Text, State | summarize n=count() by State"
    )
    others = texts(".show queries | where Application != 'Nightly Report'")

    assert found == [{"State": "Completed", "n": 1}]
    assert others == ["Customers | count"]


def test_types_on_the_wire(post):
    post("Orders | count", path="/v1/rest/query", db="Sales")

    table = post(".show queries").json()["Tables"][0]

    kinds = {each["ColumnName"]: each["ColumnType"] for each in table["Columns"]}
    (row,) = (dict(zip(kinds, values, strict=True)) for values in table["Rows"])
    assert kinds["ClientRequestProperties"] == "dynamic"
    assert isinstance(row["ClientRequestProperties"], dict)
    assert (kinds["Duration"], kinds["MemoryPeak"]) == ("timespan", "long")
    assert row["Duration"].startswith("00:00:00")
    assert row["StartedOn"].endswith("Z")
    assert str(UUID(row["RootActivityId"])) == row["RootActivityId"]


def test_script_is_one_command_and_its_commands_are_in_the_journal(run, texts):
    script = ".execute database script <|\n.create table A (a:long)\n.create table B (b:long)"
    run(script, database="Sales")

    assert texts() == [script]
    assert [row["Event"] for row in run(".show journal")] == ["CREATE-TABLE", "CREATE-TABLE"]


def test_reset_clears_the_log(azure, run, texts):
    run("Orders", database="Sales")

    azure.reset(with_history=False)

    assert texts() == []
