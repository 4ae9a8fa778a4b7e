"""One connection: requests come in, one after the other, and their responses go out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from email.utils import formatdate
from http.client import responses
from typing import TYPE_CHECKING

import h11

from adxmi_jupyter.embedded.web.messages import (
    BodyTooLargeError,
    Headers,
    Request,
    UnreadableBodyError,
    plain,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.web.application import Application
    from adxmi_jupyter.embedded.web.messages import Response

_LOG = logging.getLogger("adxmi_jupyter.embedded.clients")
_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 64 * 1024**2
_PIECE = 256 * 1024
_SKIP_SECONDS = 10.0
_WITHOUT_BODY = {204, 304}
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_DEFLATE_ALONE = -zlib.MAX_WBITS


class Connection:
    """A client at the other end; it is closed when it is idle for so many seconds."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        application: Application,
        idle_seconds: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._application = application
        self._idle_seconds = idle_seconds
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        self._is_idle = False
        self._is_ending = False

    async def serve(self) -> None:
        """Answer until the client or the server wants no more.

        Clients that leave in the middle of a request, or send what is no HTTP, are no news.
        """
        try:
            while await self._exchange():
                self._protocol.start_next_cycle()
        except (OSError, h11.ProtocolError) as error:
            _LOG.info("A connection broke off: %s", error)
        finally:
            self._writer.close()

    def end(self) -> None:
        """Answer what has been asked, and no more."""
        self._is_ending = True
        if self._is_idle:
            self._writer.close()

    def drop(self) -> None:
        """Close at once, whatever has not been sent: the client does not read it."""
        self._writer.transport.abort()

    async def _exchange(self) -> bool:
        """Answer one request and tell whether another one may follow."""
        try:
            head = await self._head()
        except h11.RemoteProtocolError as error:
            await self._send(plain(error.error_status_hint))
            return False
        if head is None:
            return False
        body = _Body(self, Headers(head.headers))
        response = await self._application.answer(
            Request(
                head.method.decode("ascii"),
                head.target.decode("ascii"),
                body.headers,
                self._writer.transport,
                body.read,
            )
        )
        if response is None or self._writer.is_closing():
            return False
        holds_body_back = self._protocol.they_are_waiting_for_100_continue
        await self._send(response, has_body=head.method != b"HEAD")
        if response.cut is not None or holds_body_back:
            return False
        return await self._is_over() and not self._is_ending

    async def _head(self) -> h11.Request | None:
        """Return the beginning of a request; None when no more come."""
        self._is_idle = True
        try:
            async with asyncio.timeout(self._idle_seconds):
                event = await self.next_event()
        finally:
            self._is_idle = False
        return event if isinstance(event, h11.Request) else None

    async def next_event(self) -> object:
        """Return the next event of the protocol that concerns the request."""
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            if self._protocol.they_are_waiting_for_100_continue:
                await self._write(
                    self._protocol.send(h11.InformationalResponse(status_code=100, headers=[]))
                )
            self._protocol.receive_data(await self._reader.read(_PIECE))
        return event

    async def _send(self, response: Response, *, has_body: bool = True) -> None:
        """Send a response, or as much of it as shall be sent."""
        body = response.body if response.cut is None else response.body[: response.cut]
        head = h11.Response(
            status_code=response.status,
            reason=responses.get(response.status, ""),
            headers=self._fields(response),
        )
        data = [self._protocol.send(head)]
        if body and has_body:
            data.append(self._protocol.send(h11.Data(body)))
        if response.cut is None:
            data.append(self._protocol.send(h11.EndOfMessage()))
        await self._write(b"".join(each for each in data if each))

    def _fields(self, response: Response) -> list[tuple[bytes, bytes]]:
        named = {**response.headers, "Date": formatdate(usegmt=True)}
        if response.status not in _WITHOUT_BODY:
            named["Content-Length"] = str(len(response.body))
        if self._is_ending:
            named["Connection"] = "close"
        return [
            (name.encode("ascii"), value.encode("utf-8", "surrogateescape"))
            for name, value in named.items()
        ]

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _is_over(self) -> bool:
        """Skip what is left of a request that was answered early, and tell whether it has ended.

        A client that still sends would not see the response if the connection were closed.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SKIP_SECONDS):
                while self._protocol.their_state is h11.SEND_BODY:
                    await self.next_event()
        return self._protocol.their_state is h11.DONE is self._protocol.our_state


class _Body:
    """The body of a request, which is kept once it has been read."""

    def __init__(self, connection: Connection, headers: Headers) -> None:
        self.headers = headers
        self._connection = connection
        self._data: bytes | None = None

    async def read(self) -> bytes:
        """Return the whole body, decoded; BodyTooLargeError or UnreadableBodyError for none."""
        if self._data is None:
            encoding = self.headers.get("Content-Encoding", "")
            self._data = _decoded(await self._received(), encoding, _LARGEST_BODY)
        return self._data

    async def _received(self) -> bytes:
        if int(self.headers.get("Content-Length", "0")) > _LARGEST_BODY:
            raise BodyTooLargeError
        found = bytearray()
        try:
            while isinstance(event := await self._connection.next_event(), h11.Data):
                found += event.data
                if len(found) > _LARGEST_BODY:
                    raise BodyTooLargeError
        except (OSError, h11.RemoteProtocolError) as error:
            raise UnreadableBodyError from error
        return bytes(found)


def _decoded(data: bytes, encoding: str, most: int) -> bytes:
    """Return a body as it was before it was compressed.

    BodyTooLargeError for one of more bytes than that, UnreadableBodyError for one that breaks off
    or an encoding other than gzip and deflate.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return data
        case "gzip" | "x-gzip":
            return _inflated(data, _ZLIB_OR_GZIP, most)
        case "deflate":
            return _inflated(data, _ZLIB_OR_GZIP if _has_header(data) else _DEFLATE_ALONE, most)
        case _:
            raise UnreadableBodyError


def _has_header(data: bytes) -> bool:
    """Tell whether deflated data is wrapped as RFC 1950 wants it, which not every client does."""
    return data[:1] == b"\x78"


def _inflated(data: bytes, bits: int, most: int) -> bytes:
    """Return what was compressed, all members of it."""
    found = bytearray()
    while data:
        decoder = zlib.decompressobj(bits)
        try:
            found += decoder.decompress(data, most + 1 - len(found))
        except zlib.error as error:
            raise UnreadableBodyError from error
        if len(found) > most:
            raise BodyTooLargeError
        if not decoder.eof:
            raise UnreadableBodyError
        data = decoder.unused_data
    return bytes(found)
