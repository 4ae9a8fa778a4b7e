"""How a request goes over the wire: in one piece, and a long one whole and in order."""

import json
import socket
import threading

import pytest
import requests

from adxmi_jupyter.service.in_flight import InFlight
from adxmi_jupyter.service.limits import Limits
from adxmi_jupyter.service.transport import guarded_session
from adxmi_jupyter.service.trust import endpoint_of

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def listening():
    """Answer one request; the pieces in which it came are returned."""
    pieces: list[bytes] = []

    def serve(server):
        connection, _ = server.accept()
        with connection:
            length = None
            while length is None or len(b"".join(pieces)) < length:
                pieces.append(connection.recv(2**16))
                head, _, _ = b"".join(pieces).partition(b"\r\n\r\n")
                (told,) = (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                length = len(head) + 4 + told
            connection.sendall(_ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", pieces
        thread.join(10)


def opened(uri):
    limits = Limits(seconds=20, megabytes=1)
    return guarded_session(endpoint_of(uri, uri), limits, InFlight(), loopback=True)


def test_a_short_request_is_one_piece(listening):
    uri, pieces = listening

    with opened(uri) as session:
        answer = session.post(f"{uri}/v1/rest/mgmt", json={"db": "Sales", "csl": ".show tables"})

    assert answer.json() == {}
    (whole,) = pieces
    assert json.loads(whole.partition(b"\r\n\r\n")[2]) == {"db": "Sales", "csl": ".show tables"}


@pytest.mark.parametrize("length", [2**16 - 100, 2**16, 2**20])
def test_a_long_request_arrives_whole(listening, length):
    uri, pieces = listening
    body = bytes(range(256)) * (length // 256)

    with opened(uri) as session:
        answer = session.post(f"{uri}/queue", data=body)

    assert answer.ok
    assert b"".join(pieces).partition(b"\r\n\r\n")[2] == body


def test_json_is_sent_as_requests_itself_does(listening):
    uri, pieces = listening
    value = {"csl": "print 'ä😀'", "properties": {"Options": {"servertimeout": "00:04:00"}}}
    plain = requests.Request("POST", f"{uri}/v1/rest/query", json=value).prepare()

    with opened(uri) as session:
        session.post(f"{uri}/v1/rest/query", json=value)

    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    assert body == plain.body
    assert b"Content-Type: application/json" in head
    assert head.startswith(b"POST /v1/rest/query HTTP/1.1\r\n")
