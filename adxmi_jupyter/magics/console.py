"""The console script ``adxmi``: the same tree for terminals and pipelines.

Results go to the standard output, notes and errors to the standard error.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import shlex
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, CommandLineError, InvalidValue, ResultNotSaved
from adxmi_jupyter.fixes import ChangeOption, as_words
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, Call
from adxmi_jupyter.magics.line import Word
from adxmi_jupyter.magics.tree import run, tree
from adxmi_jupyter.rendering.files import csv_text, json_text
from adxmi_jupyter.rendering.text import frame_table

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connections import Connections

FAILED, MISUSED, FOUND, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: the request failed; the line could not be understood; something was found, such as a
requirement that is missing, for verbs that tell by their code; Ctrl-C."""

_RARE_COLLECTIONS = (100_000, 20, 20)


class Console:
    """The front end of a terminal: configured by environment variables."""

    program = CONSOLE_PROGRAM
    live = None

    @cached_property
    def connections(self) -> Connections:
        """The connections of this process."""
        from adxmi_jupyter.service.connections import Connections, Settings
        from adxmi_jupyter.service.limits import environment

        limits = environment()
        settings = Settings(
            cluster=os.environ.get("ADXMI_CLUSTER", ""),
            database=os.environ.get("ADXMI_DATABASE", ""),
            credential=os.environ.get("ADXMI_CREDENTIAL", ""),
            timeout=limits.seconds,
            max_answer_mb=limits.megabytes,
            max_in_flight=limits.in_flight,
            is_brief=True,
        )
        return Connections(settings, self.say, say_once=self.say_once)

    def __init__(self) -> None:
        self._is_silent = False
        self.kept: pd.DataFrame | None = None

    def say(self, note: Note) -> None:
        """Show a note."""
        if self._is_silent:
            return
        print(Call(self).dialect.part(as_words(note)), file=sys.stderr)  # noqa: T201

    def say_once(self, what: str, note: Note) -> None:
        """Show a note, unless an earlier command of this session has."""
        from adxmi_jupyter.service.told import is_first_time

        if not self._is_silent and is_first_time(what):
            self.say(note)

    @contextmanager
    def holding_notes(self) -> Iterator[None]:
        """Drop notes: a shell that completes a line shows whatever is printed."""
        self._is_silent = True
        yield
        self._is_silent = False

    def check_target(self, name: str) -> None:
        """Refuse a file whose format its name does not tell."""
        if Path(name).suffix.lower() not in {".csv", ".json"}:
            raise InvalidValue(
                f"--out {name} has no known format",
                why="a result is written as .csv or .json",
                fix=ChangeOption("--out", f"{Path(name).stem or 'result'}.csv"),
            )
        try:
            _refuse_unwritable(Path(name))
        except OSError as error:
            raise InvalidValue(
                f"--out {name} cannot be written",
                why=error.strerror or type(error).__name__,
                fix=ChangeOption("--out", "result.csv"),
            ) from error

    def keep(self, name: str, frame: pd.DataFrame) -> None:
        """Write a result to a file, as a whole or not at all.

        Raises
        ------
        ResultNotSaved
            It cannot be written, although that could be done before; the result is shown instead.

        """
        self.kept = frame
        path = Path(name)
        is_csv = path.suffix.lower() == ".csv"
        text = csv_text(frame) if is_csv else json_text(frame)
        try:
            _write_whole(path, text)
        except OSError as error:
            _show(frame)
            raise ResultNotSaved(
                f"the command ran, but its result could not be written to {name}",
                why=f"{error.strerror or type(error).__name__}; the result is shown instead",
                fix="save what is shown; repeat only commands that read",
            ) from error

    def close(self) -> None:
        """Close what was opened."""
        if "connections" in vars(self):
            self.connections.close_all()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the console script and exit with its code: 0, or the one of `FAILED` and the others."""
    if arguments is None:
        _collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than names
            stream.reconfigure(errors="backslashreplace")
    sys.exit(execute(sys.argv[1:] if arguments is None else list(arguments)))


def _collect_rarely() -> None:
    """Leave the garbage collector little to do in the process of one line.

    Such a process loads modules, and makes little garbage: looking through them for some, again
    and again and once more at the end, would take a fifth of its time.
    """
    gc.set_threshold(*_RARE_COLLECTIONS)
    atexit.register(gc.freeze)


def execute(arguments: Sequence[str]) -> int:
    """Run one line and return the exit code."""
    console = Console()
    call = Call(console, tuple(Word(text, shlex.quote(text), 0) for text in arguments))
    _complete_for_shell(call)
    try:
        result = run(call, arguments)
        if result is not None:
            _show(result)
    except AdxmiError as error:
        print("\n".join(error._render_traceback_()), file=sys.stderr)  # noqa: T201
        return MISUSED if isinstance(error, CommandLineError) else FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    finally:
        console.close()
    return FOUND if call.has_found and call.tells_by_code else 0


def _refuse_unwritable(path: Path) -> None:
    """Raise OSError for a file that cannot be written, before anything is sent."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is there, and no file")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def _write_whole(path: Path, text: str) -> None:
    """Write a file beside, then put it in its place: a full disk leaves what was there."""
    target = path.resolve()
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(
            descriptor, "w", encoding="utf-8", errors="backslashreplace", newline=""
        ) as file:
            file.write(text)
        Path(beside).chmod(_mode_of(target))
        Path(beside).replace(target)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int:
    """Return the permissions a file has, or those that a new one gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _show(result: object) -> None:
    try:
        print(frame_table(result))  # type: ignore[arg-type] # noqa: T201
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _complete_for_shell(call: Call) -> None:
    """Answer a shell that completes a line; it asks through a variable, and then we exit."""
    from click.shell_completion import shell_complete

    instruction = os.environ.get("_ADXMI_COMPLETE")
    if instruction:
        with call.front.holding_notes():
            code = shell_complete(
                tree, {"obj": call}, CONSOLE_PROGRAM, "_ADXMI_COMPLETE", instruction
            )
        sys.exit(code)
