"""``apply --fleet --elevate``: one grant for a cluster, from its plan to its last change."""

import signal
import threading

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.azure_roles import CONTRIBUTOR
from adxmi_jupyter.embedded.seed.fleet import policy_item
from tests.fleets import FLEET_FILE as FILE
from tests.fleets import THREE, states

pytestmark = pytest.mark.nightly
APPLY = "apply --fleet --elevate --yes"
MANY = 1000


@pytest.fixture(autouse=True)
def contributor(let):
    """The reader is Contributor of each cluster in Azure."""
    let(CONTRIBUTOR, *THREE)


@pytest.fixture
def sent(fleet):
    """Return how many roles were granted and removed since: requests to Resource Manager."""
    for method in ("PUT", "DELETE"):
        fleet.faults.add("slow", match=f"{method} /", times=MANY, delay=0)

    def counted():
        return {
            one["match"].split()[0]: MANY - one["times"]
            for one in fleet.faults.active()
            if one["times"]
        }

    return counted


@pytest.fixture
def told_at_next_start(reader, capsys):
    """Tell whether the next start says that a role may be left."""

    def is_told():
        capsys.readouterr()
        reader("connect embedded --name next --credential as:reader")
        return "an interrupted --elevate may have left" in capsys.readouterr().out

    return is_told


def usages(fleet, name):
    return [one.usages for one in fleet.world.find_cluster(name).databases["Stock"].policy or []]


def test_a_role_is_granted_once_to_plan_and_to_change_and_removed_once(
    reader, sent, admins, told_at_next_start
):
    applied = reader(APPLY, FILE)

    assert states(applied) == dict.fromkeys(THREE, "reached")
    assert sent() == {"PUT": 3, "DELETE": 3}
    assert admins() == []
    assert not told_at_next_start()
    assert "granted you AllDatabasesAdmin for this command" in applied.to_text()
    assert "removed AllDatabasesAdmin, which was granted" in applied.to_text()


def test_a_cluster_with_nothing_to_change_is_left_once_it_is_planned(reader, sent, admins):
    reader(APPLY, FILE)
    before = sent()

    reader(APPLY, FILE)

    assert before == {"PUT": 3, "DELETE": 3}
    assert sent() == {"PUT": 6, "DELETE": 6}
    assert admins() == []


def test_roles_are_removed_from_clusters_of_a_wave_that_does_not_begin(
    reader, fleet, sent, admins, told_at_next_start
):
    fleet.faults.add("plain-text-400", times=None, match=".alter-merge", cluster="contosowest")

    with pytest.raises(errors.ApplyIncomplete, match="3 of 3"):
        reader(f"{APPLY} --waves canary,rest", FILE)

    assert sent() == {"PUT": 3, "DELETE": 3}
    assert admins() == []
    assert not told_at_next_start()


def test_roles_are_removed_where_what_was_planned_may_not_be_applied(
    reader, sent, admins, told_at_next_start, capsys
):
    reader(APPLY, FILE)
    none = FILE.replace("{mi-ingest: [NativeIngestion]}", "{}")

    with pytest.raises(errors.ConfirmationRequired, match="the plans remove 3"):
        reader(f"{APPLY} --max-removals 1", none)

    assert "removed AllDatabasesAdmin, which was granted" in capsys.readouterr().out
    assert sent() == {"PUT": 6, "DELETE": 6}
    assert admins() == []
    assert not told_at_next_start()


def test_a_role_that_stays_is_told_of_a_cluster_that_was_not_changed(
    reader, fleet, admins, told_at_next_start, capsys
):
    fleet.faults.add("plain-text-400", times=None, match=".alter-merge", cluster="contosowest")
    fleet.faults.add("unavailable", match="DELETE", times=None)

    with pytest.raises(errors.ApplyIncomplete):
        reader(f"{APPLY} --waves canary,rest", FILE)
    fleet.faults.clear()

    shown = capsys.readouterr().out
    assert "temporary role not removed" in shown
    assert "--since" not in shown
    assert admins() == list(THREE)
    assert told_at_next_start()
    reader(f"role cleanup --fleet {','.join(THREE)} --yes")
    assert admins() == []
    assert not told_at_next_start()


@pytest.fixture
def when_asked(fleet):
    """Do something once a command has arrived at a cluster, which answers it later."""
    stop, threads = threading.Event(), []

    def watch(then):
        while any(one["name"] == "slow" and one["times"] == 1 for one in fleet.faults.active()):
            if stop.wait(0.01):
                return
        then()

    def at(cluster, command, then):
        fleet.faults.add("slow", match=command, delay=1, cluster=cluster)
        threads.append(threading.Thread(target=watch, args=(then,)))
        threads[0].start()

    yield at
    stop.set()
    for thread in threads:
        thread.join()


def press():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_an_interrupt_removes_the_roles_of_all_waves(
    reader, fleet, when_asked, admins, told_at_next_start
):
    when_asked("contosowest", ".alter-merge", press)

    with pytest.raises(errors.ApplyIncomplete, match="2 of 3"):
        reader(f"{APPLY} --waves canary,rest", FILE)

    assert usages(fleet, "contosoeast") == []
    assert admins() == []
    assert not told_at_next_start()


def test_roles_are_removed_from_clusters_whose_plans_have_become_stale(
    reader, fleet, when_asked, admins, told_at_next_start, capsys
):
    east = fleet.world.find_cluster("contosoeast")

    def change():
        west = fleet.world.find_cluster("contosowest")
        fleet.faults.clear()
        east.databases["Stock"].policy = [policy_item(west.identities[0], "All")]

    when_asked("contosowest", ".alter-merge", change)

    with pytest.raises(errors.ApplyIncomplete):
        reader(f"{APPLY} --waves canary,rest", FILE)

    assert "its plan has other steps now" in capsys.readouterr().out
    assert admins() == []
    assert not told_at_next_start()


def test_an_interrupt_of_the_planning_changes_nothing_even_where_parts_are_allowed(
    reader, fleet, when_asked, admins, told_at_next_start, monkeypatch
):
    monkeypatch.setenv("ADXMI_FLEET_CLUSTERS", "1")
    when_asked("contosonorth", "policy managed_identity", press)

    with pytest.raises(errors.ApplyIncomplete):
        reader(f"{APPLY} --allow-partial", FILE)

    assert [usages(fleet, name) for name in THREE] == [[], [], []]
    assert admins() == []
    assert not told_at_next_start()
