"""``apply --fleet``: one policy file on many clusters, in waves, and back."""

import signal
import threading

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.write import protocol
from tests.fleets import FLEET_FILE as FILE
from tests.fleets import THREE as NAMES
from tests.fleets import states, three_clusters


@pytest.fixture
def fleet(azure, monkeypatch):
    """Three clusters beside the seeded one; the tag of one says that it comes first."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    three_clusters(azure)
    return azure


def usages(azure):
    found = {}
    for name in NAMES:
        policy = azure.world.find_cluster(name).databases["Stock"].policy or []
        found[name] = [usage for item in policy for usage in item.usages]
    return found


def test_a_file_is_applied_to_its_clusters_and_undone_as_a_whole(magic, fleet):
    plan = magic("plan --fleet", FILE)
    applied = magic("apply --fleet --waves canary,rest", FILE)
    after = usages(fleet)
    magic("undo --fleet --apply 2 --yes")

    assert sorted(plan.cluster) == list(NAMES)
    assert "3 clusters: contosoeast, contosonorth, contosowest" in plan.to_text()
    assert list(applied.result) == ["applied"] * 3
    assert after == {key: ["NativeIngestion"] for key in NAMES}
    assert usages(fleet) == {key: [] for key in NAMES}


def test_the_next_wave_waits_for_one_that_went_well(magic, fleet):
    fleet.faults.add("plain-text-400", times=None, match=".alter-merge", cluster="contosowest")

    with pytest.raises(errors.ApplyIncomplete, match="3 of 3 clusters"):
        magic("apply --fleet --waves canary,rest", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_nothing_is_sent_where_a_cluster_cannot_be_planned(magic, fleet):
    fleet.stop_cluster("contosoeast")

    with pytest.raises(errors.PartialRead, match="1 of 3 clusters") as caught:
        magic("apply --fleet", FILE)
    before = usages(fleet)
    magic("apply --fleet --allow-partial", FILE)

    assert caught.value.why == "stopped: 1"
    assert before == {key: [] for key in NAMES}
    assert usages(fleet) == {name: ["NativeIngestion"] for name in NAMES} | {"contosoeast": []}


@pytest.mark.nightly
def test_removals_of_all_clusters_together_are_counted(magic, fleet):
    magic("apply --fleet", FILE)
    none = FILE.replace("{mi-ingest: [NativeIngestion]}", "{}")

    with pytest.raises(errors.ConfirmationRequired, match="contosoeast: the plan removes 1"):
        magic("apply --fleet", none)
    with pytest.raises(errors.ConfirmationRequired, match="the plans remove 3"):
        magic("apply --fleet --yes --max-removals 2", none)

    assert usages(fleet) == {key: ["NativeIngestion"] for key in NAMES}


@pytest.mark.nightly
@pytest.mark.parametrize("waves", ["nobody,rest", "canary"])
def test_waves_name_every_cluster_and_none_that_is_not_there(magic, fleet, waves):
    with pytest.raises(errors.InvalidValue, match="--waves"):
        magic(f"apply --fleet --waves {waves}", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_a_wave_with_nothing_left_to_change_is_passed_over(magic, fleet):
    fleet.faults.add("plain-text-400", times=None, match=".alter-merge", cluster="contosoeast")
    with pytest.raises(errors.ApplyIncomplete):
        magic("apply --fleet --waves canary,rest", FILE)
    fleet.faults.clear()

    magic("apply --fleet --waves canary,rest", FILE)

    assert usages(fleet) == {key: ["NativeIngestion"] for key in NAMES}


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("waves", "fix"),
    [
        ("nobody,rest", "remove --waves"),
        ("canary,nobody,conto*", "%%adxmi apply --fleet --waves canary,conto*,rest"),
    ],
)
def test_the_fix_of_a_wave_without_clusters_has_the_other_waves(magic, fleet, waves, fix):
    with pytest.raises(errors.InvalidValue) as raised:
        magic(f"apply --fleet --waves {waves}", FILE)

    assert raised.value.fix == fix


@pytest.mark.nightly
def test_a_preview_sends_nothing(magic, fleet):
    magic("apply --fleet --dry-run", FILE)

    assert usages(fleet) == {key: [] for key in NAMES}


@pytest.mark.nightly
def test_undoing_on_many_clusters_is_confirmed(magic, fleet):
    magic("apply --fleet", FILE)

    with pytest.raises(errors.ConfirmationRequired, match="3 clusters"):
        magic("undo --fleet --apply 1")


@pytest.fixture
def pressed(fleet):
    """Press Ctrl-C once the first change of a cluster has arrived, which is answered later."""
    stop, threads = threading.Event(), []

    def watch():
        while fleet.faults.active() and not stop.is_set():
            stop.wait(0.01)
        if not stop.is_set():
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def at(cluster):
        fleet.faults.add("slow", match=".alter-merge", delay=1, cluster=cluster)
        threads.append(threading.Thread(target=watch))
        threads[0].start()

    yield at
    stop.set()
    for thread in threads:
        thread.join()


@pytest.mark.nightly
def test_an_interrupt_lets_what_has_begun_end_and_begins_no_other_wave(
    magic, fleet, pressed, capsys
):
    pressed("contosowest")

    with pytest.raises(errors.ApplyIncomplete, match="2 of 3 clusters"):
        magic("apply --fleet --waves canary,rest", FILE)
    after = usages(fleet)
    undone = magic("undo --fleet --apply 1 --yes")

    assert "the run was interrupted" in capsys.readouterr().out
    assert after == {name: [] for name in NAMES} | {"contosowest": ["NativeIngestion"]}
    assert states(undone) == {"contosowest": "reached"}
    assert usages(fleet) == {name: [] for name in NAMES}


@pytest.mark.nightly
def test_what_was_changed_before_the_process_ended_is_undone_as_well(magic, fleet, monkeypatch):
    to_the_end = protocol._Run.to_the_end

    def killed(run):
        to_the_end(run)
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(protocol._Run, "to_the_end", killed)
        with pytest.raises(SystemError):
            magic("apply --fleet contosowest", FILE)
    changed = usages(fleet)["contosowest"]
    magic("undo --fleet --apply 1 --yes")

    assert (changed, usages(fleet)["contosowest"]) == (["NativeIngestion"], [])


@pytest.mark.nightly
def test_a_cluster_that_is_not_listed_any_more_is_not_undone_without_a_word(magic, fleet):
    magic("apply --fleet", FILE)
    fleet.world.find_cluster("contosoeast").state = "Deleted"

    once, twice = (magic("undo --fleet --apply 1 --yes") for _ in range(2))

    assert states(once) == dict.fromkeys(NAMES, "reached") | {"contosoeast": "not asked"}
    assert len(once.dropna(subset="result")) == 2
    assert states(twice) == states(once)
    assert "nothing is left to undo" in twice.to_text()
