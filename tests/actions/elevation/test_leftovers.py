"""What an interrupted command left is found, offered for removal, and removed when confirmed."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.elevation import leftovers
from adxmi_jupyter.actions.elevation.elevating import Elevation
from adxmi_jupyter.actions.elevation.records import left_over, leftover_note
from adxmi_jupyter.actions.write.history import writes_frame
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.model.elevation import temporary_name


class Killed(BaseException):
    """What is left of a process after kill -9."""


@pytest.fixture
def kill(monkeypatch, caller, hold):
    """End a command as kill -9 does: the system lets go of its locks, and that is all."""

    def during(end):
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(Elevation, "_removed", Elevation._leave)
            with hold(caller):
                end(patch)
                raise Killed

    return during


@pytest.fixture
def kill_before_the_answer(monkeypatch, caller, hold):
    """End a command while its grant is under way."""

    def die(*_):
        raise Killed

    def now():
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(Elevation, "_removed", Elevation._leave)
            patch.setattr(Journal, "settle", die)
            with hold(caller):
                pass

    return now


@pytest.fixture
def of_another_computer(caller, hold, admins, monkeypatch):
    """Leave a temporary role that was granted so long ago, in no history of this machine."""

    def leave(hours):
        granted = datetime.now(UTC) - timedelta(hours=hours)
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(Elevation, "_removed", Elevation._leave)
            patch.setattr(
                "adxmi_jupyter.actions.elevation.temporary.temporary_name",
                lambda _, unique: temporary_name(granted, unique),
            )
            with hold(caller):
                raise Killed
        caller.history_file.unlink()

    return leave


def test_a_role_left_in_the_middle_is_offered_and_removed(caller, kill, admins):
    kill(lambda _: None)
    found = leftovers.find(caller)
    offered = str(leftover_note(caller))

    leftovers.remove(caller, leftovers.to_remove(found, recent=False), confirmed=True)

    assert "an interrupted --elevate may have left a temporary role on the cluster" in offered
    assert [one.state for one in found] == ["left over"]
    assert admins() == ["admin"]
    assert leftover_note(caller) is None
    assert writes_frame(caller)["verb"].tolist() == ["grant", "revoke"]


def test_a_role_left_before_the_answer_came_is_offered(caller, kill_before_the_answer, admins):
    kill_before_the_answer()

    assert leftover_note(caller) is not None
    assert admins() == ["admin", "reader"]
    assert leftovers.leftovers_frame(leftovers.find(caller))["state"].tolist() == ["left over"]


@pytest.mark.nightly
def test_removal_requires_confirmation(caller, kill, admins):
    kill(lambda _: None)

    with pytest.raises(errors.ConfirmationRequired):
        leftovers.remove(caller, leftovers.find(caller), confirmed=False)

    assert admins() == ["admin", "reader"]


@pytest.mark.nightly
def test_the_next_command_takes_a_role_over_that_was_left(caller, kill, admins, hold):
    kill(lambda _: None)

    with hold(caller):
        pass

    assert admins() == ["admin"]
    assert left_over(caller) == ()


@pytest.mark.nightly
def test_a_role_in_use_is_not_offered(caller, second, hold):
    with hold(caller):
        found = leftovers.find(second)
        offered = leftover_note(second)

    assert [one.state for one in found] == ["in use"]
    assert leftovers.to_remove(found, recent=True) == ()
    assert offered is None


@pytest.mark.nightly
def test_an_old_role_of_another_computer_is_left_over(caller, of_another_computer):
    of_another_computer(hours=5)

    (found,) = leftovers.find(caller)

    assert found.state == "left over"


@pytest.mark.nightly
def test_a_recent_role_of_another_computer_is_removed_only_if_that_is_said(
    caller, of_another_computer, hold, admins, said
):
    of_another_computer(hours=1)
    found = leftovers.find(caller)
    with hold(caller):
        pass

    assert leftovers.to_remove(found, recent=False) == ()
    assert leftovers.to_remove(found, recent=True) == found
    assert admins() == ["admin", "reader"]
    assert "by an --elevate of another computer" in said[-1]


@pytest.mark.nightly
def test_what_somebody_else_removed_is_not_offered_any_more(caller, azure, kill):
    kill(lambda _: None)
    azure.world.cluster.roles = azure.world.cluster.roles[:1]

    assert leftovers.find(caller) == ()
    assert leftover_note(caller) is None


@pytest.mark.nightly
def test_temporary_roles_of_others_are_not_shown(caller, azure, connection, kill):
    kill(lambda _: None)
    caller.history_file.unlink()
    *kept, left = azure.world.cluster.roles
    admin = kept[0].principal
    azure.world.cluster.roles = [*kept, replace(left, principal=replace(admin, object_id="x"))]

    assert leftovers.find(caller) == ()
