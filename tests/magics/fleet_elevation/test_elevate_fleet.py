"""``--elevate --fleet``: the role is held on each cluster while that one is asked."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.azure_roles import CONTRIBUTOR, READER
from tests.fleets import FLEET_FILE as FILE
from tests.fleets import THREE, states


@pytest.fixture
def grant_viewer(fleet):
    """Let the reader see the database of a cluster."""
    person = next(one for one in fleet.world.principals if one.display_name == "reader")

    def grant(name):
        cluster = fleet.world.find_cluster(name)
        fleet.world.at(cluster).grant(person, DatabaseRole.VIEWERS, database="Stock")

    return grant


def test_a_cluster_that_lets_the_caller_not_in_is_read_with_a_role_that_is_gone_afterwards(
    reader, let, admins
):
    let(CONTRIBUTOR, "contosoeast", "contosowest")
    before = states(reader("plan --fleet contosoeast,contosowest", FILE))

    applied = reader("apply --fleet contosoeast,contosowest --elevate --yes", FILE)

    assert set(before.values()) == {"no permission"}
    assert list(applied.result) == ["applied"] * 2
    assert admins() == []


def test_one_that_cannot_be_granted_is_a_row_with_the_command_for_who_can(
    reader, let, admins, capsys
):
    let(CONTRIBUTOR, "contosoeast")
    let(READER, "contosonorth")

    with pytest.raises(errors.PartialRead):
        reader("apply --fleet conto*st,contosonorth --elevate --yes", FILE)

    shown = capsys.readouterr().out
    assert "contosonorth: ask a Contributor of the cluster to run" in shown
    assert "--cluster-name contosonorth" in shown
    assert admins() == []


@pytest.mark.nightly
def test_a_preview_grants_nothing_and_shows_for_each_cluster_what_would_be_sent(
    reader, let, grant_viewer, admins
):
    let(CONTRIBUTOR, *THREE)
    grant_viewer("contosoeast")

    text = reader("apply --fleet contosoeast --elevate --dry-run --allow-partial", FILE).to_text()

    assert "contosoeast: before, would grant you AllDatabasesAdmin: PUT /subscriptions/" in text
    assert admins() == []


@pytest.mark.nightly
def test_a_role_that_stays_is_told_by_the_next_start_and_removed_from_its_cluster(
    reader, let, fleet, admins, capsys
):
    let(CONTRIBUTOR, "contosoeast", "contosowest")
    fleet.faults.add("unavailable", match="DELETE", times=None)
    with pytest.raises(errors.ApplyIncomplete):
        reader("apply --fleet conto*st --elevate --yes", FILE)
    fleet.faults.clear()
    left = admins()
    reader("connect embedded --name again --credential as:reader")
    told = capsys.readouterr().out

    with pytest.raises(errors.ConfirmationRequired):
        reader("role cleanup --fleet contosoeast,contosowest")
    removed = reader("role cleanup --fleet contosoeast,contosowest --yes")

    assert left == ["contosoeast", "contosowest"]
    assert "%adxmi role cleanup --fleet contosoeast,contosowest --yes" in told
    assert removed["state"].tolist() == ["left over"] * 2
    assert admins() == []


@pytest.mark.nightly
def test_an_interrupt_removes_the_roles_first(reader, let, admins, interrupted, monkeypatch):
    monkeypatch.setenv("ADXMI_FLEET_TIMEOUT", "2")
    let(CONTRIBUTOR, "contosoeast")

    interrupted("policy managed_identity")
    with pytest.raises(errors.PartialRead):
        reader("apply --fleet contosoeast --elevate --yes", FILE)

    assert admins() == []
