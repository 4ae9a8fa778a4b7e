"""Runs one command within limits, and ends with it whatever it has started.

It is started as a script, never imported by the server, and loads little. Its arguments are a
scratch folder and a command; its standard input is a pipe from the server, which closes when the
server ends in whatever way. Its exit code is that of the command, 128 and the signal's number when
one ended it. Pages: setrlimit(2), prctl(2), proc_pid_stat(5).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MEGABYTE = 1024**2
# The sandbox's own libraries reserve a good gigabyte of addresses.
_LIMITS = {
    resource.RLIMIT_AS: 3072 * _MEGABYTE,
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 64 * _MEGABYTE,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_CORE: 0,
}
_GRACE = {resource.RLIMIT_CPU: 1}  # a process at the hard limit is killed without a reason
_LONGEST_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 1.0
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_PARENT = 1  # of the fields in /proc/PID/stat after the name


def main(scratch: str, command: list[str]) -> int:
    """Run the command to its end, or until the server wants it to end or is gone."""
    server = os.getppid()
    woken = _wake_on_signals()
    _control(_PR_SET_CHILD_SUBREAPER, 1)
    child = _start(command)
    status = _wait(child, server, woken)
    if status is None:
        _kill(os.kill, child)
    _end_all(child)
    if os.getppid() != server:
        _remove(scratch)
    code = os.waitstatus_to_exitcode(status) if status is not None else -signal.SIGKILL
    return 128 - code if code < 0 else code


def _wake_on_signals() -> int:
    """Return a pipe that can be read when a child has ended, or this process should."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return read


def _start(command: list[str]) -> int:
    """Start the command within the limits, as the leader of a process group of its own."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for kind, most in _LIMITS.items():
            _limit(kind, most)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execv(command[0], command)  # noqa: S606 - without a shell
    finally:
        os._exit(127)


def _limit(kind: int, most: int) -> None:
    """Lower a limit; macOS refuses some of them."""
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    most += _GRACE.get(kind, 0)
    hard = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))


def _wait(child: int, server: int, woken: int) -> int | None:
    """Return how the child ended; None when it has to be ended."""
    end = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < end:
        ready, _, _ = select.select([0, woken], [], [], _LOOK_EVERY_SECONDS)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if 0 in ready or os.getppid() != server:
            return None
        if woken in ready and signal.SIGTERM in os.read(woken, 4096):
            return None
    return None


def _end_all(child: int) -> None:
    """End the child's process group, and whoever has left it, until no process is left."""
    _kill(os.killpg, child)
    while True:
        for each in _children():
            _kill(os.kill, each)
        try:
            os.wait()
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Return the processes whose parent is this one: orphans of the script come to it, too."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(fields[_PARENT]) == os.getpid():
                found.append(int(stat.parent.name))
    return found


def _kill(how: Callable[[int, int], None], target: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(target, signal.SIGKILL)


def _remove(scratch: str) -> None:
    import shutil

    shutil.rmtree(scratch, ignore_errors=True)


def _control(option: int, value: int) -> None:
    """Call prctl(2), which only Linux has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
