"""What is refused is no command in the parser's full reading, either.

There each text that is not clean is tried as the beginning of every command: twenty times the work.
"""

import pytest

from tests.kusto_parser.commands import cluster_and_roles, functions, workflows

REFUSED = [
    *cluster_and_roles.REFUSED_BY_BOTH,
    *functions.REFUSED_BY_BOTH,
    *workflows.REFUSED_BY_BOTH,
]


@pytest.mark.nightly
@pytest.mark.parametrize("text", REFUSED)
def test_what_both_refuse_is_no_command_in_the_full_reading(kusto_parser, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert (judgement.kind, judgement.is_clean) != ("Command", True)


@pytest.mark.parametrize("text", REFUSED[::40])
def test_some_of_them_are_tried_for_every_change(kusto_parser, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert (judgement.kind, judgement.is_clean) != ("Command", True)
