"""`.show ingestion failures`: what it tells, and whom."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import HUB, LANDING, ORDER, TESTER, add_tester, take_roles


def test_failure_names_identity_source_and_reason(azure, run):
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])

    (row,) = run(".show ingestion failures", database="Sales")

    client_id = azure.world.identity("mi-ingest").client_id
    assert (row["Database"], row["IngestionSourcePath"]) == ("Sales", HUB)
    assert row["Principal"] == f"aadapp={client_id};{azure.world.tenant_id}"
    assert (row["FailureKind"], row["ShouldRetry"]) == ("Permanent", False)
    assert row["OriginatesFromUpdatePolicy"] is False
    assert row["IngestionProperties"] == "Format=multijson"
    assert "mi-ingest" in row["Details"]


def test_failures_of_one_operation(azure, run):
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])
    azure.push_events("contosohub/orders", [ORDER])
    first, second = run(".show ingestion failures")

    found = run(f".show ingestion failures with (OperationId = {second['OperationId']})")

    assert first["NumberOfSources"] == 1
    assert found == [second]


@pytest.mark.parametrize(
    ("role", "database", "expected"),
    [
        (DatabaseRole.MONITORS, "Sales", 1),
        (DatabaseRole.ADMINS, "Sales", 1),
        (DatabaseRole.MONITORS, "Telemetry", 0),
    ],
)
def test_monitors_see_the_failures_of_their_databases(azure, run, role, database, expected):
    add_tester(azure, role, database)
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])

    found = run(".show ingestion failures", token=TESTER)

    assert len(found) == expected


@pytest.mark.parametrize("role", [DatabaseRole.VIEWERS, DatabaseRole.USERS, DatabaseRole.INGESTORS])
def test_others_see_no_failures_but_their_own(azure, run, refusal, role):
    add_tester(azure, role, "Sales")
    azure.world.grant(azure.world.principals[-1], DatabaseRole.INGESTORS, database="Sales")
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])
    refusal(f".ingest into table Orders ('{LANDING}/nothing')", database="Sales", token=TESTER)

    (row,) = run(".show ingestion failures", token=TESTER)

    assert row["IngestionSourcePath"] == f"{LANDING}/nothing"
    assert row["User"] == "tester@contoso.example"


def test_failures_need_some_role(azure, refusal):
    azure.world.add_principal("tester", token=TESTER)

    error = refusal(".show ingestion failures", token=TESTER)

    assert error.code == "Forbidden"


def test_failure_of_a_command_leads_to_its_request_and_operation(azure, post, run):
    text = f".ingest into table Orders ('{LANDING}/nothing')"
    activity_id = post(text, db="Sales").headers["x-ms-activity-id"]

    (row,) = run(".show ingestion failures")

    (operation,) = run(f".show operations {row['OperationId']}")
    assert row["RootActivityId"] == operation["RootActivityId"] == activity_id
    assert (operation["Operation"], operation["State"]) == ("DataIngestPull", "Failed")
    assert operation["Status"] in row["Details"]


def test_failures_are_kept_for_fourteen_days(azure, run):
    azure.world.clock.stop_at(datetime(2026, 6, 1, tzinfo=UTC))
    take_roles(azure)
    azure.push_events("contosohub/orders", [ORDER])
    azure.world.clock.move(timedelta(days=10))
    azure.push_events("contosohub/orders", [ORDER])

    azure.world.clock.move(timedelta(days=4, seconds=1))

    (row,) = run(".show ingestion failures")
    assert row["FailedOn"] == datetime(2026, 6, 11, tzinfo=UTC)
