"""All hosts of the Internet in one server on this machine: what it gets would have left.

Every name and address resolves to it, whatever the port. It speaks plain HTTP and TLS, with a
certificate for every name that is asked for, signed by an authority that the client is told to
trust. `requests` notes what came; `answer` decides what is answered.
"""

from __future__ import annotations

import http.server
import ipaddress
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HERE = "127.0.0.1"
_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody")])
_TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True)
class Request:
    """What came: `host` is who the client believes to speak to."""

    method: str
    host: str
    path: str
    authorization: str | None
    body: bytes


class Internet:
    """Use it as a context manager, with pytest's `monkeypatch` and a directory of its own."""

    def __init__(self, monkeypatch, directory):
        self.requests = []
        self.answer = lambda _: (200, {}, {})
        self._monkeypatch = monkeypatch
        self._directory = directory
        self._server = None

    @property
    def port(self):
        """Where it listens: for the clients of this machine's own names."""
        return self._server.server_port

    @property
    def tokens(self):
        """Which host was shown which credentials."""
        return {(one.host, one.authorization) for one in self.requests if one.authorization}

    def __enter__(self):
        authority = _Authority(self._directory)
        self._server = _Server(self, authority)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self._monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
        real = socket.getaddrinfo
        self._monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_a, **_k: real(HERE, self.port, type=socket.SOCK_STREAM)
        )
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, internet, authority):
        super().__init__((HERE, 0), _handler_of(internet))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(authority.certificate(HERE))
        self._tls.sni_callback = authority.choose

    def finish_request(self, request, client_address):
        request.settimeout(10)
        if request.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            super().finish_request(request, client_address)
            return
        with self._tls.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, *_):
        """Overlook clients that leave."""


def _handler_of(internet):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name):
            if name.startswith("do_"):  # whatever the method
                return self.serve
            raise AttributeError(name)

        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            host, token = self.headers.get("Host", ""), self.headers.get("Authorization")
            request = Request(self.command, host, self.path, token, body)
            internet.requests.append(request)
            status, headers, content = internet.answer(request)
            payload = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_):
            """Say nothing."""

    return Handler


class _Authority:
    """Signs a certificate for every name."""

    def __init__(self, directory):
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._contexts = {}
        own = _unsigned(_NAME, self._key).add_extension(x509.BasicConstraints(True, None), True)
        self.path = directory / "authority.pem"
        self.path.write_bytes(self._signed(own))

    def choose(self, connection, name, _context):
        """Take the certificate for the name that the client asks for."""
        if name not in self._contexts:
            self._contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._contexts[name].load_cert_chain(self.certificate(name or HERE))
        connection.context = self._contexts[name]

    def certificate(self, name):
        """Return the file with a certificate for the name, and its key."""
        path = self._directory / f"{len(list(self._directory.iterdir()))}.pem"
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody else")])
        names = x509.SubjectAlternativeName([_general(name)])
        private = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        signed = self._signed(_unsigned(subject, self._key).add_extension(names, critical=False))
        path.write_bytes(private + signed)
        return path

    def _signed(self, builder):
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _unsigned(subject, key):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    )


def _general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
