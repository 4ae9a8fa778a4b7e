"""Tells whose program is at the other end of a connection.

Linux knows the owner of each socket. Other systems have nothing like that for TCP.
"""

from __future__ import annotations

import os
import socket
import sys
from enum import Enum
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.socket_owners import find_socket

if TYPE_CHECKING:
    from asyncio import BaseTransport

_ESTABLISHED = 1


class Ownership(Enum):
    """What is known about the owner of the other end of a connection."""

    PROVED = "a program of the user who runs the server"
    NOT_PROVED = "somebody else's, or gone"
    UNKNOWN = "the system does not tell"


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
