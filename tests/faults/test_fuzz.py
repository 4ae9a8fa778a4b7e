import pytest

from tests.faults.fuzz import pairs, verdicts
from tests.faults.rig import Rig, commands

SEED, RUNS = 7, 10


def test_a_sample_of_verbs_and_faults_gives_no_traceback_and_no_false_finding():
    found = list(verdicts(pairs(SEED, RUNS), SEED))

    assert [one for one in found if one.wrong] == []
    assert sum(one.struck for one in found) > RUNS / 2


def test_every_verb_that_talks_to_a_cluster_is_tried():
    names = {command.name for command in commands()}

    assert {"status", "check", "policy undo", "identity remove", "external-table drop"} <= names
    assert len(names) > 100


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["event-hub create", "query-acceleration create", "policy grant"])
def test_a_command_leaves_the_same_state_each_time(name):
    command = next(one for one in commands() if one.name == name)

    with Rig() as rig:
        states = {rig.plain(command)[0].state for _ in range(2)}

    assert len(states) == 1
