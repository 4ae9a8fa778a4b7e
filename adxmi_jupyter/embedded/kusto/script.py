"""Scripts of commands (pages: `.execute database script`, `.execute cluster script`)."""

from __future__ import annotations

import itertools
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import KustoError, bad_request
from adxmi_jupyter.embedded.kusto.parser import parse_command
from adxmi_jupyter.embedded.kusto.properties import TRUTH, read_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.statement_texts import split_statements
from adxmi_jupyter.embedded.kusto.statements import Level, kind_of, scope_of, shows
from adxmi_jupyter.embedded.kusto.targets.connection_strings import masked_literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import ExecuteScript, Statement

    Runner = Callable[[Statement, Session], Result]

_CONTINUE = "ContinueOnErrors"
_THROW = "ThrowOnErrors"
_RULES = {_CONTINUE: TRUTH, _THROW: TRUTH}
# Literals and comments come first, so that a dot inside one of them starts no command.
_PIECE = re.compile(
    r"```[\s\S]*?```|~~~[\s\S]*?~~~|@?\"[^\"\r\n]*\"|@?'[^'\r\n]*'|//[^\r\n]*"
    r"|(?P<start>^[ \t]*\.)(?=\s*[A-Za-z])",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Outcome:
    """What became of one command of a script: Completed, Failed with its reason, or Skipped."""

    kind: str
    text: str
    result: str
    reason: str = ""


def run_script(script: ExecuteScript, session: Session, run: Runner) -> Result:
    """Run the commands in order and report each; `.show` commands are skipped.

    Stops at the first failure unless ContinueOnErrors; a failure fails the whole command only
    with ThrowOnErrors. Nothing is rolled back.
    """
    options = _options(script)
    _authorize(script, session)
    outcomes = []
    for outcome in run_texts(
        split_script(script.text), script.level, session, run, keep_going=options[_CONTINUE]
    ):
        outcomes.append(outcome)
        if options[_THROW] and outcome.result == "Failed":
            raise bad_request(f"The script failed. Reason: {outcome.reason}")
    operation_id = str(uuid.uuid4())
    return result(
        "OperationId:guid, CommandType:string, CommandText:string, Result:string, Reason:string",
        [[operation_id, o.kind, masked_literals(o.text), o.result, o.reason] for o in outcomes],
    )


def run_texts(
    texts: Iterable[str], level: Level, session: Session, run: Runner, *, keep_going: bool
) -> Iterator[Outcome]:
    """Run commands in order; the first failure is the last one unless it has to go on."""
    for text in texts:
        outcome = _run_one(text, level, session, run)
        yield outcome
        if outcome.result == "Failed" and not keep_going:
            return


def split_script(text: str) -> Iterator[str]:
    """Yield the commands of a script: each begins with a dot, at a line's start or behind `;`."""
    starts = [m.start() for m in _PIECE.finditer(text.lstrip()) if m.group("start")]
    for start, end in itertools.pairwise([*starts, None]):
        for command in split_statements(text.lstrip()[start:end]):
            yield command.strip()


def _options(script: ExecuteScript) -> dict[str, bool]:
    given = read_properties(script.options, _RULES, "a script")
    if len(given) > 1:
        raise bad_request(f"Only one of {_CONTINUE} and {_THROW} may be set.")
    return {_CONTINUE: False, _THROW: False, **given}


def _authorize(script: ExecuteScript, session: Session) -> None:
    if script.level is Level.CLUSTER:
        session.require(Permission.CLUSTER_ADMIN, "ClusterScriptExecuteCommand")
    else:
        session.require(
            Permission.DATABASE_ADMIN, "DatabaseScriptExecuteCommand", session.database(None)
        )


def _run_one(text: str, level: Level, session: Session, run: Runner) -> Outcome:
    try:
        statement = parse_command(text)
    except KustoError as error:
        return Outcome("", text, "Failed", error.message)
    kind, scope = kind_of(statement.command), scope_of(statement.command)
    if shows(statement.command):
        return Outcome(kind, text, "Skipped")
    if scope is None or scope.level is not level:
        return Outcome(kind, text, "Failed", f"Not a {level.casefold()}-scope command")
    try:
        run(statement, session)
    except KustoError as error:
        return Outcome(kind, text, "Failed", error.message)
    return Outcome(kind, text, "Completed")
