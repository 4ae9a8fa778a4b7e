"""What a fresh process pays: loading the extension, and the first line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import probe
from tests.benchmarks.table import Budget, Row, Samples, Unit


def loading_rows(runs: int, jupysql_python: str, home: Path) -> list[Row]:
    """Measure ``%load_ext`` of this extension and of JupySQL, in turns."""
    own, other = [], []
    for _ in range(runs + 1):
        own.append(probe(sys.executable, "load_extension", "adxmi_jupyter", home=home))
        other.append(probe(jupysql_python, "load_extension", "sql", home=home))
    _check_comparable(own[0], other[0])
    mine, theirs = _samples(own), _samples(other)
    heavy = own[0]["heavy"]
    return [
        Row("`%load_ext adxmi_jupyter` in a running shell", mine, budget=Budget(0.1)),
        Row(f"`%load_ext sql` (JupySQL {other[0]['version']}) in a running shell", theirs),
        Row(
            "how many times faster than JupySQL",
            theirs.median / mine.median,
            Unit.TIMES,
            Budget(25, at_least=True),
        ),
        Row(
            f"of pandas, numpy, azure, h11, click loaded by it: {', '.join(heavy) or 'none'}",
            len(heavy),
            Unit.COUNT,
            Budget(0),
        ),
    ]


def first_line_row(runs: int, home: Path) -> Row:
    """Measure the first ``%adxmi policy show`` of a process."""
    told = [probe(sys.executable, "first_line", home=home) for _ in range(runs + 1)]
    what = "first `%adxmi policy show`, embedded Azure started, result formatted"
    return Row(what, _samples(told), budget=Budget(2.5))


def cold_start_rows(runs: int, home: Path) -> list[Row]:
    """Measure a console's first answer beside the libraries that it needs, in turns.

    Bytecode is there: the first process of each is not counted.
    """
    names = ("embedded_azure", "console", "libraries")
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(runs + 1):
        for name in names:
            told[name].append(probe(sys.executable, "cold_start", name, home=home))
    started, console, libraries = (_samples(told[name]) for name in names)
    return [
        Row("importing and starting the embedded Azure", started, budget=Budget(0.45)),
        Row("`adxmi policy show` in a console, embedded Azure started", console),
        Row("`import pandas, azure.kusto.data`", libraries),
        Row(
            "how many times the libraries alone",
            console.median / libraries.median,
            Unit.TIMES,
            Budget(1.6),
        ),
    ]


def memory_row(home: Path) -> Row:
    """Measure the most memory that a process needs that lists very many external tables."""
    told = probe(sys.executable, "many_tables", home=home)
    what = "most memory of a process that lists 2,000 external tables, embedded Azure included"
    return Row(what, told["megabytes"], Unit.MEGABYTES, Budget(300))


def _samples(told: list[dict[str, Any]]) -> Samples:
    """Return the seconds without the first process's, which may have compiled bytecode."""
    return Samples(tuple(one["seconds"] for one in told[1:]))


def _check_comparable(own: dict[str, Any], other: dict[str, Any]) -> None:
    for what in ("ipython", "python"):
        if own[what] != other[what]:
            raise SystemExit(
                f"JupySQL's interpreter has {what} {other[what]}, this one {own[what]}: "
                "they cannot be compared"
            )
