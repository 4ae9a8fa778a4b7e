"""A page in a real browser tries to reach the embedded Azure, by its address and by rebinding."""

import json

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.embedded.owner_only import OwnerOnly
from tests.ui.lab import FLAGS, chromium
from tests.ui.rebinding import ATTACK, NAME, RULES, Relay

COMMAND = ".delete database Sales policy managed_identity"
NOTHING_READ = {"error", "opaque", "loaded", "sent", "no answer", 403, 0}


@pytest.fixture
def azure():
    with EmbeddedAzure() as azure:
        yield azure


@pytest.fixture
def relay():
    relay = Relay()
    yield relay
    relay.close()


@pytest.fixture
def page(playwright, relay):
    """The page of the attacker, open in a browser for which his name leads to this machine."""
    flags = [each for each in FLAGS if not each.startswith("--host-resolver-rules")]
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*flags, RULES])
    page = browser.new_page()
    page.goto(relay.origin)
    yield page
    browser.close()


@pytest.fixture
def mark(tmp_path):
    """A file that the attacker's script writes."""
    return tmp_path / "ran"


@pytest.fixture
def attack(azure, relay, page, mark):
    """Let the page try everything at these addresses, and return what it saw."""
    script = f"open({str(mark)!r}, 'w')\nresult = df"
    query = f"print n=1 | evaluate python(typeof(n:long), ```{script}```)"
    sent = {
        "query": query,
        "script": json.dumps({"db": "Sales", "csl": query}),
        "command": json.dumps({"db": "Sales", "csl": COMMAND}),
        "token": f"embedded-admin.{azure.script_key}",
    }

    def attack(*bases):
        relay.turn(azure.kusto_uri)
        return page.evaluate(ATTACK, {"bases": bases, **sent})

    return attack


@pytest.fixture
def statuses(azure, page):
    """Status of each answer that the browser got from the server by its address."""
    found = []
    page.on(
        "response",
        lambda answer: NAME in answer.url or found.append(answer.status),
    )
    return found


def assert_untouched(azure, mark):
    assert not mark.exists()
    assert azure.world.cluster.databases["Sales"].policy
    assert (azure.requests_served, azure.arm_requests_served) == (0, 0)


def test_a_page_gets_nothing_by_the_address(azure, attack, mark, statuses):
    by_name = azure.kusto_uri.replace("127.0.0.1", "localhost")

    seen = attack(azure.kusto_uri, by_name)

    assert_untouched(azure, mark)
    assert set(seen.values()) <= NOTHING_READ - {403}
    assert set(statuses) == {403}
    assert len(statuses) >= 20


def test_a_page_gets_nothing_by_a_name_that_leads_here(azure, attack, mark, relay):
    seen = attack(relay.origin)

    assert_untouched(azure, mark)
    assert set(seen.values()) <= NOTHING_READ
    assert set(relay.statuses) == {403}
    assert len(relay.statuses) >= 25


@pytest.mark.nightly
def test_a_page_gets_nothing_by_going_there(azure, page, relay, attack, mark):
    attack()

    page.goto(f"{relay.origin}/v2/rest/query?db=Sales&csl=print%201")
    rebound = page.inner_text("body")
    page.evaluate("url => { location.href = url; }", f"{azure.kusto_uri}/v1/rest/auth/metadata")
    page.wait_for_url(f"{azure.kusto_uri}/**")

    assert_untouched(azure, mark)
    assert "Forbidden" in rebound
    assert "does not answer web pages" in page.inner_text("body")


@pytest.mark.nightly
def test_without_the_layer_the_page_succeeds(azure, attack, mark, relay, monkeypatch):
    """The page is worth its tries: this is what the layer keeps away."""

    async def let_in(_layer, request, handler):
        return await handler(request)

    monkeypatch.setattr(OwnerOnly, "answer", let_in)
    azure.stop()
    azure.start()

    attack(relay.origin)

    assert mark.exists()
    assert not azure.world.cluster.databases["Sales"].policy
