"""Runs are sent to tables of a database: once, whole, and never lost."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from adxmi_jupyter.actions.history.kusto_store import KustoStore
from adxmi_jupyter.actions.history.recording import local_folder, record
from adxmi_jupyter.actions.history.showing import verified
from adxmi_jupyter.actions.history.syncing import SENT, THERE, Choices, sync_to_cluster
from adxmi_jupyter.errors import (
    AdxmiError,
    ClockSkew,
    ConfirmationRequired,
    NotAuthorized,
    ServiceUnavailable,
)
from adxmi_jupyter.model.history.rows import (
    ChangeRow,
    FindingRow,
    Recorded,
    Run,
    StateRow,
    canonical,
)
from adxmi_jupyter.model.history.state import differences, seen_by

HOSTILE = 'a\'b""c|d;,\n   \n.drop table T\r\n<| ```~~~ \\ \t é\u202e😀 $x$ =1+1'


def ids(store):
    return [one.id for one in store.runs()]


def counted(connection, table):
    (row,) = connection.kusto.query(f"{table} | count", database="Telemetry").rows()
    return row["Count"]


@pytest.mark.nightly
def test_fifty_runs_with_one_lost_in_the_middle(connection, azure, grant, sync, store, local):
    usages = ["ExternalTable", "ExportRequest", "NativeIngestion", "SqlRequest", "AzureAI"]
    for number in range(25):
        grant(usages[number % 5], ["Sales", "Telemetry"][number % 2])
        record(connection)
    sync()
    for number in range(25):
        if number % 5 == 0:
            command = ".delete database Telemetry policy managed_identity"
            connection.kusto.command(command, database="Telemetry")
        grant(usages[number % 5], ["Telemetry", "Sales"][number % 2])
        record(connection)
    lost = local.runs()[37]
    azure.faults.add("unavailable", times=None, match=f"adxmi1:{lost.id}:0")

    with pytest.raises(AdxmiError):
        sync()
    azure.faults.clear()
    there = ids(store)
    again = sync()

    assert (len(there), again) == (37, [SENT] * 13)
    assert ids(store) == ids(local)
    assert all(verified(store, store.runs()))
    assert list(store.recorded(store.runs())) == list(local.recorded(local.runs()))
    states = [local.as_of(one.ended) for one in local.runs()]
    assert [store.as_of(one.ended) for one in local.runs()[::7]] == states[::7]
    for before, after in pairwise(states):
        assert [
            one.row.kind for one in differences(before, after) if one.row.kind != "policy"
        ] == []
    plain = "AdxmiState | where RunId == guid({}) and Item != '' | project Database, Kind, Item"
    for run in local.runs()[::7]:
        rows = connection.kusto.query(plain.format(run.id), database="Telemetry").rows()
        (recorded,) = local.recorded([run])
        assert sorted(tuple(row.values()) for row in rows) == sorted(
            (one.database, one.kind, one.item) for one in recorded.state if one.item
        )
    between = f"AdxmiChangesBetween(datetime({lost.ended}), datetime({local.runs()[-1].ended}))"
    rows = connection.kusto.query(between, database="Telemetry").rows()
    found = differences(local.as_of(lost.ended), states[-1])
    assert sorted((row["Change"], row["Database"], row["Item"]) for row in rows) == sorted(
        (one.change.value, one.row.database, one.row.item) for one in found
    )


def test_a_sync_that_breaks_off_goes_on_without_doubling(
    connection, azure, grant, sync, store, local
):
    record(connection)
    grant("SqlRequest")
    record(connection)
    first, second = local.runs()
    azure.faults.add("unavailable", times=None, match="into table AdxmiRuns")

    with pytest.raises(AdxmiError):
        sync()
    azure.faults.clear()
    before = store.runs(), counted(connection, "AdxmiState")
    results = sync()

    assert before == ((), len(next(local.recorded([first])).state))
    assert (results, sync(), sync(compares_all=True)) == ([SENT] * 2, [], [THERE] * 2)
    assert list(store.recorded(store.runs())) == list(local.recorded([first, second]))
    assert store.as_of(second.ended) == local.as_of(second.ended)
    assert all(verified(store, store.runs()))


@pytest.mark.nightly
def test_a_lost_answer_doubles_nothing(connection, azure, sync, store):
    record(connection)
    azure.faults.add("dropped-after-write", match="into table AdxmiState")

    sync()

    (recorded,) = store.recorded(store.runs())
    assert counted(connection, "AdxmiState") == len(recorded.state)
    assert recorded.is_intact


@pytest.mark.nightly
def test_hostile_texts_come_back_as_they_were(sync, store):
    sync()
    moment = "2026-01-01T00:00:00.000001Z"
    run = Run(str(uuid4()), moment, moment, "record", store.cluster, by=HOSTILE, tool=HOSTILE)
    told = canonical({"principal": HOSTILE})
    atom = StateRow(store.cluster, "role", HOSTILE, HOSTILE, value=told, identity_name=HOSTILE)
    change = ChangeRow(moment, store.cluster, HOSTILE, "policy", HOSTILE, command=HOSTILE)
    finding = FindingRow("f", "MI001", "high", "open", store.cluster, reason=HOSTILE)
    written = Recorded(replace(run, id=str(uuid4()), kind="write"), changes=(change,)).after("0")
    seen = Recorded(run, (replace(atom, item=""), atom), findings=(finding,)).after(
        written.run.digest
    )

    for one in (written, seen):
        store.send(one)

    assert list(store.recorded([written.run, seen.run])) == [written, seen]
    assert set(store.runs()) == {written.run, seen.run}
    assert store.as_of("9999-01-01T00:00:00Z") == seen_by(seen)


@pytest.mark.nightly
def test_a_sink_that_is_away_loses_nothing(connection, azure, sync, said, local):
    sync()
    record(connection)
    azure.faults.add("unavailable", times=None)

    with pytest.raises(ServiceUnavailable):
        sync()
    azure.faults.clear()

    assert "no run sent; 1 stay here for the next sync" in said
    assert (len(local.runs()), sync()) == (1, [SENT])


@pytest.mark.nightly
def test_a_changed_row_is_found(connection, sync, store, grant):
    record(connection)
    grant("SqlRequest")
    record(connection)
    sync()
    forged = "AdxmiState | extend Item = iff(Item == 'SqlRequest', 'AzureAI', Item)"
    connection.kusto.command(f".set-or-replace AdxmiState <| {forged}", database="Telemetry")

    assert verified(store, store.runs()) == (True, False)


def test_tables_are_created_only_when_that_is_confirmed(connection, store):
    record(connection)

    with pytest.raises(ConfirmationRequired, match="Telemetry has no tables for the history"):
        sync_to_cluster(connection, store, Choices())

    assert store.missing()
    assert not local_folder(connection).sent


@pytest.mark.nightly
def test_tables_are_kept_for_ten_years(connection, sync):
    sync()

    command = ".show table AdxmiState policy retention"
    (row,) = connection.kusto.command(command, database="Telemetry").rows()
    assert '"3650.00:00:00"' in row["Policy"]


@pytest.mark.nightly
def test_a_wrong_clock_sends_nothing(connection, azure, sync, store):
    record(connection)
    azure.world.clock.move(timedelta(hours=-1))

    with pytest.raises(ClockSkew, match="the clocks differ"):
        sync()

    assert store.missing()
    assert sync(allows_skew=True) == [SENT]


@pytest.mark.nightly
def test_who_may_not_write_loses_nothing(connections, connection, said, local):
    record(connection)
    sync_to_cluster(
        connection, KustoStore(connection, "Telemetry", connection.cluster), Choices(confirmed=True)
    )
    record(connection)
    reader = connections.open("embedded", name="limited", credential="as:reader")

    with pytest.raises(NotAuthorized):
        sync_to_cluster(connection, KustoStore(reader, "Telemetry", connection.cluster), Choices())

    assert "0 of 1 runs sent; 1 stay here for the next sync" in said
    assert len(local.runs()) == 2
