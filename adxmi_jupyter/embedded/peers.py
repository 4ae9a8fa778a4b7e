"""Tells whether a request comes from a program of the user who runs the server.

The python plugin runs any script with the rights of that user, and a loopback port is open to
every user of the machine, and to every web page in a browser on it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

_CONNECTIONS = Path("/proc/net/tcp")
_OF_A_BROWSER = ("Origin", "Sec-Fetch-Site", "Referer")
_LOCAL, _REMOTE, _UID = 1, 2, 7


def is_own_program(request: web.BaseRequest) -> bool:
    """Tell whether the sender is no web page and, where Linux can tell, no other user."""
    if any(name in request.headers for name in _OF_A_BROWSER):
        return False
    if sys.platform != "linux":
        return True
    transport = request.transport
    if transport is None:
        return False
    peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    return _owner(_spelled(peer), _spelled(own)) == os.getuid()


def _owner(local: str, remote: str) -> int | None:
    """Return the user ID of the process at one end of a connection; None when it is not told."""
    try:
        listed = _CONNECTIONS.read_text("ascii").splitlines()[1:]
    except OSError:
        return None
    for line in listed:
        fields = line.split()
        if (fields[_LOCAL], fields[_REMOTE]) == (local, remote):
            return int(fields[_UID])
    return None


def _spelled(address: tuple[str, int]) -> str:
    """Return an IPv4 address as the kernel lists it, such as `0100007F:1F90`."""
    host, port = address
    number = int.from_bytes(bytes(map(int, host.split("."))), sys.byteorder)
    return f"{number:08X}:{port:04X}"
