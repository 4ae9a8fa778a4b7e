"""What the write test finds out, and that it leaves the policy as it was."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.actions.verify.write_test import plan_write_test, run_write_test
from adxmi_jupyter.actions.write.history import entries
from adxmi_jupyter.model.policy import Scope
from tests.told import written

# What a cluster without any example tells only when it is written to.
TOLD = [
    ("journal-of-policies", "left-out"),
    ("journal-of-policies", "states"),
    ("policy-version", "stays"),
    ("policy-version", "moves"),
    ("system-in-policies", "word"),
    ("usage-lists", "list"),
    ("no-policy", "no-row"),
]


@pytest.fixture
def empty(azure):
    """A world without changes and without any policy."""
    azure.reset(with_history=False)
    for database in azure.world.cluster.databases.values():
        database.policy = None
    azure.world.cluster.policy = None


@pytest.fixture
def policy(azure):
    return lambda: azure.world.cluster.databases["Sales"].policy


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "word"), TOLD)
def test_it_finds_out_what_only_a_write_tells(azure, empty, connection, name, word):
    azure.world.behaviours.choose({name: word})

    found = run_write_test(connection, "Telemetry")

    assert connection.known.answers[name] == word
    assert {one.probe.key: one.found.answer for one in found.answered}[name] == word
    assert azure.world.cluster.databases["Telemetry"].policy is None


def test_it_restores_the_policy_and_both_writes_are_in_the_history(connection, policy):
    before = policy()

    run_write_test(connection, "Sales")

    assert policy() == before
    assert [(one.verb, one.outcome) for one in entries(connection)] == [
        ("grant", "applied"),
        ("undo", "applied"),
    ]


@pytest.mark.nightly
@pytest.mark.parametrize("text", [".show journal", ".show databases"])
def test_it_restores_the_policy_after_ctrl_c(azure, connection, policy, interrupted, text):
    before = policy()
    read_one(connection, Scope("Sales"))
    interrupted(text)

    try:
        run_write_test(connection, "Sales")
    except KeyboardInterrupt:
        azure.faults.clear()

    assert policy() == before


def test_what_could_not_be_restored_is_said_with_the_command(azure, connection, policy):
    before = policy()
    azure.faults.add("plain-text-400", match=".alter database", times=None)

    with pytest.raises(errors.PolicyNotRestored) as caught:
        run_write_test(connection, "Sales")

    azure.faults.clear()
    assert written(caught.value.remediation) == "%adxmi policy undo 1 --yes"
    assert policy() != before


@pytest.mark.nightly
def test_without_permission_nothing_is_left_behind(azure, connections, monkeypatch, policy):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    reader = connections.open(azure.kusto_uri, name="reader", credential="token")
    before = policy()

    with pytest.raises(errors.NotAuthorized):
        run_write_test(reader, "Sales")

    assert policy() == before


def test_the_plan_shows_both_commands(connection):
    planned = plan_write_test(connection, "Telemetry")

    assert planned.grant.command.startswith(".alter-merge database ['Telemetry'] policy")
    assert planned.restore == ".delete database ['Telemetry'] policy managed_identity"


@pytest.mark.nightly
def test_where_all_is_allowed_there_is_nothing_to_try(azure, connection):
    azure.world.cluster.identities.clear()

    with pytest.raises(errors.InvalidInput, match="nothing to try"):
        plan_write_test(connection, "Tom's Lab")
