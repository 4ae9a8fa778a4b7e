"""Whatever happens while the history is sent: nothing is lost, and nothing is there twice."""

import threading

import pytest

from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.recording import record
from adxmi_jupyter.actions.history.showing import verified
from adxmi_jupyter.actions.history.syncing import SENT, Choices, sync_to_directory
from adxmi_jupyter.errors import AdxmiError, HistoryUnavailable

pytestmark = pytest.mark.nightly


def counted(connection, table):
    (row,) = connection.kusto.query(f"{table} | count", database="Telemetry").rows()
    return row["Count"]


@pytest.fixture
def whole(connection, store, local):
    """Compare what is there with what was recorded, to the row."""

    def whole():
        kept = list(local.recorded(local.runs()))
        rows = sum(len(one.state) for one in kept)
        there = list(store.recorded(store.runs()))
        assert (counted(connection, "AdxmiRuns"), counted(connection, "AdxmiState")) == (
            len(kept),
            rows,
        )
        return there == kept and all(verified(store, store.runs()))

    return whole


@pytest.mark.parametrize("times", [1, None])
def test_the_answer_of_the_row_that_makes_a_run_count_is_lost(
    connection, azure, sync, local, whole, times
):
    record(connection)
    sync()
    record(connection)
    azure.faults.add("dropped-after-write", times=times, match="into table AdxmiRuns")

    try:
        first = sync()
    except AdxmiError:
        first = []
    azure.faults.clear()
    again = sync()

    assert (first == [SENT]) is not bool(again)
    assert whole()


def test_two_processes_send_at_the_same_time(connection, store, sync, whole):
    for _ in range(3):
        record(connection)
    sync()
    for _ in range(2):
        record(connection)
    found = []

    others = [threading.Thread(target=lambda: found.append(sync())) for _ in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join()

    assert sorted(found) == [[], [], [SENT, SENT]]
    assert whole()


def test_a_sink_that_goes_away_in_the_middle_gets_the_rest_later(
    connection, azure, sync, local, whole
):
    for _ in range(4):
        record(connection)
    sync()
    for _ in range(3):
        record(connection)
    lost = local.runs()[5]
    azure.faults.add("unavailable", times=None, match=f"adxmi1:{lost.id}:0")

    with pytest.raises(AdxmiError):
        sync()
    azure.faults.clear()

    assert sync() == [SENT, SENT]
    assert whole()


@pytest.mark.parametrize("name", ["@runs", "@changes", "@findings", "@sent", "@cluster", "Sales"])
@pytest.mark.parametrize("torn", [b'{"id": "cut', '{"identity_name": "é'.encode()[:-1], b"[1]"])
def test_a_line_that_was_cut_short_costs_no_other(
    connection, sync, store, local, tmp_path, name, torn
):
    record(connection)
    kept = list(local.recorded(local.runs()))
    with (local.path / f"{name}.jsonl").open("ab") as file:
        file.write(torn)

    target = Folder(tmp_path)
    sync_to_directory(connection, target, tmp_path, Choices())
    results = sync()

    assert results == [SENT]
    assert list(local.recorded(local.runs())) == kept
    assert list(target.recorded(target.runs())) == list(store.recorded(store.runs())) == kept
    record(connection)
    assert [len(local.runs()), sync()] == [2, [SENT]]


@pytest.mark.parametrize("columns", ["Item:string, RunId:guid", "RunId:string"])
def test_nothing_is_sent_to_a_table_whose_columns_are_others(connection, sync, columns):
    connection.kusto.command(f".create table AdxmiState ({columns})", database="Telemetry")
    record(connection)

    with pytest.raises(AdxmiError):
        sync()

    assert counted(connection, "AdxmiState") == 0


def test_a_table_that_is_there_with_other_columns_is_named(connection, sync):
    record(connection)
    sync()
    for command in (".drop table AdxmiState", ".create table AdxmiState (Item:string)"):
        connection.kusto.command(command, database="Telemetry")
    record(connection)

    with pytest.raises(HistoryUnavailable, match="AdxmiState of database Telemetry") as raised:
        sync()

    assert str(raised.value.why).startswith("it lacks RunId, SeenOn, Cluster")
    assert counted(connection, "AdxmiRuns") == 1


def test_columns_that_are_missing_at_the_end_are_added(connection, sync):
    connection.kusto.command(
        ".create table AdxmiState (RunId:guid, SeenOn:datetime)", database="Telemetry"
    )
    record(connection)

    assert sync() == [SENT]


def test_columns_that_others_added_at_the_end_stay_empty(connection, sync):
    record(connection)
    sync()
    command = ".alter-merge table AdxmiState (Reviewer:string)"
    connection.kusto.command(command, database="Telemetry")
    record(connection)

    assert sync() == [SENT]
    assert counted(connection, "AdxmiRuns") == 2
