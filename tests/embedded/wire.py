"""Requests as bytes: what no HTTP client would send, and answers as they come."""

import socket
from dataclasses import dataclass

SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """Status, header names and the whole text of an answer; status 0 for none."""

    status: int
    headers: frozenset[str]
    text: str


def port_of(azure):
    return int(azure.kusto_uri.rsplit(":", 1)[1])


def connected(azure):
    return socket.create_connection(("127.0.0.1", port_of(azure)), SECONDS)


def exchange(azure, data):
    """Send bytes, and return the answer once the server has closed the connection."""
    with connected(azure) as line:
        line.sendall(data)
        return reply(line)


def reply(line):
    """Read to the end of a connection."""
    found = bytearray()
    while data := line.recv(65536):
        found += data
    head, _, body = bytes(found).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    names = frozenset(each.partition(":")[0].lower() for each in lines)
    status = first.split(" ")[1:2]
    return Reply(int(status[0]) if status else 0, names, body.decode("utf-8", "replace"))


def request(target, *headers, method="GET", body=b""):
    """Return a request with exactly these headers, and what ends it and the connection."""
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {target} HTTP/1.1", *headers, *length, "Connection: close"]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body
