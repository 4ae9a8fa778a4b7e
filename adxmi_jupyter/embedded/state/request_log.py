"""What a cluster keeps about requests: queries and commands, those that run and those that ended.

Pages: `.show queries`, `.show commands`, `.show commands-and-queries`, `.cancel query`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from adxmi_jupyter.embedded.state.request_archive import RequestArchive

MOST_REQUESTS = 10_000
LONGEST = timedelta(days=30)
LONGEST_TEXT = 64 * 1024
_MOST_CHARACTERS = 32 * 1024**2
_LONGEST_REASON = 4096
LONGEST_NS = LONGEST // timedelta(microseconds=1) * 1000
_ROOM_OF_THE_REST = 500


class RequestState(StrEnum):
    """How far a request is."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    THROTTLED = "Throttled"
    CANCELLED = "Cancelled"


@dataclass(frozen=True)
class RequestHead:
    """What is known of a request when it comes in.

    `activity_id` is the ID of its answer. `user` and `application` are what the client says of
    itself; `upn` is the caller's own name. `text` holds no hidden literals and is cut.
    """

    client_activity_id: str
    activity_id: str
    text: str
    database: str
    principal: str
    user: str
    upn: str
    application: str
    is_query: bool
    started_ns: int
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestEnd:
    """How a request ended; `rows` and `size` (bytes) are those of its answer."""

    state: RequestState = RequestState.COMPLETED
    reason: str = ""
    command_type: str = ""
    duration: timedelta = timedelta()
    total_cpu: timedelta = timedelta()
    rows: int = 0
    size: int = 0


@dataclass(frozen=True)
class LoggedRequest:
    """A request that has reached its final state."""

    head: RequestHead
    end: RequestEnd

    @property
    def ended_ns(self) -> int:
        """When it ended."""
        return self.head.started_ns + self.end.duration // timedelta(microseconds=1) * 1000

    @property
    def characters(self) -> int:
        """How much of the log's room it takes."""
        head = self.head
        named = (head.text, head.database, head.user, head.application, head.client_activity_id)
        told = (*named, self.end.reason, str(head.properties))
        return sum(map(len, told)) + _ROOM_OF_THE_REST


class RunningRequest:
    """A request under way, which another one may cancel.

    The thread that runs it says how it ends; until its answer goes out it is running. A command
    that does more than show something is an operation as well. `failure` is why one failed that had
    been answered before it ended.
    """

    def __init__(self, head: RequestHead) -> None:
        self.head = head
        self.command_type = ""
        self.is_operation = False
        self.operation_id = ""
        self.failure = ""
        self.rows = 0
        self.end: RequestEnd | None = None
        self.cancel_reason: str | None = None
        self._began = time.perf_counter()

    @property
    def duration(self) -> timedelta:
        """How long it has been running, by the machine."""
        return timedelta(seconds=time.perf_counter() - self._began)

    def ended(self) -> LoggedRequest | None:
        """Return it with its end; None when its end is unknown."""
        if self.end is None:
            return None
        end = replace(self.end, reason=self.end.reason[:_LONGEST_REASON], duration=self.duration)
        return LoggedRequest(self.head, end)


class RequestLog:
    """The newest requests that have ended, and those under way; safe to use from any thread.

    `archive` holds others that had ended before, if a world was given very many.
    """

    def __init__(self) -> None:
        self.archive: RequestArchive | None = None
        self._lock = threading.Lock()
        self._ended: deque[LoggedRequest] = deque()
        self._characters = 0
        self._running: dict[int, RunningRequest] = {}

    @contextmanager
    def following(self, request: RunningRequest) -> Iterator[None]:
        """Note that a request has come in and, when the block is left, that its answer goes out."""
        with self._lock:
            self._running[id(request)] = request
        try:
            yield
        finally:
            ended = request.ended()
            with self._lock:
                self._running.pop(id(request), None)
                self._add([ended] if ended else [])

    def add(self, *requests: LoggedRequest) -> None:
        """Note requests that have ended already."""
        with self._lock:
            self._add(requests)

    def put_before(self, requests: Iterable[LoggedRequest]) -> None:
        """Note requests that ended before all others."""
        with self._lock:
            later, self._ended, self._characters = self._ended, deque(), 0
            self._add([*requests, *later])

    def ended(self, now_ns: int) -> list[LoggedRequest]:
        """Return those that are not too old, oldest first, and forget the others."""
        with self._lock:
            while self._ended and self._ended[0].head.started_ns < now_ns - LONGEST_NS:
                self._forget_oldest()
            return list(self._ended)

    def running(self) -> list[RunningRequest]:
        """Return those under way, oldest first."""
        with self._lock:
            return list(self._running.values())

    def cancel(self, reason: str, wanted: Callable[[RequestHead], bool]) -> bool:
        """Ask queries under way to end; return whether there were any."""
        found = [
            each
            for each in self.running()
            if each.head.is_query and each.end is None and wanted(each.head)
        ]
        for each in found:
            each.cancel_reason = reason
        return bool(found)

    def _add(self, requests: Iterable[LoggedRequest]) -> None:
        for each in requests:
            self._ended.append(each)
            self._characters += each.characters
        while len(self._ended) > MOST_REQUESTS or self._characters > _MOST_CHARACTERS:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._characters -= self._ended.popleft().characters
