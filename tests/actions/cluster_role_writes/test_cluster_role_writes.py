"""Granting and revoking roles on the whole cluster: what Azure does, and what is told of it."""

import signal
import threading
from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.identity.identities import plan_assignment, visible
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke, roles_of
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.actions.write.operations import operations_frame, wait_for_all
from adxmi_jupyter.embedded import ClusterRole as Held
from adxmi_jupyter.model.cluster_role import ClusterRole
from tests.actions.cluster_role_writes.ids import INGEST, TENANT
from tests.told import written


@pytest.mark.nightly
def test_a_grant_lets_the_identity_in(azure, connections, grant, go, monkeypatch):
    done = go(grant())

    monkeypatch.setenv("ADXMI_TOKEN", "embedded-mi-ingest")
    as_ingest = connections.open(azure.kusto_uri, credential="token", database="Telemetry")
    assert as_ingest.kusto.query("Events | count", database="Telemetry").rows()
    assert done.notes == (
        "it can take minutes to take effect; until then the cluster answers HTTP 401 or 403",
    )
    assert [one.label for one in done.held_by(done.after)] == ["mi-ingest"]


@pytest.mark.nightly
def test_several_follow_one_another(connection, grant, go, holders):
    go(grant("mi-ingest,mi-export"))

    assert holders() == ["mi-ingest", "mi-export"]
    assert list(operations_frame(connection)["operation"]) == [
        "cluster: mi-ingest + AllDatabasesViewer",
        "cluster: mi-export + AllDatabasesViewer",
    ]


@pytest.mark.nightly
def test_a_revoke_takes_the_role_from_one_and_leaves_the_others(revoke, go, holders):
    done = go(revoke("mi-ingest,mi-export"))

    assert holders() == []
    assert holders(Held.ADMIN) == ["admin"]
    assert done.notes == ()


def test_a_revoke_needs_to_be_confirmed(connection, revoke, holders):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        apply(connection, revoke(), confirmed=False)

    assert caught.value.what == "revoke on the cluster removes AllDatabasesViewer from mi-ingest"
    assert caught.value.why == "may stop working: reading all databases"
    assert holders() == ["mi-ingest"]


def test_the_confirmation_repeats_what_is_warned_of(connection):
    admin = find(connection, ["aaduser=admin@contoso.example"])

    with pytest.raises(errors.ConfirmationRequired) as caught:
        apply(connection, plan_revoke(connection, "", ClusterRole.ADMIN, admin), confirmed=False)

    assert "the cluster has no AllDatabasesAdmin left" in caught.value.why
    assert "is the caller" in caught.value.why


@pytest.mark.nightly
def test_nothing_is_sent_when_there_is_nothing_to_do(azure, grant, go):
    go(grant())
    again = grant()
    served = azure.requests_served

    go(again)

    assert azure.requests_served == served


@pytest.mark.nightly
def test_how_far_azure_is_is_told_in_its_own_words(azure, grant, go):
    azure.arm.polls = 3
    told = []

    go(grant(), tell=told.append)

    words = {one.rpartition(": ")[2] for one in told}
    assert words
    assert words <= {"InProgress", "Running", "Succeeded"}


def test_without_waiting_azure_goes_on_by_itself(connection, azure, grant, go, holders):
    azure.arm.polls = 2

    go(grant("mi-ingest,mi-export"), for_the_end=False)
    before = holders()
    wait_for_all(connection)

    assert before == ["mi-ingest"]
    assert holders() == ["mi-ingest", "mi-export"]


def test_an_interrupted_wait_says_that_azure_goes_on(
    connection, azure, change, go, interrupted_once_asked_about
):
    azure.arm.seconds = 60

    with pytest.raises(errors.OperationContinues) as caught:
        go(change)

    assert caught.value.fix == "%adxmi identity operations --wait"
    assert "mi-ingest" in caught.value.what


def test_an_interrupt_before_the_answer_came_leaves_it_open(
    azure, change, go, interrupted_once_begun
):
    azure.faults.add("slow", match="rincipalAssignments/", delay=60)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        go(change)

    assert caught.value.why == "you interrupted before the answer came"


@pytest.fixture
def interrupted_once_begun(azure):
    """Press Ctrl-C as soon as an operation was begun."""
    world, stop = azure.world, threading.Event()

    def watch():
        while not world.operations and not stop.is_set():
            stop.wait(0.01)
        stop.wait(0.3)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def other_change(connection, azure):
    """Begin another change of the cluster, which goes on for a while."""
    azure.arm.polls = 6
    stranger = [i for i in visible(connection) if i.display_name == "mi-stranger"]
    identity_writes.apply(connection, plan_assignment(connection, stranger), waits=False)
    azure.arm.polls = 1


@pytest.mark.nightly
def test_another_change_under_way_is_waited_for_and_said(change, go, holders, said, other_change):
    done = go(change)

    assert said[-1] == "the cluster is busy with another change: waiting until it is free"
    assert set(holders()) == {one.label for one in done.held_by(done.after)}


@pytest.mark.nightly
def test_maintenance_is_waited_out(azure, change, go):
    azure.faults.add("in-maintenance")

    done = go(change)

    assert done.is_done_in(done.after)


def test_a_wait_for_others_ends(change, go, other_change, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_manager._LONGEST_WAIT_FOR_OTHERS", 0)

    with pytest.raises(errors.ClusterBusy) as caught:
        go(change)

    assert caught.value.service.code == "ServiceIsInMaintenance"


def test_an_interrupt_while_others_are_waited_for_says_why_nothing_happened(
    change, go, other_change, holders
):
    before = holders()

    def interrupt(told):
        if "busy" in told:
            raise KeyboardInterrupt

    with pytest.raises(errors.ClusterBusy):
        go(change, tell=interrupt)

    assert holders() == before


@pytest.mark.nightly
def test_a_failed_operation_keeps_azures_words(connection, azure, change, go):
    azure.faults.add("operation-fails")
    before = roles_of(connection, "").read()

    with pytest.raises(errors.OperationFailed) as caught:
        go(change)

    assert caught.value.why == "Failed: Internal Server Error"
    assert caught.value.fix == "%adxmi role list --cluster shows what is there"
    assert roles_of(connection, "").read() == before


@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_when_one_of_several_fails_it_is_told_how_far_it_came(
    azure, grant, revoke, go, holders, verb
):
    for name in ("mi-a", "mi-b", "mi-c"):
        azure.world.add_identity(name)
    change = {"grant": grant, "revoke": revoke}[verb]("mi-a,mi-b,mi-c")
    azure.faults.add("operation-fails", match=change.changed[1].name)

    with pytest.raises(errors.OperationFailed) as caught:
        go(change)

    sign = {"grant": "+", "revoke": "-"}[verb]
    assert caught.value.why.split("; ") == [
        "Failed: Internal Server Error",
        f"done: mi-a {sign} AllDatabasesViewer",
        f"failed: mi-b {sign} AllDatabasesViewer",
        f"not started: mi-c {sign} AllDatabasesViewer",
    ]
    assert holders() == {"grant": ["mi-a"], "revoke": ["mi-b", "mi-c"]}[verb]


def test_a_reader_may_not_grant(reader, azure, holders):
    change = plan_grant(reader, "", ClusterRole.VIEWER, find(reader, ["mi-export"]))

    with pytest.raises(errors.NotAuthorized) as caught:
        apply(reader, change, confirmed=True)

    assert "principalAssignments/write" in caught.value.why
    assert holders() == []


@pytest.mark.nightly
def test_an_id_that_azure_takes_for_an_object_id_is_told(azure, connection, go):
    fresh = azure.world.add_identity("mi-hidden", assigned=False)
    azure.faults.add("unavailable", match="userAssignedIdentities?", times=None)
    wanted = find(connection, [f"aadapp={fresh.object_id};{TENANT}"])

    done = go(plan_grant(connection, "", ClusterRole.VIEWER, wanted))

    assert written(done.notes[0]).startswith(
        "mi-hidden is listed by its object ID in AllDatabasesViewer"
    )


def test_an_id_that_azure_takes_for_another_identity_is_told(grant, go):
    change = grant()
    (one,) = change.changed
    other = replace(one, object_id="11111111-2222-4333-8444-555555555555")

    done = go(replace(change, changed=(other,)))

    assert done.notes[0].startswith(f"Azure takes {INGEST} for the object ID 5b27c9d0-8e14")


def test_a_role_that_is_still_listed_is_no_success(azure, revoke, go):
    change = revoke()
    (one,) = change.changed
    elsewhere = replace(one, resource_id=one.resource_id + "-other")

    with pytest.raises(errors.WriteNotApplied) as caught:
        go(replace(change, changed=(elsewhere,)))

    assert "still lists the role" in caught.value.why
