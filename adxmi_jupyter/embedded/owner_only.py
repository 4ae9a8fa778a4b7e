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

from aiohttp import web

from adxmi_jupyter.embedded.peers import Ownership, ownership

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request of the owner's programs; an error in JSON for all others."""
        problem = (
            self._wrong_target(request)
            or _page_problem(request.headers)
            or self._foreign_sender(request)
        )
        if problem:
            raise _denial(web.HTTPForbidden, "Forbidden", problem)
        await _read(request)
        return await _answered(request, handler)

    def _wrong_target(self, request: web.BaseRequest) -> str:
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return f"The Host of the request must be one of {', '.join(self._hosts)}."
        if not request.raw_path.startswith("/"):
            return "The target of the request must be a path."
        return ""

    def _foreign_sender(self, request: web.BaseRequest) -> str:
        """Look at each connection once: its owner cannot change."""
        transport = request.transport
        if transport is None:
            return "The sender of the request has left."
        if transport not in self._own_connections:
            if ownership(transport) is Ownership.NOT_PROVED:
                return "The embedded Azure answers only programs of the user who started it."
            self._own_connections.add(transport)
        return ""


def _page_problem(headers: Mapping[str, str]) -> str:
    """Return why a request may come from a web page.

    `Sec-Fetch-Site: none` is an address that the user typed. `Sec-Fetch-Mode` tells nothing:
    programs that run on Node.js send it.
    """
    sites = {value for name, value in headers.items() if name.lower() == "sec-fetch-site"}
    if sites - {"none"} or any(name in headers for name in _OF_A_PAGE):
        return "The embedded Azure does not answer web pages."
    if "websocket" in headers.get("Upgrade", "").lower():
        return "The embedded Azure has no WebSockets."
    return ""


async def _read(request: web.Request) -> None:
    """Read the body, which the request keeps; an HTTP error when it cannot be read."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise
    except TimeoutError as error:
        late = "The body of the request did not arrive in time."
        raise _denial(web.HTTPRequestTimeout, "RequestTimeout", late) from error
    except Exception as error:  # a client that leaves, an encoding that is broken
        broken = "The body of the request cannot be read."
        raise _denial(web.HTTPBadRequest, "BadRequest", broken) from error


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the answer of an API; a mistake of the server's own is a 500 without its stack."""
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:
        _LOG.exception("A request to the embedded Azure failed.")
        failed = "The embedded Azure failed on this request."
        raise _denial(web.HTTPInternalServerError, "InternalServiceError", failed) from error


def _denial(kind: type[web.HTTPException], code: str, message: str) -> web.HTTPException:
    """Return an error in the shape that Resource Manager and Kusto share."""
    error = {
        "code": code,
        "message": message,
        "@type": _EXCEPTION,
        "@message": message,
        "@permanent": True,
    }
    return kind(text=json.dumps({"error": error}), content_type="application/json")
