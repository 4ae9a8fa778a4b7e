"""`.show ingestion failures`: what it tells, and whom."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import HUB, ORDER, TESTER, add_tester, take_roles


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
def test_others_see_no_failures(azure, refusal, role):
    add_tester(azure, role, "Sales")

    error = refusal(".show ingestion failures", token=TESTER)

    assert error.code == "Forbidden"
