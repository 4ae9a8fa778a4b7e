"""Every verb by every fault of the proxy: no traceback, and nothing said that is not so.

Commands run against the embedded Azure through a proxy that breaks requests and answers, each from
the seeded world; afterwards what the tool said is held against what the server keeps.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.faults.fuzz import pairs, table, verdicts

_BATCH = 100


def options(parser):
    """Add the options of this command."""
    parser.add_argument("--runs", type=int, default=6000, help="how many pairs to try")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--verb", default="", help="only commands of this verb")
    parser.add_argument("--fault", default="", help="only faults with this in their names")
    parser.add_argument("--all", action="store_true", help="print every contradiction")


def run(chosen):
    """Try them, print the table, and return 1 if anything is wrong."""
    every = pairs(chosen.seed, chosen.runs, verb=chosen.verb, fault=chosen.fault)
    every.sort()  # a process then knows its few commands
    batches = [every[at : at + _BATCH] for at in range(0, len(every), _BATCH)]
    found = []
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_tried, batch, chosen.seed) for batch in batches]
        for one in as_completed(running):
            found += one.result()
            print(f"\r{len(found)} of {len(every)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    _print(found, every_one=chosen.all)
    return 1 if any(one.wrong for one in found) else 0


def _tried(batch, seed):
    return list(verdicts(batch, seed))


def _print(found, *, every_one):
    print("\n".join(table(found)))
    seen = Counter()
    for one in sorted(found, key=lambda verdict: verdict.setup):
        kind = (one.wrong, one.verb, one.detail[:40])
        seen[kind] += 1
        if one.wrong and (every_one or seen[kind] == 1):
            print(f"\n{one.wrong}: {one.setup}\n    {one.detail}")
