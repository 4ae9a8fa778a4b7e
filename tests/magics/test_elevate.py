"""The option ``--elevate`` as a user gives it, and ``role cleanup``."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.azure_roles import CONTRIBUTOR
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from adxmi_jupyter.magics.tree import leaves

GRANT = "policy grant mi-export --usage DataConnection --database Sales"


@pytest.fixture
def reader(magic, azure):
    """Run lines as a Viewer, who is Contributor on the cluster in Azure."""
    person = next(one for one in azure.world.principals if one.display_name == "reader")
    name, scope = "2c7d9e10-5b84-4f63-a1c8-07e3b6d92f45", cluster_id(azure.world.cluster)
    azure.world.azure_roles.append(
        AzureRoleAssignment(name, scope, CONTRIBUTOR.role_id, person.object_id, "User")
    )
    magic("connect embedded --name reader --credential as:reader")
    return magic


@pytest.fixture
def admins(azure):
    return lambda: [
        one.principal.display_name
        for one in azure.world.cluster.roles
        if one.role == "AllDatabasesAdmin"
    ]


def test_the_option_is_there_where_the_role_may_be_required():
    offering = {
        name for name, verb in leaves() if "--elevate" in {o for p in verb.params for o in p.opts}
    }

    assert offering == {
        name for name, verb in leaves() if "AllDatabasesAdmin" in str(verb.permission)
    }
    assert {"policy grant", "apply", "undo", "external-table create"} <= offering


@pytest.mark.nightly
def test_a_grant_is_carried_out_with_a_role_that_is_gone_afterwards(reader, admins):
    written = reader(f"{GRANT} --elevate")

    assert "DataConnection" in written["allowed_usages"].iloc[-1]
    assert admins() == ["admin"]


def test_a_dry_run_shows_what_would_be_sent_before_and_after(reader, admins, capsys):
    reader(f"{GRANT} --elevate --dry-run")

    shown = capsys.readouterr().out
    assert "before, would grant you AllDatabasesAdmin: PUT /subscriptions/" in shown
    assert "/adxmi-elevate-TIME-ID" in shown
    assert admins() == ["admin"]


def test_what_may_remove_something_is_confirmed_before_the_role_is_granted(reader, azure):
    before = azure.requests_served

    with pytest.raises(errors.MissingOption) as raised:
        reader("policy delete --database Sales --elevate")

    assert raised.value.fix == "%adxmi policy delete --database Sales --elevate --yes"
    assert azure.requests_served == before


@pytest.mark.nightly
def test_the_last_write_to_undo_is_the_one_of_the_command(reader):
    reader(f"{GRANT} --elevate")

    undone = reader("undo --elevate --yes")

    assert undone[["kind", "verb", "result"]].values.tolist() == [["policy", "grant", "undone"]]


def test_a_role_that_stays_is_told_by_status_and_removed_by_cleanup(reader, azure, admins, capsys):
    azure.faults.add("unavailable", match="DELETE", times=None)
    with pytest.raises(errors.RoleNotRemoved):
        reader(f"{GRANT} --elevate")
    azure.faults.clear()
    reader("status")
    told = capsys.readouterr().out

    removed = reader("role cleanup --yes")

    assert "an interrupted --elevate may have left a temporary role on the cluster" in told
    assert removed["state"].tolist() == ["left over"]
    assert admins() == ["admin"]


@pytest.mark.nightly
def test_cleanup_shows_what_it_would_send_and_requires_confirmation(reader, azure, admins, capsys):
    azure.faults.add("unavailable", match="DELETE", times=None)
    with pytest.raises(errors.RoleNotRemoved):
        reader(f"{GRANT} --elevate")
    azure.faults.clear()

    with pytest.raises(errors.ConfirmationRequired):
        reader("role cleanup")

    assert "DELETE /subscriptions/" in capsys.readouterr().out
    assert admins() == ["admin", "reader"]


@pytest.mark.nightly
def test_cleanup_finds_nothing_where_nothing_is_left(reader, capsys):
    found = reader("role cleanup --yes")

    assert len(found) == 0
    assert "no temporary role is left over" in capsys.readouterr().out
