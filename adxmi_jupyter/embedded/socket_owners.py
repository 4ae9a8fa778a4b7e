"""Owners of TCP sockets on this machine, as Linux tells them.

One question to the kernel gives one socket (page: sock_diag(7)). Where that is not to be had, the
lists of all sockets do (page: proc_net(5)); they are slow to read when there are thousands.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

Address = tuple[str, int]

_ESTABLISHED = 1

_NETLINK, _SOCK_DIAG = 16, 4
_BY_FAMILY, _REQUEST, _ERROR = 20, 1, 2
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_QUESTION = struct.Struct("=BBBBI")  # family, protocol, extensions, padding, states
_ENDS = struct.Struct("!HH16s16s")  # ports and addresses, the socket's own first
_ANY_INTERFACE_NO_COOKIE = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
_ANSWER = struct.Struct("=BBBB48xIIIII")  # family, state, …, user ID, inode
_ALL_STATES = 0xFFFFFFFF

_LIST, _LIST_OF_IPV6 = Path("/proc/net/tcp"), Path("/proc/net/tcp6")
_IPV4, _IPV6 = 4, 16
_MAPPED = bytes(10) + b"\xff\xff"
# Fields after the state of a connection in the lists.
_UID, _INODE = 3, 5
_READS = 3


@dataclass(frozen=True)
class FoundSocket:
    """A socket: its owner, and whether it is connected and a process has it open."""

    uid: int
    is_open: bool


def find_socket(local: Address, remote: Address) -> FoundSocket | None:
    """Return the socket with these ends; None when there is none.

    OSError where the system tells nothing. The socket may be one of IPv6 with mapped addresses.
    """
    try:
        found = _asked(local, remote)
        if found is not None or _asked(remote, local) is not None:
            return found
    except OSError:
        pass  # a system without sock_diag
    return _looked_up(local, remote)


def _asked(local: Address, remote: Address) -> FoundSocket | None:
    """Ask the kernel for one socket."""
    hosts = [ipaddress.IPv4Address(host).packed for host, _ in (local, remote)]
    question = (
        _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ALL_STATES)
        + _ENDS.pack(local[1], remote[1], *hosts)
        + _ANY_INTERFACE_NO_COOKIE
    )
    header = _HEADER.pack(_HEADER.size + len(question), _BY_FAMILY, _REQUEST, 1, 0)
    with socket.socket(_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG) as line:
        line.settimeout(1)
        line.sendto(header + question, (0, 0))
        answer = line.recv(8192)
    kind = _HEADER.unpack_from(answer)[1]
    if kind == _ERROR:
        code = -struct.unpack_from("=i", answer, _HEADER.size)[0]
        if code == errno.ENOENT:
            return None
        raise OSError(code, "sock_diag")
    _, state, *_, uid, inode = _ANSWER.unpack_from(answer, _HEADER.size)
    return FoundSocket(uid, is_open=state == _ESTABLISHED and inode != 0)


def _looked_up(local: Address, remote: Address) -> FoundSocket | None:
    """Look for one socket in the lists of all.

    They are not read in one piece, and may miss a socket while others come and go.
    """
    has_ipv6 = _LIST_OF_IPV6.exists()
    for _ in range(_READS):
        found = _listed(_LIST, _spelled(local, _IPV4), _spelled(remote, _IPV4))
        if found is None and has_ipv6:
            found = _listed(_LIST_OF_IPV6, _spelled(local, _IPV6), _spelled(remote, _IPV6))
        if found is not None:
            return found
    return None


def _listed(path: Path, local: str, remote: str) -> FoundSocket | None:
    text = path.read_text("ascii")
    _, found, rest = text.partition(f" {local} {remote} ")
    if not found:
        return None
    state, *fields = rest.partition("\n")[0].split()
    is_open = int(state, 16) == _ESTABLISHED and int(fields[_INODE]) != 0
    return FoundSocket(int(fields[_UID]), is_open)


def _spelled(address: Address, width: int) -> str:
    """Return an address as the kernel lists it, such as `0100007F:1F90`."""
    host, port = address
    packed = ipaddress.IPv4Address(host).packed
    if width == _IPV6:
        packed = _MAPPED + packed
    words = [packed[start : start + 4] for start in range(0, width, 4)]
    return "".join(f"{int.from_bytes(each, sys.byteorder):08X}" for each in words) + f":{port:04X}"
