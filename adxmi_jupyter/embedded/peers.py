"""Whose program is at the other end of a connection, and whether the server runs its scripts.

Linux knows the owner of each socket. Other systems have nothing like that for TCP.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.socket_owners import find_socket

if TYPE_CHECKING:
    from asyncio import BaseTransport

_ESTABLISHED = 1
_NO_KEY = (
    "The embedded Azure runs scripts only for clients that have its key, and this request has "
    "none or another server's. 'adxmi embedded serve' prints the file that holds the key; a "
    "client sends it as the bearer token embedded-admin.KEY. In Python it is azure.script_key."
)
_NOT_OWN = (
    "The embedded Azure runs scripts only for programs of the user who started it, as long as "
    "they wait for the answer."
)


class Ownership(Enum):
    """What is known about the owner of the other end of a connection."""

    PROVED = "a program of the user who runs the server"
    NOT_PROVED = "somebody else's, or gone"
    UNKNOWN = "the system does not tell"


@dataclass(frozen=True)
class RequestSender:
    """The client at the other end of a connection; `has_key` says what its token holds."""

    transport: BaseTransport | None
    has_key: bool

    @property
    def script_problem(self) -> str:
        """Why no script runs for the client now; empty when it may.

        Where the system lists who owns a connection, that counts as well as the key.
        """
        if not self.has_key:
            return _NO_KEY
        if self.transport is None or not self.is_connected:
            return _NOT_OWN
        is_own = ownership(self.transport) is Ownership.PROVED
        return "" if is_own or sys.platform != "linux" else _NOT_OWN

    @property
    def is_connected(self) -> bool:
        """Whether the client still waits for the answer."""
        return self.transport is not None and is_connected(self.transport)


def ownership(transport: BaseTransport) -> Ownership:
    """Return whether the other end is a socket of this user, and still open.

    A closed or half-closed socket proves nothing: the kernel calls it root's, without inode. This
    end is looked at last: as long as it is connected no other socket can have taken the place of
    its peer.
    """
    if sys.platform != "linux":
        return Ownership.UNKNOWN
    if not is_connected(transport):
        return Ownership.NOT_PROVED
    peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    try:
        found = find_socket(peer[:2], own[:2])
    except OSError:
        return Ownership.UNKNOWN
    is_own = found is not None and found.is_open and found.uid == os.geteuid()
    return Ownership.PROVED if is_own and is_connected(transport) else Ownership.NOT_PROVED


def is_connected(transport: BaseTransport) -> bool:
    """Tell whether the client is still there, as far as the system knows already."""
    if transport.is_closing():
        return False
    if sys.platform != "linux":
        return True
    connection: socket.socket = transport.get_extra_info("socket")
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED
    except OSError:
        return False
