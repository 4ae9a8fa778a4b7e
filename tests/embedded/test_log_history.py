"""What the logs of the seeded world tell of the 30 days before its first request."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from azure.kusto.data.helpers import dataframe_from_result_table

from adxmi_jupyter.embedded.seed.world import seeded_world

READER = "embedded-reader"


NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
LOGS = [
    ".show queries",
    ".show commands",
    ".show commands-and-queries",
    ".show journal",
    ".show operations",
    ".show ingestion failures",
    ".show data operations",
    ".show streamingingestion statistics",
    ".show streamingingestion failures",
]
MOMENTS = ("StartedOn", "EventTimestamp", "FailedOn", "Timestamp", "StartTime", "FirstFailureOn")


@pytest.fixture
def azure(running_azure):
    """The embedded Azure with its history, at noon of a day."""
    running_azure.reset()
    running_azure.world.clock.stop_at(NOON)
    return running_azure


@pytest.fixture
def moments(run):
    """Return when the entries of a log happened."""

    def happened(log):
        rows = run(log)
        return [next(row[name] for name in MOMENTS if name in row) for row in rows]

    return happened


@pytest.mark.parametrize("log", LOGS)
def test_history_ends_before_the_first_request_and_is_sorted(moments, log):
    found = moments(log)

    before = [each for each in found if each < NOON]
    assert before
    assert before == sorted(before)
    assert NOON - timedelta(days=30) < before[0]
    assert before[-1] < NOON.replace(hour=0)


@pytest.mark.parametrize("log", LOGS)
def test_history_is_the_same_in_each_world(azure, run, log):
    first = [row for row in run(log) if "show" not in row.get("Text", "")]

    azure.reset()
    azure.world.clock.stop_at(NOON)

    assert [row for row in run(log) if "show" not in row.get("Text", "")] == first


@pytest.mark.parametrize("log", [".show journal", ".show data operations"])
def test_history_moves_with_the_world_s_first_request(azure, moments, log):
    first = moments(log)

    azure.reset()
    azure.world.clock.stop_at(NOON - timedelta(days=100))

    assert [each + timedelta(days=100) for each in moments(log)] == first


def test_history_stays_where_it_is_when_time_goes_on(azure, run, moments):
    run(".show version")
    azure.world.clock.move(timedelta(days=2))

    late = moments(".show data operations")

    assert max(late) < NOON.replace(hour=0)


@pytest.mark.parametrize(
    ("log", "days"),
    [(".show queries", 31), (".show journal", 31), (".show operations", 15)],
)
def test_history_ends_when_it_is_too_old(azure, run, log, days):
    run(".show version")

    azure.world.clock.move(timedelta(days=days))

    assert [row for row in run(log) if "show" not in row.get("Text", "")] == []


def test_what_happens_stands_behind_the_history(run):
    run("Orders | count", database="Sales")
    run(".create table T (a:long)", database="Sales")

    queries, changes = run(".show queries"), run(".show journal")

    assert len(queries) > 1
    assert queries[-1]["StartedOn"] == NOON
    assert (changes[-1]["EntityName"], changes[-1]["EntityVersion"]) == ("T", "v1.7")


def test_versions_go_on_from_the_history(run):
    versions = {row["DatabaseName"]: row["Version"] for row in run(".show databases")}

    told = {row["Database"]: row["EntityVersion"] for row in run(".show journal")}
    cluster = told.pop("")
    assert (versions, cluster) == (told, "v1.1")


@pytest.mark.parametrize("scope", ["database Sales", "database ['Tom\\'s Lab']", "cluster"])
def test_journal_ends_with_the_policies_that_there_are(run, scope):
    (policy,) = run(f".show {scope} policy managed_identity")

    changes = run(f".show {scope} journal | where Event contains 'MANAGED-IDENTITY'")

    assert changes[-1]["UpdatedEntityState"] == policy["Policy"]
    assert changes[0]["OriginalEntityState"] == "null"
    states = [(row["OriginalEntityState"], row["UpdatedEntityState"]) for row in changes]
    assert [before for before, _ in states[1:]] == [after for _, after in states[:-1]]


def test_grant_of_the_cluster_came_with_a_script_that_no_other_log_has(run):
    (change,) = run(".show cluster journal")

    commands = run(f".show commands-and-queries | where Principal == '{change['Principal']}'")

    assert change["User"].startswith("AAD app id=")
    assert commands == []


def test_external_table_is_in_use(azure, run):
    used = run(
        ".show queries | where Text contains \"external_table('ArchivedOrders')\""
        " and State == 'Completed'"
    )

    assert len(used) > 10
    assert {row["Principal"] for row in used} == {azure.world.principal(READER).fqn}


@pytest.mark.nightly
def test_nightly_load_stopped_after_it_lost_its_role(run):
    loads = run(".show commands | where CommandType == 'DataIngestPull'")
    came_in = run(f".show data operations | where Principal == '{loads[0]['Principal']}'")
    (lost,) = run(".show database Sales journal | where Event == 'DROP-DATABASE-ROLE'")

    completed = [row["StartedOn"] for row in loads if row["State"] == "Completed"]
    failed = [row["StartedOn"] for row in loads if row["State"] == "Failed"]
    assert max(completed) < lost["EventTimestamp"] < min(failed)
    assert len(came_in) == len(completed)
    assert "managed_identity" not in loads[0]["Text"]
    assert "h'*******'" in loads[0]["Text"]


def test_update_policy_ran_until_it_was_deleted(run):
    runs = run(".show data operations | where OperationKind == 'UpdatePolicy'")
    (deleted,) = run(".show journal | where Event == 'DELETE-TABLE-POLICY-UPDATE'")
    (altered,) = run(".show journal | where Event == 'ALTER-TABLE-POLICY-UPDATE'")

    assert {json.dumps(row["Properties"]) for row in runs} == {'{"SourceTable": "Events"}'}
    assert altered["UpdatedEntityState"] == deleted["OriginalEntityState"]
    assert json.loads(altered["UpdatedEntityState"])[0]["Source"] == "Events"
    assert max(row["Timestamp"] for row in runs) < deleted["EventTimestamp"]
    assert len(runs) > 10


@pytest.mark.parametrize(
    ("usage", "log"),
    [
        ("ExternalTable", ".show queries"),
        ("ExternalDataRequest", ".show queries"),
        ("SqlRequest", ".show queries"),
        ("ExportRequest", ".show commands"),
        ("ExportRequest", ".show operations | extend FailureReason = Status"),
        ("NativeIngestion", ".show ingestion failures | extend FailureReason = Details"),
    ],
)
def test_usages_that_were_wanted_and_denied(run, usage, log):
    found = run(f"{log} | where FailureReason contains \"for '{usage}'\"")

    assert found


def test_denial_is_that_of_today(run, refusal):
    (old, *_) = run(".show queries | where Database == 'Telemetry' and State == 'Failed'")

    error = refusal(old["Text"], database="Telemetry", token=READER)

    assert error.description == old["FailureReason"]


def test_usage_of_the_lab_is_used_by_nobody(run):
    texts = [row["Text"] for row in run(IN_THE_LAB)]

    assert texts
    assert not any("managed_identity=" in text for text in texts)


IN_THE_LAB = '.show queries | where Database == "Tom\'s Lab"'


@pytest.mark.parametrize("log", LOGS)
def test_every_log_becomes_a_frame_of_the_client(connect, log):
    table = connect("embedded-admin").execute_mgmt("Sales", log).primary_results[0]

    frame = dataframe_from_result_table(table)

    kinds = {column.column_name: column.column_type for column in table.columns}
    moments = [name for name, kind in kinds.items() if kind == "datetime" and name in MOMENTS]
    lengths = [name for name, kind in kinds.items() if kind == "timespan"]
    assert len(frame) == table.rows_count
    assert {frame[name].dtype.kind for name in moments} == {"M"}
    assert {frame[name].dtype.kind for name in lengths} <= {"m"}


def test_all_states_are_there(run):
    states = {row["State"] for row in run(".show commands-and-queries | project State")}

    assert states == {"Completed", "Failed", "Throttled", "Cancelled"}


def test_reader_sees_own_queries_only(azure, run):
    rows = run(".show commands-and-queries", token=READER)

    assert {row["Principal"] for row in rows} == {azure.world.principal(READER).fqn}
    assert run(".show data operations", token=READER) == []
    assert run(".show journal", token=READER) == []


def test_world_without_history_has_empty_logs(running_azure, run):
    running_azure.reset(with_history=False)

    assert [run(log) for log in (".show queries", ".show journal", ".show operations")] == [[]] * 3


def test_history_depends_on_the_seed_only(azure, run):
    azure.world.identities.clear()
    azure.world.principals[1:] = []
    azure.world.cluster.databases["Sales"].policy = None

    changes = run(".show journal")

    assert len(changes) == sum(seeded_world().journal.versions.values())


@pytest.mark.nightly
def test_nothing_of_the_history_is_loaded_by_a_start():
    program = (
        "import sys; from adxmi_jupyter.embedded import EmbeddedAzure\n"
        "with EmbeddedAzure(): print([m for m in sys.modules if 'seed.history' in m])"
    )

    said = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert said == "[]\n"
