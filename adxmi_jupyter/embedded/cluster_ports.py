"""Ports of the clusters beside the first one: each has its own, and listens while it runs.

A stopped cluster keeps its port: it is bound, but nothing listens there, so that connections are
refused and no other program can take it. So does one that is closed to the public network.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.listener import Listener
from adxmi_jupyter.embedded.state.ids import cluster_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.world import World
    from adxmi_jupyter.embedded.web import Application

HOST = "127.0.0.1"


@dataclass
class _Port:
    """A port; `reserved` holds it as long as no `listener` does.

    `is_secure` tells whether what listens there speaks TLS.
    """

    number: int
    reserved: socket.socket | None
    listener: Listener | None = None
    is_secure: bool = False


class ClusterPorts:
    """The ports of the clusters, by resource ID; `application` makes what listens there."""

    def __init__(
        self, world: Callable[[], World], application: Callable[[str, int], Application]
    ) -> None:
        self._world = world
        self._application = application
        self._ports: dict[str, _Port] = {}
        self._numbers = threading.Lock()
        self._turn = asyncio.Lock()

    def port_of(self, cluster: Cluster) -> int:
        """Return the port of a cluster; it keeps it, stopped or not."""
        key = key_of(cluster)
        with self._numbers:
            if key not in self._ports:
                reserved = _bound(0)
                self._ports[key] = _Port(reserved.getsockname()[1], reserved)
            return self._ports[key].number

    async def follow_states(self) -> None:
        """Listen for the clusters that run, and for no others; in the loop of the server."""
        async with self._turn:
            running = {key_of(each): each for each in _with_own_port(self._world())}
            for key, port in list(self._ports.items()):
                cluster = running.get(key)
                fits = cluster is not None and cluster.bad_certificate == port.is_secure
                if port.listener is not None and not fits:
                    await self._close(port)
            for key, cluster in running.items():
                number = self.port_of(cluster)
                if self._ports[key].listener is None:
                    await self._open(key, self._ports[key], number, _tls_of(cluster))

    async def stop(self) -> None:
        """Accept no more connections, and release all ports; their numbers are kept."""
        async with self._turn:
            for port in self._ports.values():
                if port.listener is not None:
                    await port.listener.stop()
                if port.reserved is not None:
                    port.reserved.close()
                port.listener = port.reserved = None
        self._turn = asyncio.Lock()  # the next start has another loop

    async def _open(self, key: str, port: _Port, number: int, tls: ssl.SSLContext | None) -> None:
        listener = Listener(self._application(key, number), tls)
        await listener.start(port.reserved or _bound(number))
        port.reserved, port.listener, port.is_secure = None, listener, tls is not None

    async def _close(self, port: _Port) -> None:
        if port.listener is not None:
            await port.listener.stop()
        port.listener, port.reserved = None, _bound(port.number)


def finder(key: str) -> Callable[[World], Cluster | None]:
    """Return what finds the cluster with this key in a world, at once if it is asked again.

    None when it is gone; another one of the same name may come.
    """
    found: list[Cluster] = []

    def find(world: World) -> Cluster | None:
        if not any(each is found[0] for each in world.other_clusters if found):
            found[:] = [each for each in world.clusters if key_of(each) == key][:1]
        return found[0] if found else None

    return find


def key_of(cluster: Cluster) -> str:
    """Return what tells a cluster from all others: its resource ID in lower case."""
    return cluster_id(cluster).casefold()


def _with_own_port(world: World) -> list[Cluster]:
    return [each for each in world.other_clusters if each.is_reachable]


def _tls_of(cluster: Cluster) -> ssl.SSLContext | None:
    """Return what a cluster needs that is reached over TLS."""
    return _expired_certificate() if cluster.bad_certificate else None


def _expired_certificate() -> ssl.SSLContext:
    """Return a certificate that no client trusts: it has expired, and is signed by itself only.

    Its key is made for it.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "expired.kusto.windows.net")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2025, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="adxmi-") as folder:
        file = Path(folder) / "certificate.pem"
        file.write_bytes(certificate.public_bytes(pem) + secret)
        context.load_cert_chain(file)
    return context


def _bound(number: int) -> socket.socket:
    """Return a socket that holds a port of the loopback address, any for 0, and does not listen."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((HOST, number))
    return held
