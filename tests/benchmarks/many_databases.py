"""How near reads and checks of many databases come to what latency and requests at a time allow.

The service is another process, since it would share one interpreter with its client otherwise: the
figure would be that of both.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.helpers import dataframe_from_result_table

from tests.benchmarks.processes import probe
from tests.benchmarks.served_apart import LATENCY, serving
from tests.benchmarks.shells import bench, in_turns
from tests.benchmarks.table import Budget, Row, Unit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.shells import Bench

TOKEN = "embedded-admin"
DATABASES = 1000
IN_FLIGHT = (4, 16)
_MOST = Budget(1.3)
CHECKED = ((40, 4), (200, 4), (1000, 4), (1000, 16))
"""How many databases are checked, with how many requests at a time."""

_EACH = 7
"""Workflows in each database, one of each kind that is kept at least."""

_A_DATABASE, _OF_CLUSTER = 6, 40
"""The most requests of a check: for each database, and for what is of all of them."""

_MOST_OF_PLAN = Budget(1.5)
_MOST_OF_CHECK = Budget(2.0)  # of very many; of few the process that begins takes as long
_VERY_MANY = 1000
_MOST_MEMORY = Budget(400)


def many_databases_rows(home: Path, runs: int) -> list[Row]:
    """Measure ``policy show --all-databases`` beside the least time, and beside the bare SDK."""
    with bench(home) as started, serving(home, DATABASES) as service:
        several = max(3, runs // 5)
        return [row for most in IN_FLIGHT for row in _rows(started, service.uri, most, several)]


def _rows(started: Bench, uri: str, most: int, runs: int) -> list[Row]:
    started.magic(
        f"connect {uri} --credential default "
        f"--database Sales --name at{most} --max-in-flight {most}"
    )
    names = _read(started)
    with KustoClient(KustoConnectionStringBuilder.with_token_provider(uri, lambda: TOKEN)) as sdk:
        _read_by_sdk(sdk, names, most)
        taken, bare = in_turns(lambda: _read(started), lambda: _read_by_sdk(sdk, names, most), runs)
    least = DATABASES / most * LATENCY
    what = f"`policy show --all-databases`, {DATABASES:,} databases, 30 ms, {most} at a time"
    return [
        Row(what, taken),
        Row(f"least time: {DATABASES:,} / {most} x 30 ms", least),
        Row("how many times the least time", taken.median / least, Unit.TIMES, _MOST),
        Row(f"the same requests by the bare SDK, {most} threads", bare),
        Row("how many times the bare SDK", taken.median / bare.median, Unit.TIMES),
    ]


def _read(started: Bench) -> list[str]:
    found = list(started.magic("policy show --all-databases")["database"].unique())
    if len(found) != DATABASES:
        raise SystemExit(f"{len(found)} databases were read instead of {DATABASES}")
    return found


def _read_by_sdk(sdk: KustoClient, names: list[str], most: int) -> None:
    def policy_of(name: str) -> object:
        quoted = name.replace("'", "\\'")
        answer = sdk.execute_mgmt(name, f".show database ['{quoted}'] policy managed_identity")
        return dataframe_from_result_table(answer.primary_results[0])

    with ThreadPoolExecutor(most) as threads:
        list(threads.map(policy_of, names))


def plan_rows(home: Path) -> list[Row]:
    """Measure ``plan`` of a file with three entries for each of many databases, once."""
    most = IN_FLIGHT[0]
    with serving(home, DATABASES, "entries") as service:
        told = probe(sys.executable, "planned", service.uri, str(most), str(home), home=home)
    if told["rows"] != 1:
        raise SystemExit(f"{told['rows']} changes were planned instead of 1")
    least = DATABASES / most * LATENCY
    what = f"`plan`, {DATABASES:,} databases, 3 entries each, 30 ms, {most} at a time"
    return [
        Row(what, told["seconds"]),
        Row("how many times the least time of reading policies", told["seconds"] / least,
            Unit.TIMES, _MOST_OF_PLAN),
        Row("how many times `policy show --all-databases`", told["seconds"] / told["read"],
            Unit.TIMES),
        Row("processor time of the client", told["processor"]),
    ]  # fmt: skip


def whole_cluster_rows(home: Path) -> list[Row]:
    """Measure ``check`` of clusters of several sizes, each in a process of its own, once."""
    return [row for number, most in CHECKED for row in _check_rows(home, number, most)]


def _check_rows(home: Path, number: int, most: int) -> list[Row]:
    with serving(home, number, "workflows") as service:
        before = service.done().requests
        told = probe(sys.executable, "checked", service.uri, str(most), home=home)
        requests = service.done().requests - before
    least = requests / most * LATENCY
    budget = _MOST_OF_CHECK if number >= _VERY_MANY else None
    what = f"`check`, {number:,} databases, {number * _EACH:,} workflows, 30 ms, {most} at a time"
    return [
        Row(what, told["seconds"]),
        Row("requests it sends", requests, Unit.COUNT, Budget(_A_DATABASE * number + _OF_CLUSTER)),
        Row(f"least time: {requests:,} / {most} x 30 ms", least),
        Row("how many times the least time", told["seconds"] / least, Unit.TIMES, budget),
        Row("processor time of the client", told["processor"]),
        Row("most memory of the client", told["megabytes"], Unit.MEGABYTES, _MOST_MEMORY),
    ]
