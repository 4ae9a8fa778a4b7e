"""Whatever is pasted into ``check --error``: an answer or a typed error, and never its secrets."""

import pytest

from tests.examples import sampled
from tests.magics.mutated_denials import mutated, problem_of

BLOCKS = range(100)


@pytest.mark.parametrize("block", sampled(BLOCKS, each=100))
def test_any_text_gets_an_answer_without_its_secrets(kept_extension, block):
    problems = [problem_of(kept_extension, text) for text in mutated(block)]

    assert [one for one in problems if one] == []
