"""Data connections: what Azure does, and what is told of it when answers are lost."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.identity.identities import plan_assignment, visible
from adxmi_jupyter.actions.write.operations import operations_frame, wait_for_all
from tests.actions.filling import EDGE_HUB, INGEST

TOOK_EFFECT = "was read again: the change took effect"
STILL_TO_COME = "as before so far: the request may still be applied"
PUT = "PUT /subscriptions"
DELETE = "DELETE /subscriptions"


@pytest.fixture
def there(sales):
    return lambda: [one.name for one in sales.data_connections]


@pytest.fixture
def change(request, carry_out, drop):
    """Make a connection, or remove one: whichever it is, Azure takes a while."""
    if request.param == "create":
        return lambda **more: carry_out("event-hub", **more)
    return lambda **more: drop("event-hub", "sales-orders", **more)


each_way = pytest.mark.parametrize(
    ("change", "after"), [("create", ["sales-orders", "edge"]), ("drop", [])], indirect=["change"]
)
BEFORE = ["sales-orders"]


@pytest.mark.nightly
@each_way
def test_what_azure_was_asked_for_is_done(change, after, there):
    frame = change()

    assert there() == after
    assert list(frame["state"]) == ["Succeeded"] * len(frame)


@pytest.mark.nightly
def test_a_connection_is_shown_with_the_identity_behind_its_resource_id(carry_out, sales):
    frame = carry_out("event-hub")

    sent = sales.data_connections[-1].properties["managedIdentityResourceId"]
    assert sent.endswith("/userAssignedIdentities/mi-ingest")
    assert list(frame["identity"]) == ["mi-ingest"]
    assert list(frame["object_id"]) == [INGEST]


@pytest.mark.nightly
def test_a_system_assigned_identity_that_is_not_there_makes_no_connection_with_keys(
    azure, carry_out, sales
):
    azure.world.cluster.system_identity = None
    there = len(sales.data_connections)

    with pytest.raises(errors.OperationFailed):
        carry_out("event-hub", identity="system")

    assert len(sales.data_connections) == there


@pytest.mark.nightly
def test_the_system_assigned_identity_is_sent_as_the_cluster_itself(carry_out, sales):
    frame = carry_out("event-hub", identity="system")

    sent = sales.data_connections[-1].properties["managedIdentityResourceId"]
    assert sent.endswith("/providers/Microsoft.Kusto/Clusters/contoso")
    assert list(frame["object_id"]) == ["system"]


@pytest.mark.parametrize("name", ["sales-orders", "Sales-Orders"])
def test_one_of_the_same_name_is_not_replaced_whatever_its_letter_case(carry_out, sales, name):
    before = list(sales.data_connections)

    with pytest.raises(errors.AlreadyExists) as caught:
        carry_out("event-hub", name=name)

    assert caught.value.fix == "choose another --name, or drop it first"
    assert sales.data_connections == before


@pytest.mark.nightly
def test_one_of_another_kind_but_the_same_name_is_left_alone(carry_out, sales):
    carry_out("event-hub", name="one-name")
    before = list(sales.data_connections)

    with pytest.raises(errors.CommandRefused) as caught:
        carry_out("event-grid", name="ONE-name")

    assert "kind" in caught.value.why
    assert sales.data_connections == before


def test_a_drop_finds_a_name_in_any_letter_case(drop, there):
    drop("event-hub", "SALES-orders")

    assert there() == []


@pytest.mark.nightly
@each_way
def test_how_far_azure_is_is_told_in_its_own_words(azure, change, after):
    azure.arm.polls = 3
    told = []

    change(tell=told.append)

    words = {one.rpartition(": ")[2] for one in told}
    assert words
    assert words <= {"InProgress", "Running", "Succeeded"}
    assert all("the data connection" in one for one in told)


@each_way
def test_without_waiting_azure_goes_on_and_can_be_waited_for(
    connection, azure, change, after, there
):
    azure.arm.polls = 2

    begun = change(waits=False)
    before = there()
    wait_for_all(connection)

    assert list(begun["done"]) == [False]
    assert before == BEFORE
    assert there() == after


@each_way
def test_an_interrupted_wait_says_that_azure_goes_on(
    azure, change, after, interrupted_once_asked_about
):
    azure.arm.seconds = 60

    with pytest.raises(errors.OperationContinues) as caught:
        change()

    assert caught.value.fix == "%adxmi identity operations --wait"


@each_way
def test_an_interrupt_before_azure_answered_says_that_nobody_knows(interrupted, change, after):
    interrupted({"edge": PUT}.get((after or [""])[-1], DELETE))

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        change()

    assert caught.value.why == "you interrupted before the answer came"
    assert caught.value.fix == "%adxmi event-hub list --database Sales"


@pytest.fixture
def other_change(connection, azure):
    """Begin another change of the cluster, which goes on for a while."""
    azure.arm.polls = 6
    stranger = [i for i in visible(connection) if i.display_name == "mi-stranger"]
    identity_writes.apply(connection, plan_assignment(connection, stranger), waits=False)
    azure.arm.polls = 1


@pytest.mark.nightly
@each_way
def test_another_change_under_way_is_waited_for_and_said(change, after, there, said, other_change):
    change()

    assert "the cluster is busy with another change: waiting until it is free" in said
    assert there() == after


@pytest.mark.nightly
@each_way
def test_what_gave_way_to_another_change_is_listed_once(connection, change, after, other_change):
    change()

    operations = list(operations_frame(connection)["operation"])
    assert len(operations) == len(set(operations)) == 2


@pytest.mark.nightly
@each_way
def test_maintenance_is_waited_out(azure, change, after, there):
    azure.faults.add("in-maintenance", times=2)

    change()

    assert there() == after


@each_way
def test_a_wait_for_others_ends(change, after, there, fault, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_manager._LONGEST_WAIT_FOR_OTHERS", 0)
    fault("in-maintenance")

    with pytest.raises(errors.ClusterBusy) as caught:
        change()

    assert there() == BEFORE
    assert caught.value.fix == "repeat the command later"


@pytest.mark.nightly
@each_way
def test_a_failed_operation_keeps_azures_words(azure, change, after, there):
    azure.faults.add("operation-fails")

    with pytest.raises(errors.OperationFailed) as caught:
        change()

    assert caught.value.why == "Failed: Internal Server Error"
    assert there() == BEFORE


@pytest.mark.nightly
def test_what_azure_refuses_late_names_what_fixes_the_first_missing_link(carry_out, there):
    with pytest.raises(errors.OperationFailed) as caught:
        carry_out("event-hub", identity="mi-stranger")

    assert "is not assigned to cluster 'contoso'" in caught.value.why
    assert caught.value.fix.startswith("%adxmi identity assign --identity ")
    assert there() == BEFORE


@each_way
def test_throttling_is_told_and_nothing_happened(fault, change, after, there):
    fault("throttled", match={"edge": PUT}.get((after or [""])[-1], DELETE))

    with pytest.raises(errors.Throttled):
        change()

    assert there() == BEFORE


@pytest.mark.parametrize("name", ["unavailable", "dropped-before-write"])
def test_a_creation_that_was_lost_before_it_arrived_may_still_come(fault, carry_out, there, name):
    fault(name, match=PUT)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        carry_out("event-hub")

    assert caught.value.why.endswith(STILL_TO_COME)
    assert there() == BEFORE


# The SDK asks once more by itself.
@pytest.mark.nightly
@pytest.mark.parametrize("name", ["dropped-after-write", "truncated-body"])
def test_a_creation_whose_answer_was_lost_is_found_out_when_azure_is_through(
    azure, carry_out, there, said, name
):
    azure.faults.add(name, match=PUT, times=2)
    azure.arm.unattended = 0

    frame = carry_out("event-hub")

    assert there() == ["sales-orders", "edge"]
    assert list(frame["name"]) == ["edge"]
    assert said[-1].endswith(TOOK_EFFECT)


def test_a_creation_whose_answer_was_lost_while_azure_goes_on_is_open(azure, carry_out):
    azure.faults.add("truncated-body", match=PUT, times=1)
    azure.arm.seconds = 60

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        carry_out("event-hub", by=None)

    assert caught.value.why.endswith("the data connection was read again and is being changed")
    assert caught.value.fix == "%adxmi event-hub list --database Sales"


def test_a_removal_whose_answer_was_lost_is_found_out_when_azure_is_through(
    azure, drop, there, said
):
    azure.faults.add("dropped-after-write", match=DELETE, times=None)
    azure.arm.unattended = 0

    drop("event-hub", "sales-orders")

    assert there() == []
    assert said[-1].endswith(TOOK_EFFECT)


@pytest.mark.parametrize("name", ["unavailable", "dropped-before-write"])
def test_a_lost_removal_of_what_is_still_there_is_open(fault, drop, name):
    fault(name, match=DELETE)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        drop("event-hub", "sales-orders")

    assert "removing the data connection sales-orders" in caught.value.what


@each_way
def test_a_lost_answer_of_which_nothing_can_be_learnt_is_open(azure, change, after):
    match = {"edge": PUT}.get((after or [""])[-1], DELETE)
    azure.faults.add("dropped-after-write", match=match, times=2)
    name = {"edge": "edge"}.get((after or [""])[-1], "sales-orders")
    azure.faults.add("throttled", match=f"dataConnections/{name}?", times=None, retry_after=0)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        change()

    assert "could not be read again" in caught.value.why


@each_way
@pytest.mark.parametrize("name", ["throttled", "unavailable", "not-json", "empty-body"])
def test_how_a_change_ends_that_cannot_be_asked_about_is_unknown(fault, change, after, name):
    fault(name, match="operationResults")

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        change()

    assert "Azure started it; the outcome is unknown" in caught.value.why
    assert caught.value.fix == "%adxmi event-hub list --database Sales"


@pytest.mark.nightly
@each_way
@pytest.mark.parametrize("name", ["wrong-content-type", "slow"])
def test_an_odd_answer_is_an_answer(fault, change, after, there, name):
    fault(name, match="dataConnections/")

    change()

    assert there() == after


@each_way
def test_that_they_cannot_be_listed_afterwards_does_not_undo_it(azure, change, after, there, said):
    # Planning lists them too, so the list answers once.
    azure.faults.add("slow", match="/dataConnections?", delay=0)
    azure.faults.add("throttled", match="/dataConnections?", times=None, retry_after=0)

    frame = change()

    assert there() == after
    assert len(frame) == 0
    assert said[-1].startswith("it is done; what there is now could not be read: ")


def test_an_unknown_database_is_named_with_the_closest_match(carry_out):
    with pytest.raises(errors.DatabaseNotFound) as caught:
        carry_out("event-hub", database="Slaes")

    assert "(there are: Sales, Telemetry, Tom's Lab)" in caught.value.why
    assert caught.value.fix == "--database Sales"


@pytest.mark.nightly
@each_way
def test_a_reader_of_the_cluster_may_look_and_not_touch(reader, change, after, there):
    with pytest.raises(errors.NotAuthorized) as caught:
        change(by=reader)

    assert "dataConnections/" in caught.value.why
    assert there() == BEFORE


def test_an_outsider_sees_no_cluster(outsider, carry_out):
    with pytest.raises(errors.ResourceNotFound):
        carry_out("event-hub", by=outsider, event_hub=EDGE_HUB)
