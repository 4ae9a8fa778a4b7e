"""Faults against grant and revoke: who holds the role is as it was, or the truth is told."""

import signal
import threading
from dataclasses import replace

import pytest

from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.errors import (
    CommandRefused,
    Throttled,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model.role import Role, RoleAssignment

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
READER = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"
LOST = ["unavailable", "dropped-before-write"]
LOST_AFTERWARDS = ["dropped-after-write", "truncated-body", "not-json", "empty-body"]


@pytest.fixture(params=["grant", "revoke"])
def change(request, grant, revoke):
    return grant("mi-ingest") if request.param == "grant" else revoke(READER)


def now(connection):
    return set(roles_of(connection, "Telemetry").read())


@pytest.mark.parametrize("fault", [*LOST, *LOST_AFTERWARDS, "wrong-content-type"])
def test_a_write_whose_answer_is_lost_is_sent_again(connection, azure, change, fault):
    azure.faults.add(fault, match=change.command[:5])

    done = apply(connection, change, confirmed=True)

    assert done.notes == change.notes
    assert change.is_done_in(roles_of(connection, "Telemetry").read())
    assert change.is_done_in(done.after)


@pytest.mark.parametrize("fault", LOST_AFTERWARDS)
def test_when_every_answer_is_lost_the_roles_tell_that_it_happened(
    connection, azure, change, fault
):
    azure.faults.add(fault, match=change.command[:5], times=None)

    done = apply(connection, change, confirmed=True)

    assert done.notes[-1].endswith("the list of roles was read again: the change took effect")
    assert set(done.after) == now(connection)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("unavailable", WriteNotApplied), ("dropped-before-write", WriteOutcomeUnknown)],
)
def test_when_nothing_happened_that_is_told(connection, azure, change, fault, error):
    azure.faults.add(fault, match=change.command[:5], times=None)

    with pytest.raises(error) as caught:
        apply(connection, change, confirmed=True)

    assert "as before" in caught.value.why
    assert now(connection) == set(change.before)


def test_when_the_roles_cannot_be_read_either_the_truth_is_unknown(connection, azure, change):
    azure.faults.add("unavailable", match=change.command[:5], times=None)
    azure.faults.add("unavailable", match=".show database", times=None)

    with pytest.raises(WriteOutcomeUnknown) as caught:
        apply(connection, change, confirmed=True)

    assert caught.value.fix == "%adxmi role list --database Telemetry"


def test_when_somebody_else_wrote_meanwhile_the_truth_is_unknown(connection, azure, change):
    azure.faults.add("dropped-before-write", match=change.command[:5], times=None)
    other = azure.world.principals[0]
    azure.world.grant(other, DatabaseRole(change.role), database="Telemetry")

    with pytest.raises(WriteOutcomeUnknown, match="unknown") as caught:
        apply(connection, change, confirmed=True)

    assert "neither as before" in caught.value.why


def test_a_listing_by_object_id_does_not_pass_for_a_lost_grant(
    connection, azure, grant, by_object_id
):
    azure.faults.add("unavailable", match=".add", times=None)

    with pytest.raises(WriteNotApplied):
        apply(connection, grant("mi-ingest"), confirmed=True)


def test_a_throttled_write_waits_and_passes(connection, azure, change):
    azure.faults.add("throttled", match=change.command[:5], retry_after=0)

    apply(connection, change, confirmed=True)

    assert change.is_done_in(roles_of(connection, "Telemetry").read())


def test_a_write_throttled_for_good_was_not_executed(connection, azure, change):
    azure.faults.add("throttled", match=change.command[:5], retry_after=0, times=None)

    with pytest.raises(Throttled):
        apply(connection, change, confirmed=True)

    assert now(connection) == set(change.before)


def test_a_refused_drop_of_nobody_counts_by_what_is_listed(connection, azure, revoke):
    change = revoke(READER)
    azure.world.cluster.databases["Telemetry"].roles.clear()
    azure.faults.add("plain-text-400", match=".drop")

    done = apply(connection, change, confirmed=True)

    assert done.notes[-1].endswith("the list of roles was read again: the change took effect")


def test_a_refused_drop_of_somebody_is_a_refusal(connection, azure, revoke, members):
    azure.faults.add("plain-text-400", match=".drop")

    with pytest.raises(CommandRefused):
        apply(connection, revoke(READER), confirmed=True)

    assert members("viewers") == [READER]


def test_a_refused_drop_says_its_own_reason_when_nothing_can_be_read(connection, azure, revoke):
    change = revoke(READER)
    azure.faults.add("plain-text-400", match=".drop")
    azure.faults.add("unavailable", match=".show database", times=None)

    with pytest.raises(CommandRefused):
        apply(connection, change, confirmed=True)


@pytest.fixture
def interrupted_once_written(azure):
    """Press Ctrl-C as soon as the roles of Telemetry are others than now."""
    database, stop = azure.world.cluster.databases["Telemetry"], threading.Event()
    before = list(database.roles)

    def watch():
        while database.roles == before and not stop.is_set():
            stop.wait(0.01)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_an_interrupted_write_leaves_the_truth_open(
    connection, azure, change, interrupted_once_written
):
    azure.faults.add("slow", match=change.command[:5], delay=60)

    with pytest.raises(WriteOutcomeUnknown) as caught:
        apply(connection, change, confirmed=True)

    assert caught.value.why == "you interrupted before the answer came"
    assert change.is_done_in(roles_of(connection, "Telemetry").read())


def test_a_drop_after_which_somebody_is_still_listed_is_no_success(connection, revoke):
    change = revoke(READER)
    phantom = RoleAssignment("Telemetry", "viewers", "", "ghost", "", READER)
    elsewhere = replace(change, command=".show database ['Telemetry'] principals")

    with pytest.raises(WriteNotApplied) as caught:
        apply(connection, replace(elsewhere, changed=(phantom,)), confirmed=True)

    assert caught.value.why == "the service accepted the command, but still lists the principal"


def test_who_else_is_gone_after_a_write_is_told(connection, azure, grant, revoke):
    apply(connection, grant("mi-ingest,mi-export", Role.VIEWERS), confirmed=True)
    change = revoke("mi-export")
    azure.world.cluster.databases["Telemetry"].roles.pop(0)

    done = apply(connection, change, confirmed=True)

    assert done.notes == (f"no longer listed in viewers either: {READER}",)


def test_an_add_that_is_listed_under_another_name_says_so(connection, grant):
    change = replace(grant("mi-ingest"), command=".show database ['Telemetry'] principals")

    done = apply(connection, change, confirmed=True)

    assert done.notes == (
        "the service accepted the command; it lists the principal under another name",
    )
