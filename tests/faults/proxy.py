"""The proxy: between real clients and the embedded Azure, in threads, on a port of its own.

Each request that a *strike* matches is handed to that strike's fault together with the connection;
a fault may answer, let the server answer first and spoil the answer, hold the request back, or
leave. All others are passed on. Addresses in passing bodies and headers are translated both ways,
so that links, polling URLs and the cluster's own URI stay on this side of the proxy.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.faults.messages import Reply, Request, anything, end_to_end

_HOST = "127.0.0.1"
_LONGEST_ANSWER = 120
_RESET = struct.pack("ii", 1, 0)  # linger for no time: the kernel sends RST


class Strike:
    """A fault in place, and what it did: `hits` requests matched, `sent` bytes answered to them.

    `requests` are those it struck; `skip` matching ones pass before the first of them.
    """

    def __init__(self, fault, matches, times, skip):
        self.fault = fault
        self.sent = 0
        self.requests = []
        self._matches = matches
        self._left = times
        self._skip = skip

    @property
    def hits(self):
        """How many requests were struck."""
        return len(self.requests)

    def takes(self, request):
        """Tell whether it strikes this request, and count that."""
        if self._left == 0 or not self._matches(request):
            return False
        if self._skip:
            self._skip -= 1
            return False
        if self._left is not None:
            self._left -= 1
        self.requests.append(request)
        return True


class Exchange:
    """One request and the connection it came by: what a fault works with."""

    def __init__(self, proxy, request, connection, strike):
        self.request = request
        self.proxy = proxy
        self._connection = connection
        self._strike = strike
        self.is_over = False

    def forward(self):
        """Let the server carry the request out; return its reply."""
        return self.proxy.forward(self.request)

    def forward_later(self):
        """Let the server carry the request out when the proxy is told to (`deliver_late`)."""
        self.proxy.keep_for_later(self.request)

    def reply(self, reply):
        """Answer, and keep the connection."""
        self.send(reply.wire())

    def send(self, data):
        """Send bytes as they are."""
        if self._strike is not None:  # first, since the client goes on once it has the answer
            self._strike.sent += len(data)
        self._connection.sendall(data)

    def close(self):
        """End the connection in good order."""
        self.is_over = True

    def reset(self):
        """End the connection as a crashed peer does."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.is_over = True

    def wait_for_client_to_leave(self):
        """Hold the connection until the client, or the proxy, ends it (see `FaultProxy.clear`)."""
        with contextlib.suppress(OSError), self.proxy.holding(self._connection):
            while self._connection.recv(65536):
                pass
        self.is_over = True

    def pause(self, seconds):
        """Wait so long, or until the proxy stops; return whether it goes on."""
        return not self.proxy.stopping.wait(seconds)


class FaultProxy:
    """A proxy in front of the server at `upstream`, an ``http://127.0.0.1:PORT``.

    Use it as a context manager. After `stop`, connections are refused; `start` takes the same port.
    `requests` are all that came, in their order.
    """

    def __init__(self, upstream):
        self.upstream = upstream
        self.requests = []
        self.stopping = threading.Event()
        self._strikes = []
        self._late = []
        self._held = set()
        self._lock = threading.Lock()
        self._port = 0
        self._server = None

    @property
    def uri(self):
        """Where clients connect instead of to the server."""
        return f"http://{_HOST}:{self._port}"

    def strike(self, fault, when=anything, *, times=None, skip=0):
        """Put a fault in place, for so many matching requests or for all; `skip` pass before."""
        strike = Strike(fault, when, times, skip)
        with self._lock:
            self._strikes.append(strike)
        return strike

    def clear(self):
        """Pass everything on again, and forget what was seen and kept for later.

        Clients that are kept waiting meet the end of their connection.
        """
        with self._lock:
            self._strikes.clear()
            self._late.clear()
            self.requests.clear()
            _end(self._held)

    @contextlib.contextmanager
    def holding(self, connection):
        """Note that a client is kept waiting."""
        with self._lock:
            self._held.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(connection)

    def start(self):
        """Listen."""
        self.stopping.clear()
        self._server = _Server((_HOST, self._port), _handler_of(self))
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self):
        """Refuse connections from now on, and end those that there are."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.end_connections()
            mistakes, self._server = self._server.mistakes, None
            if mistakes:
                raise ExceptionGroup("a fault failed itself", mistakes)

    def deliver_late(self):
        """Pass on what was kept for later; return the replies that nobody waits for any more."""
        with self._lock:
            late, self._late = self._late, []
        return [self.forward(request) for request in late]

    def keep_for_later(self, request):
        """Keep a request for `deliver_late`."""
        with self._lock:
            self._late.append(request)

    def forward(self, request):
        """Send a request to the server itself; return its reply with addresses translated."""
        here, there = self.uri.encode(), self.upstream.encode()
        connection = http.client.HTTPConnection(
            self.upstream.removeprefix("http://"), timeout=_LONGEST_ANSWER
        )
        try:
            headers = {
                name: text.replace(self.uri, self.upstream)
                for name, text in end_to_end(request.headers)
                if name.lower() not in {"host", "accept-encoding"}
            }
            body = request.body.replace(here, there)
            connection.request(request.method, request.target, body or None, headers)
            answer = connection.getresponse()
            return Reply(
                answer.status,
                tuple(
                    (name, text.replace(self.upstream, self.uri))
                    for name, text in end_to_end(answer.getheaders())
                ),
                answer.read().replace(there, here),
            )
        finally:
            connection.close()

    def exchange(self, request, connection):
        """Serve one request; return whether the connection goes on."""
        with self._lock:
            self.requests.append(request)
            strike = next((one for one in self._strikes if one.takes(request)), None)
        exchange = Exchange(self, request, connection, strike)
        if strike is None:
            exchange.reply(exchange.forward())
        else:
            strike.fault(exchange)
        return not exchange.is_over

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class _Server(ThreadingHTTPServer):
    """Threads that do not outlive it: it ends their connections."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._open = set()
        self.mistakes = []

    def process_request(self, request, client_address):
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self):
        _end(tuple(self._open))

    def handle_error(self, request, client_address):
        """Overlook a client that left; keep what is a mistake of a fault's."""
        error = sys.exception()
        if not isinstance(error, OSError | http.client.HTTPException):
            self.mistakes.append(error)


def _end(connections):
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _handler_of(proxy):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __getattr__(self, name):
            if name.startswith("do_"):  # whatever the method
                return self.serve
            raise AttributeError(name)

        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, self.path, tuple(self.headers.items()), body)
            if not proxy.exchange(request, self.connection):
                self.close_connection = True

        def log_message(self, *_):
            """Say nothing."""

    return Handler


class Elsewhere:
    """A server that nobody should be sent to; `requests` notes who came all the same.

    Its answers are empty JSON objects, or `body`. Use it as a context manager.
    """

    def __init__(self, host=_HOST, body=b"{}"):
        self._proxy = FaultProxy("")
        self._host = host
        self._strike = self._proxy.strike(
            lambda exchange: exchange.reply(
                Reply(200, (("Content-Type", "application/json"),), body)
            )
        )

    @property
    def requests(self):
        """What came, `headers` and all."""
        return self._strike.requests

    @property
    def uri(self):
        """Where it listens, by the name it was given."""
        return self._proxy.uri.replace(_HOST, self._host)

    def __enter__(self):
        self._proxy.start()
        return self

    def __exit__(self, *_):
        self._proxy.stop()
