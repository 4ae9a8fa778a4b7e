"""What the identity form does when its changes are applied, and what it tells, without a widget."""

import signal

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.identities import found, plan_assignment, plan_removal
from adxmi_jupyter.actions.identity.writes import apply
from adxmi_jupyter.actions.write.operations import wait_for_all
from tests.actions.ways import AFTER, BEFORE, each_way, lost, refused, unread

WISH = {"assign": ("mi-stranger", True), "remove": ("mi-export", False)}


def by_somebody_else(connection, make, name):
    change = make(connection, [one.identity for one in found(connection, [name])])
    apply(connection, change)


@pytest.mark.nightly
@each_way
def test_applying_changes_the_cluster_and_leaves_nothing_to_do(state, want, apply, names, way):
    want(state, *WISH[way])
    shown = state.preview.request

    done = apply(state)

    assert names() == AFTER[way]
    assert not state.is_valid
    assert done.change.request == shown
    assert done.notes == ()


@pytest.mark.nightly
def test_one_request_assigns_and_removes(state, want, apply, names, azure):
    want(state, "mi-stranger", True)
    want(state, "mi-export", False)

    apply(state)

    assert names() == ["contoso", "mi-ingest", "mi-stranger"]
    assert len(azure.world.operations) == 1


@pytest.mark.nightly
def test_what_takes_it_back_is_told(state, want, apply):
    want(state, "mi-stranger", True)
    want(state, "mi-export", False)

    done = apply(state)

    assert [line.words for line in done.back] == [
        ("identity", "assign", "--identity", "mi-export"),
        ("identity", "remove", "--identity", "mi-stranger", "--yes"),
    ]


@pytest.mark.nightly
def test_azures_own_word_is_heard_while_it_works(state, want, apply, heard, azure):
    azure.arm.polls = 3
    want(state, "mi-stranger", True)

    apply(state)

    assert any(told.startswith("assigning mi-stranger: Running") for told in heard)


def test_a_removal_asks_with_everything_that_names_the_identity(state, want, names, heard):
    want(state, "mi-ingest", False)

    with pytest.raises(errors.ConfirmationRequired) as raised:
        state.apply(confirmed=False, tell=heard.append)

    assert "1 × policy entry, 1 × data connection" in raised.value.why  # noqa: RUF001
    assert state.depending == (
        "mi-ingest: policy entry DataConnection, NativeIngestion (Sales)",
        "mi-ingest: data connection sales-orders (Sales)",
    )
    assert heard == ["Looking for what depends on mi-ingest"]
    assert (names(), state.is_valid) == (BEFORE, True)


def test_what_could_not_be_looked_at_is_part_of_the_question(state, want, fault):
    want(state, "mi-ingest", False)
    fault("throttled", ".show databases")

    with pytest.raises(errors.ConfirmationRequired):
        state.apply(confirmed=False, tell=str)

    assert state.depending[0].startswith("not seen: the databases of the cluster")


def test_removing_the_system_identity_says_that_its_object_id_is_lost(state, want):
    want(state, "contoso", False)

    with pytest.raises(errors.ConfirmationRequired) as raised:
        state.apply(confirmed=False, tell=str)

    assert "assigned again, it gets another object ID" in raised.value.why


@pytest.mark.nightly
def test_the_new_object_id_of_the_system_identity_is_told(state, want, apply):
    before = state.present.system.object_id
    want(state, "contoso", False)
    apply(state)
    want(state, "contoso", True)

    done = apply(state)

    (note,) = done.notes
    assert state.present.system.object_id in note
    assert before not in note


@pytest.mark.nightly
def test_an_assignment_alone_asks_nothing(state, want, names):
    want(state, "mi-stranger", True)

    state.apply(confirmed=False, tell=str)

    assert names() == AFTER["assign"]


@pytest.mark.nightly
def test_what_somebody_else_changed_is_shown_and_the_wish_kept(
    connection, state, want, apply, names
):
    want(state, "mi-stranger", True)
    by_somebody_else(connection, plan_removal, "mi-export")

    with pytest.raises(errors.ClusterChanged) as raised:
        apply(state)

    assert raised.value.fix.startswith("the form shows the cluster as it is now")
    assert state.preview.changes == ("+ mi-stranger",)
    assert [i.label for i in state.present.all] == ["contoso", "mi-ingest"]
    apply(state)
    assert names() == ["contoso", "mi-ingest", "mi-stranger"]


@pytest.mark.nightly
def test_a_wish_that_somebody_else_fulfilled_is_done(connection, state, want, apply):
    want(state, "mi-stranger", True)
    by_somebody_else(connection, plan_assignment, "mi-stranger")

    with pytest.raises(errors.ClusterChanged) as raised:
        apply(state)

    assert raised.value.fix == "nothing left to do: it is as you wanted"
    assert not state.is_valid


@pytest.mark.nightly
def test_when_the_reading_fails_too_the_form_says_what_it_shows(
    connection, state, want, apply, fault
):
    want(state, "mi-stranger", True)
    by_somebody_else(connection, plan_removal, "mi-export")
    fault("throttled", "GET ")

    with pytest.raises(errors.ClusterChanged) as raised:
        apply(state)

    assert raised.value.fix.startswith('press "Reload"')
    assert state.is_valid


@pytest.mark.nightly
@each_way
@refused
def test_a_request_that_did_nothing_keeps_the_wish_for_another_try(
    azure, state, want, apply, names, fault, name, error, way
):
    want(state, *WISH[way])
    fault(name, "PATCH")

    with pytest.raises(error):
        apply(state)

    assert (names(), state.is_valid) == (BEFORE, True)
    azure.faults.clear()
    apply(state)
    assert names() == AFTER[way]


@each_way
@lost
def test_where_azure_does_not_tell_the_end_the_cluster_is_read_again(
    azure, state, want, apply, names, fault, name, match, way
):
    azure.arm.unattended = 0
    want(state, *WISH[way])
    fault(name, match)

    done = apply(state)

    assert done.notes[0].endswith("the cluster was read again: the change took effect")
    assert [i.label for i in state.present.all] == names() == AFTER[way]
    assert not state.is_valid


@each_way
def test_a_change_still_under_way_is_told_and_another_try_does_no_harm(
    azure, state, want, apply, names, fault, way
):
    want(state, *WISH[way])
    fault("dropped-after-write", "PATCH")

    with pytest.raises(errors.WriteOutcomeUnknown):
        apply(state)

    assert state.notes == ("The provisioning state of the cluster is Running.",)
    assert state.is_valid
    azure.faults.clear()
    azure.world.operations[0].poll()
    azure.world.operations[0].poll()
    with pytest.raises(errors.ClusterChanged) as raised:
        apply(state)
    assert raised.value.fix == "nothing left to do: it is as you wanted"
    assert names() == AFTER[way]


def interrupt(told):
    """Press Interrupt once Azure works."""
    if "Running" in told:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.nightly
def test_interrupting_says_that_azure_goes_on_and_how_to_see_the_end(
    connection, azure, state, want
):
    azure.arm.polls = 3
    want(state, "mi-stranger", True)

    with pytest.raises(errors.OperationContinues) as raised:
        state.apply(confirmed=True, tell=interrupt)

    assert raised.value.fix == '%adxmi identity operations --wait, then press "Reload"'
    assert state.is_valid
    wait_for_all(connection)
    state.reload()
    assert not state.is_valid


@pytest.mark.nightly
@each_way
def test_an_operation_that_fails_late_is_told_in_azures_words_and_can_be_tried_again(
    azure, state, want, apply, names, fault, way
):
    want(state, *WISH[way])
    fault("operation-fails")

    with pytest.raises(errors.OperationFailed) as raised:
        apply(state)

    assert raised.value.why == "Failed: Internal Server Error"
    assert "try again" in raised.value.fix
    assert state.notes == ("The provisioning state of the cluster is Failed.",)
    azure.faults.clear()
    apply(state)
    assert names() == AFTER[way]


@pytest.mark.nightly
@each_way
def test_maintenance_is_waited_for_and_said(azure, state, want, apply, names, heard, way):
    want(state, *WISH[way])
    azure.faults.add("in-maintenance", times=2)

    apply(state)

    assert "the cluster is busy with another change: waiting until it is free" in heard
    assert names() == AFTER[way]


@pytest.mark.nightly
@each_way
@unread
def test_what_azure_called_done_is_told_even_if_it_cannot_be_read(
    azure, state, want, apply, names, fault, name, way
):
    want(state, *WISH[way])
    fault(name, f"GET {state.present.cluster_id}?")

    done = apply(state)

    assert 'press "Reload"' in done.notes[-1]
    assert not state.is_valid
    azure.faults.clear()
    assert names() == AFTER[way]
