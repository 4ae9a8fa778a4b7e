"""Entries of the logs at days before a moment; the same ones for each moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.journal.recording import event_name
from adxmi_jupyter.embedded.kusto.logs.recording import logged_text
from adxmi_jupyter.embedded.state.data_log import (
    BATCH_INGEST,
    DATA_MANAGEMENT,
    SET_OR_APPEND,
    UPDATE_POLICY,
    DataOperation,
    Origin,
    StreamBucket,
)
from adxmi_jupyter.embedded.state.entities import CommandOperation
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.ingestion import IngestionFailure
from adxmi_jupyter.embedded.state.journal import Change, JournalEntry
from adxmi_jupyter.embedded.state.request_log import (
    LoggedRequest,
    RequestEnd,
    RequestHead,
    RequestState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
    from adxmi_jupyter.embedded.state.security import Principal

_MINUTE_NS = 60 * 1_000_000_000
_DAY_NS = 24 * 60 * _MINUTE_NS
_MILLISECOND_NS = 1_000_000
_MILLISECONDS = 40_000
_BYTES_IN_A_ROW = 48
_SHORTEST = timedelta(milliseconds=16)
# By the application: what its request IDs begin with.
_ACTIVITIES = {"KusWeb": "KustoWebV2", "Kusto.Explorer": "KE.RunQuery"}


@dataclass(frozen=True)
class Moment:
    """A time of day, `HH:MM`, so many days before the first request: today is day 0."""

    days_ago: int
    clock: str

    def ns(self, began_ns: int) -> int:
        """Return it in nanoseconds since 1970, some seconds late as in life."""
        hours, minutes = map(int, self.clock.split(":"))
        midnight = began_ns // _DAY_NS * _DAY_NS - self.days_ago * _DAY_NS
        late = _number(_MILLISECONDS, self.clock, str(self.days_ago)) * _MILLISECOND_NS
        return midnight + (60 * hours + minutes) * _MINUTE_NS + late


@dataclass(frozen=True)
class Client:
    """Who sends requests, and with which program."""

    principal: Principal
    application: str = "Kusto.Explorer"


@dataclass
class Timeline:
    """Collects what happened before a moment on a cluster, each log by itself."""

    cluster: Cluster
    began_ns: int
    requests: list[LoggedRequest] = field(default_factory=list)
    operations: list[CommandOperation] = field(default_factory=list)
    data: list[DataOperation] = field(default_factory=list)
    streams: list[StreamBucket] = field(default_factory=list)
    failures: list[IngestionFailure] = field(default_factory=list)
    changes: list[tuple[int, Change]] = field(default_factory=list)

    def query(
        self,
        when: Moment,
        client: Client,
        database: str,
        text: str,
        *,
        state: RequestState = RequestState.COMPLETED,
        reason: str = "",
        rows: int = 1,
    ) -> None:
        """Add a query; its reason says why it did not end well."""
        self._request(when, client, database, text, _end(when, text, state, reason, rows))

    def command(
        self,
        when: Moment,
        client: Client,
        database: str,
        text: str,
        kind: str,
        *,
        reason: str = "",
        rows: int = 1,
    ) -> str:
        """Add a command, and the operation that it was; return the ID of its answer."""
        state = RequestState.FAILED if reason else RequestState.COMPLETED
        end = _end(when, text, state, reason, rows, kind)
        head = self._request(when, client, database, text, end)
        self.operations.append(
            CommandOperation(
                stable_id("operation", head.activity_id),
                kind,
                head.started_ns,
                state,
                reason,
                database,
                head.principal,
                head.user,
                head.activity_id,
                end.duration,
            )
        )
        return head.activity_id

    def change(
        self,
        when: Moment,
        client: Client,
        text: str,
        kind: str,
        *,
        database: str = "",
        subject: tuple[str, ...] = (),
        states: tuple[str, str] = ("", ""),
        is_logged: bool = True,
    ) -> None:
        """Add a command that changed metadata; what a deployment script ran is not logged."""
        activity_id = _id("activity", when, text)
        if is_logged:
            activity_id = self.command(when, client, database or "NetDefaultDB", text, kind)
        around = database or self.cluster.name
        entity = subject[-1] if subject else around
        container = (around, *subject)[-2] if subject else database
        change = Change(
            event_name(kind),
            database,
            entity,
            container,
            *states,
            logged_text(text),
            client.principal,
            activity_id,
            _client_id(client.application, when, text),
        )
        self.changes.append((when.ns(self.began_ns), change))

    def ingestion(
        self,
        when: Moment,
        database: str,
        table: str,
        rows: int,
        client: Client | None = None,
        *,
        from_query: bool = False,
    ) -> None:
        """Add rows that came in, by a client's command or from a queue or connection."""
        origin = DATA_MANAGEMENT
        if client is not None:
            kind = SET_OR_APPEND if from_query else BATCH_INGEST
            request_id = _client_id(client.application, when, table)
            origin = Origin(kind, client.principal.fqn, request_id)
        shown = {} if from_query else {"Format": "Csv", "NumberOfInputStreams": 1}
        self._data(when, database, table, rows, origin, origin.kind, shown)

    def update(self, when: Moment, database: str, table: str, source: str, rows: int) -> None:
        """Add rows that an update policy made of those that came into its source."""
        shown = {"SourceTable": source}
        self._data(when, database, table, rows, DATA_MANAGEMENT, UPDATE_POLICY, shown)

    def stream(
        self,
        when: Moment,
        principal: Principal,
        place: tuple[str, str],
        rows: int,
        failure: tuple[str, str] | None = None,
    ) -> None:
        """Add a bucket of streaming ingestion into a table of a database."""
        self.streams.append(
            StreamBucket(
                when.ns(self.began_ns),
                timedelta(minutes=1),
                *place,
                principal.fqn,
                1 if failure else rows,
                rows,
                rows * _BYTES_IN_A_ROW,
                _id("activity", when, *place),
                {
                    "Mapping": None,
                    "Format": "Json",
                    "Compressed": False,
                    "IngestionSource": "Stream",
                },
                failure,
            )
        )

    def failure(self, when: Moment, attempt: Attempt, code: str, details: str) -> None:
        """Add an ingestion that failed."""
        self.failures.append(
            IngestionFailure(
                attempt,
                code,
                details,
                _id("operation", when, attempt.source),
                _id("activity", when, attempt.source),
                when.ns(self.began_ns),
            )
        )

    def entries(self) -> list[JournalEntry]:
        """Return the journal, with the version of its database that each entry led to."""
        versions: Counter[str] = Counter()
        entries = []
        for moment, change in sorted(self.changes, key=lambda each: each[0]):
            versions[change.database] += 1
            entries.append(JournalEntry(change, moment, versions[change.database]))
        return entries

    def _request(
        self, when: Moment, client: Client, database: str, text: str, end: RequestEnd
    ) -> RequestHead:
        principal, address = client.principal, f"{self.cluster.public_uri}/"
        head = RequestHead(
            _client_id(client.application, when, text),
            _id("activity", when, text),
            logged_text(text),
            database,
            principal.fqn,
            principal.shown_name,
            principal.shown_name,
            client.application,
            not text.startswith("."),
            when.ns(self.began_ns),
            {
                "SecurityTokenPresent": True,
                "AuthorizationScheme": "Bearer",
                "RequestHostName": self.cluster.uri,
                "LocalClusterName": address,
                "OriginClusterName": address,
                "Options": {"api_version": "v1" if text.startswith(".") else "v2"},
            },
        )
        self.requests.append(LoggedRequest(head, end))
        return head

    def _data(
        self,
        when: Moment,
        database: str,
        table: str,
        rows: int,
        origin: Origin,
        kind: str,
        properties: Mapping[str, Any],
    ) -> None:
        made = Origin(
            kind,
            origin.principal,
            origin.client_activity_id,
            size=rows * _BYTES_IN_A_ROW,
            properties=properties,
        )
        self.data.append(DataOperation(when.ns(self.began_ns), database, table, made, rows))


def _end(
    when: Moment, text: str, state: RequestState, reason: str, rows: int, kind: str = ""
) -> RequestEnd:
    length = timedelta(milliseconds=_number(900, text, when.clock, str(when.days_ago)))
    has_run = state is not RequestState.THROTTLED
    return RequestEnd(
        state,
        reason,
        kind,
        _SHORTEST + length if has_run else timedelta(),
        length / 4 if has_run else timedelta(),
        0 if reason else rows,
        0 if reason else rows * _BYTES_IN_A_ROW,
    )


def _client_id(application: str, when: Moment, *words: str) -> str:
    activity = _ACTIVITIES.get(application, f"{application}.run")
    return f"{activity};{_id('client', when, *words)}"


def _id(kind: str, when: Moment, *words: str) -> str:
    return stable_id("history", kind, str(when.days_ago), when.clock, *words)


def _number(below: int, *words: str) -> int:
    """Return a number below this one, which depends on the words only."""
    return int.from_bytes(sha256("/".join(words).encode()).digest()[:4]) % below
