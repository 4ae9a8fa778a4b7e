"""The lock file beside a policy file: written by apply and snapshot, read by plan."""

import json
import re

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.console import execute
from tests.worlds import EXPORT

FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
identities: {lake: {name: mi-export}}
policy: {databases: {Sales: {lake: [ExternalTable]}}}
"""
OTHER = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def lock(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adxmi.yaml").write_text(FILE)
    return tmp_path / "adxmi.lock.json"


def test_apply_writes_it_once_and_the_same_bytes_each_time(lock, magic):
    magic("apply")
    once = lock.read_bytes()
    lock.write_bytes(once.replace(b"\n", b"\r\n"))
    magic("apply")

    assert json.loads(once)["clusters"] == {"embedded": {"lake": EXPORT}}
    assert lock.read_bytes() == once.replace(b"\n", b"\r\n"), "the same names are not written again"


def test_an_apply_that_is_incomplete_writes_it_too(lock, magic, azure):
    lock.with_name("adxmi.yaml").write_text(FILE.replace("ExternalTable", "AzureAI"))
    azure.faults.add("plain-text-400", match=".alter-merge", times=None)

    with pytest.raises(errors.ApplyIncomplete):
        magic("apply")

    assert json.loads(lock.read_text())["clusters"] == {"embedded": {"lake": EXPORT}}


def test_a_plan_stops_at_another_identity_and_apply_says_how_to_go_on(lock, magic):
    magic("apply")
    lock.write_text(lock.read_text().replace(EXPORT, OTHER))

    shown = repr(magic("plan"))
    with pytest.raises(errors.PlanBlocked) as caught:
        magic("apply")
    magic("apply --replace lake")

    assert f"! replace lake: object ID {OTHER} at the last apply, now {EXPORT}" in shown
    assert "--replace lake" in caught.value.fix
    assert EXPORT in lock.read_text()


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "\x00", "[]"])
def test_a_damaged_one_stops_plan_and_apply_and_stays(lock, magic, text):
    lock.write_text(text)

    for verb in ("plan", "apply", "drift"):
        with pytest.raises(errors.InvalidLockFile, match=re.escape("adxmi.lock.json")):
            magic(verb)

    assert lock.read_text() == text


def test_a_cell_has_none(lock, magic):
    magic("apply", FILE)

    assert not lock.exists()


@pytest.mark.nightly
def test_a_snapshot_is_saved_with_it(lock):
    assert execute(["snapshot", "--out", "adxmi.yaml"]) == 0

    assert json.loads(lock.read_text())["clusters"]["embedded"]["mi-export"] == EXPORT
    assert execute(["plan", "--exit-code"]) == 0


@pytest.mark.nightly
def test_a_saved_plan_is_stale_once_names_were_locked(lock, magic):
    magic("plan --save plan.json")
    magic("apply")

    with pytest.raises(errors.StalePlan, match="lock file"):
        magic("apply plan.json")


def test_a_snapshot_beside_a_damaged_lock_file_changes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adxmi.yaml").write_text("before")
    (tmp_path / "adxmi.lock.json").write_text("damaged")

    assert execute(["snapshot", "-o", "adxmi.yaml"]) == 1

    assert (tmp_path / "adxmi.yaml").read_text() == "before"
