"""Faults against every verb: a failed write leaves the policy as it was, or tells what happened."""

import signal
import threading
from dataclasses import replace

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import (
    plan_alter,
    plan_alter_merge,
    plan_delete,
    plan_grant,
    plan_revoke,
    read_one,
)
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.write.history import history_frame, plan_undo
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    CommandRefused,
    HistoryUnavailable,
    ServiceUnavailable,
    Throttled,
    UnreadableAnswer,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope

SALES = Scope("Sales")
SYSTEM = ManagedIdentity("system", is_system=True)
WANTED = Policy((PolicyEntry(SYSTEM, ("AzureAI",)),))


def planned_undo(connection):
    revoke = planned_revoke(connection)
    apply(connection, revoke, confirmed=True)
    return plan_undo(connection)


def planned_revoke(connection):
    identities = resolved(connection, ("mi-ingest",))
    return plan_revoke(connection, SALES, identities, ("NativeIngestion",))


def planned_grant(connection):
    return plan_grant(connection, SALES, resolved(connection, ("mi-ingest",)), ("AzureAI",))


ADDING = {
    "grant": planned_grant,
    "alter-merge": lambda connection: plan_alter_merge(connection, SALES, WANTED),
}
REPLACING = {
    "alter": lambda connection: plan_alter(connection, SALES, WANTED),
    "delete": lambda connection: plan_delete(connection, SALES),
    "revoke": planned_revoke,
    "undo": planned_undo,
}
VERBS = {**ADDING, **REPLACING}
HARMLESS = ["wrong-content-type", "two-column-policy"]
BEFORE_THE_WRITE = ["unavailable", "dropped-before-write"]
AFTER_THE_WRITE = ["dropped-after-write", "truncated-body", "not-json", "empty-body"]


def outcomes(connection):
    return list(history_frame(connection)["outcome"])


@pytest.fixture(params=VERBS)
def change(request, connection):
    return VERBS[request.param](connection)


@pytest.fixture(params=ADDING)
def adding(request, connection):
    return ADDING[request.param](connection)


@pytest.fixture(params=REPLACING)
def replacing(request, connection):
    return REPLACING[request.param](connection)


@pytest.mark.parametrize("fault", HARMLESS)
def test_an_odd_answer_is_read_all_the_same(connection, azure, change, fault):
    azure.faults.add(fault, match=change.command[:7])

    done = apply(connection, change, confirmed=True)

    assert done.notes == change.notes
    assert read_one(connection, SALES).policy == change.after


def test_a_throttled_write_is_sent_again(connection, azure, change):
    azure.faults.add("throttled", match=change.command[:7], retry_after=0)

    apply(connection, change, confirmed=True)

    assert read_one(connection, SALES).policy == change.after


def test_a_write_throttled_for_good_was_not_executed(connection, azure, change):
    azure.faults.add("throttled", match=change.command[:7], retry_after=0, times=None)

    with pytest.raises(Throttled):
        apply(connection, change, confirmed=True)

    azure.faults.clear()
    assert read_one(connection, SALES).policy == change.before
    assert outcomes(connection)[-1] == "rejected"


def test_a_longer_wait_than_a_minute_is_not_waited(connection, azure, change):
    azure.faults.add("throttled", match=change.command[:7], retry_after=61)

    with pytest.raises(Throttled):
        apply(connection, change, confirmed=True)

    assert read_one(connection, SALES).policy == change.before


@pytest.mark.parametrize("fault", BEFORE_THE_WRITE + AFTER_THE_WRITE)
def test_adding_is_sent_again_when_the_answer_is_lost(connection, azure, adding, fault):
    azure.faults.add(fault, match=".alter-merge")

    done = apply(connection, adding, confirmed=True)

    assert done.notes == adding.notes
    assert read_one(connection, SALES).policy == adding.after
    assert outcomes(connection)[-1] == "applied"


def test_what_the_service_itself_says_it_cannot_do_now_did_not_happen(connection, azure, replacing):
    azure.faults.add("unavailable", match=replacing.command[:7])

    with pytest.raises(WriteNotApplied):
        apply(connection, replacing, confirmed=True)

    assert read_one(connection, SALES).policy == replacing.before
    assert outcomes(connection)[-1] == "not applied"


def test_a_replacing_write_without_an_answer_may_still_come(connection, azure, replacing):
    azure.faults.add("dropped-before-write", match=replacing.command[:7])

    with pytest.raises(WriteOutcomeUnknown) as raised:
        apply(connection, replacing, confirmed=True)

    assert raised.value.why.endswith("as before so far: the request may still be applied")
    assert read_one(connection, SALES).policy == replacing.before
    assert outcomes(connection)[-1] == "unknown"


@pytest.mark.parametrize("fault", AFTER_THE_WRITE)
def test_a_replacing_write_that_happened_is_told_so(connection, azure, replacing, fault):
    azure.faults.add(fault, match=replacing.command[:7])

    done = apply(connection, replacing, confirmed=True)

    assert done.notes[-1].endswith("the policy was read again: the change took effect")
    assert read_one(connection, SALES).policy == replacing.after
    assert outcomes(connection)[-1] == "applied"


def test_no_answer_in_time_is_resolved_by_reading_again(connections, connection, azure):
    hurried = connections.open("embedded", name="hurried", timeout=1)
    change = plan_delete(hurried, SALES)
    azure.faults.add("slow", match=".delete", delay=30)

    done = apply(hurried, change, confirmed=True)

    assert any(note.startswith("no answer from") for note in done.notes)
    assert read_one(connection, SALES).policy == Policy()


@pytest.mark.parametrize("fault", AFTER_THE_WRITE + BEFORE_THE_WRITE)
def test_when_the_truth_cannot_be_read_it_is_said_to_be_unknown(connection, azure, adding, fault):
    azure.faults.add(fault, match=".alter-merge", times=None)
    azure.faults.add("slow", match=".show database", delay=0)  # the look just before writing
    azure.faults.add("unavailable", match=".show database", times=None)

    with pytest.raises(WriteOutcomeUnknown) as raised:
        apply(connection, adding, confirmed=True)

    assert raised.value.fix == "%adxmi policy show --database Sales"
    azure.faults.clear()
    assert [e.outcome for e in Journal(connection.history_file).entries()] == ["unknown"]


def test_a_policy_that_is_neither_old_nor_new_is_said_to_be_unknown(connection, azure):
    change = replace(plan_alter(connection, SALES, WANTED), after=Policy())
    azure.faults.add("dropped-after-write", match=".alter ")

    with pytest.raises(WriteOutcomeUnknown) as raised:
        apply(connection, change, confirmed=True)

    assert raised.value.why.endswith("is neither as before nor as intended")


def test_a_refusal_in_plain_text_keeps_its_words(connection, azure, change):
    azure.faults.add("plain-text-400", match=change.command[:7])

    with pytest.raises(CommandRefused, match="Request is invalid"):
        apply(connection, change, confirmed=True)

    assert read_one(connection, SALES).policy == change.before
    assert outcomes(connection)[-1] == "rejected"


@pytest.mark.parametrize("fault", [*BEFORE_THE_WRITE, *AFTER_THE_WRITE])
def test_a_read_is_sent_again(connection, azure, fault):
    azure.faults.add(fault, match=".show database", times=2)

    assert len(read_one(connection, SALES).policy) == 2


@pytest.mark.parametrize(
    ("fault", "error"), [("unavailable", ServiceUnavailable), ("not-json", UnreadableAnswer)]
)
def test_a_read_that_fails_for_good_says_why(connection, azure, fault, error):
    azure.faults.add(fault, match=".show database", times=None)

    with pytest.raises(error):
        read_one(connection, SALES)


def test_a_long_wait_is_announced(connection, azure, said):
    azure.faults.add("throttled", match=".show database", retry_after=1)

    read_one(connection, SALES)

    assert said[-1] == "the service is throttling requests: trying again in 1 s"


def test_what_cannot_be_noted_for_undo_is_not_sent(connection, azure, monkeypatch, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    monkeypatch.setattr(type(connection), "history_file", blocked / "history.jsonl")
    change = plan_delete(connection, SALES)

    with pytest.raises(HistoryUnavailable):
        apply(connection, change, confirmed=True)

    assert read_one(connection, SALES).policy == change.before


def test_interrupt_during_a_write_returns_and_says_that_the_outcome_is_unknown(connection, azure):
    change = plan_delete(connection, SALES)
    azure.faults.add("slow", match=".delete", delay=60)
    written, stop = threading.Event(), threading.Event()

    def interrupt_once_written():
        while azure.world.cluster.databases["Sales"].policy and not stop.is_set():
            stop.wait(0.01)
        written.set()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=interrupt_once_written)
    thread.start()
    try:
        with pytest.raises(WriteOutcomeUnknown) as raised:
            apply(connection, change, confirmed=True)
    finally:
        stop.set()
        thread.join()

    assert written.is_set()
    assert raised.value.why == "you interrupted before the answer came"
    assert [e.outcome for e in Journal(connection.history_file).entries()] == ["unknown"]
    assert outcomes(connection) == ["applied"]
