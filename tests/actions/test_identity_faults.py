"""Every fault of the embedded Azure against assigning and removing: what is told is true."""

import contextlib

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.dependents import dependents
from adxmi_jupyter.actions.identity.identities import assigned, found, plan_assignment, plan_removal
from adxmi_jupyter.actions.identity.writes import apply
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.operations import operations_frame, wait_for_all
from tests.actions.ways import AFTER, BEFORE, each_way, followed, lost, refused, unread
from tests.faults import catalogue
from tests.faults.messages import target
from tests.told import written

FOLLOWED = {"PATCH": [], "operationResults": ["unknown"]}
"""The operations known afterwards: without the answer to the request there is none to follow."""

PLANS = {"assign": (plan_assignment, "mi-stranger"), "remove": (plan_removal, "mi-export")}


@pytest.fixture
def planned(connection):
    def plan(way):
        make, name = PLANS[way]
        return make(connection, [one.identity for one in found(connection, [name])])

    return plan


def names(connection):
    return [identity.display_name for identity in assigned(connection).all]


@each_way
@refused
def test_a_request_that_did_nothing_is_told_as_that(
    connection, azure, planned, fault, name, error, way
):
    change = planned(way)
    fault(name, "PATCH")

    with pytest.raises(error):
        apply(connection, change)

    assert names(connection) == BEFORE
    assert azure.world.operations == []


@each_way
@lost
def test_a_change_of_which_azure_does_not_tell_the_end_is_seen_at_the_cluster(
    connection, azure, planned, fault, name, match, way
):
    change = planned(way)
    azure.arm.unattended = 0
    fault(name, match)

    notes = apply(connection, change)

    assert notes[-1].endswith("the cluster was read again: the change took effect")
    assert list(operations_frame(connection)["state"]) == FOLLOWED[match]
    assert names(connection) == AFTER[way]


@pytest.mark.nightly
@each_way
@followed
def test_a_change_is_followed_whatever_the_body_says(connection, planned, fault, name, match, way):
    change = planned(way)
    fault(name, match)

    apply(connection, change)

    assert names(connection) == AFTER[way]


@pytest.mark.nightly
@each_way
@unread
def test_what_azure_called_done_is_done_even_if_the_cluster_cannot_be_read(
    connection, azure, planned, fault, name, way
):
    change = planned(way)
    fault(name, f"GET {change.before.cluster_id}?")

    apply(connection, change)

    azure.faults.clear()
    assert list(operations_frame(connection)["state"]) == ["Succeeded"]
    assert names(connection) == AFTER[way]


@each_way
def test_an_operation_that_fails_late_changes_nothing(connection, planned, fault, way):
    change = planned(way)
    fault("operation-fails")

    with pytest.raises(errors.OperationFailed) as raised:
        apply(connection, change)

    assert raised.value.why == "Failed: Internal Server Error"
    assert names(connection) == BEFORE


@pytest.mark.nightly
@each_way
def test_maintenance_is_waited_for_and_told(connection, azure, planned, way):
    change = planned(way)
    azure.faults.add("in-maintenance", times=2)
    heard = []

    apply(connection, change, tell=heard.append)

    assert heard[:1] == ["the cluster is busy with another change: waiting until it is free"]
    assert names(connection) == AFTER[way]


@each_way
def test_maintenance_that_does_not_end_is_told(connection, planned, fault, way, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_manager._LONGEST_WAIT_FOR_OTHERS", -1)
    change = planned(way)
    fault("in-maintenance")

    with pytest.raises(errors.ClusterBusy):
        apply(connection, change)

    assert names(connection) == BEFORE


def test_what_was_not_waited_for_is_not_called_failed_because_asking_failed(
    connection, planned, fault
):
    change = planned("assign")
    fault("throttled", "operationResults")

    apply(connection, change, waits=False)
    with contextlib.suppress(errors.WriteOutcomeUnknown):  # it may have ended by then
        wait_for_all(connection)

    assert list(operations_frame(connection)["state"]) == ["unknown"]


@pytest.mark.parametrize(
    ("match", "unseen"),
    [(".show databases", "the databases of the cluster: "), ("managed_identity", "every policy: ")],
)
def test_what_depends_is_unseen_where_the_cluster_does_not_answer(connection, fault, match, unseen):
    ingest = [one.identity for one in found(connection, ["mi-ingest"])]
    fault("throttled", match)

    depending = dependents(connection, ingest)

    assert any(what.startswith(unseen) for what in depending.unseen)


def test_a_state_that_nobody_knows_is_not_waited_for_for_ever(proxied, proxy, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.actions.write.operations._LONGEST_UNKNOWN", 0)
    stranger = [one.identity for one in found(proxied, ["mi-stranger"])]
    change = plan_assignment(proxied, stranger)
    odd = catalogue.answered(200, b'{"status": "Pondering"}', name="an odd state")
    proxy.strike(odd, target("operationResults"))

    with pytest.raises(errors.WriteOutcomeUnknown) as raised:
        apply(proxied, change)

    assert "'Pondering'" in raised.value.why


def test_what_azure_is_still_changing_is_not_told_as_done(proxied, proxy):
    def updating(cluster):
        properties = {**cluster["properties"], "provisioningState": "Updating"}
        return {**cluster, "properties": properties}

    stranger = [one.identity for one in found(proxied, ["mi-stranger"])]
    change = plan_assignment(proxied, stranger)
    proxy.strike(catalogue.edited("still updating", updating), target("/clusters/contoso", "GET"))

    notes = apply(proxied, change)

    assert tuple(map(written, notes)) == (
        "the cluster is still being changed; %adxmi identity list shows what is there",
    )
    assert [one.outcome for one in Journal(proxied.history_file).entries()] == ["unknown"]
