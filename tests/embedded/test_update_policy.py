"""Update policies: set by command, run over ingested rows."""

import json

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.embedded.kusto.policies.update_runs import planned_updates

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
STRANGER_ID = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
NORTH = "Orders | where Region == 'north' | project OrderId, Region"
NEW = [(7, "north", 1.0, None), (8, "west", 2.0, None)]


def item(query=NORTH, *, source="Orders", **others):
    return {"IsEnabled": True, "Source": source, "Query": query, **others}


def alter(*items, table="Northern", merge=False):
    return f".alter{'-merge' * merge} table {table} policy update ```{json.dumps(items)}```"


@pytest.fixture
def sales(azure, run):
    """Return the database Sales with a table `Northern` for orders of the north."""
    run(".create table Northern (OrderId:long, Region:string)", database="Sales")
    return azure.world.cluster.databases["Sales"]


@pytest.fixture
def ingest(azure, sales):
    """Run the update policies over new orders and return what became of them."""

    def run_over(rows=NEW, table="Orders"):
        outcome = planned_updates(azure.world, sales, sales.tables[table], rows)
        outcome.commit()
        return outcome

    return run_over


@pytest.fixture
def viewer(azure, run):
    run(f".add database Sales viewers ('aadapp={EXPORT_ID};{azure.world.tenant_id}')")


@pytest.fixture
def user(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)
    azure.world.grant(tester, DatabaseRole.USERS, database="Sales")
    return TOKEN


def test_policy_is_set_and_shown(run, sales):
    (row,) = run(alter(item(ManagedIdentity=EXPORT_ID)), database="Sales")

    assert (row["PolicyName"], row["EntityName"]) == ("UpdatePolicy", "[Sales].[Northern]")
    assert json.loads(row["Policy"]) == [
        {
            "IsEnabled": True,
            "Source": "Orders",
            "SourceIsWildCard": False,
            "Query": NORTH,
            "IsTransactional": False,
            "PropagateIngestionProperties": False,
            "ManagedIdentity": EXPORT_ID,
        }
    ]
    assert run(".show table Northern policy update", database="Sales") == [row]


def test_merge_appends_without_looking(run, sales):
    run(alter(item()), database="Sales")

    (row,) = run(alter(item(), merge=True), database="Sales")

    assert len(json.loads(row["Policy"])) == 2


def test_delete_leaves_none(run, sales):
    run(alter(item()), database="Sales")

    (row,) = run(".delete table Northern policy update", database="Sales")

    assert row["Policy"] == "null"


def test_table_with_the_name_of_its_database(run, sales):
    (row,) = run(alter(item(), table="Sales.Northern"), database="Telemetry")

    assert row["EntityName"] == "[Sales].[Northern]"


@pytest.mark.parametrize(
    "given",
    [
        item(source="Nowhere"),
        item("Nowhere"),
        item("Orders"),
        item("cluster('x').database('y').T"),
        item("external_table('ArchivedOrders')"),
        item(IsEnabled="perhaps"),
        {"Query": NORTH},
        {"Source": "Orders"},
        "text",
    ],
)
def test_policies_that_cannot_run_are_refused(run, refusal, sales, given):
    error = refusal(alter(given), database="Sales")

    assert error.code in {"General_BadRequest", "BadRequest_TableNotExist"}
    assert sales.tables["Northern"].update_policy is None


def test_a_policy_whose_query_is_none_is_a_syntax_error(refusal, sales):
    error = refusal(alter(item("Orders | frobnicate")), database="Sales")

    assert error.code == "BadRequest_SyntaxError"
    assert sales.tables["Northern"].update_policy is None


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        (STRANGER_ID, "BadRequest_InvalidManagedIdentity"),
        ("system", "Forbidden"),
        ("5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "Forbidden"),
    ],
)
def test_identity_has_to_be_assigned_and_allowed_when_set(refusal, sales, identity, code):
    assert refusal(alter(item(ManagedIdentity=identity)), database="Sales").code == code


def test_other_databases_need_an_identity(run, refusal, sales):
    query = "database('Telemetry').Heartbeats | project OrderId=1, Region=Node"

    error = refusal(alter(item(query)), database="Sales")
    rows = run(alter(item(query, ManagedIdentity=EXPORT_ID)), database="Sales")

    assert "needs a ManagedIdentity" in error.description
    assert len(rows) == 1


def test_accelerated_table_that_impersonates_needs_an_identity(run, refusal, sales):
    run(
        ".create external table Lake kind=delta "
        "('https://contosolake.blob.core.windows.net/delta/orders;Y29udG9zb2xha2UgYWNjb3VudCBrZXkgb2YgdGhlIGVtYmVkZGVkIEF6dXJl==')",
        database="Sales",
    )
    run(
        ".alter external table Lake policy query_acceleration "
        '\'{"IsEnabled":true,"Hot":"36500.00:00:00"}\'',
        database="Sales",
    )
    query = "external_table('Lake') | project OrderId, Region"

    assert len(run(alter(item(query)), database="Sales")) == 1
    run(
        ".alter external table Lake policy query_acceleration "
        '\'{"IsEnabled":true,"Hot":"1.00:00:00"}\'',
        database="Sales",
    )
    assert "36500" in refusal(alter(item(query)), database="Sales").description


def test_new_rows_alone_go_through_the_query(run, sales, ingest):
    run(alter(item()), database="Sales")

    outcome = ingest()

    assert sales.tables["Northern"].rows == [(7, "north")]
    assert len(sales.tables["Orders"].rows) == 6
    assert (outcome.failures, outcome.is_rejected) == ([], False)


def test_disabled_policy_does_nothing(run, sales, ingest):
    run(alter(item(IsEnabled=False)), database="Sales")

    ingest()

    assert sales.tables["Northern"].rows == []


def test_wildcard_source_stands_for_the_table(run, sales, ingest):
    query = "$source_table | project OrderId, Region"
    run(alter(item(query, source="Ord*", SourceIsWildCard=True)), database="Sales")

    ingest()
    ingest([(1, "Adatum", True)], table="Customers")

    assert sales.tables["Northern"].rows == [(7, "north"), (8, "west")]


@pytest.mark.nightly
def test_policies_follow_one_another(run, sales, ingest):
    run(".create table Ids (OrderId:long)", database="Sales")
    run(alter(item()), database="Sales")
    chained = item("Northern | project OrderId", source="Northern")
    run(alter(chained, table="Ids"), database="Sales")

    ingest()

    assert sales.tables["Ids"].rows == [(7,)]


def test_tables_that_feed_each_other_fail(run, sales, ingest):
    run(".create table Ids (OrderId:long, Region:string)", database="Sales")
    run(alter(item()), database="Sales")
    run(alter(item("Northern", source="Northern"), table="Ids"), database="Sales")
    run(alter(item("Ids", source="Ids"), merge=True), database="Sales")

    outcome = ingest()

    codes = [failure.error_code for failure in outcome.failures]
    assert codes == ["UpdatePolicy_Cyclic_Update_Not_Allowed"]


def test_a_table_may_name_itself_and_fails_when_rows_come(run, sales, ingest):
    own = item("Northern", source="Northern")

    (row,) = run(alter(own), database="Sales")

    assert json.loads(row["Policy"])[0]["Source"] == "Northern"
    outcome = ingest([(7, "north")], table="Northern")
    codes = [failure.error_code for failure in outcome.failures]
    assert codes == ["UpdatePolicy_Cyclic_Update_Not_Allowed"]
    assert sales.tables["Northern"].rows == []


def test_identity_reads_as_itself(run, sales, ingest, viewer):
    run(alter(item(ManagedIdentity=EXPORT_ID)), database="Sales")

    outcome = ingest()

    assert outcome.failures == []
    assert len(sales.tables["Northern"].rows) == 1


def test_missing_role_is_a_failure_and_the_source_stays(run, sales, ingest):
    run(alter(item(ManagedIdentity=EXPORT_ID)), database="Sales")

    outcome = ingest()

    (failure,) = outcome.failures
    assert failure.table == "Northern"
    assert failure.error_code == "UpdatePolicy_BadRequest"
    assert "is not authorized" in failure.details
    assert not outcome.is_rejected


def test_usage_taken_away_is_a_failure(azure, run, sales, ingest, viewer):
    run(alter(item(ManagedIdentity=EXPORT_ID)), database="Sales")
    azure.world.cluster.policy = []

    (failure,) = ingest().failures

    assert "'AutomatedFlows'" in failure.details


def test_transactional_failure_rejects_everything(run, sales, ingest):
    run(".create table Ids (OrderId:long)", database="Sales")
    run(alter(item("Orders | project OrderId"), table="Ids"), database="Sales")
    run(alter(item(ManagedIdentity=EXPORT_ID, IsTransactional=True)), database="Sales")

    outcome = ingest()

    assert outcome.is_rejected
    assert sales.tables["Ids"].rows == []


def test_columns_that_no_longer_fit_are_a_failure(run, sales, ingest):
    run(alter(item()), database="Sales")
    run(".create-merge table Northern (Note:string)", database="Sales")

    (failure,) = ingest().failures

    assert failure.error_code == "UpdatePolicy_QuerySchemaDoesNotMatchTableSchema"
    assert failure.is_permanent


def test_the_creator_of_a_table_sets_its_policy(run, user, sales):
    run(".create table Mine (OrderId:long, Region:string)", database="Sales", token=user)

    rows = run(alter(item(), table="Mine"), database="Sales", token=user)

    assert len(rows) == 1


@pytest.mark.parametrize("text", [alter(item()), ".delete table Northern policy update"])
def test_others_do_not(refusal, user, sales, text):
    assert refusal(text, database="Sales", token=user).code == "Forbidden"


def test_monitors_do_not_change_it(azure, refusal, sales):
    azure.world.grant(azure.world.add_principal("m", token=TOKEN), ClusterRole.MONITOR)

    assert refusal(alter(item()), database="Sales", token=TOKEN).code == "Forbidden"


def test_scripts_set_policies(run, sales):
    (row,) = run(f".execute database script <|\n{alter(item())}", database="Sales")

    assert (row["CommandType"], row["Result"]) == ("TablePolicyUpdateAlter", "Completed")
