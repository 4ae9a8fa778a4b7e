"""Every fault at every request of a migration: what is told is true, and the object is whole."""

import os
import signal
from dataclasses import dataclass
from functools import cache

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.migrate.applying import Applying
from adxmi_jupyter.actions.migrate.current import MIGRATION
from adxmi_jupyter.actions.migrate.migrating import Result
from adxmi_jupyter.actions.plan.undoing import undo
from adxmi_jupyter.actions.write.journal import Journal
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


ALIKE, STEP = ("BySharedKey", "BySas", "ByTwo", "SqlByPassword", "CosmosByKey"), 3
"""Tables that send the requests of ``ByKey``: with each fault, every third of them is struck."""


@dataclass(frozen=True)
class Story:
    """An object of a name: how it is migrated, what it is before and after, and what else is."""

    name: str
    migrations: tuple
    before: object
    after: object
    beside: object


@pytest.fixture(scope="module")
def story(migrator):
    """Return the story of an object when nothing goes wrong."""

    @cache
    def told(name):
        migrator.reset(name)
        before, beside = world.state_of(migrator.azure, name), world.beside(migrator.azure)
        migrations = migrator.planned(name)
        (outcome,) = migrator.apply(migrations)
        assert (outcome.result, outcome.failure) == (Result.MIGRATED, None)
        return Story(name, migrations, before, world.state_of(migrator.azure, name), beside)

    return told


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [*ONCE, *FOR_EVER])
@pytest.mark.parametrize("name", world.NAMES)
def test_no_fault_at_any_request_leaves_an_object_in_between(migrator, story, name, fault):
    one = story(name)
    every = {**ONCE, **FOR_EVER}
    step = STEP if name in ALIKE else 1
    first = (list(every).index(fault) + world.NAMES.index(name)) % step
    skip, is_struck = first, True
    while is_struck:
        migrator.reset(name)
        strike = migrator.proxy.strike(every[fault], times=fault in ONCE or None, skip=skip)
        (outcome,) = migrator.apply(one.migrations)
        is_struck = strike.hits > 0
        struck = str(strike.requests[:1])
        migrator.proxy.clear()

        state = world.state_of(migrator.azure, name)
        told = (skip, struck, outcome.result, str(outcome.failure))
        expected = [*([] if outcome.result in BEFORE else [one.after])]
        expected += [] if outcome.result in AFTER else [one.before]
        assert state in expected, told
        assert outcome.result is Result.MIGRATED or outcome.failure.remediation, told
        assert outcome.is_interrupted is (is_struck and fault == "interrupted"), told
        left = world.trials(migrator.azure)
        assert not left or left[0] in f"{migrator.said}{outcome.failure}", told
        _check_the_way_on(migrator, one, outcome, told)
        skip += step
    assert skip > first + step


def _check_the_way_on(own, one, outcome, told):
    """Undo what can be undone; else migrating again does the rest."""
    _end_operations(own)
    own.connection.forget()
    if world.state_of(own.azure, one.name) == one.after:
        if outcome.migration.object.noted:
            undone = undo(own.connection, None, None, confirmed=True)
            assert [str(each.failure) for each in undone] == ["None"], told
            assert world.state_of(own.azure, one.name) == one.before, told
        return
    is_as_before = world.beside(own.azure) == one.beside
    again = own.apply(one.migrations if is_as_before else own.planned(one.name))
    assert [str(each.failure) for each in again] == ["None"], told
    state = world.state_of(own.azure, one.name)
    assert (state, world.trials(own.azure)) == (one.after, []), told


def _end_operations(own):
    for operation in own.azure.world.operations:
        while operation.running:
            operation.poll()


def test_what_was_migrated_before_an_interrupt_is_told_and_the_rest_is_not_touched(migrator):
    migrator.reset("Copy", "Files")
    migrations = migrator.planned("Copy", "DeltaByKey", "Files")
    files = world.state_of(migrator.azure, "Files")
    alter = statement(".alter external table")
    strike = migrator.proxy.strike(ONCE["interrupted"], alter, times=1)

    table, *others = migrator.apply(migrations)
    (entry,) = (
        one for one in Journal(migrator.connection.history_file).entries() if one.kind == MIGRATION
    )

    assert strike.hits == 1
    assert (table.migration.object.name, table.result) == ("DeltaByKey", Result.MIGRATED)
    assert isinstance(table.failure, errors.WriteInterrupted)
    assert (entry.outcome, table.is_interrupted) == ("applied", True)
    assert [one.result for one in others] == [Result.SKIPPED] * 2
    assert world.state_of(migrator.azure, "Files") == files
    assert not world.trials(migrator.azure)


def test_an_object_that_fails_is_one_row_and_the_others_go_on(migrator):
    migrator.reset("Copy", "Files")
    migrations = migrator.planned("DeltaByKey", "Files", "Copy")
    migrator.proxy.strike(ONCE["403"], statement(".alter function"))

    outcomes = migrator.apply(migrations)
    kept = migrator.apply(migrations[1:], Applying(True, True, fails_fast=True))

    results = {one.migration.object.name: one.result for one in outcomes}
    done = Result.MIGRATED
    assert results == {"DeltaByKey": done, "Files": Result.NOT_MIGRATED, "Copy": done}
    assert [one.result for one in kept] == [Result.NOT_MIGRATED, Result.SKIPPED]


@pytest.mark.nightly
def test_a_cluster_that_is_not_reached_is_not_asked_for_each_object(migrator):
    migrator.reset("Copy", "Files")
    migrations = migrator.planned("DeltaByKey", "Files", "Copy")
    migrator.proxy.stop()

    outcomes = migrator.apply(migrations)
    migrator.proxy.start()

    assert [one.result for one in outcomes] == [Result.NOT_MIGRATED, *[Result.SKIPPED] * 2]


@pytest.mark.nightly
def test_an_interrupt_while_the_trial_table_is_dropped_is_told_with_what_was_done(migrator):
    migrator.reset("AsCaller", "Files")
    migrations = migrator.planned("AsCaller", "Files")
    migrator.proxy.strike(ONCE["403"], statement(".drop external table"), times=1)
    migrator.proxy.strike(ONCE["interrupted"], statement(".drop external table"), times=1)

    table, function = migrator.apply(migrations)

    assert (table.result, function.result) == (Result.MIGRATED, Result.SKIPPED)
    assert isinstance(table.failure, errors.WriteInterrupted)
    assert "AsCaller_adxmi_trial" in str(migrator.said)
    _end_operations(migrator)
    undone = undo(migrator.connection, None, 1, confirmed=True)
    assert {one.result for one in undone} <= {"undone", "skipped"}


def test_an_object_whose_new_definition_cannot_be_checked_is_restored(migrator):
    migrator.reset("AsCaller")
    before = world.state_of(migrator.azure, "AsCaller")
    migrations = migrator.planned("AsCaller")
    migrator.proxy.strike(ONCE["403"], statement('external_table("AsCaller")'))

    (outcome,) = migrator.apply(migrations)

    state = world.state_of(migrator.azure, "AsCaller")
    assert (outcome.result, state) == (Result.RESTORED, before)
    assert isinstance(outcome.failure, errors.MigrationFailed)
