"""Whose connection it is: what the system lists about sockets, and about those that are gone."""

import os
import socket
import struct
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure, socket_owners
from adxmi_jupyter.embedded.peers import Ownership, is_connected, ownership
from tests.embedded.wire import connected, port_of

NOBODY = 12345
IS_ROOT = hasattr(os, "getuid") and os.getuid() == 0
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lists owners of sockets"
)
AS_ANOTHER_USER = """
import os, socket, struct, sys
os.setgroups([]); os.setgid({user}); os.setuid({user})
line = socket.socket()
line.connect(("127.0.0.1", {port}))
line.sendall({data!r})
{then}
"""
WAIT = "print(line.recv(65536))"
CLOSE = "line.close()"
RESET = (
    "line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); line.close()"
)
HALF = "line.shutdown(socket.SHUT_WR); line.recv(65536)"
GRANT = ".delete database Sales policy managed_identity"


class Accepted:
    """The server's end of a connection, as asyncio shows it."""

    def __init__(self, line):
        self.line = line

    def get_extra_info(self, name):
        known = {"socket": self.line, "sockname": self.line.getsockname(), "peername": self.peer}
        return known[name]

    def is_closing(self):
        return self.line.fileno() < 0


@pytest.fixture
def without_sock_diag(monkeypatch):
    """The kernel answers no questions about single sockets: only its lists are left."""

    def refuse(*_):
        raise OSError("sock_diag")

    monkeypatch.setattr(socket_owners, "_asked", refuse)


@pytest.fixture(params=["sock_diag", "lists"])
def source(request):
    """Where the owner of a socket is known from."""
    if request.param == "lists":
        request.getfixturevalue("without_sock_diag")


@pytest.fixture
def pair(source):
    """Return the two ends of a connection: the client's, and the server's as asyncio shows it."""
    ends = []

    def connect(family=socket.AF_INET, address="127.0.0.1"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            client = socket.socket(family)
            client.connect((address, server.getsockname()[1]))
            line, peer = server.accept()
        accepted = Accepted(line)
        accepted.peer = peer
        ends.extend((client, line))
        return client, accepted

    yield connect
    for each in ends:
        each.close()


def test_a_socket_of_this_user_is_proved(pair):
    _, accepted = pair()

    assert ownership(accepted) is Ownership.PROVED


def test_a_mapped_address_is_found_in_the_list_of_ipv6(pair):
    _, accepted = pair(socket.AF_INET6, "::ffff:127.0.0.1")

    assert ownership(accepted) is Ownership.PROVED


def test_a_kernel_that_knows_this_end_only_has_no_other(pair, monkeypatch, tmp_path):
    _, accepted = pair()
    accepted.peer = ("127.0.0.1", 1)

    assert ownership(accepted) is Ownership.NOT_PROVED


def test_a_socket_of_another_user_is_not(pair, monkeypatch):
    _, accepted = pair()
    monkeypatch.setattr("os.geteuid", lambda: NOBODY)

    assert ownership(accepted) is Ownership.NOT_PROVED


@pytest.mark.parametrize("end", ["close", "half", "reset"])
def test_a_socket_that_its_owner_has_left_proves_nothing(pair, end):
    client, accepted = pair()
    leave = {
        "close": client.close,
        "half": lambda: client.shutdown(socket.SHUT_WR),
        "reset": lambda: reset(client),
    }

    leave[end]()

    assert ownership(accepted) is Ownership.NOT_PROVED
    assert not is_connected(accepted)


def test_the_server_s_own_end_must_be_open(pair):
    _, accepted = pair()
    accepted.line.shutdown(socket.SHUT_WR)

    assert ownership(accepted) is Ownership.NOT_PROVED


@pytest.mark.parametrize(
    ("state", "uid", "inode", "expected"),
    [
        ("01", 0, 4711, Ownership.PROVED),
        ("01", 0, 0, Ownership.NOT_PROVED),
        ("01", NOBODY, 4711, Ownership.NOT_PROVED),
        ("04", 0, 4711, Ownership.NOT_PROVED),
        ("05", 0, 0, Ownership.NOT_PROVED),
        ("06", 0, 0, Ownership.NOT_PROVED),
        ("08", 0, 4711, Ownership.NOT_PROVED),
        ("0A", 0, 4711, Ownership.NOT_PROVED),
    ],
)
def test_what_a_line_of_the_list_proves(
    pair, without_sock_diag, monkeypatch, tmp_path, state, uid, inode, expected
):
    _, accepted = pair()
    ports = [accepted.peer[1], accepted.line.getsockname()[1]]
    local, remote = (f"0100007F:{port:04X}" for port in ports)
    listed = tmp_path / "tcp"
    listed.write_text(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        f"   1: {remote} {local} 01 00000000:00000000 00:00000000 00000000     0        0 9 1 0\n"
        f"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000 {uid:5d}"
        f"        0 {inode} 1 0000000000000000 20 4 30 10 -1\n"
    )
    monkeypatch.setattr(socket_owners, "_LIST", listed)
    monkeypatch.setattr(socket_owners, "_LIST_OF_IPV6", tmp_path / "none")
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert ownership(accepted) is expected


def test_without_a_list_nothing_is_known(pair, without_sock_diag, monkeypatch, tmp_path):
    _, accepted = pair()
    monkeypatch.setattr(socket_owners, "_LIST", tmp_path / "none")

    assert ownership(accepted) is Ownership.UNKNOWN


def test_a_list_with_thousands_of_sockets_is_read(pair, without_sock_diag, monkeypatch, tmp_path):
    _, accepted = pair()
    listed = tmp_path / "tcp"
    listed.write_text(
        socket_owners._LIST.read_text() + "   9: 0100007F:0001 0100007F:0002 06 \n" * 20_000
    )
    monkeypatch.setattr(socket_owners, "_LIST", listed)

    assert ownership(accepted) is Ownership.PROVED


@pytest.fixture
def query(azure, tmp_path):
    """Return a request with the key whose script leaves a file."""
    (tmp_path / "left").mkdir(mode=0o777)
    script = f"open({str(tmp_path / 'left' / 'ran')!r}, 'w')\nresult = df"
    text = f'print n=1 | evaluate python(typeof(n:long), "{script}")'.replace("\n", "\\n")
    lines = [
        f"GET /v2/rest/query?{urlencode({'db': 'Sales', 'csl': text})} HTTP/1.1",
        f"Host: 127.0.0.1:{port_of(azure)}",
        f"Authorization: Bearer embedded-admin.{azure.script_key}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def as_another_user(azure, data, then):
    program = AS_ANOTHER_USER.format(user=NOBODY, port=port_of(azure), data=data, then=then)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


def answered(azure):
    """Wait until the server has dealt with what came before."""
    with connected(azure) as line:
        host = f"Host: 127.0.0.1:{port_of(azure)}"
        line.sendall(f"GET /nowhere HTTP/1.1\r\n{host}\r\n\r\n".encode())
        line.recv(65536)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
@pytest.mark.parametrize("then", [CLOSE, RESET, HALF, WAIT])
def test_no_script_of_another_user_runs_not_even_with_the_key(azure, query, tmp_path, then):
    before = azure.requests_served

    as_another_user(azure, query, then)
    answered(azure)

    assert azure.requests_served == before
    assert list((tmp_path / "left").iterdir()) == []


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
@pytest.mark.parametrize("then", [CLOSE, RESET, HALF, WAIT])
def test_no_command_of_another_user_runs(azure, then):
    body = b'{"csl": "%s", "db": "Sales"}' % GRANT.encode()
    head = f"POST /v1/rest/mgmt HTTP/1.1\r\nHost: 127.0.0.1:{port_of(azure)}\r\n"
    data = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    said = as_another_user(azure, data, then)
    answered(azure)

    assert azure.world.cluster.databases["Sales"].policy
    assert (then != WAIT) or "403 Forbidden" in said


@pytest.mark.nightly
@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_the_script_of_the_owner_runs(azure, query, tmp_path):
    with connected(azure) as line:
        line.sendall(query)
        answer = line.recv(65536)

    assert b" 200 " in answer
    assert (tmp_path / "left" / "ran").exists()


def reset(line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def test_each_server_proves_its_own_clients():
    with EmbeddedAzure() as azure:
        answered(azure)
        answered(azure)

    assert azure.requests_served == 0
