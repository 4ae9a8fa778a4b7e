"""``python -m tests.ground_truth``: walk the combinations, and print how it went as a table.

Without options every combination of present and missing links is walked, every level that leaves
one missing alone, and every pair of levels. ``--short`` walks what the test suite does, ``--whole``
the whole product of levels; ``--only WORD`` walks situations with that word in their names.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.ground_truth.combinations import in_short, thoroughly, whole
from tests.ground_truth.situations import SITUATIONS
from tests.ground_truth.walking import walker_in

HEAD = (
    "workflow",
    "factors",
    "combinations run",
    "refused runs",
    "disagreements",
    "fixes applied",
    "by hand",
    "not fixed",
)


def main() -> int:
    """Walk, print the table, and return 1 if a demand was not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.ground_truth", description=__doc__)
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--short", dest="rows", action="store_const", const=in_short)
    much.add_argument("--whole", dest="rows", action="store_const", const=whole)
    parser.add_argument("--only", default="", metavar="WORD", help="only situations with it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.update(ADXMI_DATA_DIR=scratch, IPYTHONDIR=scratch)
        config = Config(HistoryManager={"hist_file": ":memory:"})
        with walker_in(InteractiveShell.instance(config=config)) as walker:
            return report(walker, options.rows or thoroughly, options.only)


def report(walker, rows, only):
    """Walk the situations; print a row for each, then each demand that was not met."""
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    total, wrong, started = Counter(), [], time.perf_counter()
    for situation in SITUATIONS:
        if only not in situation.name:
            continue
        count, began = Counter(), time.perf_counter()
        for case in rows(situation.there, situation.missing):
            walked = walker.walk(situation, case)
            count["run"] += 1
            count["refused"] += bool(walked.refusal)
            count["disagreed"] += bool(walked.disagreements)
            count["fixes"] += len(walked.fixes)
            count["by hand"] += len(walked.by_hand)
            count["not fixed"] += bool(walked.not_fixed)
            wrong += [(situation.name, case, problem) for problem in walked.problems]
        total += count
        print(_row(situation.name, factors_of(situation), count), flush=True)
        print(f"{situation.name}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    print(_row("total", "", total))
    for name, case, problem in wrong:
        print(f"* {name}, {', '.join(f'{k} {v}' for k, v in case.items())}: {problem}")
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 1 if wrong else 0


def factors_of(situation):
    """Return the factors with how many levels each has: in place, and missing."""
    return ", ".join(f"{one.name} {len(one.there)}+{len(one.missing)}" for one in situation.factors)


def _row(name, factors, count):
    figures = ("run", "refused", "disagreed", "fixes", "by hand", "not fixed")
    return f"| {' | '.join([name, factors, *(str(count[key]) for key in figures)])} |"


if __name__ == "__main__":
    sys.exit(main())
