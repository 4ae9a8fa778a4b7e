"""Crash, crowd and starve the writes of policies, and count what is lost.

Clients run lines of the console script against a served embedded Azure. Everything is seeded;
which moment of a write a kill falls into is not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.nightly import crowding, full_disk, surroundings
from tests.nightly.clients import place_in
from tests.nightly.figures import Figure, show
from tests.nightly.killing import kill_clients, unreadable_lines

Scenario = Callable[[Path, argparse.Namespace], Counter[str]]

MUST_BE_NONE = (
    *("applied and lost", "untrue outcomes", "undone wrongly", "tracebacks", "other errors"),
    *("commands afterwards that failed", "unreadable lines", "lost updates"),
    *("applied, and the user is not told first", "not sent, and the user is not told"),
    "sent without a history",
)


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="default: all")
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--writers", type=int, default=20, metavar="N")
    parser.add_argument("--writes", type=int, default=50, metavar="N", help="of each writer")
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="of ten clients")
    parser.add_argument("--seed", type=int, default=11, metavar="N")


def run(chosen: argparse.Namespace) -> int:
    """Run the scenarios and print their figures."""
    codes = []
    for name in chosen.only or SCENARIOS:
        print(f"\n{name}", flush=True)
        with tempfile.TemporaryDirectory(
            prefix="adxmi-nightly-", ignore_cleanup_errors=True
        ) as home:
            Path(home).chmod(0o755)  # some clients are other users
            codes.append(show(figures(SCENARIOS[name](Path(home), chosen))))
    return max(codes)


def figures(count: Counter[str]) -> list[Figure]:
    """Return what was counted; what has to be nothing is held against that."""
    return [Figure(what, n, 0 if what in MUST_BE_NONE else None) for what, n in count.items()]


def _kills(home: Path, chosen: argparse.Namespace) -> Counter[str]:
    with place_in(home) as place:
        count = kill_clients(place, chosen.kills, seed=chosen.seed)
        count["unreadable lines"] = unreadable_lines(place)
        return count


def _writers(home: Path, chosen: argparse.Namespace) -> Counter[str]:
    with place_in(home) as place:
        count = crowding.write_at_once(place, chosen.writers, chosen.writes)
        count["unreadable lines"] = unreadable_lines(place)
        return count


def _contenders(home: Path, chosen: argparse.Namespace) -> Counter[str]:
    with place_in(home) as place:
        return crowding.contend(place, 10, chosen.rounds, seed=chosen.seed)


def _full_disk(home: Path, _chosen: argparse.Namespace) -> Counter[str]:
    count = full_disk.fill_up(home)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        count.update(full_disk.fill_disk(home / "small"))
    return count


SCENARIOS: Mapping[str, Scenario] = {
    "kill -9": _kills,
    "writers on one history": _writers,
    "clients on one policy": _contenders,
    "full disk": _full_disk,
    "junk in the history": lambda home, _: surroundings.add_junk(home),
    "clock steps": lambda home, _: surroundings.step_clocks(home),
    "nowhere to write": lambda home, _: surroundings.have_no_place(home),
    "history emptied": lambda home, _: surroundings.truncate(home),
}
