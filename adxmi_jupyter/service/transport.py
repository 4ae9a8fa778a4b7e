"""How every request leaves this machine: to its own service only, and bounded in time and size.

One adapter of `requests` under all SDK clients. It refuses other hosts and redirects, lets only so
many requests to a service go at once, ends a request at its deadline however slowly bytes trickle,
and stops reading an answer that grows beyond its limit, compressed or not.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity
from urllib3.connection import HTTPConnection
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError

from adxmi_jupyter.errors import (
    AnswerTooLarge,
    ClusterUnreachable,
    RequestTimedOut,
    UnreadableAnswer,
)
from adxmi_jupyter.fixes import Configure, Explain, Retry, Setting
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.failures import asked_pause
from adxmi_jupyter.service.in_flight import NoTurn
from adxmi_jupyter.service.metered import POOLS, TooLong, metered, time_left
from adxmi_jupyter.service.whole_response import WholeResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.service.deadline import Deadline
    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.trust import ServiceEndpoint

_BLOCK = 2**14
_HEADERS = 2**20
# A table of short texts has more bytes for each value; a list of empty lists has three.
_BYTES_OF_A_VALUE = 16
_FEW_VALUES = 1_000_000
_CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}


class GuardedAdapter(HTTPAdapter):
    """Send requests to one service, within limits.

    Parameters
    ----------
    endpoint
        The service.
    limits
        Of each request.
    in_flight
        The requests to this service that are under way, those of others included.
    socket_options
        Of each connection, besides those of urllib3.

    """

    def __init__(
        self,
        endpoint: ServiceEndpoint,
        limits: Limits,
        in_flight: InFlight,
        socket_options: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._in_flight = in_flight
        self._socket_options = [*HTTPConnection.default_socket_options, *socket_options]
        self._last_pool: tuple[object, Any] | None = None
        self._checked = ""
        super().__init__(pool_maxsize=100)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of connections that are metered."""
        super().init_poolmanager(*args, socket_options=self._socket_options, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pools of an HTTP proxy, of connections that are metered."""
        manager = super().proxy_manager_for(proxy, **options)
        if isinstance(manager, urllib3.ProxyManager):
            manager.pool_classes_by_scheme = POOLS
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the pool of connections for a request: mostly that of the last one."""
        origin = (request.url or "").split("/", 3)[:3]
        wanted = (origin, verify, dict(proxies or {}), cert)
        last = self._last_pool
        if last is not None and last[0] == wanted:
            return last[1]
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        self._last_pool = (wanted, pool)
        return pool

    def close(self) -> None:
        """Close all connections."""
        self._last_pool = None
        super().close()

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **options: Any
    ) -> requests.Response:
        """Send a request when it is its turn, and read its answer whole.

        Raises
        ------
        UntrustedLink
            The request, or a redirect of the answer, leads to another host.
        ClusterUnreachable
            There was no connection in time, or no turn, so that nothing was sent.
        RequestTimedOut
            The time is over.
        AnswerTooLarge
            The answer has more bytes than allowed.
        UnreadableAnswer
            It is compressed in a way that was not asked for, or wrongly.

        """
        self._check(request.url or "")
        with within(self._limits.seconds) as deadline:
            if not deadline.left:
                raise self._timed_out()
            try:
                with self._in_flight.turn(deadline):
                    answer = self._sent(request, deadline, options)
            except NoTurn as error:
                raise self._unreached("the requests before it took too long") from error
            except (RequestTimedOut, ClusterUnreachable, requests.ConnectionError):
                self._in_flight.unanswered()
                raise
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._in_flight.throttled(asked_pause(answer))
        else:
            self._in_flight.answered()
        return answer

    def _check(self, url: str) -> None:
        """Check where a request leads; mostly it is where the last one led."""
        if url != self._checked:
            self._endpoint.check(url)
            self._checked = url

    def _sent(
        self, request: requests.PreparedRequest, deadline: Deadline, options: dict[str, Any]
    ) -> requests.Response:
        left = time_left(deadline)
        options |= {"stream": True, "timeout": (min(left, self._limits.to_connect), left)}
        try:
            with metered(deadline, self._limits.size + _HEADERS):
                return super().send(request, **options)
        except requests.ConnectTimeout as error:
            raise self._unconnected() from error
        except (requests.ReadTimeout, ReadTimeoutError) as error:
            raise self._timed_out() from error
        except requests.ConnectionError as error:
            if deadline.left:
                raise
            raise self._timed_out() from error  # while sending
        except TooLong as error:
            raise self._too_large() from error

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Read the answer to its end; what follows finds it in memory."""
        body = self._read(req, resp)
        if _values(body) > max(self._limits.size // _BYTES_OF_A_VALUE, _FEW_VALUES):
            raise self._too_large(f"that many values in {len(body)} bytes take too much memory")
        response = WholeResponse(req, resp, body)
        location = response.headers.get("Location")
        if location and _is_redirect(response.status_code):
            raise self._endpoint.untrusted(_origin(location))
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
        except TooLong:
            answer.close()
            raise

    def _unconnected(self) -> ClusterUnreachable:
        if self._limits.to_connect >= self._limits.seconds:
            return self._unreached("there was no connection")
        return self._unreached("there was no connection", self._limits.to_connect, "to connect")

    def _unreached(
        self, why: str, seconds: float = 0, purpose: str = "for a request"
    ) -> ClusterUnreachable:
        return ClusterUnreachable(
            f"{self._endpoint.name} cannot be reached",
            why=f"{why} within the {seconds or self._limits.seconds:g} s {purpose}",
            fix="check the name, the network and whether the cluster is running",
        )

    def _timed_out(self) -> RequestTimedOut:
        return RequestTimedOut(
            f"no answer from {self._endpoint.name}",
            why=f"the {self._limits.seconds:g} s allowed for a request are over",
            fix=Explain.of(Configure(Setting.TIMEOUT, "SECONDS"), " allows more"),
        )

    def _too_large(self, why: str = "") -> AnswerTooLarge:
        megabytes = self._limits.megabytes
        return AnswerTooLarge(
            f"the answer of {self._endpoint.name} is too large",
            why=why or f"it has more than the {megabytes} MB that an answer may have",
            fix=Explain.of("ask for less, or ", Configure(Setting.MAX_ANSWER, str(2 * megabytes))),
        )

    def _unreadable(self, why: str) -> UnreadableAnswer:
        return UnreadableAnswer(
            f"the answer of {self._endpoint.name} could not be read",
            why=why,
            fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
        )


class GuardedSession(requests.Session):
    """A session that takes requests straight to its adapter.

    There are no cookies, no passwords of a netrc file and no hooks, and no redirects are followed:
    what requests would look for, merge and keep for each request anew, at half the cost of one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last_url = ("", "")
        self._valid_headers: dict[str, str] = {}

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a request with the headers of the session."""
        given = {**self.headers, **(request.headers or {})}
        headers = {name: value for name, value in given.items() if value is not None}
        method = str(request.method).upper()
        prepared = requests.PreparedRequest()
        if request.files or request.data or request.params:
            prepared.prepare(
                method=method,
                url=request.url,
                headers=headers,
                files=request.files,
                data=request.data,
                json=request.json,
                params=request.params,
            )
            return prepared
        prepared.prepare_method(method)
        prepared.url = self._prepared_url(str(request.url))
        prepared.headers = self._prepared_headers(headers)
        if request.json is None:
            prepared.prepare_content_length(None)
        else:
            _prepare_json(prepared, request.json)
        return prepared

    def _prepared_headers(self, headers: dict[str, Any]) -> CaseInsensitiveDict[str]:
        """Return headers as they are sent; most of them are those of the last request."""
        for name, value in headers.items():
            if self._valid_headers.get(name) != value:
                check_header_validity((name, value))
                # A token is kept by nothing but the credential.
                if name.lower() != "authorization":
                    self._valid_headers[name] = value
        return CaseInsensitiveDict(headers)

    def _prepared_url(self, url: str) -> str:
        """Return a URL as it is sent; mostly it is the one of the last request."""
        last = self._last_url
        if last[0] == url:
            return last[1]
        prepared = requests.PreparedRequest()
        prepared.prepare_url(url, None)
        self._last_url = (url, prepared.url or "")
        return self._last_url[1]

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """Return the proxy and the certificates of the environment, where they apply."""
        if self.trust_env:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        verify = self.verify if verify is None else verify
        return {"proxies": proxies or {}, "stream": stream, "verify": verify, "cert": cert}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request; raises as `GuardedAdapter.send`."""
        options.pop("allow_redirects", None)
        return self.get_adapter(request.url or "").send(request, **options)


def _prepare_json(prepared: requests.PreparedRequest, value: Any) -> None:
    body = json.dumps(value, allow_nan=False).encode()
    prepared.body = body
    prepared.headers["Content-Length"] = str(len(body))
    prepared.headers.setdefault("Content-Type", "application/json")


def guarded_session(
    endpoint: ServiceEndpoint,
    limits: Limits,
    in_flight: InFlight,
    *,
    loopback: bool,
    socket_options: Sequence[tuple[int, int, int]] = (),
) -> requests.Session:
    """Make a session whose requests all go through a `GuardedAdapter`.

    No proxy leads to this machine (`loopback`). Passwords of a netrc file are never used.
    """
    session = GuardedSession()
    session.trust_env = not loopback
    session.headers["Accept-Encoding"] = "gzip, deflate"
    adapter = GuardedAdapter(endpoint, limits, in_flight, socket_options)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _whole(answer: Any, most: int) -> bytes:
    parts, size = [], 0
    for part in answer.stream(_BLOCK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most:
            raise TooLong
    return b"".join(parts)


def _values(body: bytes) -> int:
    """Return how many values JSON may hold at most: each takes far more memory than its text."""
    return sum(map(body.count, (b",", b"[", b"{")))


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
