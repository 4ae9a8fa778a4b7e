"""`.show data operations`, `.show streamingingestion …` and `.show operations`: what they keep."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import LANDING, ORDER, TESTER, add_tester

SHOW = ".show data operations"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
INGEST = f".ingest into table Orders ('{LANDING}/orders.csv;managed_identity=%s')"
COPY = '\'[{"Source":"Orders","Query":"Orders","IsEnabled":true}]\''


@pytest.fixture
def ingest_command(azure):
    return INGEST % azure.world.identity("mi-ingest").object_id


@pytest.fixture
def copied(run):
    """A table that an update policy fills from Orders."""
    run(
        ".create table Copies (OrderId:long, Region:string, Amount:real, Placed:datetime)",
        database="Sales",
    )
    run(f".alter table Copies policy update {COPY}", database="Sales")


def test_ingestion_by_a_command_is_a_batch_of_its_caller(azure, post, run, ingest_command):
    post(ingest_command, db="Sales", headers={"x-ms-client-request-id": "Load;1"})

    (row,) = run(SHOW)

    assert (row["OperationKind"], row["Database"], row["Table"]) == (
        "BatchIngest",
        "Sales",
        "Orders",
    )
    assert row["ClientActivityId"] == "Load;1"
    assert row["Principal"] == azure.world.principal("embedded-admin").fqn
    assert (row["RowCount"], row["ExtentCount"]) == (2, 1)
    assert row["OriginalSize"] > 0
    assert row["ExtentSize"] > 0
    assert row["Duration"] >= row["TotalCpu"] > timedelta()
    assert row["Properties"] == {"Format": "Csv", "NumberOfInputStreams": 1}


@pytest.mark.parametrize(
    ("text", "kind", "command_type"),
    [
        (".set Copy <| Orders", "SetOrAppend", "TableSet"),
        (".append Orders <| Orders", "SetOrAppend", "TableAppend"),
        (".set-or-append Copy <| Orders", "SetOrAppend", "TableSetOrAppend"),
        (".set-or-replace Copy <| Orders", "SetOrAppend", "TableSetOrReplace"),
        (".ingest inline into table Orders <|\n7,north,1,2026-01-01", "BatchIngest", None),
    ],
)
def test_kind_of_an_operation_tells_queries_from_batches(run, text, kind, command_type):
    run(text, database="Sales")

    (row,) = run(SHOW)
    (command,) = run(".show commands | where CommandType != 'DataOperationsShow'")
    (operation,) = run(".show operations")
    assert row["OperationKind"] == kind
    assert command["CommandType"] == operation["Operation"]
    assert command_type in {None, command["CommandType"]}
    assert operation["RootActivityId"] == command["RootActivityId"]


def test_ingestion_by_a_data_connection_is_a_batch_of_the_service(azure, run):
    azure.push_events("contosohub/orders", [ORDER])

    (row,) = run(SHOW)

    assert row["OperationKind"] == "BatchIngest"
    assert row["ClientActivityId"].startswith("DM.IngestionExecutor;")
    assert row["Principal"].startswith("aadapp=")
    assert azure.world.identity("mi-ingest").client_id not in row["Principal"]


def test_update_policy_names_its_source(azure, run, copied):
    azure.push_events("contosohub/orders", [ORDER])

    batch, derived = run(SHOW)

    assert (batch["OperationKind"], batch["Table"]) == ("BatchIngest", "Orders")
    assert (derived["OperationKind"], derived["Table"]) == ("UpdatePolicy", "Copies")
    assert derived["Properties"] == {"SourceTable": "Orders"}
    assert derived["ClientActivityId"] == batch["ClientActivityId"]


def test_what_did_not_come_in_is_no_operation(run, refusal):
    refusal(f".ingest into table Orders ('{LANDING}/nothing.csv')", database="Sales")

    assert run(SHOW) == []


def test_data_operations_are_kept_for_thirty_days(azure, run):
    azure.world.clock.stop_at(NOON)
    azure.push_events("contosohub/orders", [ORDER])
    azure.world.clock.move(timedelta(days=20))
    azure.push_events("contosohub/orders", [ORDER])

    azure.world.clock.move(timedelta(days=10, seconds=1))

    (row,) = run(SHOW)
    assert row["Timestamp"] == NOON + timedelta(days=20)


@pytest.mark.parametrize(
    ("role", "database", "expected"),
    [
        (DatabaseRole.MONITORS, "Sales", 1),
        (DatabaseRole.ADMINS, "Sales", 1),
        (DatabaseRole.MONITORS, "Telemetry", 0),
        (DatabaseRole.VIEWERS, "Sales", 0),
    ],
)
def test_roles_decide_which_data_operations_are_seen(azure, run, role, database, expected):
    add_tester(azure, role, database)
    azure.push_events("contosohub/orders", [ORDER])

    assert len(run(SHOW, token=TESTER)) == expected


def test_own_data_operations_are_seen_without_being_monitor(azure, run, ingest_command):
    add_tester(azure, DatabaseRole.INGESTORS, "Sales")
    azure.push_events("contosohub/orders", [ORDER])
    run(ingest_command, database="Sales", token=TESTER)

    (row,) = run(SHOW, token=TESTER)

    assert row["Principal"] == azure.world.principal(TESTER).fqn


@pytest.mark.parametrize("text", [SHOW, ".show streamingingestion statistics"])
def test_logs_of_data_need_some_role(azure, refusal, text):
    azure.world.add_principal("tester", token=TESTER)

    assert refusal(text, token=TESTER).code == "Forbidden"


@pytest.mark.parametrize("what", ["statistics", "failures"])
def test_nothing_streams_here(run, what):
    assert run(f".show streamingingestion {what}") == []


def test_each_command_that_did_something_is_an_operation(post, run):
    sent = post(".create table T (a:long)", db="Sales")
    post(".show tables", db="Sales")
    post(".drop table Nothing", db="Sales")

    created, dropped = run(".show operations")

    assert (created["Operation"], created["State"]) == ("TableCreate", "Completed")
    assert created["RootActivityId"] == sent.headers["x-ms-activity-id"]
    assert created["User"] == "admin@contoso.example"
    assert (dropped["Operation"], dropped["State"]) == ("TableDrop", "Failed")
    assert "Nothing" in dropped["Status"]


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        (f".ingest async into table Orders ('{LANDING}/nothing.csv')", "DataIngestPull"),
        (f".export async to csv ('{LANDING}') <| Orders", "DataExportToFile"),
        (".set-or-append async Orders <| Customers", "TableSetOrAppend"),
    ],
)
def test_failure_after_the_answer_is_in_the_logs(run, text, operation):
    (answer,) = run(text, database="Sales")

    (row,) = run(f".show operations {answer['OperationId']}")
    (command,) = run(f".show commands | where CommandType == '{operation}'")
    assert (row["Operation"], row["State"], command["State"]) == (operation, "Failed", "Failed")
    assert row["RootActivityId"] == command["RootActivityId"]
    assert row["Status"] == command["FailureReason"] != ""


def test_throttled_command_is_an_operation_to_try_again(azure, post, run):
    azure.faults.add("throttled")
    post(".drop table Orders", db="Sales")

    (row,) = run(".show operations")

    assert (row["Operation"], row["State"]) == ("TableDrop", "Throttled")
    assert row["ShouldRetry"] is True


def test_operation_carries_the_name_that_the_client_gives_its_user(post, run):
    headers = {"x-ms-user": "nightly"}
    post(f".export to csv ('{LANDING}') <| Orders", db="Sales", headers=headers)
    post(".drop table Nothing", db="Sales", headers=headers)

    assert [row["User"] for row in run(".show operations")] == ["nightly", "nightly"]


def test_operations_are_kept_for_two_weeks_and_by_id_for_six_hours(azure, run):
    azure.world.clock.stop_at(NOON)
    run(".create table T (a:long)", database="Sales")
    (operation,) = run(".show operations")
    by_id = f".show operations {operation['OperationId']}"

    azure.world.clock.move(timedelta(hours=6))
    young = run(by_id)
    azure.world.clock.move(timedelta(hours=1))
    old = run(by_id)
    azure.world.clock.move(timedelta(days=13))
    listed = run(".show operations")
    azure.world.clock.move(timedelta(days=1))

    assert young == listed == [operation]
    assert old == run(".show operations") == []
