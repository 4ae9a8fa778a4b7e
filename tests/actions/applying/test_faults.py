"""Every fault at every request of an apply: what is told is true, and applying again converges."""

import pytest

from adxmi_jupyter.actions.plan.applying import Applying, apply
from tests.actions.applying.test_properties import FAULTS
from tests.faults.catalogue import Fault
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
OF_THE_SERVER = (
    *("not-json", "wrong-content-type", "empty-body", "plain-text-400"),
    *("operation-fails", "in-maintenance"),
)
"""The faults of the embedded Azure that no fault of the proxy is like."""

PARTS = 4
"""In how many tests the requests are struck one after the other: each is to take seconds."""


def of_the_server(azure, name):
    """Have the embedded Azure itself strike a request, or the next one that has the occasion."""

    def act(exchange):
        azure.faults.add(name, times=1, retry_after=0, delay=0)
        exchange.reply(exchange.forward())  # where it ends the connection, so does the proxy

    return Fault(name, act)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", [*(name for name, one in FAULTS.items() if one), *OF_THE_SERVER])
def test_no_fault_at_any_request_loses_anything(through_proxy, proxy, azure, kind, part):
    fault = FAULTS[kind] if kind in FAULTS else of_the_server(azure, kind)
    text = STORY.format(proxy.uri)
    through_proxy.reset(bare)
    through_proxy.apply(text)
    expected, skip, is_struck = through_proxy.state(), part, True
    while is_struck:
        through_proxy.reset(bare)
        prepared = through_proxy.prepared(text)
        strike = proxy.strike(fault, times=1, skip=skip)
        done = apply(
            through_proxy.connection, lambda found=prepared: found, Applying(confirmed=True)
        )
        is_struck = strike.hits > 0
        proxy.clear()
        azure.faults.clear()
        assert through_proxy.untrue(done) == [], (skip, done)

        again = through_proxy.apply(text)

        failures = [str(one.failure) for one in again.outcomes if one.result != "applied"]
        assert failures == [], (skip, failures)
        assert through_proxy.state() == expected, skip
        skip += PARTS
    assert skip > len(prepared.steps)
