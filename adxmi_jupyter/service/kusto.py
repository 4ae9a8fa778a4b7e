"""Send commands and queries to one cluster; answers as tables, failures as typed errors.

Source: *Kusto Data library for Python*, *Query/management HTTP request* (Azure Data Explorer docs).
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, cast

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
from adxmi_jupyter.fixes import ChangeOption, Command
from adxmi_jupyter.model.kusto_shapes import ANY, DATABASES
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.address import ClusterAddress
from adxmi_jupyter.service.deadline import within
from adxmi_jupyter.service.failures import (
    retry_after,
    typed,
    unreadable_answer,
)
from adxmi_jupyter.service.frames import frame_of, rows_of
from adxmi_jupyter.service.in_flight import InFlight
from adxmi_jupyter.service.wholeness import (
    frames_of,
    partial_failure,
    read_v1,
    read_v2,
)

if TYPE_CHECKING:
    import pandas as pd
    from azure.kusto.data import KustoClient

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.deadline import Deadline
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.wholeness import (
        Reading,
    )

Execute = Callable[..., Any]
"""The SDK's method that sends a command, or a query."""

_ATTEMPTS = 4
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
    NEVER      no: the second would overwrite what somebody else wrote in between
               (``.alter``, ``.delete``)
    ========== ======================================================================
    """

    READ = "read"
    IDEMPOTENT = "idempotent"
    NEVER = "never"


class Answer:
    """The primary table of an answer.

    Raises
    ------
    UnreadableAnswer
        Columns have no names of their own, or rows more cells than there are columns.

    """

    def __init__(self, table: Any) -> None:
        names = [column.column_name for column in table.columns]
        if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            raise unreadable_answer("its columns have no names of their own")
        rows = table.raw_rows
        if not all(isinstance(row, list) and len(row) <= len(names) for row in rows):
            raise unreadable_answer("its rows are not as wide as there are columns")
        self._table = table

    @property
    def columns(self) -> dict[str, str]:
        """Column names with their Kusto types."""
        return {column.column_name: column.column_type for column in self._table.columns}

    def rows(self, shape: Shape = ANY) -> list[dict[str, Any]]:
        """Return the rows as dictionaries of the wire's own values.

        Raises
        ------
        UnreadableAnswer
            They are not of this shape, so nothing can be concluded from them.

        """
        names = [column.column_name for column in self._table.columns]
        if shape is not ANY and any(len(row) < len(names) for row in self._table.raw_rows):
            raise shape.unreadable("a row has fewer cells than there are columns")
        rows = [dict(zip(names, row, strict=True)) for row in rows_of(self._table)]
        return shape.of_table(names, rows)

    def frame(self) -> pd.DataFrame:
        """Return a DataFrame whose dtypes follow from the Kusto types alone (see `frame_of`).

        Raises
        ------
        UnreadableAnswer
            A value is not of its column's type.

        """
        try:
            return frame_of(self._table)
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise unreadable_answer(str(error)) from error


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

    """

    def __init__(
        self,
        uri: str,
        make_client: Callable[[], KustoClient],
        *,
        timeout: float,
        say: Callable[[Note], None],
    ) -> None:
        self.uri = uri
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
                    pause = _pause(failure, attempt, resend, deadline)
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
        time.sleep(seconds)

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
            why=f"{refusal.why} (there are: {', '.join(sorted(names)) or 'none you can see'})",
            fix=ChangeOption("--database", match)
            if match
            else Command.of("policy", "show", "--all-databases"),
        )
        named.service = refusal.service
        return named


def _pause(failure: AdxmiError, attempt: int, resend: Resend, deadline: Deadline) -> float | None:
    """Return the seconds to wait before another attempt, or None for no other attempt.

    There is none that could begin only after the deadline.
    """
    wanted = None if attempt >= _ATTEMPTS else _wanted_pause(failure, attempt, resend)
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


def _dataset(endpoint: str, reading: Reading, parse: Callable[[str, Any], Any]) -> Any:
    """Return the SDK's dataset of what was read.

    Raises
    ------
    PartialFailure
        It is not whole; `partial` of the error is what came.

    """
    is_v2 = "/v2/" in endpoint
    dataset = parse(endpoint, reading.tables if is_v2 else {"Tables": reading.tables})
    if reading.failures or dataset.errors_count:
        raise partial_failure(reading.failures, dataset.get_exceptions(), _came(dataset))
    return dataset


def _came(dataset: Any) -> pd.DataFrame | None:
    """Return what came of the first result; None if nothing of it can be read."""
    with suppress(AdxmiError, IndexError):
        return Answer(dataset.primary_results[0]).frame()
    return None


def make_client(
    uri: str,
    *,
    loopback: bool,
    authenticate: Callable[[str], Any],
    limits: Limits,
    in_flight: InFlight | None = None,
) -> KustoClient:
    """Make the SDK's client for a cluster whose host was checked (see `trust.check_host`).

    Parameters
    ----------
    uri
        The cluster.
    loopback
        Whether it is on this machine: proxies then do not apply.
    authenticate
        Returns the SDK's connection string builder for a URI.
    limits
        Of each request.
    in_flight
        The requests to the cluster that are under way; only those of this client if left out.

    """
    azure_log = logging.getLogger("azure")
    if not azure_log.handlers:  # else Python prints the SDK's warnings into people's notebooks
        azure_log.addHandler(logging.NullHandler())
    builder = authenticate(uri)
    builder.application_for_tracing = "adxmi_jupyter"
    builder.user_name_for_tracing = "[none]"  # else the name of your account on this machine
    return _bounded_client(uri, builder, limits, in_flight or InFlight(), loopback=loopback)


def _bounded_client(
    uri: str, builder: Any, limits: Limits, in_flight: InFlight, *, loopback: bool
) -> KustoClient:
    """Make the SDK's client with a transport of ours: there is no public way to give it one."""
    from azure.kusto.data import KustoClient
    from azure.kusto.data.exceptions import KustoClientInvalidConnectionStringException

    from adxmi_jupyter.service.transport import guarded_session
    from adxmi_jupyter.service.trust import check_sign_in, endpoint_of

    class Client(KustoClient):
        """The SDK's client, whose requests end when and where they have to."""

        def __init__(self, builder: Any) -> None:
            super().__init__(builder)
            self._session.close()
            self._session = guarded_session(
                endpoint_of(uri, uri),
                limits,
                in_flight,
                loopback=loopback,
                socket_options=KustoClient.compose_socket_options(),
            )

        def validate_endpoint(self) -> None:
            # Reads the cluster's metadata, too. The host itself was checked already: against the
            # same list and the hosts that the user added, which the SDK doesn't know.
            try:
                super().validate_endpoint()  # type: ignore[no-untyped-call]
            except KustoClientInvalidConnectionStringException as failure:
                check_sign_in(ClusterAddress(uri), failure)

        @staticmethod
        def _kusto_parse_by_endpoint(endpoint: str, response_json: Any) -> Any:
            # The SDK reads neither fragments nor what the last frame says, it overlooks the error
            # list of a v1 answer, and drops all rows of an answer that has an error among them.
            is_v2 = isinstance(response_json, list)
            if not is_v2 and not isinstance(response_json, dict):
                raise unreadable_answer("it is neither tables nor frames")
            reading = read_v2(response_json) if is_v2 else read_v1(response_json)
            return _dataset(endpoint, reading, KustoClient._kusto_parse_by_endpoint)  # noqa: SLF001

        @staticmethod
        def _handle_http_error(
            exception: Exception,
            endpoint: str | None,
            payload: Any,
            response: Any,
            status: int,
            response_json: Any,
            response_text: str | None,
        ) -> NoReturn:
            frames = frames_of(response_text or "") if status == HTTPStatus.OK else []
            if response_json is None and frames:
                reading = read_v2(frames, is_cut=True)
                _dataset(endpoint or "", reading, KustoClient._kusto_parse_by_endpoint)  # noqa: SLF001
            KustoClient._handle_http_error(  # noqa: SLF001
                exception, endpoint, payload, response, status, response_json, response_text
            )

    return cast("KustoClient", Client(builder))
