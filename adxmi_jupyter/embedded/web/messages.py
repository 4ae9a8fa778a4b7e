"""Requests and responses, as handlers see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http.client import responses
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable


class BodyTooLargeError(Exception):
    """The body of a request is larger than the server takes."""


class UnreadableBodyError(Exception):
    """The body of a request breaks off, or its encoding is broken or unknown."""


class Headers(Mapping[str, str]):
    """Header fields of a request, whose names are found in any letter case.

    Of a field that was sent twice the first value counts; `all` returns every one.
    """

    def __init__(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            text = value.decode("utf-8", "surrogateescape")
            self._values.setdefault(name.decode("ascii").lower(), []).append(text)

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field, in the order they were sent."""
        return tuple(self._values.get(name.lower(), ()))

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Request:
    """One request: `target` is its path and query as they were sent, not decoded.

    `names` are the parts of the path that the route names, decoded. `transport` is the
    connection. The body is read once, when `read` is called first.
    """

    method: str
    target: str
    headers: Headers
    transport: asyncio.BaseTransport
    body: Callable[[], Awaitable[bytes]]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path as it was sent."""
        return self.target.partition("?")[0]

    @property
    def query_string(self) -> str:
        """What follows the question mark, as it was sent."""
        return self.target.partition("?")[2]

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The URL parameters, decoded; of one that was sent twice the first value counts."""
        pairs = parse_qsl(self.query_string, keep_blank_values=True)
        return dict(reversed(pairs))

    async def read(self) -> bytes:
        """Return the body, decoded; BodyTooLargeError or UnreadableBodyError for a bad one."""
        return await self.body()


@dataclass(frozen=True)
class Response:
    """One response. `cut` bytes of its body are sent before the connection is closed."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


def plain(status: int, **headers: str) -> Response:
    """Return a response that says its status in words."""
    text = f"{status}: {responses[status]}"
    return Response(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8", **headers})


def not_found() -> Response:
    """Return the response of a path where there is nothing."""
    return plain(404)
