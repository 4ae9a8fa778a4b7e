"""What is refused is no command in the parser's full reading, either.

There each text that is not clean is tried as the beginning of every command: twenty times the work.
"""

import pytest

from tests.kusto_parser import (
    test_embedded_agrees,
    test_function_commands_agree,
    test_workflow_commands_agree,
)

REFUSED = [
    *test_embedded_agrees.REFUSED_BY_BOTH,
    *test_function_commands_agree.REFUSED_BY_BOTH,
    *test_workflow_commands_agree.REFUSED_BY_BOTH,
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
