"""Two accounts that apply at once: nothing is lost unless it is told."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.plan.applying import Applying, apply
from adxmi_jupyter.service.connections import Connections, Settings
from tests.actions.applying.conftest import Applier
from tests.faults.catalogue import Fault
from tests.random_worlds import bare

OURS = """\
apiVersion: adxmi/v1
clusters: {{demo: {{uri: {}}}}}
policy: {{mode: authoritative, cluster: {{}}, databases: {{Sales: {{mi-ingest: [SqlRequest]}}}}}}
roles: {{mode: authoritative, databases: {{Sales: {{viewers: [mi-ingest]}}}}}}
"""
THEIRS = "apiVersion: adxmi/v1\nclusters: {{demo: {{uri: {}}}}}\npolicy: {{databases: {{Sales: {{mi-export: [AzureAI]}}}}}}\n"
TOLD = (errors.PolicyChanged, errors.ChangeOverwritten)


@pytest.fixture
def rival(azure, tmp_path, monkeypatch):
    """Somebody else, with a history and a lock of their own."""
    monkeypatch.setenv("ADXMI_DATA_DIR", str(tmp_path / "theirs"))
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")
    opened = Connections(Settings(), lambda _line: None)
    yield Applier(opened.open(azure.kusto_uri, name="rival", credential="token"), azure)
    opened.close_all()


@pytest.mark.nightly
def test_what_a_rival_applies_at_any_request_is_kept_or_told(through_proxy, proxy, rival, azure):
    text, theirs = OURS.format(proxy.uri), THEIRS.format(azure.kusto_uri)
    skip, is_struck, stopped = 0, True, 0
    while is_struck:
        through_proxy.reset(bare)
        rival.forget()
        prepared = through_proxy.prepared(text)

        def applied_between(exchange):
            rival.apply(theirs)
            exchange.reply(exchange.forward())

        strike = proxy.strike(Fault("a rival", applied_between), times=1, skip=skip)
        done = apply(
            through_proxy.connection, lambda found=prepared: found, Applying(confirmed=True)
        )
        is_struck = strike.hits > 0
        proxy.clear()
        failures = [one.failure for one in done.outcomes if one.failure is not None]
        assert all(isinstance(one, TOLD) for one in failures), (skip, failures)
        stopped += any(isinstance(one, errors.PolicyChanged) for one in failures)
        usages = {u for one in azure.world.cluster.databases["Sales"].policy for u in one.usages}
        if is_struck:
            assert "AzureAI" in usages or failures, skip
        assert through_proxy.untrue(done) == [], skip
        skip += 1
    assert stopped
