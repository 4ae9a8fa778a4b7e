"""What is told of roles on the cluster when an answer is lost."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.roles.writes import apply


@pytest.mark.nightly
def test_a_request_that_was_lost_before_it_arrived_may_still_come(azure, grant, go, holders):
    azure.faults.add("dropped-before-write", match="PUT", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(grant())

    assert caught.value.why.endswith("as before so far: the request may still be applied")
    assert holders() == []


@pytest.mark.nightly
def test_an_answer_that_was_lost_is_found_out_when_azure_is_through(azure, grant, go, holders):
    azure.faults.add("truncated-body", match="PUT", times=2)
    azure.arm.unattended = 0

    done = go(grant())

    assert holders() == ["mi-ingest"]
    assert done.is_done_in(done.after)


def test_an_answer_that_was_lost_while_azure_goes_on_leaves_it_open(azure, grant, go):
    azure.faults.add("dropped-after-write", match="PUT", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(grant())

    assert caught.value.why.endswith("the role was read again and is being changed")
    assert caught.value.fix == "%adxmi role list --cluster"


def test_a_lost_removal_is_found_out_when_azure_is_through(azure, revoke, go, holders):
    change = revoke()
    azure.faults.add("dropped-after-write", match="DELETE", times=None)
    azure.arm.unattended = 0

    done = go(change)

    assert holders() == []
    assert done.is_done_in(done.after)


def test_a_lost_removal_of_what_is_still_there_leaves_it_open(azure, revoke, go):
    change = revoke()
    azure.faults.add("dropped-before-write", match="DELETE", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(change)

    assert caught.value.why.endswith("as before so far: the request may still be applied")


def test_a_lost_answer_of_which_nothing_can_be_learnt_leaves_it_open(azure, change, go):
    azure.faults.add("dropped-before-write", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(change)

    assert "could not be read again" in caught.value.why


@pytest.mark.nightly
def test_when_the_roles_cannot_be_read_afterwards_the_change_is_through_all_the_same(
    connection, azure, grant, holders
):
    change = grant()
    azure.faults.add("throttled", match="rincipalAssignments?", retry_after=0, times=None)

    done = apply(connection, change, confirmed=True)

    assert holders() == ["mi-ingest"]
    assert done.notes[-1].startswith("Azure applied it; the roles could not be read again")


def test_how_a_change_ends_that_cannot_be_asked_about_is_unknown(azure, change, go):
    azure.faults.add("not-json", match="operationResults", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(change)

    assert "Azure started it; the outcome is unknown" in caught.value.why
    assert caught.value.fix == "%adxmi role list --cluster"


@pytest.mark.nightly
def test_a_change_that_azure_calls_done_is_done_whatever_cannot_be_read_then(
    azure, grant, go, holders
):
    change = grant()
    path = change.changed[0].resource_id.replace("Clusters", "clusters")
    azure.faults.add("not-json", match=f"GET {path}", times=None)

    done = go(change)

    assert done.is_done_in(done.after)
    assert holders() == ["mi-ingest"]
