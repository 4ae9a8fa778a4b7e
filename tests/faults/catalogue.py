"""All faults by name.

A fault is called with an `Exchange`. `reaches` says what it lets the server do:

========== ================================================================
``no``     the request never gets there
``first``  the server carries it out; what comes back is spoiled
``late``   the client is left without an answer; the server carries the request out when the
           test says `FaultProxy.deliver_late`, or when the client has gone
========== ================================================================
"""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.faults.edits import EDITS
from tests.faults.messages import Reply

JSON = ("Content-Type", "application/json")
HTML = ("Content-Type", "text/html; charset=utf-8")
PAGE = (
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>Oops \xe2\x80\xa8 <script>alert(1)</script></h1></body></html>"
)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One way in which a request goes wrong."""

    name: str
    act: Callable
    reaches: str = "no"

    def __call__(self, exchange):
        """Do it to a request."""
        self.act(exchange)

    def __str__(self):
        return self.name


def closed():
    """Close the connection instead of answering."""
    return Fault("closed", lambda exchange: exchange.close())


def reset():
    """Reset the connection instead of answering."""
    return Fault("reset", lambda exchange: exchange.reset())


def hanging(start=b""):
    """Answer with these bytes, or nothing, and wait for the client to leave."""

    def act(exchange):
        exchange.send(start)
        exchange.wait_for_client_to_leave()

    return Fault("hanging", act)


def dripping(seconds=0.2, data=b" "):
    """Answer for ever, a few bytes at a time, so many seconds apart."""

    def act(exchange):
        exchange.send(_chunked_head())
        while exchange.pause(seconds):
            exchange.send(_chunk(data))

    return Fault("dripping", _until_client_leaves(act))


def endless(megabytes=None, headers=(JSON,)):
    """Answer with one JSON text that has no end, or ends only after so much."""

    def act(exchange):
        exchange.send(_chunked_head(headers) + _chunk(b'["'))
        sent = 0
        while megabytes is None or sent < megabytes:
            exchange.send(_chunk(b"x" * MEGABYTE))
            sent += 1
        exchange.send(_chunk(b'"]') + _chunk(b""))

    return Fault("endless", _until_client_leaves(act))


def answered(status=200, body=b"", headers=(JSON,), name=""):
    """Answer so instead of the server; a body that is no bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(status, tuple(headers), content)
    label = name or f"{status} {content[:40].decode(errors='replace')}".rstrip()
    return Fault(label, lambda exchange: exchange.reply(reply))


def raw(data, name):
    """Answer with bytes that may be no HTTP, and close."""

    def act(exchange):
        exchange.send(data)
        exchange.close()

    return Fault(name, act)


def after(fault):
    """Let the server carry the request out, drop its answer, then do this."""

    def act(exchange):
        exchange.forward()
        fault(exchange)

    return Fault(f"after: {fault.name}", act, "first")


def late(fault=None):
    """Do this, or close; the server gets the request only with `FaultProxy.deliver_late`."""
    visible = fault or closed()

    def act(exchange):
        exchange.forward_later()
        visible(exchange)

    return Fault(f"late: {visible.name}", act, "late")


def changed(name, change):
    """Let the server answer, and change its reply."""
    return Fault(name, lambda exchange: exchange.reply(change(exchange.forward())), "first")


def edited(name, edit):
    """Let the server answer, and change its decoded body (see `edits`); what is no JSON passes."""

    def change(reply):
        if reply.status >= 300:
            return reply
        try:
            body = json.loads(reply.body)
        except ValueError:
            return reply
        return replace(reply, body=json.dumps(edit(body)).encode())

    return changed(name, change)


def truncated(part=0.5, *, says_so=False):
    """Send only this part of the body: a fraction, or a number of bytes.

    The length given is that of the whole body, and the connection ends; if the answer `says_so`,
    it is that of what is sent.
    """

    def act(exchange):
        reply = exchange.forward()
        cut = int(len(reply.body) * part) if isinstance(part, float) else part
        if says_so:
            exchange.reply(replace(reply, body=reply.body[:cut]))
            return
        exchange.send(reply.head() + reply.body[:cut])
        exchange.close()

    return Fault(f"{'cut' if says_so else 'truncated'} at {part}", act, "first")


def broken_off(at):
    """Send so many bytes of the whole answer, status line and headers included, and close."""

    def act(exchange):
        exchange.send(exchange.forward().wire()[:at])
        exchange.close()

    return Fault(f"broken off at {at}", act, "first")


def redirected(to, status=307):
    """Send the client to the same path elsewhere; `to` is the other server, without a path."""

    def act(exchange):
        location = ("Location", f"{to}{exchange.request.target}")
        exchange.reply(Reply(status, (location, JSON), b"{}"))

    return Fault(f"redirect {status}", act)


def linked(url):
    """Name this as where a list goes on."""

    def edit(body):
        is_list = isinstance(body, dict) and isinstance(body.get("value"), list)
        return body | {"nextLink": url} if is_list else body

    return edited("nextLink elsewhere", edit)


def polled(url, header="Azure-AsyncOperation"):
    """Say that a change goes on, and that this is where to ask how far it is."""

    def change(reply):
        return replace(reply, status=202).with_headers(
            Location=None, Azure_AsyncOperation=None, **{header.replace("-", "_"): url}
        )

    return changed(f"{header} elsewhere", change)


def throttled(retry_after="0", status=429):
    """Say that there are too many requests, and when to come again."""
    body = {"error": {"code": "TooManyRequests", "message": "too many requests"}}
    return answered(
        status, body, (JSON, ("Retry-After", retry_after)), f"{status} Retry-After {retry_after}"
    )


def compressed_bomb(megabytes):
    """Answer with little that becomes much when decompressed; its checksum is not there."""
    # Flushed in full, the packed blanks of each megabyte are the same bytes: they are packed once.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * MEGABYTE
    head = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    each = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    gzipped = (JSON, ("Content-Encoding", "gzip"))
    packed = head + each * (megabytes - 1)
    return answered(200, packed, gzipped, f"gzip of {megabytes} MB")


def _until_client_leaves(act):
    def tolerant(exchange):
        with contextlib.suppress(OSError):
            act(exchange)
        exchange.close()

    return tolerant


def _chunked_head(headers=(JSON,)):
    return Reply(200, (*headers, ("Transfer-Encoding", "chunked")), length="").head()


def _chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _bytes_changed(name, change):
    return changed(name, lambda reply: replace(reply, body=change(reply.body)))


def _with_length(name, length):
    """Answer in full, with a length that is not that of the body."""

    def act(exchange):
        reply = exchange.forward()
        exchange.send(replace(reply, length=length(reply.body)).wire())
        exchange.close()

    return Fault(name, act, "first")


_GZIP = ("Content-Encoding", "gzip")
_PACKED = gzip.compress(b'{"value": []}')
_VALUES = ({}, None, [], [None], [1, "a"], "text", 5, True, 1e308, {"error": "text"})
_ERROR_BODIES = (
    *({}, None, [], "text", 5, {"error": None}, {"error": "text"}, {"error": {}}, {"error": []}),
    {"error": {"code": 5, "message": {}, "@message": [1], "@permanent": "x", "details": 7}},
    {"error": {"code": None, "message": None, "details": [None, "text", {"code": []}]}},
)
_WRONG_STATUSES = (201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 410)
_MORE_STATUSES = (412, 413, 418, 429, 451, 500, 501, 502, 503, 504, 520, 599)
_SPOILED = (500, 502, 503, 504, 429)

_PLAIN = (
    closed(),
    reset(),
    answered(200, b"", (), "200 empty"),
    answered(200, b"", (JSON,), "200 empty JSON"),
    answered(200, b" \r\n", (JSON,), "200 blank"),
    answered(200, PAGE, (HTML,), "200 HTML"),
    answered(200, PAGE, (JSON,), "200 HTML that claims to be JSON"),
    answered(200, b"NaN", (JSON,), "200 NaN"),
    answered(200, b"{'a': 1}", (JSON,), "200 single quotes"),
    answered(200, b'{"value": [], "value": [{}]}', (JSON,), "200 key twice"),
    answered(200, b'{"value": []}', (JSON,), "200 empty list"),
    answered(200, b'{"Tables": []}', (JSON,), "200 no tables"),
    answered(200, b'{"status": "Succeeded"}', (JSON,), "200 a status alone"),
    answered(200, b'{"status": "Quantum"}', (JSON,), "200 an unknown status"),
    *(answered(200, value) for value in _VALUES),
    *(answered(status, b"", ()) for status in (*_WRONG_STATUSES, *_MORE_STATUSES)),
    *(
        answered(status, PAGE, (HTML,), f"{status} HTML")
        for status in (*_WRONG_STATUSES, *_MORE_STATUSES)
        if status not in {204, 304}
    ),
    *(
        answered(status, body)
        for status in (302, 400, 403, 404, 409, 412, 429, 500, 503)
        for body in _ERROR_BODIES
    ),
    *(throttled(text) for text in ("0", "", "-1", "soon", "1e9", "nan", "inf")),
    throttled("0", 503),
)
_DEEP = (
    answered(200, b"[" * 200_000 + b"]" * 200_000, (JSON,), "200 deep list"),
    answered(200, b"[" * 100_000, (JSON,), "200 deep list without an end"),
    answered(200, b'{"Tables":' * 50_000 + b"1" + b"}" * 50_000, (JSON,), "200 deep object"),
    answered(200, b'{"value":[' * 20_000 + b"]}" * 20_000, (JSON,), "200 deep resource"),
    answered(400, b'{"error":' * 50_000 + b"1" + b"}" * 50_000, (JSON,), "400 deep error"),
    answered(200, b"9" * 5_000, (JSON,), "200 huge number"),
    answered(200, b'{"value": ' + b"9" * 5_000 + b"}", (JSON,), "200 huge number in a list"),
    answered(400, b'{"error": ' + b"9" * 5_000 + b"}", (JSON,), "400 huge number"),
    answered(200, b"1e999", (JSON,), "200 infinite number"),
)
_WIRE = (
    raw(b"\x00\xff\xfenot http at all\r\n\r\n", "no HTTP"),
    raw(b"HTTP/1.1 abc NO\r\n\r\n", "status is no number"),
    raw(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", "header without a colon"),
    raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}", "length is negative"),
    raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", "length is no number"),
    raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}xxx",
        "two lengths",
    ),
    raw(_chunked_head() + b"zz\r\n{}\r\n0\r\n\r\n", "chunk size is no number"),
    raw(_chunked_head() + _chunk(b'{"value": ['), "chunks without an end"),
    raw(_chunked_head() + b"ff\r\n{}\r\n", "chunk too short"),
    raw(_chunked_head() + b"-1\r\n{}\r\n0\r\n\r\n", "chunk size is negative"),
    answered(200, b"{}", (JSON, ("X-Big", "a" * 200_000)), "header too long"),
    answered(200, b"{}", (JSON, *[(f"X-{i}", "a") for i in range(300)]), "too many headers"),
    answered(200, b"\x1f\x8b\x08\x00garbage" * 10, (JSON, _GZIP), "gzip that is none"),
    answered(200, _PACKED[:-12], (JSON, _GZIP), "gzip cut"),
    answered(200, b'{"value": []}', (JSON, _GZIP), "gzip claimed only"),
    answered(200, _PACKED, (JSON,), "gzip not said"),
    answered(200, _PACKED, (JSON, ("Content-Encoding", "quantum")), "encoding unknown"),
)
_SPOILED_ANSWERS = (
    *(
        after(one)
        for one in (
            closed(),
            reset(),
            answered(200, b"", (), "200 empty"),
            answered(200, PAGE, (HTML,), "200 HTML"),
            answered(200, {}),
            answered(200, None),
            answered(204, b"", ()),
            answered(302, b"{}", (JSON, ("Location", "/"))),
            *(answered(status, b"", ()) for status in _SPOILED),
            *(answered(status, PAGE, (HTML,), f"{status} HTML") for status in _SPOILED),
            throttled("0"),
            throttled("0", 503),
        )
    ),
    *(truncated(part) for part in (0, 1, 0.1, 0.5, 0.9, -1)),
    *(truncated(part, says_so=True) for part in (0, 1, 0.1, 0.5, 0.9, -1)),
    *(broken_off(at) for at in (1, 9, 15, 40)),
    _with_length("length too long", lambda body: str(len(body) + 10)),
    _with_length("length too short", lambda body: str(max(0, len(body) - 5))),
    _with_length("length zero", lambda _: "0"),
    changed("type text", lambda reply: reply.with_headers(Content_Type="text/plain")),
    changed("type HTML", lambda reply: reply.with_headers(Content_Type="text/html")),
    changed("type missing", lambda reply: reply.with_headers(Content_Type=None)),
    changed("type nonsense", lambda reply: reply.with_headers(Content_Type=";;; charset=quantum")),
    _bytes_changed("invalid UTF-8", lambda body: body.replace(b"a", b"\xff\xc3", 1)),
    _bytes_changed("byte order mark", lambda body: b"\xef\xbb\xbf" + body),
    _bytes_changed("UTF-16", lambda body: body.decode().encode("utf-16")),
    _bytes_changed("twice", lambda body: body * 2),
    _bytes_changed("zero bytes after", lambda body: body + b"\0" * 16),
)
_EDITED = tuple(edited(name, edit) for name, edit in EDITS.items())
_LATE = (late(), late(answered(503, PAGE, (HTML,), "503 HTML")))

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for fault in (*_PLAIN, *_DEEP, *_WIRE, *_SPOILED_ANSWERS, *_EDITED, *_LATE)
}
"""Those that need no time: no hanging, dripping or endless answers."""
