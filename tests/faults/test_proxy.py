import contextlib
import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.faults import catalogue
from tests.faults.catalogue import FAULTS
from tests.faults.edits import EDITS
from tests.faults.messages import reads, resource_manager, statement, target, writes

NEW_USAGES = '[{"ObjectId": "system", "AllowedUsages": "AutomatedFlows"}]'
CHANGE = f".alter-merge database Sales policy managed_identity '{NEW_USAGES}'"
SHOW = ".show database Sales policy managed_identity"


@pytest.fixture
def send(proxy):
    """Send a command through the proxy on a connection of its own; return the raw answer."""

    def send(text, timeout=10):
        connection = http.client.HTTPConnection(urlsplit(proxy.uri).netloc, timeout=timeout)
        try:
            body = json.dumps({"db": "Sales", "csl": text})
            connection.request("POST", "/v1/rest/mgmt", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    return send


@pytest.fixture
def usages(azure):
    """What the policy of Sales allows the cluster's own identity, in the world itself."""

    def allowed():
        answer = http.client.HTTPConnection(urlsplit(azure.kusto_uri).netloc)
        try:
            answer.request("POST", "/v1/rest/mgmt", json.dumps({"db": "Sales", "csl": SHOW}))
            return "AutomatedFlows" in answer.getresponse().read().decode()
        finally:
            answer.close()

    return allowed


def test_without_a_strike_everything_is_passed_on(proxied, proxy):
    answer = proxied.kusto.command(SHOW, database="Sales")

    assert answer.rows()
    assert proxy.requests[-1].statement == SHOW


def test_addresses_are_translated_both_ways(proxied, proxy):
    cluster = proxied.resource_manager.cluster_at(proxy.uri).resource_id

    assert cluster.endswith("/contoso")


def test_strike_strikes_only_what_matches(proxy, send):
    strike = proxy.strike(catalogue.answered(503), statement(".show version"))

    assert send(SHOW)[0].status == 200
    assert send(".show version")[0].status == 503
    assert strike.hits == 1


def test_strike_skips_and_ends_as_told(proxy, send):
    proxy.strike(catalogue.answered(503), times=1, skip=1)

    statuses = [send(SHOW)[0].status for _ in range(3)]

    assert statuses == [200, 503, 200]


def test_strike_counts_the_bytes_it_sent(proxy, send):
    strike = proxy.strike(catalogue.answered(200, b"x" * 1000))

    send(SHOW)

    assert 1000 < strike.sent < 1200


def test_fault_before_keeps_the_request_from_the_server(proxy, send, usages):
    proxy.strike(catalogue.answered(200, {}), writes)

    send(CHANGE)

    assert not usages()


def test_fault_after_lets_the_server_carry_the_request_out(proxy, send, usages):
    proxy.strike(catalogue.after(catalogue.answered(503)), writes)

    assert send(CHANGE)[0].status == 503
    assert usages()


def test_late_request_reaches_the_server_when_told(proxy, send, usages):
    proxy.strike(catalogue.late(), writes)
    with pytest.raises(http.client.RemoteDisconnected):
        send(CHANGE)
    before = usages()

    (reply,) = proxy.deliver_late()

    assert (before, reply.status, usages()) == (False, 200, True)


def test_hanging_request_waits_for_the_client_to_leave(proxy, send):
    strike = proxy.strike(catalogue.hanging())

    with pytest.raises(TimeoutError):
        send(SHOW, timeout=0.1)

    assert strike.sent == 0


def test_truncated_answer_ends_before_its_length(proxy, send):
    proxy.strike(catalogue.truncated(0.5))

    with pytest.raises(http.client.IncompleteRead):
        send(SHOW)


def test_cut_answer_has_the_length_it_says(proxy, send):
    proxy.strike(catalogue.truncated(7, says_so=True))

    assert send(SHOW)[1] == b'{"Table'


def test_endless_answer_ends_when_the_client_leaves(proxy):
    strike = proxy.strike(catalogue.endless())
    connection = http.client.HTTPConnection(urlsplit(proxy.uri).netloc)
    connection.request("GET", "/")

    first = connection.getresponse().read(2 * catalogue.MEGABYTE)
    connection.close()
    proxy.stop()

    assert first.startswith(b'["xxx')
    assert strike.sent > 2 * catalogue.MEGABYTE


def test_redirect_names_the_other_server(proxy, send, elsewhere):
    proxy.strike(catalogue.redirected(elsewhere.uri))

    answer, _ = send(SHOW)

    assert (answer.status, answer.getheader("Location")) == (307, f"{elsewhere.uri}/v1/rest/mgmt")
    assert elsewhere.requests == []


def test_stopped_proxy_refuses_connections_until_it_starts_again(proxy, send):
    proxy.stop()
    with pytest.raises(ConnectionRefusedError):
        send(SHOW)

    proxy.start()

    assert send(SHOW)[0].status == 200


def test_requests_tell_reads_from_writes(proxied, proxy):
    proxied.kusto.command(SHOW, database="Sales")
    proxied.kusto.query("print 1", database="Sales")
    proxied.kusto.command(CHANGE, database="Sales")
    proxied.resource_manager.cluster_at(proxy.uri)

    assert [reads(request) for request in proxy.requests[-4:]] == [True, True, False, True]
    assert resource_manager(proxy.requests[-1])
    assert target("resourcegraph", "POST")(proxy.requests[-1])


@pytest.mark.nightly
def test_every_fault_answers_or_ends_the_connection(proxy, send):
    struck = {}
    for name, fault in FAULTS.items():
        proxy.clear()
        struck[name] = proxy.strike(fault)
        with contextlib.suppress(OSError, http.client.HTTPException):
            send(SHOW)

    assert {name for name, strike in struck.items() if strike.hits != 1} == set()


def test_every_edit_leaves_what_it_is_not_for_alone():
    assert {name: edit(5) for name, edit in EDITS.items()} == dict.fromkeys(EDITS, 5)
