"""How near a read of many databases comes to what latency and requests at a time allow.

The service is another process, since it would share one interpreter with its client otherwise: the
figure would be that of both.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.benchmarks.processes import PROBES, environment
from tests.benchmarks.shells import bench, timed
from tests.benchmarks.table import Budget, Row, Samples, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benchmarks.shells import Bench

LATENCY = 0.03
DATABASES = 1000
IN_FLIGHT = (4, 16)
_MOST = Budget(1.3)


def many_databases_rows(home: Path, runs: int) -> list[Row]:
    """Measure ``policy show --all-databases`` beside the least time it can take."""
    with bench(home) as started, _served(home) as uri:
        return [row for most in IN_FLIGHT for row in _rows(started, uri, most, max(3, runs // 5))]


def _rows(started: Bench, uri: str, most: int, runs: int) -> list[Row]:
    started.magic(
        f"connect {uri} --credential default "
        f"--database Sales --name at{most} --max-in-flight {most}"
    )
    _read(started)
    taken = Samples(tuple(timed(lambda: _read(started)) for _ in range(runs)))
    least = DATABASES / most * LATENCY
    what = f"`policy show --all-databases`, {DATABASES:,} databases, 30 ms, {most} at a time"
    return [
        Row(what, taken),
        Row(f"least time: {DATABASES:,} / {most} x 30 ms", least),
        Row("how many times the least time", taken.median / least, Unit.TIMES, _MOST),
    ]


def _read(started: Bench) -> None:
    found = started.magic("policy show --all-databases")["database"].nunique()
    if found != DATABASES:
        raise SystemExit(f"{found} databases were read instead of {DATABASES}")


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """Start the service in a process of its own; give its address."""
    probe = [sys.executable, "-I", str(PROBES / "served.py"), str(DATABASES), str(LATENCY)]
    with subprocess.Popen(
        probe,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the service has no pipes")
        yield process.stdout.readline().strip()
        process.stdin.close()
