"""Keeps every API for programs of the user who runs the server.

A loopback port is open to every web page in a browser on the machine, and to every user of it.
A page reaches it by its address, which a browser marks with `Origin`, `Referer` or
`Sec-Fetch-Site`, or by a name of its own that leads here (DNS rebinding), which stands in `Host`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING
from weakref import WeakSet

from adxmi_jupyter.embedded.peers import Ownership, ownership
from adxmi_jupyter.embedded.web import BodyTooLargeError, Response, UnreadableBodyError

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.web import Handler, Headers, Request

_LOG = logging.getLogger("adxmi_jupyter.embedded")
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80
_OF_A_PAGE = ("Origin", "Referer")
_BODY_SECONDS = 60.0
_EXCEPTION = "Kusto.Data.Exceptions.KustoRequestDeniedException"


class OwnerOnly:
    """The outermost layer of the server: no API, present or future, sees a denied request."""

    def __init__(self, port: int) -> None:
        names = tuple(f"{name}:{port}" for name in _NAMES)
        self._hosts = names + _NAMES if port == _HTTP_PORT else names
        self._own_connections: WeakSet[asyncio.BaseTransport] = WeakSet()

    async def answer(self, request: Request, handler: Handler) -> Response | None:
        """Answer a request of the owner's programs; an error in JSON for all others."""
        problem = (
            self._wrong_target(request)
            or _page_problem(request.headers)
            or self._foreign_sender(request)
        )
        if problem:
            return _denial(403, "Forbidden", problem)
        return await _read(request) or await _answered(request, handler)

    def _wrong_target(self, request: Request) -> str:
        hosts = request.headers.all("Host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return f"The Host of the request must be one of {', '.join(self._hosts)}."
        if not request.target.startswith("/"):
            return "The target of the request must be a path."
        return ""

    def _foreign_sender(self, request: Request) -> str:
        """Look at each connection once: its owner cannot change."""
        transport = request.transport
        if transport not in self._own_connections:
            if ownership(transport) is Ownership.NOT_PROVED:
                return "The embedded Azure answers only programs of the user who started it."
            self._own_connections.add(transport)
        return ""


def _page_problem(headers: Headers) -> str:
    """Return why a request may come from a web page.

    `Sec-Fetch-Site: none` is an address that the user typed. `Sec-Fetch-Mode` tells nothing:
    programs that run on Node.js send it.
    """
    if set(headers.all("Sec-Fetch-Site")) - {"none"} or any(name in headers for name in _OF_A_PAGE):
        return "The embedded Azure does not answer web pages."
    if "websocket" in headers.get("Upgrade", "").lower():
        return "The embedded Azure has no WebSockets."
    return ""


async def _read(request: Request) -> Response | None:
    """Read the body, which the request keeps; an error when it cannot be read."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            await request.read()
    except BodyTooLargeError:
        return _denial(413, "RequestEntityTooLarge", "The body of the request is too large.")
    except TimeoutError:
        late = "The body of the request did not arrive in time."
        return _denial(408, "RequestTimeout", late)
    except UnreadableBodyError:  # a client that leaves, an encoding that is broken
        return _denial(400, "BadRequest", "The body of the request cannot be read.")
    return None


async def _answered(request: Request, handler: Handler) -> Response | None:
    """Return the answer of an API; a mistake of the server's own is a 500 without its stack."""
    try:
        return await handler(request)
    except Exception:  # noqa: BLE001 - its stack is in the log
        _LOG.exception("A request to the embedded Azure failed.")
        failed = "The embedded Azure failed on this request."
        return _denial(500, "InternalServiceError", failed)


def _denial(status: int, code: str, message: str) -> Response:
    """Return an error in the shape that Resource Manager and Kusto share."""
    error = {
        "code": code,
        "message": message,
        "@type": _EXCEPTION,
        "@message": message,
        "@permanent": True,
    }
    body = json.dumps({"error": error}).encode()
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8"})
