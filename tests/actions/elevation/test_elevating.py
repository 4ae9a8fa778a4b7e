"""The role is granted, waited for, used and removed, however the command ends."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.elevation.elevating import Deadlines
from adxmi_jupyter.actions.elevation.records import left_over
from adxmi_jupyter.actions.write.history import writes_frame
from adxmi_jupyter.embedded import ClusterRole
from adxmi_jupyter.embedded.state.security import RoleAssignment
from adxmi_jupyter.service.connections import Connections, Settings


def test_the_role_is_held_meanwhile_and_both_writes_are_in_the_history(caller, admins, hold):
    with hold(caller):
        during = admins()

    written = writes_frame(caller)
    assert during == ["admin", "reader"]
    assert admins() == ["admin"]
    assert written[["kind", "verb", "outcome"]].values.tolist() == [
        ["elevation", "grant", "applied"],
        ["elevation", "revoke", "applied"],
    ]


def test_nothing_is_granted_to_who_holds_the_role(connection, azure, hold):
    before = list(azure.world.cluster.roles)

    with hold(connection):
        during = list(azure.world.cluster.roles)

    assert during == before == azure.world.cluster.roles
    assert len(writes_frame(connection)) == 0


def test_a_role_that_the_cluster_learns_of_late_is_waited_for(caller, azure, admins, hold, said):
    azure.faults.add("late-cluster-roles", delay=0.2)

    with hold(caller):
        caller.kusto.command(".show cluster policy callout", database="Sales")

    assert admins() == ["admin"]
    assert "granted you AllDatabasesAdmin for this command; waiting until it has effect" in said


def test_a_role_without_effect_in_time_is_removed(caller, azure, admins, hold):
    azure.faults.add("late-cluster-roles", delay=3600)

    with pytest.raises(errors.ElevationFailed) as caught, hold(caller, Deadlines(effect=0)):
        pytest.fail("the command must not start")

    assert caught.value.what == "AllDatabasesAdmin was granted, and the cluster doesn't apply it"
    assert admins() == ["admin"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), errors.InvalidInput("x", why="y", fix="z")])
def test_the_role_is_removed_after_a_command_that_did_not_succeed(caller, admins, hold, error):
    with pytest.raises(type(error)), hold(caller):
        raise error

    assert admins() == ["admin"]


def test_who_may_not_grant_it_gets_the_commands_for_who_may(reader, azure, hold):
    with pytest.raises(errors.ElevationFailed) as caught, hold(reader):
        pytest.fail("the command must not start")

    assert caught.value.what == "you may not grant yourself AllDatabasesAdmin on the cluster"
    assert '%adxmi role grant --cluster --role AllDatabasesAdmin --identity "aaduser=d72b84f9' in (
        caught.value.fix
    )
    assert "az kusto cluster-principal-assignment create --subscription " in caught.value.fix
    assert left_over(reader) == ()


@pytest.mark.nightly
def test_who_does_not_see_the_cluster_in_azure_gets_the_command_that_needs_no_id(outsider, hold):
    with pytest.raises(errors.ElevationFailed) as caught, hold(outsider):
        pytest.fail("the command must not start")

    assert "az kusto" not in caught.value.fix


@pytest.mark.nightly
def test_who_has_no_role_on_the_cluster_is_granted_it_all_the_same(azure, caller, admins, hold):
    for database in azure.world.cluster.databases.values():
        database.roles.clear()

    with hold(caller):
        during = admins()

    assert during == ["admin", "reader"]
    assert admins() == ["admin"]


@pytest.mark.nightly
def test_who_is_not_known_to_the_cluster_needs_any_role_first(azure, may_grant, monkeypatch, hold):
    azure.world.cluster.databases["Sales"].roles.clear()
    azure.world.cluster.databases["Telemetry"].roles.clear()
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    settings = Settings(cluster=azure.kusto_uri, database="Sales", credential="token")
    opened = Connections(settings, lambda _line: None)

    with pytest.raises(errors.ElevationFailed) as caught, hold(opened.current()):
        pytest.fail("the command must not start")

    opened.close_all()
    assert caught.value.what.endswith("neither the cluster nor your token tells who you are")
    assert "--database NAME --role viewers --identity YOU" in caught.value.fix


def test_a_grant_whose_answer_was_lost_is_used_once_it_is_there(caller, azure, admins, hold):
    azure.faults.add("dropped-after-write", match="PUT", times=None)
    azure.arm.unattended = 0

    with hold(caller):
        during = admins()

    assert (during, admins()) == (["admin", "reader"], ["admin"])


@pytest.mark.nightly
def test_a_grant_of_which_nothing_came_back_starts_no_command(caller, azure, admins, hold):
    azure.faults.add("dropped-before-write", match="PUT", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown), hold(caller):
        pytest.fail("the command must not start")

    assert admins() == ["admin"]


def test_the_last_of_two_commands_removes_the_role(caller, second, admins, hold):
    with hold(second):
        with hold(caller):
            pass
        between = admins()

    assert between == ["admin", "reader"]
    assert admins() == ["admin"]


@pytest.mark.nightly
def test_the_first_of_two_commands_leaves_the_role_to_the_other(caller, second, admins, hold):
    first, other = hold(caller), hold(second)
    first.__enter__()
    other.__enter__()

    first.__exit__(None, None, None)
    between = admins()
    other.__exit__(None, None, None)

    assert between == ["admin", "reader"]
    assert admins() == ["admin"]


@pytest.mark.nightly
def test_a_removal_that_fails_is_told_and_the_command_is_done(caller, azure, admins, hold):
    with pytest.raises(errors.RoleNotRemoved) as caught, hold(caller):
        azure.faults.add("unavailable", match="DELETE", times=None)

    assert caught.value.fix == "%adxmi role cleanup --yes"
    assert admins() == ["admin", "reader"]
    assert len(left_over(caller)) == 1


@pytest.mark.nightly
def test_the_error_of_the_command_says_that_the_role_is_still_there(caller, azure, hold, said):
    failed = errors.InvalidInput("no such thing", why="the reason", fix="another thing")
    azure.faults.add("unavailable", match="DELETE", times=None)

    with pytest.raises(errors.InvalidInput) as caught, hold(caller):
        raise failed

    assert caught.value.why.startswith("the reason; you may still hold AllDatabasesAdmin")
    assert said[-1].endswith("%adxmi role cleanup --yes")


@pytest.mark.nightly
def test_a_removal_is_not_given_up_for_one_interrupt(caller, admins, hold, interrupted):
    with hold(caller):
        interrupted("DELETE")

    assert admins() == ["admin"]


@pytest.mark.nightly
def test_a_role_is_removed_although_the_history_cannot_be_written(
    caller, admins, hold, monkeypatch
):
    with hold(caller):
        monkeypatch.setattr("adxmi_jupyter.actions.write.journal.Journal._append", _no_room)

    assert admins() == ["admin"]


def _no_room(_journal, _record):
    raise OSError("no space left on device")


@pytest.mark.nightly
def test_a_role_held_for_good_beside_is_none_of_its_business(caller, azure, admins, hold):
    reader = next(one for one in azure.world.principals if one.display_name == "reader")
    azure.world.grant(reader, ClusterRole.ADMIN)

    with hold(caller):
        pass

    assert admins() == ["admin", "reader"]


def test_another_role_that_is_called_like_a_temporary_one_stays(caller, azure, admins, hold):
    reader = next(one for one in azure.world.principals if one.display_name == "reader")
    azure.world.cluster.roles.append(
        RoleAssignment(
            ClusterRole.VIEWER, reader, assignment_id="adxmi-elevate-20200101T000000Z-5d0c9a71"
        )
    )
    before = list(azure.world.cluster.roles)

    with hold(caller):
        during = admins()

    assert during == ["admin", "reader"]
    assert azure.world.cluster.roles == before
