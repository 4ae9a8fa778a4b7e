"""Which handler answers a request."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from adxmi_jupyter.embedded.web.messages import Request, Response, not_found, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

Handler = Callable[[Request], Awaitable[Response | None]]
"""Answers a request; None closes the connection without an answer."""

Gate = Callable[[Request, Handler], Awaitable[Response | None]]
"""Stands before all handlers, and those of paths where there is nothing."""

_ANY = "*"


@dataclass(frozen=True)
class Route:
    """Requests with this method, `*` for any, and with a path that matches from end to end.

    The path is matched as it was sent; what its named groups match is decoded.
    """

    method: str
    path: re.Pattern[str]
    handler: Handler


class Application:
    """Answers requests by the first route that fits, behind a gate."""

    def __init__(self, routes: Iterable[Route], gate: Gate) -> None:
        self._routes = tuple(routes)
        self._gate = gate

    async def answer(self, request: Request) -> Response | None:
        """Answer a request; None closes the connection without an answer."""
        other_methods = set()
        for route in self._routes:
            match = route.path.fullmatch(request.path)
            if match is None:
                continue
            if route.method in {_ANY, _as_get(request.method)}:
                names = {name: unquote(text) for name, text in match.groupdict("").items()}
                return await self._gate(replace(request, names=names), route.handler)
            other_methods.add(route.method)
        return await self._gate(request, _answering(_unserved(other_methods)))


def route(method: str, path: str, handler: Handler) -> Route:
    """Return a route; `path` is a regular expression, as for all of these."""
    return Route(method, re.compile(path), handler)


def get(path: str, handler: Handler) -> Route:
    """Return a route for GET, and HEAD."""
    return route("GET", path, handler)


def post(path: str, handler: Handler) -> Route:
    """Return a route for POST."""
    return route("POST", path, handler)


def put(path: str, handler: Handler) -> Route:
    """Return a route for PUT."""
    return route("PUT", path, handler)


def delete(path: str, handler: Handler) -> Route:
    """Return a route for DELETE."""
    return route("DELETE", path, handler)


def _as_get(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _unserved(methods: set[str]) -> Response:
    return plain(405, Allow=",".join(sorted(methods))) if methods else not_found()


def _answering(response: Response) -> Handler:
    async def answer(_: Request) -> Response:
        return response

    return answer
