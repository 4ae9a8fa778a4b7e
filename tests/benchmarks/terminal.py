"""What a terminal waits for: version, help, a <Tab>, and a result from the playground.

Whole processes are measured, in turns with those they are compared with.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.processes import process_seconds
from tests.benchmarks.table import Budget, Row, Samples, Unit

_PROGRAM = ("-m", "adxmi_jupyter")
_LIBRARIES = ("-c", "import pandas, azure.kusto.data")


def terminal_rows(runs: int, home: Path) -> list[Row]:
    """Measure what needs no cluster, over a Python that does nothing."""
    commands = {
        "`adxmi --version`, over a bare Python": ((*_PROGRAM, "--version"), "", 0.15),
        "`adxmi --help`, over a bare Python": ((*_PROGRAM, "--help"), "", 0.25),
        "a shell's completion of a verb, over a bare Python": (_PROGRAM, "adxmi policy gr", 0.25),
        "a shell's completion of a workflow's option, kept, over a bare Python": (
            _PROGRAM,
            "adxmi external-table create --loc",
            0.25,
        ),
    }
    bare: list[float] = []
    seconds: dict[str, list[float]] = {what: [] for what in commands}
    for _ in range(runs + 1):
        bare.append(process_seconds("-c", "pass", home=home))
        for what, (words, line, _) in commands.items():
            seconds[what].append(process_seconds(*words, home=home, more=_completing(line)))
    least = Samples(tuple(bare[1:])).median
    return [
        Row(what, Samples(tuple(one - least for one in seconds[what][1:])), budget=Budget(limit))
        for what, (_, _, limit) in commands.items()
    ]


def playground_rows(runs: int, home: Path) -> list[Row]:
    """Measure a console's result from the playground beside the libraries that it needs."""
    process_seconds(*_PROGRAM, "embedded", "start", home=home)
    shown, needed = [], []
    try:
        for _ in range(runs + 1):
            shown.append(process_seconds(*_PROGRAM, "policy", "show", home=home))
            needed.append(process_seconds(*_LIBRARIES, home=home))
    finally:
        process_seconds(*_PROGRAM, "embedded", "stop", home=home)
    result, libraries = Samples(tuple(shown[1:])), Samples(tuple(needed[1:]))
    return [
        Row("`adxmi policy show` in a console with the playground: the whole process", result),
        Row(
            "how many times the libraries alone",
            result.median / libraries.median,
            Unit.TIMES,
            Budget(1.3),
        ),
    ]


def _completing(line: str) -> dict[str, str]:
    """Return what a shell sets to have a line completed."""
    if not line:
        return {}
    return {
        "_ADXMI_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
    }
