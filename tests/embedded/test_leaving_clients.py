"""Clients that leave, dawdle or send what is no HTTP: no stack, no noise, and others are served."""

import json
import logging
import signal
import socket
import struct
import subprocess
import sys

import pytest

from tests.embedded.wire import connected, exchange, port_of, reply, request

PATH = "/v1/rest/mgmt"
BODY = b'{"csl": ".show version"}'
HELLO_OF_TLS = bytes.fromhex("160301020001000 1fc0303".replace(" ", "")) + bytes(range(256)) * 2
FULL = "Full:"


def head(port, length, *more):
    lines = [f"POST {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


PIECES = {
    "nothing": lambda _: b"",
    "half a request line": lambda _: b"POST /v1/re",
    "half a header": lambda _: b"POST /v1/rest/mgmt HTTP/1.1\r\nHost: 127.0",
    "no body": lambda port: head(port, 100),
    "half a body": lambda port: head(port, 100) + b'{"csl": ".sh',
    "half a body of chunks": lambda port: (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        '10\r\n{"csl"'
    ).encode(),
    "broken chunks": lambda port: (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        'zz\r\n{"csl"'
    ).encode(),
    "a body that is no gzip": lambda port: head(port, 5, "Content-Encoding: gzip") + b"plain",
    "a body in an unknown encoding": lambda port: head(port, 5, "Content-Encoding: br") + b"plain",
    "a whole request": lambda port: head(port, len(BODY)) + BODY,
    "many requests": lambda port: (head(port, len(BODY)) + BODY) * 100,
    "half a body for another host": lambda _: head(1, 100) + b"{",
    "expect": lambda port: head(port, 100, "Expect: 100-continue"),
    "TLS": lambda _: HELLO_OF_TLS,
    "garbage": lambda _: bytes(range(256)) * 16,
    "zeros": lambda _: bytes(4096),
    "HTTP/2": lambda _: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(64),
    "HTTP/9": lambda port: f"GET / HTTP/9.9\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode(),
    "two lengths": lambda port: head(port, 5, "Content-Length: 6") + b"plain",
    "length and chunks": lambda port: head(port, 5, "Transfer-Encoding: chunked") + b"plain",
    "a negative length": lambda port: head(port, -5),
    "a huge header": lambda port: head(port, 0, "X: " + "a" * 100_000),
    "a thousand headers": lambda port: head(port, 0, *[f"X-{n}: a" for n in range(1000)]),
    "a huge target": lambda _: b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
}


def leave(line):
    line.close()


def leave_at_once(line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def leave_half(line):
    line.shutdown(socket.SHUT_WR)
    reply(line)
    line.close()


def assert_served(azure):
    answer = exchange(
        azure, request(PATH, f"Host: 127.0.0.1:{port_of(azure)}", method="POST", body=BODY)
    )
    assert answer.status == 200


@pytest.mark.parametrize("end", [leave, leave_at_once, leave_half])
@pytest.mark.parametrize("piece", PIECES)
def test_a_client_that_leaves_is_no_news(azure, capfd, caplog, piece, end):
    caplog.set_level(logging.WARNING)
    line = connected(azure)
    line.sendall(PIECES[piece](port_of(azure)))

    end(line)

    assert_served(azure)
    assert capfd.readouterr().err == ""
    assert caplog.records == []


@pytest.mark.nightly
def test_the_process_that_serves_says_nothing_either():
    command = [sys.executable, "-m", "adxmi_jupyter", "embedded", "serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        for piece in PIECES.values():
            for end in (leave, leave_at_once):
                line = socket.create_connection(("127.0.0.1", port))
                line.sendall(piece(port))
                end(line)
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(head(port, len(BODY), "Connection: close") + BODY)
            answer = reply(line)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)

    assert answer.status == 200
    assert len(said.splitlines()) == 3
    assert "Traceback" not in said


def test_clients_that_dawdle_keep_nobody_waiting(azure):
    slow = [connected(azure) for _ in range(50)]
    for line in slow:
        line.sendall(b"POST /v1/rest/mgmt HTTP/1.1\r\nHost: 127")

    assert_served(azure)
    for line in slow:
        line.close()


def test_connections_above_the_limit_are_closed_at_once(azure, monkeypatch):
    data = head(port_of(azure), len(BODY)) + BODY
    with connected(azure) as first:
        first.sendall(data)
        first.recv(65536)
        monkeypatch.setattr("adxmi_jupyter.embedded.listener._MOST_CONNECTIONS", 1)
        with connected(azure) as second:
            refused = second.recv(65536)
        first.sendall(data)
        answer = first.recv(65536)

    monkeypatch.undo()
    assert refused == b""
    assert b" 200 " in answer
    assert_served(azure)


def test_an_idle_connection_is_closed_at_last(azure, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.embedded.listener._IDLE_SECONDS", 0.05)
    with type(azure)() as other, connected(other) as line:
        line.sendall(head(port_of(other), len(BODY)) + BODY)

        assert reply(line).status == 200


def test_a_body_that_does_not_come_ends_the_request(azure, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.embedded.owner_only._BODY_SECONDS", 0.05)
    data = head(port_of(azure), 100, "Connection: close") + b"{"
    with connected(azure) as line:
        line.sendall(data)
        answer = line.recv(65536)

    assert b" 408 " in answer


@pytest.mark.parametrize(
    "path", [PATH, "/v2/rest/query", "/subscriptions/x?api-version=2022-12-01"]
)
def test_a_body_that_is_too_large_is_refused(azure, http, path):
    answer = http.post(azure.kusto_uri + path, data=b"x" * (65 * 1024**2))

    assert answer.status_code == 413
    assert_served(azure)


HOSTILE = {
    "deep": b'{"csl": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep beside": b'{"csl": "print 1", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "number": b'{"csl": "print 1", "x": ' + b"1" * 5000 + b"}",
    "nan": b'{"csl": "print 1", "x": NaN}',
    "infinity": b'{"csl": "print 1", "x": -Infinity}',
    "not UTF-8": b'{"csl": "print \xff"}',
    "twice": b'{"csl": "print 1", "csl": ".drop table Orders"}',
    "twice within": b'{"csl": "print 1", "properties": {"Options": {"a": 1, "a": 2}}}',
    "twice in a text": b'{"csl": "print 1", "properties": "{\\"a\\": 1, \\"a\\": 2}"}',
    "empty": b"",
    "cut": b'{"csl": ',
    "array": b"[]",
    "large": b'{"csl": "print 1", "x": "' + b"a" * 5 * 1024**2 + b'"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", [PATH, "/v1/rest/query", "/v2/rest/query"])
def test_hostile_json_is_a_bad_request_of_kusto(azure, http, path, body):
    answer = http.post(azure.kusto_uri + path, data=body)

    assert answer.status_code == 400
    assert answer.text.startswith("General_BadRequest")


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_a_bad_request_of_resource_manager(send, body):
    path = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"

    answer = send("PATCH", f"{path}/providers/Microsoft.Kusto/clusters/contoso", data=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "text",
    [
        "print dynamic(" + "[" * 10_000 + "]" * 10_000 + ")",
        "print x = " + "strcat(" * 2000 + "'a'" + ")" * 2000,
        "print " + "1" * 5000,
        "print time(" + "1" * 5000 + "d)",
        "Orders | take " + "1" * 5000,
    ],
)
def test_hostile_queries_are_errors_of_the_service(post, text):
    answer = post(text, path="/v2/rest/query", db="Sales")

    assert answer.status_code in {200, 400}
    assert json.loads(answer.text)


@pytest.mark.parametrize(
    "text",
    [
        ".create table T (a:long) with (folder=" + "1" * 5000 + ")",
        ".alter database Sales policy managed_identity '" + "[" * 10_000 + "]" * 10_000 + "'",
        ".alter database Sales policy managed_identity \"[{'ObjectId': 'a', 'ObjectId': 'b'}]\"",
        ".create-or-alter continuous-export C to table ArchivedOrders with "
        "(intervalBetweenRuns=" + "1" * 5000 + "d) <| Orders",
    ],
)
def test_hostile_commands_are_errors_of_the_service(post, text):
    answer = post(text, db="Sales")

    assert answer.status_code == 400
    assert answer.json()["error"]["@permanent"] is True
