"""HTTP as every face of the embedded Azure speaks it: bodies, methods, connections."""

import contextlib
import gzip
import re
import zlib

import pytest
import requests

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.embedded.wire import connected, exchange, port_of, reply, request

METADATA = "/v1/rest/auth/metadata"
PATH = "/v1/rest/mgmt"
BODY = b'{"csl": ".show version"}'


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def head(azure, *headers, target=PATH, version="1.1"):
    lines = [f"POST {target} HTTP/{version}", f"Host: 127.0.0.1:{port_of(azure)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("gzip", gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("identity", BODY),
    ],
)
def test_a_compressed_body_is_read(azure, encoding, body):
    answer = requests.post(
        azure.kusto_uri + PATH, data=body, headers={"Content-Encoding": encoding}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", BODY),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9]),
        ("deflate", b"x" + BODY),
        ("br", BODY),
    ],
)
def test_a_body_that_cannot_be_decoded_is_a_bad_request(azure, encoding, body):
    answer = requests.post(
        azure.kusto_uri + PATH, data=body, headers={"Content-Encoding": encoding}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"


@pytest.mark.nightly
def test_a_small_body_that_becomes_too_large_is_refused(azure):
    body = gzip.compress(bytes(65 * 1024**2), compresslevel=1)

    answer = requests.post(azure.kusto_uri + PATH, data=body, headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 413


def test_a_body_in_chunks_is_read(azure):
    answer = requests.post(azure.kusto_uri + PATH, data=iter([BODY[:9], BODY[9:]]))

    assert answer.status_code == 200


def test_head_gets_the_headers_of_get(azure):
    host = f"Host: 127.0.0.1:{port_of(azure)}"

    answer = exchange(azure, request(METADATA, host, method="HEAD"))

    assert answer.status == 200
    assert "content-length" in answer.headers
    assert answer.text == ""


def test_a_method_that_a_path_does_not_know_is_told_which_it_knows(azure):
    answer = requests.put(azure.kusto_uri + "/v1/rest/query", data=BODY)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET,POST"


def test_a_path_where_nothing_is_is_not_found(azure):
    answer = requests.get(azure.kusto_uri + "/nowhere")

    assert answer.status_code == 404


def test_requests_that_come_together_are_answered_in_their_order(azure):
    first = head(azure, f"Content-Length: {len(BODY)}") + BODY
    second = head(azure, "Content-Length: 2", "Connection: close") + b"{}"

    text = exchange_all(azure, first + second)

    assert re.findall(r"HTTP/1\.1 (\d+)", text) == ["200", "400"]


def test_a_client_that_waits_before_its_body_is_told_to_go_on(azure):
    with connected(azure) as line:
        line.sendall(
            head(azure, f"Content-Length: {len(BODY)}", "Expect: 100-continue", "Connection: close")
        )
        told = line.recv(65536)
        line.sendall(BODY)
        answer = reply(line)

    assert told.startswith(b"HTTP/1.1 100 ")
    assert answer.status == 200


def test_a_denied_client_is_not_told_to_go_on(azure):
    waiting = head(azure, "Content-Length: 100", "Expect: 100-continue", "Origin: null")

    text = exchange_all(azure, waiting)

    assert re.findall(r"HTTP/1\.1 (\d+)", text) == ["403"]


def test_a_client_of_the_first_version_gets_one_answer(azure):
    text = exchange_all(azure, head(azure, f"Content-Length: {len(BODY)}", version="1.0") + BODY)

    assert re.findall(r"HTTP/1\.1 (\d+)", text) == ["200"]


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]
)
def test_what_is_no_http_is_a_bad_request(azure, sent):
    assert exchange(azure, sent).status == 400


def test_a_head_without_end_is_refused(azure):
    assert exchange(azure, head(azure)[:-2] + b"X: " + b"a" * 70_000).status == 431


@pytest.mark.nightly
def test_a_client_that_does_not_read_keeps_no_server_from_its_end():
    with EmbeddedAzure() as azure, connected(azure) as line:
        line.setblocking(False)
        host = f"Host: 127.0.0.1:{port_of(azure)}"
        asked = f"GET {METADATA} HTTP/1.1\r\n{host}\r\n\r\n".encode() * 100
        with contextlib.suppress(BlockingIOError):
            while True:
                line.send(asked)

        azure.stop()

        line.setblocking(True)
        with contextlib.suppress(ConnectionResetError):
            while line.recv(1024**2):
                pass
    with pytest.raises(ConnectionRefusedError):
        connected(azure)


def exchange_all(azure, data):
    """Send bytes and return all that comes until the server closes the connection."""
    with connected(azure) as line:
        line.sendall(data)
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()
