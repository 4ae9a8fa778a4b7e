"""Start and stop the playground: ``adxmi embedded serve`` in a process of its own.

Source: *subprocess* (Python documentation), *Process Creation Flags* (Windows).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adxmi_jupyter.errors import ClusterUnreachable
from adxmi_jupyter.fixes import Explain, Retry
from adxmi_jupyter.service.directories import DATA_DIRECTORY_VARIABLE
from adxmi_jupyter.service.embedded_key import KEY_FILE_VARIABLE
from adxmi_jupyter.service.playground import (
    Playground,
    Record,
    Unusable,
    forget,
    found,
    playground_directory,
    problem_of,
    recorded,
)

_LONGEST_WAIT = 60.0
_LONGEST_END = 30.0
_LOOK_EVERY = 0.02
_LONGEST_REASON = 2000


def start() -> tuple[Playground, bool]:
    """Return the running playground, and whether it was started now.

    Of several that are started at the same time one is.

    Raises
    ------
    ClusterUnreachable
        It does not start, or one of another version runs.

    """
    with _alone() as directory:
        running = found()
        if isinstance(running, Playground):
            return running, False
        if isinstance(running, Unusable) and running.is_ours:
            raise running.error()
        forget(directory)
        _run()
        started = found()
    if not isinstance(started, Playground):
        raise _not_started(started.why if started else "it has ended")
    return started, True


def stop() -> str:
    """End the playground and forget what was recorded.

    Return why there was nothing to end; empty where it was ended. What does not prove to be the
    playground is left alone.

    Raises
    ------
    ClusterUnreachable
        It does not end.

    """
    with _alone() as directory:
        record = recorded(directory)
        if not isinstance(record, Record):
            forget(directory)
            return record.why if record else "it isn't running"
        problem = problem_of(record)
        if problem:
            forget(directory)
            return problem
        Playground(record, directory).ask({"do": "stop"}, _LONGEST_END)
        end = time.monotonic() + _LONGEST_END
        while time.monotonic() < end:
            if problem_of(record):
                forget(directory)
                return ""
            time.sleep(_LOOK_EVERY)
    raise ClusterUnreachable(
        "the playground doesn't end",
        why=f"process {record.pid} still answers",
        fix=f"end process {record.pid}",
    )


@contextmanager
def _alone() -> Iterator[Path]:
    """Keep others of the account from starting or ending one meanwhile."""
    from filelock import FileLock, Timeout

    directory = playground_directory()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(directory / "lock", timeout=2 * _LONGEST_WAIT, mode=0o600):
            yield directory
    except Timeout as busy:
        raise ClusterUnreachable(
            "the playground is being started or stopped",
            why="another process of yours does so and doesn't end",
            fix=Explain.of("end that process, then ", Retry()),
        ) from busy
    except OSError as error:
        raise ClusterUnreachable(
            "the playground has no directory",
            why=f"{directory}: {error.strerror or type(error).__name__}",
            fix=f"set {DATA_DIRECTORY_VARIABLE} to a directory that only you can write to",
        ) from error


def _run() -> None:
    """Run the server, until it tells its address: then it has written its record.

    It belongs to no terminal, and keeps no folder and no file of the caller's.
    """
    # -P: a file of the user that happens to be called like a module must not run.
    command = [sys.executable, "-P", "-m", "adxmi_jupyter", "embedded", "serve", "--playground"]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
        env={k: v for k, v in os.environ.items() if k != KEY_FILE_VARIABLE},
        creationflags=_detached_flags(),
        start_new_session=sys.platform != "win32",
    )
    told = ""
    try:
        for line in process.stdout or ():
            if line.startswith("http://"):
                return
            told = (told + line)[-_LONGEST_REASON:]
    except BaseException:
        process.kill()
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()
    raise _not_started(told.strip() or f"its exit code was {process.wait()}")


def _detached_flags() -> int:
    if sys.platform == "win32":
        return (
            subprocess.DETACHED_PROCESS
            | subprocess.CREATE_NEW_PROCESS_GROUP
            | subprocess.CREATE_BREAKAWAY_FROM_JOB
        )
    return 0


def _not_started(why: str) -> ClusterUnreachable:
    return ClusterUnreachable("the playground did not start", why=why, fix=Retry())
