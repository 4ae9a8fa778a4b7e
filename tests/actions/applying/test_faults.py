"""Every fault at every request of an apply: what is told is true, and applying again converges."""

import pytest

from adxmi_jupyter.actions.plan.applying import Applying, apply
from tests.actions.applying.test_properties import FAULTS
from tests.random_worlds import bare

STORY = """\
apiVersion: adxmi/v1
clusters: {{demo: {{uri: {}}}}}
assigned: {{mode: authoritative, identities: [system, mi-export, mi-stranger]}}
policy:
  mode: authoritative
  cluster: {{mi-stranger: [ExternalTable]}}
  databases: {{Sales: {{mi-export: [SqlRequest], mi-stranger: [SqlRequest]}}}}
roles: {{mode: authoritative, databases: {{Sales: {{viewers: [mi-export]}}}}}}
callouts: {{mode: authoritative, allow: [{{type: kusto, uri: abc}}]}}
"""
CHOSEN = ("503 of Kusto", "closed before", "closed after", "truncated")
PARTS = 4
"""In how many tests the requests are struck one after the other: each is to take seconds."""


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("fault", CHOSEN)
def test_no_fault_at_any_request_loses_anything(through_proxy, proxy, fault, part):
    text = STORY.format(proxy.uri)
    through_proxy.reset(bare)
    through_proxy.apply(text)
    expected, skip, is_struck = through_proxy.state(), part, True
    while is_struck:
        through_proxy.reset(bare)
        prepared = through_proxy.prepared(text)
        strike = proxy.strike(FAULTS[fault], times=1, skip=skip)
        done = apply(
            through_proxy.connection, lambda found=prepared: found, Applying(confirmed=True)
        )
        is_struck = strike.hits > 0
        proxy.clear()
        assert through_proxy.untrue(done) == [], (skip, done)

        again = through_proxy.apply(text)

        failures = [str(one.failure) for one in again.outcomes if one.result != "applied"]
        assert failures == [], (skip, failures)
        assert through_proxy.state() == expected, skip
        skip += PARTS
    assert skip > len(prepared.steps)
