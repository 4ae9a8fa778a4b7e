"""How near the policy matrix of a fleet comes to what the pace allows, with clusters that fail.

The clusters are in another process. Some are stopped, some throttle or hang, one has an expired
certificate: each has to be reported as what it is, and none may keep the others waiting.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.benchmarks.processes import PROBES, environment, probe
from tests.benchmarks.served_apart import LATENCY, Service
from tests.benchmarks.table import Budget, Row, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CLUSTERS, DATABASES = 100, 100
AT_A_TIME, IN_FLIGHT, PER_SECOND = 32, 4, 5.0
EXPECTED = {"stopped": 12, "throttled": 3, "no answer": 2, "certificate not trusted": 1}
IDENTITIES = 5
_MOST, _MOST_MEMORY = Budget(1.5), Budget(400)


def fleet_rows(home: Path, clusters: int = CLUSTERS, databases: int = DATABASES) -> list[Row]:
    """Measure ``policy matrix --fleet`` without a rate, with it, and with one cluster at a time."""
    with _serving(home, clusters, databases) as service:
        return [
            row
            for what, rate, at_a_time in (
                ("no rate limit", 0.0, AT_A_TIME),
                (f"{PER_SECOND:g} requests a second to each", PER_SECOND, AT_A_TIME),
                ("no rate limit, one cluster at a time", 0.0, 1),
            )
            for row in _rows(home, service, (clusters, databases), (what, rate, at_a_time))
        ]


def _rows(
    home: Path, service: Service, size: tuple[int, int], pace: tuple[str, float, int]
) -> list[Row]:
    (clusters, databases), (what, rate, at_a_time) = size, pace
    before = service.done().requests
    told = probe(
        sys.executable,
        "fleet_matrix",
        str(home / "addresses.json"),
        home=home,
        more={"ADXMI_FLEET_PER_SECOND": str(rate), "ADXMI_FLEET_CLUSTERS": str(at_a_time)},
    )
    requests = service.done().requests - before
    good = _good(told, clusters, databases)
    least = _least(databases, rate) * math.ceil(good / at_a_time)
    title = f"`policy matrix --fleet`, {clusters} x {databases} databases, 30 ms, {what}"
    return [
        Row(title, told["until_last"]),
        Row(f"least time: {good} clusters, {at_a_time} at a time", least),
        Row(
            "how many times the least time",
            told["until_last"] / least,
            Unit.TIMES,
            _MOST if rate else None,
        ),
        Row("until those that do not answer are given up", told["seconds"]),
        Row("requests it sends", requests, Unit.COUNT),
        Row("processor time of the client", told["processor"]),
        Row("most memory of the client", told["megabytes"], Unit.MEGABYTES, _MOST_MEMORY),
    ]


def _least(databases: int, rate: float) -> float:
    """Return the least time of one cluster: the cluster's policy, and that of each database."""
    by_latency = (databases + 1) / IN_FLIGHT * LATENCY
    return max(by_latency, (databases + 1) / rate) if rate else by_latency


def _good(told: Mapping[str, Any], clusters: int, databases: int) -> int:
    """Return how many clusters were read; the others have to be reported as what they are."""
    states = dict(told["states"])
    good: int = states.pop("reached")
    expected = EXPECTED | {"stopped": clusters * 12 // 100}
    if states != {name: count for name, count in expected.items() if count}:
        raise SystemExit(f"the clusters were reported as {states} instead of {expected}")
    if told["rows"] != good * databases * IDENTITIES:
        raise SystemExit(f"{told['rows']} rows of {good} clusters were read")
    return good


@contextmanager
def _serving(home: Path, clusters: int, databases: int) -> Iterator[Service]:
    """Start the clusters in a process of their own; their addresses are in a file."""
    words = [str(PROBES / "served_fleet.py"), str(clusters), str(databases), str(LATENCY)]
    with subprocess.Popen(
        [sys.executable, "-I", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise SystemExit("the service has no pipes")
        told = process.stdout.readline()
        (home / "addresses.json").write_text(told, "utf-8")
        yield Service(json.loads(told)["uri"], process)
        process.stdin.close()
