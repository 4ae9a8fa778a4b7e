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
    fleet,
    forms,
    fresh,
    grids,
    logs,
    many_databases,
    processes,
    terminal,
    warm,
)
from tests.benchmarks.shells import bench
from tests.benchmarks.table import markdown, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.benchmarks.table import Row

CALLS_PER_RUN = 10

_HAS_LOAD = hasattr(os, "getloadavg")


def main() -> int:
    """Measure, print, and return 1 if a budget is not met."""
    chosen = _arguments()
    with tempfile.TemporaryDirectory() as home:
        machine = _machine()
        rows = list(_rows(chosen, Path(home)))
    print((markdown if chosen.markdown else text)(rows))
    print(f"\n{machine}")
    return 1 if any(row.budget and not row.budget.met(row.value) for row in rows) else 0


def _rows(chosen: argparse.Namespace, home: Path) -> Iterator[Row]:
    """Yield the rows of the chosen parts, each told as soon as it is measured."""
    for name, measured in PARTS.items():
        if chosen.only and name not in chosen.only:
            continue
        _say(f"measuring {name} …")
        own = home / name.replace(" ", "-")
        own.mkdir()
        for row in measured(chosen, own):
            _say(text([row]).splitlines()[-1])
            yield row


def _loading(chosen: argparse.Namespace, home: Path) -> Iterator[Row]:
    jupysql = chosen.jupysql_python or processes.jupysql_python()
    yield from fresh.loading_rows(chosen.runs, jupysql, home)


def _first_lines(chosen: argparse.Namespace, home: Path) -> Iterator[Row]:
    yield fresh.first_line_row(chosen.runs, home)
    yield from fresh.cold_start_rows(chosen.runs, home)


def _terminal(chosen: argparse.Namespace, home: Path) -> Iterator[Row]:
    yield from terminal.terminal_rows(chosen.runs, home)
    yield from terminal.playground_rows(chosen.runs, home)


def _warm(chosen: argparse.Namespace, home: Path) -> Iterator[Row]:
    calls = chosen.runs * CALLS_PER_RUN
    with bench(home) as started:
        yield from warm.overhead_rows(started, calls)
        yield completing.in_process_row(started, calls)
        yield completing.kernel_row(calls, home)
        yield from warm.many_databases_rows(started, chosen.runs)
        yield from warm.many_workflows_rows(started, chosen.runs)


PARTS: Mapping[str, Callable[[argparse.Namespace, Path], Iterable[Row]]] = {
    "loading": _loading,
    "first lines": _first_lines,
    "terminal": _terminal,
    "warm lines": _warm,
    "a thousand databases": lambda chosen, home: many_databases.many_databases_rows(
        home, chosen.runs
    ),
    "a plan of many databases": lambda _, home: many_databases.plan_rows(home),
    "checks of many databases": lambda _, home: many_databases.whole_cluster_rows(home),
    "a whole cluster": lambda chosen, home: checking.checking_rows(home, chosen.runs),
    "fleet": lambda _, home: fleet.fleet_rows(home),
    "logs": lambda chosen, home: logs.log_rows(home, chosen.runs),
    "long tables": lambda chosen, home: grids.grid_rows(chosen.runs, home),
    "forms": lambda chosen, home: forms.form_rows(chosen.runs, home),
    "memory": lambda _, home: [fresh.memory_row(home)],
}
"""What can be measured alone, in the order of the table."""


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
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part; may be repeated"
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
    print(what, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
