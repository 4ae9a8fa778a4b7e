"""What is kept on this machine: for the owner alone, whole, and without secrets."""

import json

import pytest

from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.recording import local_folder, record
from adxmi_jupyter.actions.history.showing import state_frame, state_of
from adxmi_jupyter.errors import HistoryUnavailable
from tests.secrets_world import FUNCTIONS, SECRETS, TABLES, add


def text_of(folder):
    return "".join(one.read_text("utf-8") for one in folder.path.iterdir())


@pytest.mark.nightly
def test_neither_secrets_nor_queries_are_kept(connection, azure, sync, store):
    for name in (*TABLES, *FUNCTIONS):
        add(connection, azure, name)
    record(connection)
    sync()

    kept = text_of(local_folder(connection))
    (recorded,) = store.recorded(store.runs())
    every = kept + "".join(map(str, recorded.state))
    assert "external-table ByKey" in every
    assert [one for one in (*SECRETS, "sig=", "select *", "externaldata(") if one in every] == []


@pytest.mark.nightly
def test_the_files_are_the_owners(connection):
    folder = local_folder(connection)
    record(connection)

    assert folder.path.stat().st_mode & 0o077 == 0
    assert [one.name for one in folder.path.iterdir() if one.stat().st_mode & 0o077] == []


@pytest.mark.nightly
def test_a_run_that_broke_off_is_no_run_and_is_written_over(connection, grant, local):
    record(connection)
    first = local.as_of("9")
    runs = local.path / "@runs.jsonl"
    before = runs.read_text("utf-8")
    grant("SqlRequest")
    record(connection)
    runs.write_text(before + '{"id": "cut', "utf-8")

    assert (len(local.runs()), local.as_of("9")) == (1, first)

    record(connection)
    assert len(local.runs()) == 2
    assert [one.item for one in set(local.as_of("9").atoms) - set(first.atoms)] == ["SqlRequest"]


@pytest.mark.nightly
def test_files_for_git_change_by_the_lines_that_changed(connection, grant, local, tmp_path):
    record(connection)
    target = Folder(tmp_path / "a")
    (one,) = local.recorded(local.runs())
    target.add(one)
    before = {file.name: file.read_text("utf-8") for file in target.path.iterdir()}
    grant("SqlRequest")
    record(connection)
    target.add(list(local.recorded(local.runs()))[1])
    after = {file.name: file.read_text("utf-8") for file in target.path.iterdir()}

    changed = {name for name in after if after[name] != before[name]}
    lines = set(after["Sales.jsonl"].splitlines()) - set(before["Sales.jsonl"].splitlines())
    assert changed == {"Sales.jsonl", "@runs.jsonl"}
    assert sorted(json.loads(line).get("item", "") for line in lines) == ["", "", "SqlRequest"]
    assert target.as_of("9") == local.as_of("9")


@pytest.mark.nightly
def test_runs_that_come_later_take_their_place(connection, grant, local, tmp_path):
    for usage in ("SqlRequest", "AzureAI", "ExportRequest"):
        grant(usage)
        record(connection)
    first, second, third = local.recorded(local.runs())
    target = Folder(tmp_path)

    for one in (third, first, second, first):
        target.add(one)

    assert list(target.recorded(target.runs())) == [first, second, third]
    assert [target.as_of(one.run.ended) for one in (first, second, third)] == [
        local.as_of(one.run.ended) for one in (first, second, third)
    ]


def test_before_the_first_run_nothing_is_known(connection, local):
    with pytest.raises(HistoryUnavailable, match="no run has read the cluster yet"):
        state_of(connection, local, "now")


@pytest.mark.nightly
def test_what_cannot_be_read_is_last_known(connections, connection, local):
    record(connection)
    limited = connections.open("embedded", name="limited", credential="as:reader")
    record(limited)

    frame = state_frame(state_of(connection, local, "now"))

    told = dict(zip(frame["kind"] + " " + frame["scope"], frame["state"], strict=True))
    assert told["assignment cluster"] == "seen"
    assert told["policy cluster"] == "requires AllDatabasesMonitor"
    assert "last known" in set(frame["state"])
