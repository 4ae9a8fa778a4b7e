"""Ask a cluster what tells how it behaves: reads only, few at a time, few in a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.errors import AdxmiError, NotAuthorized
from adxmi_jupyter.model.verification.readings import DATABASES, Failure, Table

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Request
    from adxmi_jupyter.service.answer import Answer
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.pace import PacedInFlight


class Recorder(Protocol):
    """Hears of every request and of what came back."""

    def answered(self, request: Request, answer: Answer | AdxmiError) -> None:
        """Note an answer, or the error in its place."""


class Asking:
    """The requests to one cluster and what came back of them, each sent once.

    Parameters
    ----------
    connection
        The cluster.
    pace
        How fast it is asked, and how many requests are under way.
    recorder
        Hears of all answers, if there is one.

    """

    def __init__(
        self, connection: Connection, pace: PacedInFlight, recorder: Recorder | None = None
    ) -> None:
        self.answers: dict[Request, Table | Failure] = {}
        self.was_interrupted = False
        self._connection = connection
        self._pace = pace
        self._recorder = recorder

    def databases(self) -> list[str]:
        """Return the databases that the caller sees."""
        self.ask([DATABASES])
        answer = self.answers.get(DATABASES)
        rows = answer.rows if isinstance(answer, Table) else ()
        return [str(row["DatabaseName"]) for row in rows if row.get("DatabaseName")]

    def ask(self, requests: Sequence[Request]) -> None:
        """Send these requests; an interrupt ends it and keeps what has come.

        Raises
        ------
        Exception
            What is no AdxmiError: a mistake of this tool.

        """
        from adxmi_jupyter.service.gather import gather

        todo = [one for one in dict.fromkeys(requests) if one not in self.answers]
        if not todo or self.was_interrupted:
            return
        with self._interruptible(), self._connection.in_flight.slowed_by(self._pace):
            for failure in gather(self._one, todo, what="verifying"):
                if isinstance(failure, Exception):
                    raise failure

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            self.was_interrupted = True
            self._pace.close()

    def _one(self, request: Request) -> None:
        database = request.database or self._connection.database
        try:
            answer = self._connection.kusto.command(request.text, database=database)
        except AdxmiError as failure:
            self._failed(request, failure)
            return
        self._note(request, answer)
        self.answers[request] = Table(answer.columns, answer.rows())

    def _failed(self, request: Request, failure: AdxmiError) -> None:
        self._note(request, failure)
        is_denied = isinstance(failure, NotAuthorized)
        self.answers[request] = Failure(f"{request.topic}: {failure.what}", is_denied)

    def _note(self, request: Request, answer: Answer | AdxmiError) -> None:
        if self._recorder is not None:
            self._recorder.answered(request, answer)
