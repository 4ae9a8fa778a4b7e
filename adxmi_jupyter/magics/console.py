"""The console script ``adxmi``: the same tree for terminals and pipelines.

Results go to the standard output, notes and errors to the standard error.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import shlex
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, CommandLineError, ResultNotSaved
from adxmi_jupyter.fixes import as_words
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, Call
from adxmi_jupyter.magics.ci import runs_in_ci
from adxmi_jupyter.magics.line import Word
from adxmi_jupyter.magics.output import (
    NO_COLOR,
    NO_PAGER,
    QUIET,
    Output,
    loss_of_output,
    not_written,
    open_streams,
)
from adxmi_jupyter.magics.tree import run, tree
from adxmi_jupyter.model.declaration.registry import nouns

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connections import Connections

FAILED, MISUSED, FOUND, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: the request failed; the line could not be understood; something was found, such as a
requirement that is missing, for verbs that tell by their code; Ctrl-C."""

_NAMING = {"policy": ("show", "matrix"), "identity": ("list", "show")}
_OF_WORKFLOWS = ("list", "check")
"""Commands whose results name databases, identities and workflows."""

STREAMED = ("json", "csv", "md")
"""What --out takes in place of a file: formats for the standard output."""


def streamed_formats(documents: Collection[str] = ()) -> tuple[str, ...]:
    """Return what --out takes in place of a file, of a result with formats of its own, too."""
    return tuple(dict.fromkeys((*STREAMED, *documents)))


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

    def __init__(self, output: Output | None = None) -> None:
        self._is_silent = self._is_streaming = False
        self.output = output or Output()
        self.kept: pd.DataFrame | None = None

    def say(self, note: Note) -> None:
        """Show a note."""
        if not self._is_silent:
            self.output.note(Call(self).dialect.part(as_words(note)))

    def say_once(self, what: str, note: Note) -> None:
        """Show a note, unless an earlier command of this session has."""
        from adxmi_jupyter.service.told import is_first_time

        if not (self._is_silent or self.output.is_quiet) and is_first_time(what):
            self.say(note)

    @contextmanager
    def holding_notes(self) -> Iterator[None]:
        """Drop notes: a shell that completes a line shows whatever is printed."""
        self._is_silent = True
        yield
        self._is_silent = False

    def check_target(self, name: str, documents: Collection[str] = ()) -> None:
        """Refuse a file whose format its name does not tell, or that cannot be written."""
        streamed = streamed_formats(documents)
        if name in streamed:
            self._is_streaming = True
            return
        from adxmi_jupyter.magics.saving import check_file
        from adxmi_jupyter.rendering.result_files import files_of

        listed = " and ".join([", ".join(streamed[:-1]), streamed[-1]])
        for one in files_of(name):
            check_file(one, f"; {listed} write to the standard output", documents)

    def keep(self, name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
        """Write a result to a file, as a whole or not at all, or in a format to be read on.

        Raises
        ------
        ResultNotSaved
            It cannot be written, although that could be done before; the result is shown instead.

        """
        from adxmi_jupyter.magics.saving import save
        from adxmi_jupyter.rendering.result_files import files_of, text_of

        self.kept = frame
        if name in streamed_formats(documents):
            self.output.file_text(text_of(frame, name).removesuffix("\n"))
            return
        try:
            save(files_of(name), frame, documents)
        except ResultNotSaved:
            self.output.result(frame)
            raise

    def instruct(self, lines: Sequence[str]) -> None:
        """Write commands for a CI system, which reads both streams."""
        self.output.commands(lines, beside=self._is_streaming)

    def keep_names(self, call: Call, result: object) -> None:
        """Keep the names in a result for completion, which asks no cluster.

        Only of commands that list such names: what queries return is the user's data.
        """
        noun, verb = (*(word.text for word in call.words[:2]), "", "")[:2]
        is_workflow = noun in nouns()
        if verb not in (_OF_WORKFLOWS if is_workflow else _NAMING.get(noun, ())):
            return
        frame = self.kept if result is None else result
        kinds = {"database": ("database",), "display_name": ("identity", "identity in Azure")}
        if is_workflow:
            kinds["name"] = (noun,)
        found = {
            kind: [one for one in frame[column] if isinstance(one, str)]  # type: ignore[index]
            for column in kinds
            if column in getattr(frame, "columns", ())
            for kind in kinds[column]
        }
        if found:
            from adxmi_jupyter.service.known_names import KnownNames

            KnownNames(os.environ.get("ADXMI_CLUSTER", "")).seen(found)

    def close(self) -> None:
        """Close what was opened."""
        if "connections" in vars(self):
            self.connections.close_all()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the console script and exit with its code: 0, or the one of `FAILED` and the others."""
    if arguments is None:
        _collect_rarely()
    open_streams()
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
    is_in_ci = runs_in_ci(arguments, os.environ)
    output = Output({QUIET, NO_COLOR, NO_PAGER}.intersection(arguments), is_in_ci=is_in_ci)
    console = Console(output)
    call = Call(console, tuple(Word(text, shlex.quote(text), 0) for text in arguments))
    _complete_for_shell(call)
    try:
        result = run(call, arguments)
        console.keep_names(call, result)
        if result is not None:
            output.result(result)
    except AdxmiError as error:
        output.error(error)
        return _code_of(error)
    except KeyboardInterrupt:
        output.note("interrupted")
        return INTERRUPTED
    except OSError as error:  # of a help, which is written by click
        loss = loss_of_output()
        if error.errno == errno.ENOSPC:
            output.error(not_written(error))
            return FAILED
        if not isinstance(loss, BrokenPipeError):  # else its reader has seen enough, as `head` does
            raise
    finally:
        console.close()
        loss_of_output()
    if call.is_interrupted:
        return INTERRUPTED
    if call.is_partial:
        return FAILED
    return FOUND if call.has_found and call.tells_by_code else 0


def _code_of(error: AdxmiError) -> int:
    if isinstance(error, CommandLineError):
        return MISUSED
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return INTERRUPTED
        cause = cause.__cause__
    return FAILED


def _complete_for_shell(call: Call) -> None:
    """Answer a shell that completes a line; it asks through a variable, and then we exit."""
    instruction = os.environ.get("_ADXMI_COMPLETE")
    if not instruction:
        return
    from click.shell_completion import shell_complete

    from adxmi_jupyter.magics.shells import VARIABLE, register

    register()
    with call.front.holding_notes():
        code = shell_complete(tree, {"obj": call}, CONSOLE_PROGRAM, VARIABLE, instruction)
    sys.exit(code)
