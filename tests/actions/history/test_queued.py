"""A large run is queued, and counts once all of its rows are there."""

import pytest

from adxmi_jupyter.actions.history.recording import record
from adxmi_jupyter.actions.history.syncing import QUEUED, SENT, THERE

pytestmark = pytest.mark.nightly


@pytest.fixture(autouse=True)
def every_run_is_large(monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.model.history.sending.MOST_INLINE", 100)


def counted(connection):
    query = "AdxmiState | summarize Rows = count()"
    (row,) = connection.kusto.query(query, database="Telemetry").rows()
    return row["Rows"]


def test_a_queued_run_is_what_was_recorded(connection, sync, store, local):
    record(connection)

    results = sync()

    assert (results, sync(), sync(compares_all=True)) == ([SENT], [], [THERE])
    assert list(store.recorded(store.runs())) == list(local.recorded(local.runs()))


def test_a_run_whose_rows_are_not_there_yet_does_not_count(connection, sync, store, azure):
    sync()
    record(connection)
    table = azure.world.cluster.databases["Telemetry"].tables["AdxmiState"]
    first = sync()
    late, table.rows[:] = list(table.rows), []
    connection.kusto.command(".clear table AdxmiRuns data", database="Telemetry")

    waiting = sync(compares_all=True), store.runs()
    table.rows[:] = late
    last = sync(compares_all=True)

    assert (first, waiting, last) == ([SENT], ([QUEUED], ()), [SENT])
    assert (len(store.runs()), counted(connection)) == (1, len(late))
