"""Send commands and queries to one cluster; answers as tables, failures as typed errors.

Source: *Kusto Data library for Python*, *Query/management HTTP request* (Azure Data Explorer docs).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    AnswerTooLarge,
    ClusterUnreachable,
    DatabaseNotFound,
    RequestTimedOut,
    Throttled,
    UntrustedLink,
)
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Several
from adxmi_jupyter.model.kusto_shapes import DATABASES
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.answer import Answer
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.failures import retry_after, typed, unreadable_answer

if TYPE_CHECKING:
    from azure.kusto.data import KustoClient

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.deadline import Deadline

Execute = Callable[..., Any]
"""The SDK's method that sends a command, or a query."""

_FIRST_PAUSE = 0.2
_LONGEST_WAIT = 60.0
_WORTH_SAYING = 1.0
_FINAL = (RequestTimedOut, AnswerTooLarge, UntrustedLink)
"""Lost answers that another attempt would lose as well."""


class Resend(Enum):
    """When a request may be sent a second time.

    A request that surely was not executed (HTTP 429, no connection) is always sent again. One
    whose answer was lost is sent again only if that cannot do harm:

    ========== ======================================================================
    READ       always
    IDEMPOTENT yes: twice is the same as once, whoever writes in between
               (``.alter-merge``: it only adds)
    NEVER      no: the second would overwrite what another principal wrote in between
               (``.alter``, ``.delete``)
    ========== ======================================================================
    """

    READ = "read"
    IDEMPOTENT = "idempotent"
    NEVER = "never"


@dataclass(frozen=True)
class Retries:
    """How often a request is sent again, and who waits in between.

    Parameters
    ----------
    attempts
        Of one request, the first included.
    to_reach
        Of those, while there is no connection.
    waits_elsewhere
        Whether what lets requests go keeps the pause that a throttling cluster wants.
    sleep
        Waits for so many seconds.

    """

    attempts: int = 4
    to_reach: int = 4
    waits_elsewhere: bool = False
    sleep: Callable[[float], None] = time.sleep


AS_USUAL = Retries()


class Kusto:
    """One cluster's management and query endpoint.

    Parameters
    ----------
    uri
        The cluster.
    make_client
        Makes the SDK's client; called at the first request, since loading the SDK takes long.
    timeout
        Seconds allowed for a request and its answer, all attempts and pauses included.
    say
        Tells the user one line, when a wait is long enough to wonder about.
    retries
        How often a request is sent again.

    """

    def __init__(
        self,
        uri: str,
        make_client: Callable[[], KustoClient],
        *,
        timeout: float,
        say: Callable[[Note], None],
        retries: Retries = AS_USUAL,
    ) -> None:
        self.uri = uri
        self._retries = retries
        self._make_client = make_client
        self.timeout = timeout
        self._say = say
        self._client: KustoClient | None = None
        self.has_answered = False

    def close(self) -> None:
        """Close the client; the next request opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def command(self, text: str, *, database: str = "", resend: Resend = Resend.READ) -> Answer:
        """Send a management command; the database does not matter to cluster-level ones.

        Raises
        ------
        ConnectionFailure
            No answer; of these `AnswerLost` leaves open whether a write took effect.
        ServiceRefusal
            The service refused; nothing was changed.

        """
        client = self._opened()
        with within(self.timeout):
            try:
                return self._send(client.execute_mgmt, text, database, resend)
            except DatabaseNotFound as refusal:
                raise self._named(refusal, database) from refusal.__cause__

    def query(self, text: str, *, database: str) -> Answer:
        """Send a query; raises as `command` does."""
        return self._send(self._opened().execute_query, text, database, Resend.READ)

    def _opened(self) -> KustoClient:
        """Return the client, made when first needed: loading the SDK is no part of a request."""
        if self._client is None:
            try:
                self._client = self._make_client()
            except Exception as failure:
                raise typed(failure, self.uri) from failure
        return self._client

    def _send(self, method: Execute, text: str, database: str, resend: Resend) -> Answer:
        lost: AnswerLost | None = None
        with within(self.timeout) as deadline:
            for attempt in itertools.count(1):
                try:
                    return self._once(method, text, database)
                except AdxmiError as failure:
                    pause = _pause(failure, attempt, resend, deadline, self._retries)
                    if pause is None and lost is not None and resend is not Resend.READ:
                        raise lost from failure  # what was sent first may have been carried out
                    if pause is None:
                        raise
                    if isinstance(failure, AnswerLost):
                        lost = failure
                    self._wait(pause, failure)
        raise AssertionError  # pragma: no cover - the loop ends by return or raise

    def _once(self, method: Execute, text: str, database: str) -> Answer:
        try:
            dataset = method(database or None, text, self._properties())
            tables = dataset.primary_results
        except Exception as failure:
            raise typed(failure, self.uri) from failure
        if not tables:
            raise unreadable_answer("no result table")
        answer = Answer(tables[0])
        self.has_answered = True
        return answer

    def _properties(self) -> Any:
        from azure.kusto.data import ClientRequestProperties

        properties = ClientRequestProperties()
        properties.set_option(
            ClientRequestProperties.request_timeout_option_name, timedelta(seconds=self.timeout)
        )
        return properties

    def _wait(self, seconds: float, failure: AdxmiError) -> None:
        if seconds >= _WORTH_SAYING:
            self._say(f"{failure.what}: trying again in {seconds:.0f} s")
        self._retries.sleep(seconds)

    def _named(self, refusal: DatabaseNotFound, database: str) -> DatabaseNotFound:
        """Say which database, and which one may have been meant."""
        try:
            answer = self._send(self._opened().execute_mgmt, ".show databases", "", Resend.READ)
            names = [text_cell(row, "DatabaseName") for row in answer.rows(DATABASES)]
        except AdxmiError:  # the refusal itself says more than this second failure
            return refusal
        match = closest(database, names)
        named = DatabaseNotFound(
            f"there is no database {database!r}",
            why=Explain.of(
                f"{refusal.why} (there are: ",
                Several.of(sorted(names), otherwise="none you can see"),
                ")",
            ),
            fix=ChangeOption("--database", match)
            if match
            else Command.of("policy", "show", "--all-databases"),
        )
        named.service = refusal.service
        return named


def _pause(
    failure: AdxmiError, attempt: int, resend: Resend, deadline: Deadline, retries: Retries
) -> float | None:
    """Return the seconds to wait before another attempt, or None for no other attempt.

    There is none that could begin only after the deadline.
    """
    is_unreached = isinstance(failure, ClusterUnreachable)
    if attempt >= (retries.to_reach if is_unreached else retries.attempts):
        return None
    wanted = _wanted_pause(failure, attempt, resend)
    if wanted is not None and retries.waits_elsewhere and isinstance(failure, Throttled):
        return 0.0
    return wanted if wanted is not None and wanted < deadline.left else None


def _wanted_pause(failure: AdxmiError, attempt: int, resend: Resend) -> float | None:
    if isinstance(failure, Throttled):
        asked = retry_after(failure)
        wait = 2.0 ** (attempt - 1) if asked is None else asked
        return wait if wait <= _LONGEST_WAIT else None
    if isinstance(failure, _FINAL):
        return None
    lost = isinstance(failure, AnswerLost) and resend is not Resend.NEVER
    if lost or isinstance(failure, ClusterUnreachable):
        return float(_FIRST_PAUSE * 2 ** (attempt - 1))
    return None
