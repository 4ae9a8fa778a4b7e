"""What plan, drift, apply and snapshot read is kept, once the cluster has a history."""

import threading
from dataclasses import replace
from uuid import UUID

import pytest

from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.plans import keep_plan, keep_snapshot
from adxmi_jupyter.actions.history.recording import keep_writes, record
from adxmi_jupyter.actions.history.showing import state_of
from adxmi_jupyter.actions.history.syncing import SENT, Choices, sync_to_directory
from adxmi_jupyter.actions.plan.applying import Applying, apply
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.snapshot import snapshot
from adxmi_jupyter.actions.plan.undoing import undo
from adxmi_jupyter.actions.write.history import every_entry
from adxmi_jupyter.model.history.rows import Kind, Recorded, Run, RunKind
from adxmi_jupyter.model.history.state import differences
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables

_SOME_RUN = Run("", "2026-11-30T00:00:00.000000Z", "2026-11-30T00:00:00.000000Z", "apply", "x")
FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy:
  mode: additive
  databases:
    Telemetry: {mi-ingest: [ExportRequest, SqlRequest]}
roles:
  mode: additive
  databases:
    Telemetry: {viewers: [mi-ingest]}
"""


@pytest.fixture
def planned(connection):
    """Compare the cluster with the file."""
    return lambda: prepare(connection, read_policy_file(FILE, "adxmi.yaml", Variables()), Options())


@pytest.fixture
def applied(connection, planned):
    return lambda: apply(connection, planned, Applying())


@pytest.mark.nightly
def test_without_a_history_nothing_is_kept(connection, planned, applied, local):
    prepared = planned()
    keep_plan(prepared.world, prepared.plan, RunKind.PLAN)
    applied()

    assert local.runs() == ()


def test_an_apply_is_one_run_after_the_run_of_what_it_read(connection, applied, local):
    record(connection)
    done = applied()
    keep_writes(connection)

    recorded, read, wrote = local.recorded(local.runs())
    assert [one.run.kind for one in (recorded, read, wrote)] == ["record", "plan", "apply"]
    assert [one.outcome for one in wrote.changes] == ["applied"] * len(done.outcomes)
    assert (wrote.run.findings, len(wrote.state)) == ('{"applied":2}', 0)
    assert set(read.state) <= set(recorded.state)
    assert {one.section[1:] for one in read.state} == {
        (Kind.POLICY, "Telemetry"),
        (Kind.ROLE, "Telemetry"),
        (Kind.ASSIGNMENT, ""),
    }
    assert {(one.rule, one.state, one.usage) for one in read.findings} == {
        ("plan", "planned", ""),
        ("plan", "planned", "ExportRequest"),
        ("plan", "planned", "SqlRequest"),
    }
    assert all(one.is_intact for one in (recorded, read, wrote))


@pytest.mark.nightly
def test_a_snapshot_sees_what_a_record_sees(connection, local, store, sync):
    record(connection)
    keep_snapshot(snapshot(connection, Mode.ADDITIVE).world)

    recorded, taken = local.recorded(local.runs())
    others = {Kind.WORKFLOW, Kind.CONNECTION}
    assert taken.state == tuple(one for one in recorded.state if one.kind not in others)
    assert (taken.run.kind, taken.findings) == ("snapshot", ())
    assert (sync(), sync()) == ([SENT] * 2, [])
    assert list(store.recorded(store.runs())) == [recorded, taken]


@pytest.mark.nightly
def test_what_a_partial_run_did_not_read_is_as_it_was_seen_before(
    connection, planned, grant, local, store, sync
):
    record(connection)
    grant("AzureAI")
    grant("AzureAI", "Telemetry")
    prepared = planned()
    keep_plan(prepared.world, prepared.plan, RunKind.PLAN)
    sync()

    for place in (local, store):
        before, now = (state_of(connection, place, word) for word in ("first-record", "last-plan"))
        changed = [(one.change, one.row.database, one.row.item) for one in differences(before, now)]
        assert changed == [("added", "Telemetry", "AzureAI")]


@pytest.mark.nightly
def test_an_apply_that_is_under_way_is_left_until_it_has_ended(connection, applied, local):
    applied()
    kept = []

    with connection.lock.held():
        other = threading.Thread(target=lambda: kept.append(keep_writes(connection)))
        other.start()
        other.join()
        while_under_way = local.runs()
    keep_writes(connection)

    assert (kept, while_under_way) == ([0], ())
    assert [one.kind for one in local.runs()] == ["apply"]


@pytest.mark.nightly
def test_an_apply_is_sent_to_a_database_and_to_files_once(
    connection, applied, local, store, sync, tmp_path
):
    record(connection)
    applied()

    results = sync(), sync(), sync(compares_all=True)
    target = Folder(tmp_path)
    for _ in range(2):
        sync_to_directory(connection, target, tmp_path, Choices())

    assert results == ([SENT] * 3, [], ["there already"] * 3)
    kept = list(local.recorded(local.runs()))
    assert list(store.recorded(store.runs())) == list(target.recorded(target.runs())) == kept


@pytest.mark.nightly
def test_writes_of_an_apply_that_an_earlier_release_kept_alone_stay_so(connection, applied, local):
    applied()
    first, *_ = entries = every_entry(connection)
    local.chain(Recorded(replace(_SOME_RUN, id=str(UUID(hex=first.key)))))

    keep_writes(connection)
    keep_writes(connection)

    assert {one.id for one in local.runs()} == {str(UUID(hex=one.key)) for one in entries}


@pytest.mark.nightly
def test_an_undone_apply_names_the_run_that_it_undoes(connection, applied, local):
    record(connection)
    done = applied()
    undo(connection, None, done.number, confirmed=True)
    keep_writes(connection)

    *_, wrote, undone = local.recorded(local.runs())
    assert {one.undo_of for one in undone.changes} == {wrote.run.id}
