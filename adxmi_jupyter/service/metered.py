"""Connections whose answers end: at their deadline, and at so many bytes, whatever sends them.

Source: the classes of `urllib3` and `http.client` that `requests` makes connections of.
"""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse as RawResponse
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError

from adxmi_jupyter.service.deadline import current

if TYPE_CHECKING:
    from adxmi_jupyter.service.deadline import Deadline

_BUFFER = 2**16
_SHORTEST = 0.001


class TooLong(Exception):
    """More bytes came over the wire than an answer may have; never seen by a user."""


@dataclass
class _Meter:
    """What one answer may still take: time, and bytes as they come over the wire."""

    deadline: Deadline
    bytes_left: int


_METER: ContextVar[_Meter | None] = ContextVar("adxmi_meter", default=None)


@contextmanager
def metered(deadline: Deadline, size: int) -> Iterator[None]:
    """Meter the answer to what is sent meanwhile, by a connection of `POOLS`.

    Raises
    ------
    TooLong
        It has more bytes than `size`, headers included.

    """
    former = _METER.set(_Meter(deadline, size))
    try:
        yield
    finally:
        _METER.reset(former)


class _MeteredReader(io.RawIOBase):
    """The bytes of a connection, each read with the time that is left, all of them counted."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, meter: _Meter) -> None:
        self._raw = raw
        self._sock = sock
        self._meter = meter

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(time_left(self._meter.deadline))
        count: int | None = self._raw.readinto(buffer)
        self._meter.bytes_left -= count or 0
        if self._meter.bytes_left < 0:
            raise TooLong
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(RawResponse):
    """An answer whose headers are metered as well: they come before any body is asked for."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        meter = _METER.get()
        if meter is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_MeteredReader(raw, sock, meter), _BUFFER)


class _Pieces:
    """What is sent of a request before all of it is known: kept, and sent as one piece.

    In two pieces each of both sides is woken up twice for a request. A body that is long goes on
    its way as it comes.
    """

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._kept = bytearray()

    def add(self, data: Any) -> None:
        """Keep some bytes, or send what is kept with them."""
        if isinstance(data, bytes) and len(self._kept) + len(data) <= _BUFFER:
            self._kept += data
            return
        self.flush()
        self._send(data)

    def flush(self) -> None:
        """Send what is kept."""
        if self._kept:
            kept, self._kept = bytes(self._kept), bytearray()
            self._send(kept)


class _Metered(HTTPConnection):
    """A connection whose requests have a deadline, and whose answers are metered."""

    response_class = _MeteredResponse
    _pieces: _Pieces | None = None

    def connect(self) -> None:
        _in_time(self, super().connect)

    def request(self, *args: Any, **options: Any) -> None:
        self._pieces = pieces = _Pieces(self._send_now)
        try:
            super().request(*args, **options)
            pieces.flush()
        finally:
            self._pieces = None

    def send(self, data: Any) -> None:
        if self._pieces is not None:
            self._pieces.add(data)
        else:
            self._send_now(data)

    def _send_now(self, data: Any) -> None:
        _set_time(self.sock)
        super().send(data)


class _Plain(_Metered):
    """One without encryption."""


class _Secure(_Metered, HTTPSConnection):
    """One with TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS = {"http": _PlainPool, "https": _SecurePool}


def _in_time(connection: HTTPConnection, connect: Any) -> None:
    """Connect within the deadline: looking a name up, all its addresses, a proxy and TLS.

    Only the first of these cannot be told how long it may take, so a thread waits for it.
    """
    deadline = current()
    if deadline is None:
        connect()
        return
    allowed = connection.timeout
    left = time_left(deadline)
    connection.timeout = min(left, allowed) if isinstance(allowed, int | float) else left
    worker = _Connecting(connection, connect)
    worker.start()
    worker.join(connection.timeout)
    if worker.give_up():
        raise ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.")
    if worker.failure is not None:
        raise worker.failure


class _Connecting(threading.Thread):
    """Connects; closes the connection if its result isn't awaited any more."""

    def __init__(self, connection: HTTPConnection, connect: Any) -> None:
        super().__init__(name="adxmi-connect", daemon=True)
        self.failure: Exception | None = None
        self._connection = connection
        self._connect = connect
        self._lock = threading.Lock()
        self._is_done = False
        self._is_given_up = False

    def run(self) -> None:
        """Connect."""
        try:
            self._connect()
        except Exception as failure:  # noqa: BLE001 - raised again where it is waited for
            self.failure = failure
        with self._lock:
            self._is_done = True
            if self._is_given_up:
                self._connection.close()

    def give_up(self) -> bool:
        """Stop waiting; tell whether it is not done yet."""
        with self._lock:
            self._is_given_up = not self._is_done
            return self._is_given_up


def _set_time(sock: socket.socket | None) -> None:
    """Give a connection that is used again the time of this request, not of its last one."""
    deadline = current()
    if sock is not None and deadline is not None:
        sock.settimeout(time_left(deadline))


def time_left(deadline: Deadline) -> float:
    """Return the seconds left as a time limit of a socket, which zero would make non-blocking."""
    return max(deadline.left, _SHORTEST)
