"""A log of very many requests, kept column by column: what it answers, and to whom."""

from datetime import timedelta

import pytest
from azure.kusto.data import ClientRequestProperties
from azure.kusto.data.exceptions import KustoServiceError

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.seed.many_requests import NUMBER, Pattern, add_requests

SECRET = "wJalrXUtnFEMI"
COUNT = 3000


@pytest.fixture
def busy(azure):
    """Let the cluster have had requests of four patterns; return the reader, who sent some."""
    admin, reader = (azure.world.principal(f"embedded-{who}") for who in ("admin", "reader"))
    patterns = [
        Pattern(f"Orders | where OrderId == {NUMBER}", "Sales", admin, share=5),
        Pattern("Missing | count", "Telemetry", reader, reason="Semantic error"),
        Pattern(
            f".ingest into table Orders (h'https://lake/x?{SECRET}')", "Sales", admin, kind="Ingest"
        ),
        Pattern(f"print h@'{SECRET}', {NUMBER}", "Sales", admin),
    ]
    add_requests(azure.world, COUNT, patterns, length=timedelta(days=29))
    return reader


@pytest.fixture
def counts(run):
    """Return how many requests a command shows, without those of this test."""

    def count(command, token="embedded-admin"):
        text = f"{command} | where Application in ('KusWeb') | count"
        (row,) = run(text, token=token)
        return row["Count"]

    return count


def test_each_command_shows_its_kind(busy, counts):
    queries, commands = counts(".show queries"), counts(".show commands")

    assert queries + commands == counts(".show commands-and-queries") == COUNT
    assert commands > 100


def test_an_aggregate_counts_old_and_new_requests_together(busy, run):
    run("print 1", database="Sales")

    rows = run(
        ".show commands-and-queries | summarize n = count(), last = max(StartedOn), "
        "first = min(StartedOn), cpu = sum(TotalCpu) by State"
    )

    by_state = {row["State"]: row for row in rows}
    assert by_state["Completed"]["n"] + by_state["Failed"]["n"] > COUNT
    assert by_state["Completed"]["first"] < by_state["Completed"]["last"]
    assert by_state["Completed"]["cpu"] > timedelta(0)


def test_columns_that_are_not_kept_are_made(busy, run):
    (row,) = run(
        ".show commands | where CommandType == 'Ingest' | take 1 | project "
        "LongEnough = LastUpdatedOn - StartedOn == Duration, Group = WorkloadGroup, "
        "Same = tolong(ResourcesUtilization.MemoryPeak) >= 524384, "
        "Cpu = tostring(ResourcesUtilization.TotalCpu) == tostring(TotalCpu), RootActivityId"
    )

    assert [row[name] for name in ("LongEnough", "Same", "Cpu")] == [True, True, True]
    assert row["Group"] == "default"
    assert len(row["RootActivityId"]) == 36


def test_hidden_literals_are_asterisks(busy, run):
    rows = run(f".show commands-and-queries | where Text contains '{SECRET}' | project Text")

    # The only text with it is that of the command itself.
    assert [row["Text"] for row in rows if not row["Text"].startswith(".show")] == []


@pytest.mark.parametrize("role", [None, DatabaseRole.MONITORS])
def test_others_see_their_own_requests_unless_they_monitor_the_database(role, azure, busy, counts):
    if role is not None:
        azure.world.grant(busy, role, database="Sales")

    found = counts(".show commands-and-queries", token="embedded-reader")

    own = counts(".show queries | where Text == 'Missing | count'")
    assert found == (COUNT if role else own)
    assert own > 100


def test_requests_are_kept_for_thirty_days(azure, busy, counts):
    azure.world.clock.move(timedelta(days=20))

    kept = counts(".show commands-and-queries")

    assert kept == pytest.approx(COUNT * 10 / 29, abs=2)


def test_more_rows_than_a_result_may_have_are_an_error(busy, connect):
    options = ClientRequestProperties()
    options.set_option("truncationmaxrecords", 100)

    with pytest.raises(KustoServiceError, match="E_QUERY_RESULT_SET_TOO_LARGE"):
        connect("embedded-admin").execute(None, ".show commands-and-queries", options)


def test_without_a_pipe_old_requests_are_rows_like_others(busy, run):
    rows = run(".show commands")

    old = next(row for row in rows if row["CommandType"] == "Ingest")
    assert old["Text"].startswith(".ingest into table Orders (h'***")
    assert old["ClientRequestProperties"]["SecurityTokenPresent"] is True
    assert old["StartedOn"] + old["Duration"] == old["LastUpdatedOn"]


def test_no_requests_cannot_be_added(azure):
    with pytest.raises(ValueError, match="at least 1"):
        add_requests(azure.world, 0)
