"""The bridge to IPython: ``%adxmi`` and ``%%adxmi``, their configuration, loading and unloading.

Loading is cheap on purpose: click, pandas, the Azure SDKs and most of this package are imported by
the first line that needs them.
"""

from __future__ import annotations

import keyword
import os
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from IPython.core.completer import context_matcher
from IPython.core.magic import MAGIC_NO_VAR_EXPAND_ATTR, Magics, magics_class
from traitlets import Float, Int, Unicode, default, observe

from adxmi_jupyter.magics import inspection
from adxmi_jupyter.magics.live_grids import LiveGrids

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connections import Connections, Settings

NAME = "adxmi"
_KINDS = ("line", "cell")


class Interrupted(KeyboardInterrupt):
    """An interrupt that was no write's: three lines in a notebook, not a stack of sockets.

    Writes have errors of their own for it, which tell whether they took effect. `again` is the
    line.
    """

    def __init__(self, again: str, *, show_stack: bool) -> None:
        super().__init__("interrupted")
        self._again = again
        self._show_stack = show_stack

    def _render_traceback_(self) -> list[str]:
        if self._show_stack:
            return "".join(traceback.format_exception(self)).splitlines()
        return [
            f"{type(self).__name__}: {self}",
            "  why: the command no longer waits for an answer; earlier changes are listed above",
            f"  fix: {self._again}",
        ]


@magics_class
class AdxmiMagics(Magics):
    """Managed identities of Azure Data Explorer: the connection that the first command opens."""

    cluster = Unicode(
        help="Cluster: URI, short name such as help.westeurope, or embedded. "
        "Default: ADXMI_CLUSTER, otherwise the embedded Azure."
    ).tag(config=True)
    database = Unicode(help="Current database. Default: ADXMI_DATABASE.").tag(config=True)
    credential = Unicode(
        help="Credential, see %adxmi connect --help. Default: ADXMI_CREDENTIAL."
    ).tag(config=True)
    timeout = Float(
        help="Timeout of a request in seconds, 1 to 3600. Default: ADXMI_TIMEOUT, otherwise 60."
    ).tag(config=True)
    max_answer_mb = Int(
        help="Maximum size of a response in MB. Default: ADXMI_MAX_ANSWER_MB, otherwise 64."
    ).tag(config=True)
    max_in_flight = Int(
        help="Maximum number of concurrent requests to a cluster, 1 to 16. 0: by its size. "
        "Default: ADXMI_MAX_IN_FLIGHT, otherwise 0."
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell, **options: Any) -> None:
        super().__init__(shell, **options)
        magic = AdxmiMagic(self)
        for kind in _KINDS:
            self.magics[kind][NAME] = magic
        self._held: list[Note] = []
        self._is_completing = False
        self.matcher = self._make_matcher()
        self.live = LiveGrids(shell)

    @default("cluster")
    def _cluster_of_environment(self) -> str:
        return os.environ.get("ADXMI_CLUSTER", "")

    @default("database")
    def _database_of_environment(self) -> str:
        return os.environ.get("ADXMI_DATABASE", "")

    @default("credential")
    def _credential_of_environment(self) -> str:
        return os.environ.get("ADXMI_CREDENTIAL", "")

    @default("timeout")
    def _timeout_of_environment(self) -> float:
        from adxmi_jupyter.service.limits import environment

        return environment().seconds

    @default("max_answer_mb")
    def _answer_of_environment(self) -> int:
        from adxmi_jupyter.service.limits import environment

        return environment().megabytes

    @default("max_in_flight")
    def _in_flight_of_environment(self) -> int:
        from adxmi_jupyter.service.limits import environment

        return environment().in_flight

    @observe("cluster", "database", "credential", "timeout", "max_answer_mb", "max_in_flight")
    def _configured_anew(self, _change: object) -> None:
        if "connections" in vars(self):
            self.connections.settings = self._settings()

    def _settings(self) -> Settings:
        from adxmi_jupyter.service.connections import Settings

        return Settings(
            cluster=self.cluster,
            database=self.database,
            credential=self.credential,
            timeout=self.timeout,
            max_answer_mb=self.max_answer_mb,
            max_in_flight=self.max_in_flight,
        )

    @property
    def program(self) -> str:
        """What a line of a notebook starts with."""
        return f"%{NAME}"

    @cached_property
    def connections(self) -> Connections:
        """The open connections of this kernel."""
        from adxmi_jupyter.service.connections import Connections

        return Connections(self._settings(), self.say)

    @property
    def variables(self) -> dict[str, object]:
        """The user's variables."""
        return cast("dict[str, object]", self._shell.user_ns)

    @property
    def _shell(self) -> InteractiveShell:
        return cast("InteractiveShell", self.shell)

    def say(self, note: Note) -> None:
        """Show a note above the result."""
        if self._is_completing:
            self._held.append(note)
            return
        from adxmi_jupyter.dialect import Dialect
        from adxmi_jupyter.fixes import as_words

        print(Dialect().part(as_words(note)))  # noqa: T201 - a notebook's standard output is where notes belong

    @contextmanager
    def holding_notes(self) -> Iterator[None]:
        """Keep notes back: what completion has to say belongs above the next line's result."""
        self._is_completing = True
        try:
            yield
        finally:
            self._is_completing = False

    def _say_held(self) -> None:
        while self._held:
            self.say(self._held.pop(0))

    def check_target(self, name: str, documents: Collection[str] = ()) -> None:
        """Refuse a name that no variable can have, nor a file that can be written."""
        if name.isidentifier() and not keyword.iskeyword(name):
            return
        from adxmi_jupyter.errors import InvalidValue
        from adxmi_jupyter.fixes import ChangeOption
        from adxmi_jupyter.magics.saving import check_file
        from adxmi_jupyter.rendering.result_files import files_of, format_of

        if not any(format_of(one, documents) for one in files_of(name)):
            raise InvalidValue(
                f"--out {name} isn't a variable name",
                why="in a notebook --out names a variable, or a file such as result.csv",
                fix=ChangeOption("--out", "df"),
            )
        for one in files_of(name):
            check_file(one, documents=documents)

    def keep(self, name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
        """Keep a result as a variable of the user, or write it to a file.

        Raises
        ------
        ResultNotSaved
            It cannot be written, although that could be done before.

        """
        if name.isidentifier():
            self.variables[name] = frame
            return
        from adxmi_jupyter.magics.saving import save
        from adxmi_jupyter.rendering.result_files import files_of

        save(files_of(name), frame, documents)

    def instruct(self, lines: Sequence[str]) -> None:
        """Do nothing: no CI system reads the output of a notebook."""

    def run(self, line: str, cell: str | None, local: Mapping[str, object]) -> object:
        """Run a line; a semicolon at its end keeps the result from being shown.

        IPython's own `output_can_be_silenced` reads the line as Python, and an object ID such as
        ``5b27c9d0-…`` is no Python number.
        """
        from adxmi_jupyter.errors import AdxmiError
        from adxmi_jupyter.magics.call import Call
        from adxmi_jupyter.magics.cell import divided, first_line_of
        from adxmi_jupyter.magics.expansion import expand_body, expand_words
        from adxmi_jupyter.magics.line import split
        from adxmi_jupyter.magics.tree import knows_option, run
        from adxmi_jupyter.model.body import checked_text

        self._say_held()
        call = Call(self, body=cell)
        try:
            if cell is not None:
                whole = divided(line, cell, knows_option)
                call.body_line = first_line_of(whole, cell)
                line, cell = whole.command, whole.body
                call.body = cell
            stripped = line.rstrip()
            silent = stripped.endswith(";")
            call.words = split(stripped.rstrip(";") if silent else stripped)
            variables = {**self.variables, **local}
            expanded = expand_words(call.words, variables)
            call.written = expanded.written
            if cell is not None:
                if knows_option(line, "--var"):
                    call.variables = variables
                else:
                    call.body = expand_body(cell, variables, call.in_body)
                checked_text(call.body or "", "the cell body")
                call.is_body_as_typed = call.body == cell
        except AdxmiError as error:
            call.finish(error)
            raise
        try:
            result = run(call, expanded.arguments)
        except KeyboardInterrupt as interrupt:
            raise Interrupted(call.again(), show_stack=call.show_stack) from interrupt
        return None if silent else result

    def _make_matcher(self) -> Callable[[CompletionContext], SimpleMatcherResult]:
        """Return what a shell's ``custom_matchers`` take: a function, with marks of IPython's."""

        @context_matcher(identifier=NAME, priority=100)  # type: ignore[untyped-decorator]
        def match(context: CompletionContext) -> SimpleMatcherResult:
            from adxmi_jupyter.magics.completion import completed

            return completed(self, context)

        return match  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close every connection that was opened, and the grids."""
        self.live.close()
        if "connections" in vars(self):
            self.connections.close_all()


class AdxmiMagic:
    """What IPython calls for ``%adxmi`` and ``%%adxmi``.

    An object and no method, so that ``%adxmi?`` can make its help from the command tree when asked.
    """

    def __init__(self, magics: AdxmiMagics) -> None:
        self.__self__ = magics
        self.__name__ = NAME
        self.needs_local_scope = True
        setattr(self, MAGIC_NO_VAR_EXPAND_ATTR, True)

    def __call__(
        self,
        line: str,
        cell: str | None = None,
        *,
        local_ns: Mapping[str, object] | None = None,
    ) -> object:
        """Run a line or a cell; `local_ns` are the variables of the function it stands in."""
        return self.__self__.run(line, cell, local_ns or {})

    def getdoc(self) -> str:
        """Return the help of the command tree; IPython asks for it on ``%adxmi?``."""
        from adxmi_jupyter.magics.tree import help_text

        return help_text()


def load(shell: InteractiveShell) -> None:
    """Register magic and matcher; a second call changes nothing."""
    if loaded(shell) is None:
        shell.register_magics(AdxmiMagics)
        magics = cast("AdxmiMagics", loaded(shell))
        shell.Completer.custom_matchers.append(magics.matcher)
        inspection.attach(shell)
        shell.events.register("post_run_cell", _show_typed_error)


def unload(shell: InteractiveShell) -> None:
    """Remove magic and matcher and close the connections; without a loaded one, do nothing."""
    magics = loaded(shell)
    if magics is None:
        return
    inspection.detach(shell)
    shell.events.unregister("post_run_cell", _show_typed_error)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [m for m in matchers if m is not magics.matcher]
    for kind in _KINDS:
        shell.magics_manager.magics[kind].pop(NAME, None)
    shell.magics_manager.registry.pop(AdxmiMagics.__name__, None)
    configurables = cast("list[object]", shell.configurables)
    configurables[:] = [c for c in configurables if c is not magics]
    magics.close()


def loaded(shell: InteractiveShell) -> AdxmiMagics | None:
    """Return the magics that are loaded in a shell."""
    return cast("AdxmiMagics | None", shell.magics_manager.registry.get(AdxmiMagics.__name__))


def _show_typed_error(result: ExecutionResult) -> None:
    """Print what a cell of Voila raised, if it is a typed error: Voila hides all that is raised."""
    error = result.error_in_exec
    if error is None:
        return
    from adxmi_jupyter.error_base import AdxmiError
    from adxmi_jupyter.service.progress import is_voila

    if isinstance(error, AdxmiError) and is_voila():
        sys.stdout.write("\n".join((*error._render_traceback_(), "")))
