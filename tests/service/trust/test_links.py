"""Where answers lead: redirects, next pages, polling addresses and queues."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.declaration.products import QueuedIngestion
from adxmi_jupyter.service.connections import Settings
from tests.service.answers import v1
from tests.service.trust.conftest import TOKEN, cluster

KUSTO = "c1.westeurope.kusto.windows.net"
ARM = "management.azure.com"
SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
CLUSTER = f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Kusto/clusters/c1"
ELSEWHERE = (
    "https://evil.example/next",
    f"https://{ARM}.evil.example/next",
    f"https://evil.example\\.{ARM}/next",
    f"https://evil.example\\@{ARM}/next",
    f"https://{ARM}@evil.example/next",
    f"https://{ARM}:443@evil.example/next",
    f"https://evil.example#@{ARM}/next",
    f"https://evil.example?@{ARM}/next",
    f"https://{ARM}:8443/next",
    f"http://{ARM}/next",
    f"http://{ARM}:443/next",
    "http://127.0.0.1/next",
    "http://169.254.169.254/metadata/instance",
    "https://graph.microsoft.com/next",
    f"https://{KUSTO}/next",
    f"HTTPS://EVIL.EXAMPLE:443/{ARM}",
)
"""Links in answers of Azure Resource Manager that lead away from it."""

REDIRECTS = (300, 301, 302, 303, 307, 308)


@pytest.fixture
def remote(connections, internet, scopes):
    """A connection to a cluster of the Azure cloud."""
    internet.answer = cluster
    connections.settings = Settings(cluster=f"https://{KUSTO}", credential="cli", timeout=5)
    return connections.current()


def asked(connection, text):
    kusto = connection.kusto
    return kusto.command(text) if text.startswith(".") else kusto.query(text, database="Sales")


def hosts_of(internet):
    return {one.host for one in internet.requests}


@pytest.mark.parametrize("link", ELSEWHERE)
def test_the_next_page_is_read_from_resource_manager_only(remote, internet, link):
    internet.answer = lambda _: (200, {}, {"value": [], "nextLink": link})

    with pytest.raises(errors.UnreadableAnswer):
        remote.resource_manager.user_identities("s")

    assert hosts_of(internet) == {ARM}


def test_the_next_page_of_resource_manager_is_read(remote, internet):
    pages = {"/two": {"value": []}}
    first = {"value": [], "nextLink": f"https://{ARM.upper()}:443/two"}
    internet.answer = lambda request: (200, {}, pages.get(request.path, first))

    assert remote.resource_manager.user_identities("s") == []
    assert internet.requests[-1].path == "/two"
    assert {host.lower() for host, _ in internet.tokens} == {ARM}


@pytest.mark.parametrize("link", ELSEWHERE)
@pytest.mark.parametrize("header", ["Azure-AsyncOperation", "Location"])
def test_a_change_is_followed_at_resource_manager_only(remote, internet, link, header):
    internet.answer = lambda _: (202, {header: link}, {})
    operation = remote.resource_manager.change_identities(CLUSTER, {"type": "None"}, "1", "it")

    with pytest.raises(errors.AdxmiError):
        operation.wait(10)

    assert (operation.state, operation.has_succeeded) == ("unknown", False)
    assert hosts_of(internet) == {ARM}


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("link", ["https://evil.example/", f"https://{ARM}/other", "/other"])
def test_resource_manager_redirects_nobody(remote, internet, status, link):
    internet.answer = lambda _: (status, {"Location": link}, {})

    with pytest.raises(errors.UntrustedLink):
        remote.resource_manager.user_identities("s")

    assert [(one.host, one.path.partition("/s/")[0]) for one in internet.requests] == [
        (ARM, "/subscriptions")
    ]


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("ask", [".show version", "print 1"])
def test_a_cluster_redirects_nobody(remote, internet, status, ask):
    internet.answer = lambda request: (
        cluster(request)
        if request.path.endswith("/metadata")
        else (status, {"Location": "https://evil.example/"}, {})
    )

    with pytest.raises(errors.UntrustedLink):
        asked(remote, ask)

    assert hosts_of(internet) == {KUSTO}


@pytest.mark.parametrize("status", REDIRECTS)
def test_metadata_redirect_nobody(connections, internet, scopes, status):
    host = f"r{status}.kusto.windows.net"
    internet.answer = lambda _: (status, {"Location": "https://evil.example/"}, {})

    with pytest.raises(errors.UntrustedLink):
        connections.open(f"https://{host}", credential="cli")

    assert (hosts_of(internet), scopes) == ({host}, [])


def test_a_resource_provider_is_not_registered_unasked(remote, internet):
    error = {"code": "MissingSubscriptionRegistration", "message": "register 'Microsoft.Kusto'"}
    internet.answer = lambda _: (409, {}, {"error": error})

    with pytest.raises(errors.AdxmiError):
        remote.resource_manager.user_identities("s")

    assert [one.method for one in internet.requests] == ["GET"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}], ids=["plain", "Retry-After"])
def test_a_write_whose_first_attempt_may_be_applied_is_not_repeated(
    remote, internet, status, headers
):
    internet.answer = lambda _: (status, headers, {"error": {"code": "x", "message": "y"}})

    with pytest.raises(errors.AdxmiError):
        remote.resource_manager.change_identities(CLUSTER, {"type": "None"}, "1", "it")

    assert [one.method for one in internet.requests] == ["PATCH"]


THROTTLED = {"error": {"code": "TooManyRequests", "message": "later"}}


@pytest.mark.parametrize("body", [b"<html>", {}, b""])
def test_a_write_that_a_gateway_throttled_is_not_repeated(remote, internet, body):
    internet.answer = lambda _: (429, {"Retry-After": "0"}, body)

    with pytest.raises(errors.UnreadableAnswer):
        remote.resource_manager.change_identities(CLUSTER, {"type": "None"}, "1", "it")

    assert [one.method for one in internet.requests] == ["PATCH"]


def test_a_write_that_was_throttled_is_sent_again(remote, internet):
    answers = iter([(429, {"Retry-After": "0"}, THROTTLED), (200, {}, {"properties": {}})])
    internet.answer = lambda _: next(answers, (200, {}, {"properties": {}}))

    remote.resource_manager.change_identities(CLUSTER, {"type": "None"}, "1", "it").wait(10)

    assert [one.method for one in internet.requests][:2] == ["PATCH", "PATCH"]


@pytest.mark.parametrize("status", [500, 503])
def test_a_read_is_sent_again(remote, internet, status):
    answers = iter([(status, {}, {}), (200, {}, {"value": []})])
    internet.answer = lambda _: next(answers)

    assert remote.resource_manager.user_identities("s") == []


QUEUE = "acc.queue.core.windows.net"
FOREIGN_QUEUES = (
    "https://evil.example/q",
    f"https://{QUEUE}.evil.example/q",
    f"https://{QUEUE}@evil.example/q",
    f"https://evil.example\\.{QUEUE}/q",
    f"https://evil.example#.{QUEUE}/q",
    f"http://{QUEUE}/q",
    "http://127.0.0.1/q",
    "https://localhost/q",
    "https://queue.core.windows.net/q",
    "https://acc.queue.core.usgovcloudapi.net/q",
    "https://acc.blob.core.windows.net/q",
    f"https://{KUSTO}/q",
    "",
    "q",
)


def ingestion(queues):
    """Answer as an ingestion endpoint that names these queues, and as any queue."""
    columns = {
        "ResourceTypeName": "string",
        "StorageRoot": "string",
        "AuthorizationContext": "string",
    }
    rows = [["SecuredReadyForAggregationQueue", f"{one}?sig=s3cret", "identity"] for one in queues]

    def answer(request):
        if request.path.startswith("/q"):
            return 201, {"Content-Type": "application/xml"}, QUEUED
        return cluster(request) if "metadata" in request.path else (200, {}, v1(columns, rows))

    return answer


QUEUED = (
    b'<?xml version="1.0"?><QueueMessagesList><QueueMessage><MessageId>a</MessageId>'
    b"<InsertionTime>Fri, 01 Jan 2027 00:00:00 GMT</InsertionTime>"
    b"<ExpirationTime>Fri, 08 Jan 2027 00:00:00 GMT</ExpirationTime><PopReceipt>b</PopReceipt>"
    b"<TimeNextVisible>Fri, 01 Jan 2027 00:00:00 GMT</TimeNextVisible>"
    b"</QueueMessage></QueueMessagesList>"
)
MESSAGE = QueuedIngestion(
    "https://acc.blob.core.windows.net/c/a.csv;managed_identity=system", "Orders", "csv"
)


@pytest.mark.parametrize("queue", FOREIGN_QUEUES)
def test_a_blob_is_queued_in_storage_of_the_cloud_only(remote, internet, queue):
    internet.answer = ingestion([f"https://{QUEUE}/q", queue])

    with pytest.raises(errors.WriteNotApplied):
        remote.queue_blob("Sales", MESSAGE)

    assert hosts_of(internet) == {f"ingest-{KUSTO}"}


@pytest.mark.parametrize("host", [QUEUE, "acc.z01.queue.storage.azure.net"])
def test_the_ingestion_endpoint_and_its_queue_are_the_clouds(remote, internet, host):
    internet.answer = ingestion([f"https://{host}/q"])

    assert remote.queue_blob("Sales", MESSAGE) == "QUEUED"

    assert hosts_of(internet) == {f"ingest-{KUSTO}", host}
    assert internet.tokens == {(f"ingest-{KUSTO}", f"Bearer {TOKEN}")}


def test_a_queue_redirects_nobody(remote, internet):
    named = ingestion([f"https://{QUEUE}/q"])
    internet.answer = lambda request: (
        (307, {"Location": "https://evil.example/"}, b"")
        if request.host == QUEUE
        else named(request)
    )

    with pytest.raises(errors.UntrustedLink):
        remote.queue_blob("Sales", MESSAGE)

    assert "evil.example" not in hosts_of(internet)


def test_a_netrc_password_never_takes_the_place_of_the_token(
    remote, internet, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))

    remote.kusto.command(".show version")

    assert internet.tokens == {(KUSTO, f"Bearer {TOKEN}")}
    assert "hunter2" not in json.dumps([one.path for one in internet.requests])
