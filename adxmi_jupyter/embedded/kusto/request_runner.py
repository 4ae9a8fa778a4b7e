"""One request that got through: what it asks for is run and put into the endpoint's shape."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lark.exceptions import VisitError

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.kusto import results
from adxmi_jupyter.embedded.kusto.answer import (
    error_answer,
    malformed_request,
    partial_failure,
    text_error,
)
from adxmi_jupyter.embedded.kusto.commands import run_command
from adxmi_jupyter.embedded.kusto.errors import (
    KustoError,
    PartialFailureError,
    bad_request,
    syntax_error,
)
from adxmi_jupyter.embedded.kusto.known_commands import is_for_ingestion
from adxmi_jupyter.embedded.kusto.logs.recording import ended
from adxmi_jupyter.embedded.kusto.parser import parse_commands
from adxmi_jupyter.embedded.kusto.policies.managed_identity import two_columns
from adxmi_jupyter.embedded.kusto.request import Endpoint
from adxmi_jupyter.embedded.kusto.statements import (
    FamilyCommand,
    PolicyCommand,
    ShowVersion,
    UnsupportedCommand,
    kind_of,
    shows,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.faults import Faults
    from adxmi_jupyter.embedded.kusto.query.run import Operator
    from adxmi_jupyter.embedded.kusto.request import KustoRequest
    from adxmi_jupyter.embedded.kusto.results import RequestIds, Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command, Statement
    from adxmi_jupyter.embedded.state.request_log import RunningRequest

_V2_COMMAND = (
    "Bad request: Control commands (starting with a dot '.') do not support api_version=v2"
)


@dataclass(frozen=True)
class RequestRunner:
    """A request of a known caller, ready to run."""

    endpoint: Endpoint
    call: KustoRequest
    session: Session
    ids: RequestIds
    faults: Faults
    running: RunningRequest

    @property
    def is_logged(self) -> bool:
        """Whether the cluster keeps it: the ingestion endpoint is another service."""
        if self.endpoint is Endpoint.MANAGEMENT:
            return True
        return self.endpoint is not Endpoint.INGESTION and not self.call.is_command

    @property
    def alias(self) -> str:
        """Name of the cluster that answers."""
        return self.session.world.cluster.name

    def run(self) -> Answer:
        """Run the command or query, alone in its world, and return the answer."""
        began = time.thread_time()
        with self.session.world.lock:
            self.session.world.settle()
            answer, error = self._answer()
            total_cpu = timedelta(seconds=time.thread_time() - began)
            ended(self.running, self.session, error, total_cpu, len(answer.body))
        return answer

    def _answer(self) -> tuple[Answer, KustoError | None]:
        """Return the answer, and the error in it."""
        error: KustoError
        try:
            self.session.stop_if_cancelled()
            return self._run(), None
        except PartialFailureError as raised:
            if self.endpoint is Endpoint.QUERY_V2:
                return partial_failure(raised, self.ids, self.alias), raised
            error = raised
        except KustoError as raised:
            error = raised
        except (ValueError, OverflowError, RecursionError, VisitError) as raised:
            if not _is_beyond_limits(raised):
                raise
            error = _beyond_limits()
        return error_answer(error, self.ids, self.alias), error

    def _run(self) -> Answer:
        if self.endpoint in {Endpoint.MANAGEMENT, Endpoint.INGESTION}:
            return self._run_command()
        if self.call.is_command:
            v2 = self.endpoint is Endpoint.QUERY_V2
            return text_error(_V2_COMMAND, self.ids) if v2 else malformed_request(self.ids)
        from adxmi_jupyter.embedded.kusto.query.run import run_query

        table = run_query(self.call.text, self.session, away=self.session.unlocked)
        self.running.rows = len(table.rows)
        if self.endpoint is Endpoint.QUERY_V1:
            return json_answer(results.query_body_v1(table, self.ids))
        return json_answer(results.query_body_v2(table, self.ids))

    def _run_command(self) -> Answer:
        statements = parse_commands(self.call.text)
        self.running.command_type = kind_of(statements[0].command)
        self.running.is_operation = not all(shows(each.command) for each in statements)
        # All is read first: a rejected text must not have changed anything.
        for statement in statements:
            _check_endpoint(statement.command, self.session)
        operators = [_operator_of(statement, self.session) for statement in statements]
        answers = [self._answered(*each) for each in zip(statements, operators, strict=True)]
        return answers[-1]

    def _answered(self, statement: Statement, operate: Operator | None) -> Answer:
        """Run a command and return its answer, in the shape of a query where one follows it."""
        table = run_command(statement, self.session)
        is_policy = isinstance(statement.command, PolicyCommand)
        if is_policy and self.faults.take_one(Fault.TWO_COLUMN_POLICY, self.call.text, self.alias):
            table = two_columns(table)
        if operate is not None:
            table = operate(table)
        elif table.older is not None:
            table = _whole(table, self.session)
        self.running.rows = len(table.rows)
        if operate is None:
            return json_answer(results.command_body(table))
        return json_answer(results.query_body_v1(table, self.ids))


def _whole(table: Result, session: Session) -> Result:
    from adxmi_jupyter.embedded.kusto.query.run import whole

    return whole(table, session)


def _operator_of(statement: Statement, session: Session) -> Operator | None:
    """Return what a command's result goes into; None without any."""
    if not statement.tail and not statement.query:
        return None
    from adxmi_jupyter.embedded.kusto.query.run import operator_of

    return operator_of(statement, session)


def _check_endpoint(command: Command, session: Session) -> None:
    """Raise a KustoError for a command that the ingestion endpoint does not know.

    It answers with a syntax error: seen on real clusters (Azure/azure-kusto-python#473).
    """
    match command:
        case ShowVersion():
            known = True
        case UnsupportedCommand():
            known = is_for_ingestion(command.name)
        case FamilyCommand():
            known = command.is_for_ingestion_endpoint
        case _:
            known = False
    if session.at_ingestion_endpoint and not known:
        raise syntax_error("The ingestion endpoint does not know this command.", 1, 1)


def _is_beyond_limits(error: Exception) -> bool:
    """Tell a text that Python cannot evaluate from a mistake of the server."""
    cause = error.orig_exc if isinstance(error, VisitError) else error
    return isinstance(cause, ValueError | OverflowError | RecursionError)


def _beyond_limits() -> KustoError:
    return bad_request("The text is nested too deeply, or holds a value that is out of range.")
