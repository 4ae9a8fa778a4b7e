"""What a line costs on top of the SDK call it wraps, in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.shells import in_turns
from tests.benchmarks.table import Budget, Row, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.shells import Bench
    from tests.benchmarks.table import Samples

LATENCY = 0.03
DATABASES = 40
TABLES = 2000

_SHOW = ".show database ['{}'] policy managed_identity"


def overhead_rows(bench: Bench, runs: int) -> list[Row]:
    """Measure ``%adxmi policy show`` beside the bare call, with and without latency."""
    slow_magic, slow_bare = _pair(bench, runs, LATENCY)
    fast_magic, fast_bare = _pair(bench, runs, 0.0)
    return [
        Row("warm `%adxmi policy show`, service latency 30 ms", slow_magic),
        Row("bare SDK call and DataFrame, service latency 30 ms", slow_bare),
        Row("magic over bare call", slow_magic.median / slow_bare.median, Unit.TIMES, Budget(1.1)),
        Row("warm `%adxmi policy show`, no latency", fast_magic),
        Row("bare SDK call and DataFrame, no latency", fast_bare),
        Row("added by the magic", fast_magic.median - fast_bare.median, budget=Budget(0.005)),
    ]


def many_databases_rows(bench: Bench, runs: int) -> list[Row]:
    """Measure ``--all-databases`` beside the same commands one after the other."""
    cluster = bench.azure.world.cluster
    for number in range(DATABASES - len(cluster.databases)):
        added = bench.azure.world.add_database(f"Bench{number:02}")
        added.policy = cluster.databases["Sales"].policy
    bench.azure.latency = LATENCY
    magic, bare = _compared(
        bench,
        lambda: bench.magic("policy show --all-databases"),
        lambda: _one_by_one(bench),
        runs,
    )
    return [
        Row(f"`policy show --all-databases`, {DATABASES} databases, latency 30 ms", magic),
        Row("the same commands one after the other, bare SDK", bare),
        Row("how many times faster", bare.median / magic.median, Unit.TIMES),
    ]


def many_workflows_rows(bench: Bench, runs: int) -> list[Row]:
    """Measure a list of external tables over databases beside the same calls in a row."""
    _fill(bench)
    bench.magic("external-table list --all-databases")  # names of identities are remembered
    bench.azure.latency = LATENCY
    magic, bare = _compared(
        bench,
        lambda: bench.magic("external-table list --all-databases"),
        lambda: _lists_one_by_one(bench),
        max(3, runs // 3),
    )
    what = f"`external-table list --all-databases`, {DATABASES} databases, {TABLES} tables, 30 ms"
    return [
        Row(what, magic, budget=Budget(3.0)),
        Row("the same commands one after the other, bare SDK", bare),
        Row("how many times faster", bare.median / magic.median, Unit.TIMES),
    ]


def _fill(bench: Bench) -> None:
    world = bench.azure.world
    ids = [identity.object_id for identity in world.identities]
    for place, database in enumerate(world.cluster.databases):
        for number in range(TABLES // DATABASES):
            identity = ids[(place + number) % len(ids)]
            string = (
                f"https://contosolake.blob.core.windows.net/t{number};managed_identity={identity}"
            )
            world.add_external_table(f"Table{number:03}", string, database=database)


def _lists_one_by_one(bench: Bench) -> None:
    names = bench.bare("Sales", ".show databases")["DatabaseName"]
    for name in names:
        bench.bare(name, ".show external tables")


def _pair(bench: Bench, runs: int, latency: float) -> list[Samples]:
    bench.azure.latency = latency
    command = _SHOW.format("Sales")
    return _compared(
        bench, lambda: bench.magic("policy show"), lambda: bench.bare("Sales", command), runs
    )


def _compared(
    bench: Bench, magic: Callable[[], object], bare: Callable[[], object], runs: int
) -> list[Samples]:
    """Warm both calls up, see that they send equally many requests, and time them in turns."""
    sent = [_requests(bench, call) for call in (magic, bare) for _ in range(3)]
    if len(set(sent)) > 1:
        raise SystemExit(f"the calls compared do not send the same number of requests: {sent}")
    return in_turns(magic, bare, runs)


def _requests(bench: Bench, call: Callable[[], object]) -> int:
    before = bench.azure.requests_served
    call()
    return bench.azure.requests_served - before


def _one_by_one(bench: Bench) -> None:
    names = bench.bare("Sales", ".show databases")["DatabaseName"]
    for name in names:
        bench.bare(name, _SHOW.format(name.replace("'", "\\'")))
