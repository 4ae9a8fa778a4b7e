"""How long a cluster takes that has a million requests in its log: to aggregate, and to be audited.

The service is another process, so that its processor time and memory are its own.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

from tests.benchmarks.many_databases import TOKEN
from tests.benchmarks.processes import probe
from tests.benchmarks.served_apart import serving
from tests.benchmarks.table import Budget, Row, Samples, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.benchmarks.served_apart import Done, Service

REQUESTS = 1_000_000
DATABASES = 40
_AGGREGATE = (
    ".show queries | where StartedOn > ago(30d) and State == 'Completed' "
    "| summarize Times = count(), Last = max(StartedOn), Cpu = sum(TotalCpu) by Database, User"
)
_MOST_SECONDS, _MOST_MEMORY = Budget(1.0), Budget(400)


def log_rows(home: Path, runs: int) -> Iterator[Row]:
    """Measure an aggregate of the log, and ``audit`` of the cluster that has it."""
    began = time.perf_counter()
    with serving(home, DATABASES, "workflows", "requests", str(REQUESTS)) as service:
        started = time.perf_counter() - began
        yield Row(f"start of the service, {REQUESTS:,} requests seeded", started)
        yield from _aggregate_rows(service, runs)
        yield from _audit_rows(service, home)


def _aggregate_rows(service: Service, runs: int) -> Iterator[Row]:
    sdk = KustoConnectionStringBuilder.with_token_provider(service.uri, lambda: TOKEN)
    with KustoClient(sdk) as client:

        def ask() -> None:
            client.execute_mgmt("Sales", _AGGREGATE)

        ask()  # loads the engine
        taken, used = zip(*(_used(service, ask) for _ in range(runs)), strict=True)
    yield Row(
        f"`.show queries | where … | summarize …` of {REQUESTS:,} requests, 30 ms",
        Samples(taken),
        budget=_MOST_SECONDS,
    )
    yield Row("processor time of the service", Samples(tuple(one.processor for one in used)))


def _audit_rows(service: Service, home: Path) -> Iterator[Row]:
    told = {}

    def ask() -> None:
        told.update(probe(sys.executable, "checked", service.uri, "4", "audit", home=home))

    _, used = _used(service, ask)
    yield Row(f"`audit`, {DATABASES} databases, {REQUESTS:,} requests, 30 ms", told["seconds"])
    yield Row("requests it sends", used.requests, Unit.COUNT)
    yield Row("processor time of the client", told["processor"])
    yield Row("processor time of the service", used.processor)
    yield Row("most memory of the client", told["megabytes"], Unit.MEGABYTES, _MOST_MEMORY)
    yield Row("most memory of the service", used.megabytes, Unit.MEGABYTES)


def _used(service: Service, call: Callable[[], None]) -> tuple[float, Done]:
    """Return how long a call took, and what the service did for it; its memory is that of all."""
    before, began = service.done(), time.perf_counter()
    call()
    taken, after = time.perf_counter() - began, service.done()
    done = type(after)(
        after.requests - before.requests, after.processor - before.processor, after.megabytes
    )
    return taken, done
