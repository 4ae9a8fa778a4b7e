"""What a fresh process pays: loading the extension, and the first line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import probe, process_seconds
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

    Both are whole processes, as one waits for them. Bytecode is there: the first ones of each are
    not counted.
    """
    console, libraries, started = [], [], []
    for _ in range(runs + 1):
        console.append(process_seconds("-m", "adxmi_jupyter", "policy", "show", home=home))
        libraries.append(process_seconds("-c", "import pandas, azure.kusto.data", home=home))
        started.append(probe(sys.executable, "embedded_azure", home=home))
    shown, needed = Samples(tuple(console[1:])), Samples(tuple(libraries[1:]))
    return [
        Row(
            "importing and starting the embedded Azure, until it has answered",
            _samples(started),
            budget=Budget(0.45),
        ),
        Row("`adxmi policy show` in a console, embedded Azure started: the whole process", shown),
        Row('`python -c "import pandas, azure.kusto.data"`', needed),
        Row(
            "how many times the libraries alone",
            shown.median / needed.median,
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
