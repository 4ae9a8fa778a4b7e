"""Tells whose program is at the other end of a connection.

On Linux `/proc/net/tcp` and `/proc/net/tcp6` list the owner of each socket (page: proc_net(5)).
Other systems have nothing like that for TCP.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import BaseTransport

_LIST, _LIST_OF_IPV6 = Path("/proc/net/tcp"), Path("/proc/net/tcp6")
_IPV4, _IPV6 = 4, 16
_ESTABLISHED = 1
_MAPPED = bytes(10) + b"\xff\xff"
# Fields after the state of a connection in the lists.
_UID, _INODE = 3, 5
_READS = 3


class Ownership(Enum):
    """What is known about the owner of the other end of a connection."""

    PROVED = "a program of the user who runs the server"
    NOT_PROVED = "somebody else's, or gone"
    UNKNOWN = "the system does not tell"


def ownership(transport: BaseTransport) -> Ownership:
    """Return whether the other end is a socket of this user, and still open.

    A closed or half-closed socket proves nothing: the kernel lists it as root's, without inode.
    This end is looked at last: as long as it is connected no other socket can have taken the
    place of its peer.
    """
    if sys.platform != "linux":
        return Ownership.UNKNOWN
    peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    try:
        owner = _owner(peer[:2], own[:2])
    except OSError:
        return Ownership.UNKNOWN
    is_own = owner == os.geteuid() and is_connected(transport)
    return Ownership.PROVED if is_own else Ownership.NOT_PROVED


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


def _owner(local: tuple[str, int], remote: tuple[str, int]) -> int | None:
    """Return the user ID of an open socket; None when there is none.

    The lists are not read in one piece, and may miss a socket while others come and go.
    """
    has_ipv6 = _LIST_OF_IPV6.exists()
    for _ in range(_READS):
        found = _listed(_LIST, _spelled(local, _IPV4), _spelled(remote, _IPV4))
        if found is None and has_ipv6:
            found = _listed(_LIST_OF_IPV6, _spelled(local, _IPV6), _spelled(remote, _IPV6))
        if found is not None:
            return found
    return None


def _listed(path: Path, local: str, remote: str) -> int | None:
    text = path.read_text("ascii")
    _, found, rest = text.partition(f" {local} {remote} {_ESTABLISHED:02X} ")
    fields = rest.partition("\n")[0].split()
    return int(fields[_UID]) if found and int(fields[_INODE]) else None


def _spelled(address: tuple[str, int], width: int) -> str:
    """Return an address as the kernel lists it, such as `0100007F:1F90`."""
    host, port = address
    packed = ipaddress.ip_address(host).packed
    if len(packed) < width:
        packed = _MAPPED + packed
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    return "".join(f"{int.from_bytes(each, sys.byteorder):08X}" for each in words) + f":{port:04X}"
