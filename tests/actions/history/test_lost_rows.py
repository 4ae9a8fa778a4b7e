"""What a place is said to have was seen there: rows that are gone are sent again."""

import pytest

from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.kusto_store import KustoStore
from adxmi_jupyter.actions.history.recording import record
from adxmi_jupyter.actions.history.syncing import (
    INCOMPLETE,
    SENT,
    THERE,
    WOULD_SEND,
    Choices,
    sync_to_cluster,
    sync_to_directory,
)
from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.model.history.tables import TABLES, create_table, script


@pytest.fixture
def command(connection):
    return lambda text: connection.kusto.command(text, database="Telemetry")


@pytest.fixture
def same(store, local):
    """Compare what is there with what was recorded."""
    return lambda: list(store.recorded(local.runs())) == list(local.recorded(local.runs()))


@pytest.fixture
def two_runs(connection, sync, grant):
    record(connection)
    grant("SqlRequest")
    record(connection)
    sync()


@pytest.mark.parametrize("table", ["AdxmiRuns", "AdxmiState"])
def test_a_table_that_was_dropped_gets_its_rows_again(two_runs, sync, command, same, table):
    command(f".drop table {table}")

    results = sync()

    assert (results, same(), sync()) == ([SENT] * 2, True, [])


@pytest.mark.nightly
@pytest.mark.parametrize("tables", [["AdxmiRuns"], ["AdxmiState"], list(TABLES)])
@pytest.mark.parametrize("is_cleared", [True, False])
def test_tables_that_are_empty_get_their_rows_again(
    two_runs, sync, command, same, tables, is_cleared
):
    for table in tables:
        command(f".clear table {table} data" if is_cleared else f".drop table {table}")
        command(create_table(table))

    results = sync()

    assert (results, same(), sync()) == ([SENT] * 2, True, [])


@pytest.mark.nightly
def test_a_part_of_the_rows_is_not_the_run(two_runs, sync, command, same, local):
    command(f".set-or-replace AdxmiState <| AdxmiState | where RunId == guid({local.runs()[0].id})")

    results = sync()

    assert (results, same()) == ([SENT], True)


@pytest.mark.nightly
def test_a_dry_run_looks_there_as_well(two_runs, sync, command):
    command(".clear table AdxmiState data")

    assert sync(dry_run=True) == [WOULD_SEND] * 2


@pytest.mark.nightly
def test_only_the_table_that_is_missing_is_named(two_runs, connection, store, command):
    command(".drop table AdxmiState")

    with pytest.raises(ConfirmationRequired, match="has no table AdxmiState for the history"):
        sync_to_cluster(connection, store, Choices())


def test_rows_that_the_service_does_not_take_again_are_not_said_to_be_sent(
    two_runs, connection, azure, sync
):
    rows = azure.world.cluster.databases["Telemetry"].tables["AdxmiState"].rows
    del rows[:10]
    record(connection)

    assert (sync(), sync()) == ([INCOMPLETE, SENT], [INCOMPLETE])


@pytest.mark.nightly
def test_who_may_not_read_hears_that_nobody_looked(two_runs, connections, connection, command):
    command(".set database Telemetry viewers none")
    command(".add database Telemetry ingestors ('aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5')")
    writer = connections.open("embedded", name="limited", credential="as:reader")
    store = KustoStore(writer, "Telemetry", connection.cluster)

    done = sync_to_cluster(connection, store, Choices())

    assert (done.runs, done.compared) == ((), False)


@pytest.mark.parametrize("file", ["Sales", "@cluster", "@runs"])
def test_a_file_that_was_deleted_is_written_again(connection, grant, local, tmp_path, file):
    target = Folder(tmp_path)
    for usage in ("SqlRequest", "AzureAI", "ExportRequest"):
        grant(usage)
        record(connection)
    sync_to_directory(connection, target, tmp_path, Choices())
    (tmp_path / f"{file}.jsonl").unlink()

    again, more = (
        [one.result for one in sync_to_directory(connection, target, tmp_path, Choices()).runs]
        for _ in range(2)
    )

    assert (again, more) == ([SENT] * 3, [])
    assert list(target.recorded(local.runs())) == list(local.recorded(local.runs()))


def test_the_script_of_another_gets_the_runs(two_runs, sync, command, same):
    for table in TABLES:
        command(f".drop table {table}")
    for text in script():
        command(text)

    assert (sync(compares_all=True), same(), sync(compares_all=True)) == (
        [SENT] * 2,
        True,
        [THERE] * 2,
    )
