"""What a cluster keeps about data that came in: operations that made extents, and streams.

Pages: `.show data operations`, `.show streamingingestion statistics`, `… failures`.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MOST_ENTRIES = 10_000
DATA_OPERATIONS_KEPT = timedelta(days=30)
STREAMS_KEPT = timedelta(days=14)

BATCH_INGEST = "BatchIngest"
SET_OR_APPEND = "SetOrAppend"
UPDATE_POLICY = "UpdatePolicy"
_Entry = TypeVar("_Entry")
# A tick of the processor's clock, as sizes of times in the log show it.
_CPU_TICK = timedelta(microseconds=15_625)
_ROWS_IN_A_TICK = 1000
_OWN_SHARE = 8


@dataclass(frozen=True)
class Origin:
    """What brought rows into a table, and for whom.

    `activity_id` is that of the request, empty without one; `size` that of the data in bytes.
    """

    kind: str = BATCH_INGEST
    principal: str = ""
    client_activity_id: str = ""
    activity_id: str = ""
    size: int = 0
    properties: Mapping[str, Any] = field(default_factory=dict)


# The service itself, which ingests from queues and data connections.
DATA_MANAGEMENT = Origin(
    principal="aadapp=2f8e6a40-91c3-4d57-b0a8-6c1d5e93f724;8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3",
    client_activity_id="DM.IngestionExecutor;7c0b1d52-4e86-4f39-a2d1-93b5e80f6c47;1",
)
_CURRENT: ContextVar[Origin] = ContextVar("origin of data", default=DATA_MANAGEMENT)


def current_origin() -> Origin:
    """Return what brings in data at present: a command of this thread, or the service itself."""
    return _CURRENT.get()


@contextmanager
def bringing(origin: Origin) -> Iterator[None]:
    """Let data that comes in while the block runs, in this thread, have this origin."""
    token = _CURRENT.set(origin)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@dataclass(frozen=True)
class DataOperation:
    """One operation that made an extent."""

    happened_ns: int
    database: str
    table: str
    origin: Origin
    rows: int

    @property
    def extent_size(self) -> int:
        """Bytes of the extent: columns of few values shrink, and an extent is never empty."""
        return 1024 + self.origin.size // 2

    @property
    def total_cpu(self) -> timedelta:
        """Processor time, as much as such a number of rows takes."""
        return _CPU_TICK * (1 + self.rows // _ROWS_IN_A_TICK)

    @property
    def duration(self) -> timedelta:
        """How long it took."""
        return self.total_cpu * _OWN_SHARE


@dataclass(frozen=True)
class StreamBucket:
    """Streaming ingestion of one principal into one table within some minutes.

    `failure` is its error code and details, None for what came in.
    """

    begun_ns: int
    length: timedelta
    database: str
    table: str
    principal: str
    count: int
    rows: int
    size: int
    activity_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    failure: tuple[str, str] | None = None


def _bounded() -> deque[Any]:
    return deque(maxlen=MOST_ENTRIES)


@dataclass
class DataLog:
    """The newest operations and streams, oldest first."""

    operations: deque[DataOperation] = field(default_factory=_bounded)
    streams: deque[StreamBucket] = field(default_factory=_bounded)


def put_before(entries: deque[_Entry], earlier: Iterable[_Entry]) -> None:
    """Put entries before all others; the oldest go where there are too many."""
    every = [*earlier, *entries]
    entries.clear()
    entries.extend(every)


def kept(
    entries: Iterable[_Entry], now_ns: int, longest: timedelta, moment: Callable[[_Entry], int]
) -> list[_Entry]:
    """Return the entries that are no older than this."""
    first_ns = now_ns - longest // timedelta(microseconds=1) * 1000
    return [each for each in entries if moment(each) >= first_ns]
