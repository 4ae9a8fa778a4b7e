"""``python -m tests.benchmarks``: measure every budget and print the table.

Figures are taken inside the process that does the work, comparisons in turns. Budgets are held
against medians. The exit code is 1 if one is not met.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import (
    checking,
    completing,
    forms,
    fresh,
    grids,
    many_databases,
    processes,
    terminal,
    warm,
)
from tests.benchmarks.shells import bench
from tests.benchmarks.table import markdown, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.table import Row

CALLS_PER_RUN = 10

_HAS_LOAD = hasattr(os, "getloadavg")


def main() -> int:
    """Measure, print, and return 1 if a budget is not met."""
    chosen = _arguments()
    jupysql = chosen.jupysql_python or processes.jupysql_python()
    with tempfile.TemporaryDirectory() as home:
        machine = _machine()
        rows = list(_rows(chosen.runs, jupysql, Path(home)))
    print((markdown if chosen.markdown else text)(rows))
    print(f"\n{machine}")
    return 1 if any(row.budget and not row.budget.met(row.value) for row in rows) else 0


def _rows(runs: int, jupysql_python: str, home: Path) -> Iterator[Row]:
    calls = runs * CALLS_PER_RUN
    _say("loading")
    yield from fresh.loading_rows(runs, jupysql_python, home)
    _say("first line")
    yield fresh.first_line_row(runs, home)
    _say("cold start")
    yield from fresh.cold_start_rows(runs, home)
    _say("terminal")
    yield from terminal.terminal_rows(runs, home)
    yield from terminal.playground_rows(runs, home)
    with bench(home) as started:
        _say("warm lines")
        yield from warm.overhead_rows(started, calls)
        _say("completion")
        yield completing.in_process_row(started, calls)
        yield completing.kernel_row(calls, home)
        _say("many databases")
        yield from warm.many_databases_rows(started, runs)
        _say("many workflows")
        yield from warm.many_workflows_rows(started, runs)
    _say("a thousand databases")
    yield from many_databases.many_databases_rows(home, runs)
    _say("checks of many databases")
    yield from many_databases.whole_cluster_rows(home)
    _say("a whole cluster")
    yield from checking.checking_rows(home, runs)
    _say("long tables")
    yield from grids.grid_rows(runs, home)
    _say("forms")
    yield from forms.form_rows(runs, home)
    yield fresh.memory_row(home)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--markdown", action="store_true", help="print the table of docs/benchmarks.md"
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=15,
        metavar="N",
        help=f"fresh processes for each figure; {CALLS_PER_RUN} times as many calls inside one",
    )
    parser.add_argument(
        "--jupysql-python",
        metavar="PATH",
        help="an interpreter with JupySQL and the same IPython; without it one is made in build/",
    )
    chosen = parser.parse_args()
    if chosen.runs < 1:
        parser.error("--runs: at least one run is needed")
    return chosen


def _machine() -> str:
    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("pandas", "IPython"))
    busy = f" (load average {os.getloadavg()[0]:.1f} at the start)" if _HAS_LOAD else ""
    return (
        f"{os.cpu_count()} CPUs{busy}, Python {platform.python_version()}, {', '.join(versions)}; "
        "JupySQL alone in an environment with the same IPython."
    )


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
