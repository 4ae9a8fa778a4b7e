"""What a console writes: results to the standard output, notes and errors to the standard error.

Where a stream is a terminal, `rendering.terminal` draws, which loads rich; pipes and files get
plain text. A reader that has seen enough, as ``head`` does, and a stream that is closed end
nothing and say nothing.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import ResultNotSaved
from adxmi_jupyter.rendering.text import frame_table, visible

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.rendering.terminal import Screen

QUIET, NO_COLOR, NO_PAGER = "--quiet", "--no-color", "--no-pager"
_BESIDE_TEXT = 2
_UNBOUNDED = 10_000


def open_streams() -> None:
    """Give the process a standard output and error, if only to nowhere.

    Python has none for a descriptor that is closed, and the next file that is opened would get it.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than names
            stream.reconfigure(errors="backslashreplace")


def not_written(error: OSError) -> ResultNotSaved:
    """Return the error for a standard output that takes no more, unless its reader is gone."""
    return ResultNotSaved(
        "the command ran, but its result could not be written to the standard output",
        why=error.strerror or type(error).__name__,
        fix="make room for it; repeat only commands that read",
    )


class Output:
    """The streams of a console; `wishes` are the options `QUIET`, `NO_COLOR` and `NO_PAGER`.

    A CI system runs commands that it finds in them: there, no text of the service forges one.
    """

    def __init__(self, wishes: Collection[str] = (), *, is_in_ci: bool = False) -> None:
        self._wishes = wishes
        self._is_in_ci = is_in_ci

    @property
    def is_quiet(self) -> bool:
        """Whether notes are not wanted."""
        return QUIET in self._wishes

    def note(self, text: str) -> None:
        """Write a note."""
        if not self.is_quiet:
            self._write(sys.stderr, text)

    def error(self, error: AdxmiError) -> None:
        """Write the lines of an error."""
        screen = self._screen(sys.stderr)
        if screen is None or error.show_stack:
            self._write(sys.stderr, "\n".join(error._render_traceback_()))
            return
        from adxmi_jupyter.rendering.terminal import error_text

        self._write(sys.stderr, error_text(error, screen))

    def result(self, result: Any) -> None:
        """Write a result, by pages where it is longer than the terminal."""
        screen = self._screen(sys.stdout)
        if screen is None:
            self.text(frame_table(result))
            return
        from adxmi_jupyter.rendering.terminal import drawn

        parts = getattr(result, "parts", None) or (frame_table(result),)
        text = drawn(parts, screen)
        if self._is_for_pages(text):
            os.environ.setdefault("LESS", "FRX")  # colours, and no page of its own for few lines
            with suppress(BrokenPipeError):
                click.echo_via_pager(text, color=screen.has_colours)
            return
        self.text(text)

    def text(self, text: str) -> None:
        """Write a text as it is.

        Raises
        ------
        ResultNotSaved
            There is no room for it.

        """
        try:
            self._write(sys.stdout, text)
        except OSError as error:
            _discard(sys.stdout)
            raise not_written(error) from error

    def file_text(self, text: str) -> None:
        """Write what could be a file; a terminal gets no signs that could move its cursor."""
        self.text(visible(text) if sys.stdout.isatty() else text)

    def commands(self, lines: Sequence[str], *, beside: bool) -> None:
        """Write commands for a CI system as they are; `beside` the result, on the other stream."""
        if lines:
            _write(sys.stderr if beside else sys.stdout, "\n".join(lines))

    def _write(self, stream: IO[str], text: str) -> None:
        if self._is_in_ci:
            from adxmi_jupyter.rendering.annotations import inert

            text = inert(text)
        _write(stream, text)

    def _screen(self, stream: IO[str]) -> Screen | None:
        """Return the terminal behind a stream, or what is to be written as if it were one."""
        is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        is_forced = os.environ.get("FORCE_COLOR", "") not in {"", "0"}
        has_colours = (
            (is_terminal or is_forced)
            and not os.environ.get("NO_COLOR")
            and NO_COLOR not in self._wishes
        )
        if not stream.isatty() and not has_colours:
            return None
        from adxmi_jupyter.rendering.terminal import Screen

        return Screen(_width(stream), has_colours)

    def _is_for_pages(self, text: str) -> bool:
        if NO_PAGER in self._wishes or not (sys.stdout.isatty() and sys.stdin.isatty()):
            return False
        if os.environ.get("PAGER", "less") in {"", "cat"} or os.environ.get("TERM") == "dumb":
            return False
        return text.count("\n") + _BESIDE_TEXT > shutil.get_terminal_size().lines


def _width(stream: IO[str]) -> int:
    """Return the columns of a stream; what is no terminal has as many as it takes."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or _UNBOUNDED
    return _UNBOUNDED


def _write(stream: IO[str], text: str) -> None:
    try:
        click.echo(text, file=stream, color=True)
        stream.flush()
    except (BrokenPipeError, ValueError):  # the reader is gone, or it was closed
        _discard(stream)
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.EBADF}:
            raise
        _discard(stream)


def loss_of_output() -> OSError | None:
    """Return why the standard output takes no more, if so; then nothing more is written to it.

    What is left in its buffer would be an error at the end of the process.
    """
    try:
        sys.stdout.flush()
    except ValueError:  # it was closed
        return BrokenPipeError()
    except OSError as error:
        _discard(sys.stdout)
        return error
    return None


def _discard(stream: IO[str]) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
