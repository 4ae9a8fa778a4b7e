"""Every fault at every request of a migration: what is told is true, and the object is whole."""

import os
import signal

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.migrate.migrating import Result
from adxmi_jupyter.actions.plan.undoing import undo
from tests import secrets_world as world
from tests.faults.catalogue import Fault, after, answered, closed, throttled, truncated
from tests.faults.messages import statement


def _interrupted(exchange):
    exchange.forward()
    os.kill(os.getpid(), signal.SIGINT)
    exchange.wait_for_client_to_leave()


_DENIED = {"error": {"code": "Forbidden", "message": "no", "@type": "No", "@permanent": True}}
ONCE = {
    "429": throttled("0"),
    "500": answered(500, b"<html>", ()),
    "403": answered(403, _DENIED),
    "closed before": closed(),
    "closed after": after(closed()),
    "truncated": truncated(0.5),
    "interrupted": Fault("interrupted", _interrupted),
}
FOR_EVER = {"gone": closed(), "gone, and answers lost": after(closed())}
BEFORE, AFTER = {Result.NOT_MIGRATED, Result.RESTORED}, {Result.MIGRATED}


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [*ONCE, *FOR_EVER])
@pytest.mark.parametrize("name", world.NAMES)
def test_no_fault_at_any_request_leaves_an_object_in_between(migrator, proxy, name, fault):
    own = migrator(name)
    own.reset()
    before = own.state
    assert [one.result for one in own.apply().outcomes] == [Result.MIGRATED]
    planned, skip, is_struck = own.state, own.planned_at, True
    while is_struck:
        own.reset()
        times = 1 if fault in ONCE else None
        strike = proxy.strike({**ONCE, **FOR_EVER}[fault], times=times, skip=skip)
        (outcome,) = own.apply().outcomes
        is_struck = strike.hits > 0
        proxy.clear()

        told = (skip, str(strike.requests[:1]), outcome.result, str(outcome.failure))
        expected = [*([] if outcome.result in BEFORE else [planned])]
        expected += [] if outcome.result in AFTER else [before]
        assert own.state in expected, told
        assert (outcome.result is Result.MIGRATED) or outcome.failure.remediation, told
        left = world.trials(own.azure)
        assert not left or left[0] in f"{own.said}{outcome.failure}", told
        _check_the_way_on(own, outcome, before, planned, told)
        skip += 1
    assert skip > own.planned_at


def _check_the_way_on(own, outcome, before, planned, told):
    """Undo what can be undone; else migrating again does the rest."""
    for operation in own.azure.world.operations:
        while operation.running:
            operation.poll()
    own.connection.forget()
    if own.state == planned:
        if outcome.migration.object.noted:
            undone = undo(own.connection, None, None, confirmed=True)
            assert [str(one.failure) for one in undone] == ["None"], told
            assert own.state == before, told
        return
    again = own.apply()
    assert [str(one.failure) for one in again.outcomes] == ["None"], told
    assert (own.state, world.trials(own.azure)) == (planned, []), told


def test_what_was_migrated_before_an_interrupt_is_told(migrator, proxy):
    own = migrator("Copy")
    own.reset()
    strike = proxy.strike(ONCE["interrupted"], statement(".alter table"), times=1)

    first, second = own.apply("DeltaByKey").outcomes

    assert strike.hits == 1
    assert (first.migration.object.name, first.result) == ("DeltaByKey", Result.MIGRATED)
    assert second.result is Result.UNKNOWN
    assert isinstance(second.failure.__cause__, KeyboardInterrupt)


def test_an_object_whose_new_definition_cannot_be_checked_is_restored(migrator, proxy):
    own = migrator("AsCaller")
    own.reset()
    before = own.state
    proxy.strike(ONCE["403"], statement('external_table("AsCaller")'))

    (outcome,) = own.apply().outcomes

    assert (outcome.result, own.state) == (Result.RESTORED, before)
    assert isinstance(outcome.failure, errors.MigrationFailed)
