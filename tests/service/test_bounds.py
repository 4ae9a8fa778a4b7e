"""Time and size of a request: whatever the other side does, it ends with a typed error.

What ends a request is told by the error and by what the server could send, never by a clock.
"""

import gzip
import socket
import threading
import zlib

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.limits import Limits, environment
from tests.faults.catalogue import (
    MEGABYTE,
    answered,
    compressed_bomb,
    dripping,
    endless,
    hanging,
    raw,
    throttled,
)
from tests.faults.proxy import FaultProxy

HEAD = b"HTTP/1.1 200 OK\r\n"
FACES = {
    "cluster": lambda connection: connection.kusto.command(".show version"),
    "Resource Manager": lambda connection: connection.resource_manager.user_identities("s"),
}


def dripping_raw(start, data):
    """Send bytes that are no body a few at a time, for ever."""

    def act(exchange):
        exchange.send(start)
        while exchange.pause(0.05):
            exchange.send(data)

    return act


def pouring(start, data):
    """Send bytes that are no body for ever, as fast as they are taken."""

    def act(exchange):
        exchange.send(start)
        while exchange.pause(0):
            exchange.send(data)

    return act


SLOW = {
    "nothing": hanging(),
    "half a status line": hanging(b"HTTP/1.1 2"),
    "half a header": hanging(HEAD + b"Content-Le"),
    "no body": hanging(HEAD + b"Content-Length: 10\r\n\r\n"),
    "half a body": hanging(HEAD + b'Content-Length: 10\r\n\r\n{"'),
    "a chunk that does not come": hanging(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n"),
    "a dripping body": dripping(0.05),
    "a dripping status line": dripping_raw(b"", b"H"),
    "a dripping header": dripping_raw(HEAD + b"X-Slow: ", b"x"),
    "dripping headers": dripping_raw(HEAD, b"X-Slow: x\r\n"),
    "a dripping chunk size": dripping_raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "continue, continue": dripping_raw(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


def each_on_the_cluster(faults, *on_both):
    """Every fault on the one face, and some on the other: both have the same transport."""
    both = [(name, "cluster") for name in faults] + [(name, "Resource Manager") for name in on_both]
    return pytest.mark.parametrize(("fault", "face"), both)


@pytest.fixture(scope="module")
def front():
    """A proxy, and a connection through it with time enough, for answers of a megabyte."""
    connections = Connections(Settings(max_answer_mb=1), print)
    with FaultProxy(connections.open("embedded").azure.kusto_uri) as proxy:
        connection = connections.open(proxy.uri, name="patient", database="Sales")
        connection.resource_manager.cluster_at(proxy.uri)  # loads the SDK beforehand
        yield proxy, connection
        connections.close_all()


@pytest.fixture
def proxy(front):
    front[0].clear()
    return front[0]


@pytest.fixture
def patient(front):
    return front[1]


@each_on_the_cluster(SLOW, "nothing", "half a body", "a dripping body", "a dripping header")
def test_a_request_ends_when_its_time_is_over(patient, proxy, face, fault):
    strike = proxy.strike(SLOW[fault])

    with within(0.2), pytest.raises(errors.RequestTimedOut):
        FACES[face](patient)

    assert strike.hits == 1


@pytest.mark.parametrize("face", FACES)
def test_the_time_of_the_connection_is_that_of_each_request(connections, proxy, face):
    brief = connections.open(proxy.uri, database="Sales", timeout=1)
    strike = proxy.strike(SLOW["a dripping body"])

    with pytest.raises(errors.RequestTimedOut) as raised:
        FACES[face](brief)

    assert raised.value.why == "the 1 s allowed for a request are over"
    assert strike.hits == 1


@pytest.mark.parametrize("retry_after", ["2", "3600", "1e9", "inf"])
@pytest.mark.parametrize("face", FACES)
def test_a_pause_that_outlasts_the_time_is_not_begun(patient, proxy, face, retry_after):
    strike = proxy.strike(throttled(retry_after))

    with within(1), pytest.raises(errors.Throttled):
        FACES[face](patient)

    assert strike.hits == 1


def packed(kind, megabytes):
    blanks = b" " * (megabytes * MEGABYTE)
    return gzip.compress(blanks) if kind == "gzip" else zlib.compress(blanks)


def compressed(coding, body):
    headers = (("Content-Type", "application/json"), ("Content-Encoding", coding))
    return answered(200, body, headers)


@pytest.fixture
def silent():
    """The address of a server that takes connections and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_takes_no_request_ends_it_too(connections, silent):
    connections.settings = Settings(cluster=f"http://{silent}")

    with within(0.2), pytest.raises(errors.RequestTimedOut):
        connections.current().kusto.query(f"print '{'x' * 16 * MEGABYTE}'", database="Sales")


def test_a_handshake_that_does_not_come_ends_too(connections, silent):
    connections.settings = Settings(cluster=f"https://{silent}")

    with within(0.2), pytest.raises(errors.ClusterUnreachable) as raised:
        connections.current().kusto.command(".show version")

    assert raised.value.why == "there was no connection within the 60 s for a request"


@pytest.mark.parametrize("face", FACES)
def test_a_name_that_is_looked_up_for_ever_ends_too(connections, monkeypatch, face):
    for variable in ("ADXMI_TOKEN", "ADXMI_ARM_TOKEN"):
        monkeypatch.setenv(variable, "a-token")
    connections.settings = Settings(cluster="c1.westeurope", credential="token")
    remote, found = connections.current(), threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found.wait() and [])

    with within(0.2), pytest.raises(errors.ClusterUnreachable):
        FACES[face](remote)

    found.set()


LARGE = {
    "text without an end": endless(),
    "a length too large": answered(200, b" " * (2 * MEGABYTE)),
    "gzip of 3 GB": compressed_bomb(3000),
    "gzip of 2 MB": compressed("gzip", packed("gzip", 2)),
    "deflate of 2 MB": compressed("deflate", packed("deflate", 2)),
    "an error": answered(400, b" " * (2 * MEGABYTE)),
    "chunks of a byte": pouring(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 1000 + b"\r\n \r\n"
    ),
    "continue without an end": pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 9999),
}


@each_on_the_cluster(LARGE, "text without an end", "gzip of 3 GB", "an error")
def test_an_answer_that_is_too_large_is_read_no_further(patient, proxy, face, fault):
    strike = proxy.strike(LARGE[fault])

    with pytest.raises(errors.AnswerTooLarge) as raised:
        FACES[face](patient)

    assert raised.value.what.endswith("is too large")
    assert raised.value.fix.endswith("--max-answer-mb 2")
    assert strike.hits == 1
    assert strike.sent < 16 * MEGABYTE


@pytest.mark.parametrize("face", FACES)
def test_many_small_values_are_too_large_too(connections, proxy, face):
    """Within its bytes: each of them takes twenty times as much memory as text."""
    usual = connections.open(proxy.uri, database="Sales")
    proxy.strike(answered(200, b"[" + b"[]," * (4 * MEGABYTE) + b"[]]"))

    with pytest.raises(errors.AnswerTooLarge, match="too large"):
        FACES[face](usual)


def test_an_answer_within_the_limit_is_read(patient, proxy):
    body = b'{"Tables": [{"TableName": "T", "Columns": [], "Rows": []}]'
    proxy.strike(answered(200, body + b" " * (MEGABYTE - len(body) - 1) + b"}"))

    assert patient.kusto.command(".show version").rows() == []


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "x"])
@pytest.mark.parametrize("face", FACES)
def test_what_is_compressed_otherwise_than_asked_for_is_unreadable(patient, proxy, face, coding):
    proxy.strike(compressed(coding, packed("gzip", 1)))

    with pytest.raises(errors.UnreadableAnswer) as raised:
        FACES[face](patient)

    assert repr(coding) in raised.value.why


@pytest.mark.parametrize(
    "fault",
    [
        pouring(HEAD, b"X-More: 1\r\n" * 9999),
        pouring(HEAD + b"X-Long: ", b"x" * MEGABYTE),
        pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * MEGABYTE),
        raw(HEAD, "headers cut off"),
    ],
    ids=["headers", "a header", "a chunk size", "cut"],
)
@pytest.mark.parametrize("face", FACES)
def test_headers_have_an_end_too(patient, proxy, face, fault):
    strike = proxy.strike(fault)

    with pytest.raises(errors.AdxmiError):
        FACES[face](patient)

    assert strike.sent < 64 * MEGABYTE


DEEP = {
    "10,000 lists": b"[" * 10_000 + b"]" * 10_000,
    "100,000 lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 lists that stay open": b"[" * 100_000,
    "10,000 tables": b'{"Tables":' * 10_000 + b"1" + b"}" * 10_000,
    "10,000 lists of values": b'{"value":[' * 10_000 + b"]}" * 10_000,
    "a number of 5,000 digits": b'{"value":' + b"9" * 5_000 + b"}",
}


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("body", DEEP)
@pytest.mark.parametrize("face", FACES)
def test_json_that_cannot_be_held_is_a_typed_error(patient, proxy, face, body, status):
    proxy.strike(answered(status, DEEP[body]))

    with pytest.raises((errors.UnreadableAnswer, errors.ServiceUnavailable)):
        FACES[face](patient)


@pytest.mark.parametrize("seconds", [0, -1, 0.5, 3601, float("nan"), float("inf")])
def test_a_time_that_cannot_be_had_is_refused(seconds):
    with pytest.raises(errors.InvalidValue, match="timeout"):
        Limits(seconds=seconds)


@pytest.mark.parametrize("megabytes", [0, -1, 4097])
def test_a_size_that_cannot_be_had_is_refused(megabytes):
    with pytest.raises(errors.InvalidValue, match="answer size"):
        Limits(megabytes=megabytes)


def test_the_environment_sets_all_of_them(monkeypatch):
    monkeypatch.setenv("ADXMI_TIMEOUT", " 7.5 ")
    monkeypatch.setenv("ADXMI_MAX_ANSWER_MB", "128")
    monkeypatch.setenv("ADXMI_MAX_IN_FLIGHT", "2")

    assert environment() == Limits(7.5, 128, 2)


@pytest.mark.parametrize(
    "variable", ["ADXMI_TIMEOUT", "ADXMI_MAX_ANSWER_MB", "ADXMI_MAX_IN_FLIGHT"]
)
def test_a_variable_that_is_no_number_is_told(monkeypatch, variable):
    monkeypatch.setenv(variable, "much")

    with pytest.raises(errors.InvalidValue, match=variable):
        environment()
