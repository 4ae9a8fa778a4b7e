"""What ``check`` says is held against what the embedded Azure does, case by case.

Everything ok means that a real run brings data, a run that does means that nothing was missing,
and after the fixes of the check, pasted in their order, it does.
"""

import pytest

from adxmi_jupyter.model.declaration.registry import nouns
from tests.examples import sampled
from tests.ground_truth.combinations import in_short
from tests.ground_truth.situations import SITUATIONS

CASES = [(one, case) for one in SITUATIONS for case in in_short(one.there, one.missing)]


def named(value):
    """Return the name of a situation, or the levels of a case."""
    return ", ".join(value.values()) if isinstance(value, dict) else value.name


@pytest.mark.parametrize(("situation", "case"), sampled(CASES, each=18), ids=named)
def test_a_check_says_what_a_run_finds_and_its_fixes_fix_it(walker, situation, case):
    walked = walker.walk(situation, case)

    assert walked.problems == []


def test_every_workflow_has_a_situation():
    assert {one.noun for one in SITUATIONS} == set(nouns())


@pytest.mark.parametrize("situation", sampled(SITUATIONS, each=3), ids=lambda one: one.name)
@pytest.mark.parametrize("missing", [False, True], ids=["all in place", "nothing in place"])
def test_who_may_not_look_is_told_of_no_link_that_it_is_ok(walker, situation, missing):
    assert walker.seen_by_reader(situation, missing=missing) == []
