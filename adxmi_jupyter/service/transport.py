"""How every request leaves this machine: to its own service only, and bounded in time and size.

One adapter of `requests` under all SDK clients. It refuses other hosts and redirects, ends a
request at its deadline however slowly bytes trickle, and stops reading an answer that grows
beyond its limit, compressed or not.
"""

from __future__ import annotations

import io
import socket
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPResponse as RawResponse
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, DecodeError, ProtocolError, ReadTimeoutError

from adxmi_jupyter.errors import (
    AnswerTooLarge,
    ClusterUnreachable,
    RequestTimedOut,
    UnreadableAnswer,
)
from adxmi_jupyter.service.deadline import current, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.service.deadline import Deadline
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.trust import Face

_BLOCK = 2**14
_BUFFER = 2**16
_HEADERS = 2**20
_SHORTEST = 0.001
# A table of short texts has more bytes for each value; a list of empty lists has three.
_BYTES_OF_A_VALUE = 16
_FEW_VALUES = 1_000_000
_CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
# Headers about the bytes on the wire, which are read by then; and cookies, which nobody needs.
_DROPPED = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}


class _TooLong(Exception):
    """More bytes came over the wire than an answer may have; never seen by a user."""


@dataclass
class _Meter:
    """What one answer may still take: time, and bytes as they come over the wire."""

    deadline: Deadline
    bytes_left: int


_METER: ContextVar[_Meter | None] = ContextVar("adxmi_meter", default=None)


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
        self._sock.settimeout(_time_left(self._meter.deadline))
        count: int | None = self._raw.readinto(buffer)
        self._meter.bytes_left -= count or 0
        if self._meter.bytes_left < 0:
            raise _TooLong
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


class _Plain(HTTPConnection):
    response_class = _MeteredResponse

    def connect(self) -> None:
        _in_time(self, super().connect)

    def send(self, data: Any) -> None:
        _set_time(self.sock)
        super().send(data)


class _Secure(HTTPSConnection):
    response_class = _MeteredResponse

    def connect(self) -> None:
        _in_time(self, super().connect)

    def send(self, data: Any) -> None:
        _set_time(self.sock)
        super().send(data)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class GuardedAdapter(HTTPAdapter):
    """Send requests to one service, within limits.

    Parameters
    ----------
    face
        The service.
    limits
        Of each request.
    socket_options
        Of each connection, besides those of urllib3.

    """

    def __init__(
        self, face: Face, limits: Limits, socket_options: Sequence[tuple[int, int, int]] = ()
    ) -> None:
        self._face = face
        self._limits = limits
        self._socket_options = [*HTTPConnection.default_socket_options, *socket_options]
        super().__init__(pool_maxsize=100)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of connections that are metered."""
        super().init_poolmanager(*args, socket_options=self._socket_options, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pools of an HTTP proxy, of connections that are metered."""
        manager = super().proxy_manager_for(proxy, **options)
        if isinstance(manager, urllib3.ProxyManager):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **options: Any
    ) -> requests.Response:
        """Send a request and read its answer whole.

        Raises
        ------
        UntrustedLink
            The request, or a redirect of the answer, leads to another host.
        ClusterUnreachable
            There was no connection in time, so that nothing was sent.
        RequestTimedOut
            The time is over.
        AnswerTooLarge
            The answer has more bytes than allowed.
        UnreadableAnswer
            It is compressed in a way that was not asked for, or wrongly.

        """
        self._face.check(request.url or "")
        with within(self._limits.seconds) as deadline:
            if not deadline.left:
                raise self._timed_out()
            former = _METER.set(_Meter(deadline, self._limits.size + _HEADERS))
            options |= {"stream": True, "timeout": _time_left(deadline)}
            try:
                return super().send(request, **options)
            except requests.ConnectTimeout as error:
                raise self._unreached() from error
            except (requests.ReadTimeout, ReadTimeoutError) as error:
                raise self._timed_out() from error
            except requests.ConnectionError as error:
                if deadline.left:
                    raise
                raise self._timed_out() from error  # while sending
            except _TooLong as error:
                raise self._too_large() from error
            finally:
                _METER.reset(former)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Read the answer to its end; what follows finds it in memory."""
        body = self._read(req, resp)
        if _values(body) > max(self._limits.size // _BYTES_OF_A_VALUE, _FEW_VALUES):
            raise self._too_large(f"that many values in {len(body)} bytes take too much memory")
        whole = urllib3.HTTPResponse(
            io.BytesIO(body),
            headers={k: v for k, v in resp.headers.items() if k.lower() not in _DROPPED},
            status=resp.status,
            version=resp.version,
            reason=resp.reason,
            preload_content=False,
            request_method=req.method,
        )
        response = super().build_response(req, whole)
        # JSON is UTF-8; without this, requests guesses from the whole text, for seconds.
        response.encoding = response.encoding or "utf-8-sig"
        location = response.headers.get("Location")
        if location and _is_redirect(response.status_code):
            raise self._face.untrusted(_origin(location))
        return response

    def _read(self, request: requests.PreparedRequest, answer: Any) -> bytes:
        coding = answer.headers.get("Content-Encoding", "").strip().lower()
        if coding not in _CODINGS:
            answer.close()
            raise self._unreadable(f"it is compressed as {coding!r}, which was not asked for")
        try:
            return _whole(answer, self._limits.size)
        except DecodeError as error:
            raise self._unreadable("it is not compressed as it says") from error
        except ProtocolError as error:  # what the SDKs know as a connection that broke
            raise requests.ConnectionError(error, request=request) from error
        except _TooLong:
            answer.close()
            raise

    def _unreached(self) -> ClusterUnreachable:
        return ClusterUnreachable(
            f"{self._face.name} cannot be reached",
            why=f"there was no connection within the {self._limits.seconds:g} s for a request",
            fix="check the name, the network and whether the cluster is running",
        )

    def _timed_out(self) -> RequestTimedOut:
        return RequestTimedOut(
            f"no answer from {self._face.name}",
            why=f"the {self._limits.seconds:g} s allowed for a request are over",
            fix="%adxmi connect … --timeout SECONDS allows more",
        )

    def _too_large(self, why: str = "") -> AnswerTooLarge:
        megabytes = self._limits.megabytes
        return AnswerTooLarge(
            f"the answer of {self._face.name} is too large",
            why=why or f"it has more than the {megabytes} MB that an answer may have",
            fix=f"ask for less, or %adxmi connect … --max-answer-mb {2 * megabytes}",
        )

    def _unreadable(self, why: str) -> UnreadableAnswer:
        return UnreadableAnswer(
            f"the answer of {self._face.name} could not be read",
            why=why,
            fix="check for a proxy or gateway in between, then repeat the command",
        )


def guarded_session(
    face: Face,
    limits: Limits,
    *,
    loopback: bool,
    socket_options: Sequence[tuple[int, int, int]] = (),
) -> requests.Session:
    """Make a session whose requests all go through a `GuardedAdapter`.

    No proxy leads to this machine (`loopback`). Passwords of a netrc file are never used.
    """
    session = requests.Session()
    session.trust_env = not loopback
    session.auth = _no_password
    session.headers["Accept-Encoding"] = "gzip, deflate"
    adapter = GuardedAdapter(face, limits, socket_options)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _whole(answer: Any, most: int) -> bytes:
    parts, size = [], 0
    for part in answer.stream(_BLOCK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most:
            raise _TooLong
    return b"".join(parts)


def _values(body: bytes) -> int:
    """Return how many values JSON may hold at most: each takes far more memory than its text."""
    return sum(map(body.count, (b",", b"[", b"{")))


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without any `auth`, requests puts netrc's password in the place of the token.
    return request


def _in_time(connection: HTTPConnection, connect: Any) -> None:
    """Connect within the deadline: looking a name up, all its addresses, a proxy and TLS.

    Only the first of these cannot be told how long it may take, so a thread waits for it.
    """
    deadline = current()
    if deadline is None:
        connect()
        return
    connection.timeout = _time_left(deadline)
    worker = _Connecting(connection, connect)
    worker.start()
    worker.join(connection.timeout)
    if worker.give_up():
        raise ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.")
    if worker.failure is not None:
        raise worker.failure


class _Connecting(threading.Thread):
    """Connects; closes the connection if nobody waits for it any more."""

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
        sock.settimeout(_time_left(deadline))


def _time_left(deadline: Deadline) -> float:
    # Zero would make a socket non-blocking.
    return max(deadline.left, _SHORTEST)


def _is_redirect(status: int) -> bool:
    return (
        HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
        and status != HTTPStatus.NOT_MODIFIED
    )


def _origin(location: str) -> str:
    from adxmi_jupyter.service.address import origin_of

    try:
        return origin_of(location).uri
    except ValueError:
        return "another address"
