"""Every distinct query of the suite is run as it was when it was kept, with the same result."""

import pytest

from tests.embedded.suite_queries.kept import kept, outcome

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize(("text", "how", "digest"), kept())
def test_a_query_has_the_result_that_it_had(text, how, digest):
    found, result = outcome(text)

    assert (found, result if digest else "") == (how, digest)
