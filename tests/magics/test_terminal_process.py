"""The console script in a terminal: a pseudo-terminal of a size, as a user has it before him."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure

pytestmark = pytest.mark.nightly

SHOW = ("policy", "show", "--quiet")
CODES = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = "a\x1b[31m\x1b]0;title\x07\u202e[red]b"


@pytest.fixture(scope="module")
def azure():
    with EmbeddedAzure() as served:
        yield served


@pytest.fixture
def terminal(azure):
    """Run a line in a terminal of so many columns and lines; what it shows."""

    def run(*words, columns=80, lines=40, **environment):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        cleared = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PAGER", "LESS")
        own = {name: value for name, value in os.environ.items() if name not in cleared}
        own |= {"TERM": "xterm", "ADXMI_CLUSTER": azure.kusto_uri, "ADXMI_DATABASE": "Sales"}
        process = subprocess.Popen(
            [sys.executable, "-m", "adxmi_jupyter", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=own | environment,
        )
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        process.wait()
        return shown.decode().replace("\r\n", "\n")

    return run


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end was closed
        return b""


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_table_is_as_wide_as_the_terminal(terminal, columns):
    shown = terminal(*SHOW, "--ids", columns=columns)

    assert max(len(CODES.sub("", line)) for line in shown.split("\n")) <= columns
    assert "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6" in shown


def test_a_terminal_has_colours(terminal):
    assert "\x1b[1m" in terminal(*SHOW)
    assert "\x1b[1;31mUnknownCommand\x1b[0m" in terminal("policy", "shw")


@pytest.mark.parametrize(
    ("words", "environment"),
    [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"})],
)
def test_colours_can_be_left_out(terminal, words, environment):
    assert "\x1b" not in terminal(*SHOW, *words, **environment)
    assert "\x1b" not in terminal("policy", "shw", *words, **environment)


def test_what_is_longer_than_the_terminal_goes_to_the_pager(terminal):
    pager = {"PAGER": "sed s/^/PAGER:/"}

    assert terminal(*SHOW, lines=5, **pager).startswith("PAGER:")
    assert "PAGER:" not in terminal(*SHOW, lines=40, **pager)
    assert "PAGER:" not in terminal(*SHOW, "--no-pager", lines=5, **pager)
    assert "mi-export" in terminal(*SHOW, lines=5, PAGER="")


def test_a_pager_that_is_left_early_is_no_error(terminal):
    shown = terminal(*SHOW, lines=5, PAGER="head -1")

    assert "display_name" in shown
    assert "Error" not in shown


def test_a_name_of_the_service_moves_no_cursor(terminal, azure):
    azure.world.add_identity(HOSTILE)

    shown = CODES.sub("", terminal("identity", "list", "--all"))

    assert "[red]b" in shown
    assert {sign for sign in shown if not sign.isprintable()} == {"\n"}
