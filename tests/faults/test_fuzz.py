from tests.faults.fuzz import pairs, verdicts
from tests.faults.rig import commands

SEED, RUNS = 7, 10


def test_a_sample_of_verbs_and_faults_gives_no_traceback_and_no_false_finding():
    found = list(verdicts(pairs(SEED, RUNS), SEED))

    assert [one for one in found if one.wrong] == []
    assert sum(one.struck for one in found) > RUNS / 2


def test_every_verb_that_talks_to_a_cluster_is_tried():
    names = {command.name for command in commands()}

    assert {"status", "check", "policy undo", "identity remove", "external-table drop"} <= names
    assert len(names) > 100
