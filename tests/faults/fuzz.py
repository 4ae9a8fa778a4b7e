"""Commands by faults: which pairs are tried, and what a run of them comes to.

The pairs are drawn by a seed: each command with many faults, each fault with many commands. A fault
strikes always or once, at one of the requests that the command makes without faults, or at writes
only.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import product

from tests.faults.catalogue import FAULTS
from tests.faults.messages import anything, reads, writes
from tests.faults.rig import Rig, Setup, commands, contradiction, misjudged

_MATCHES = {"any request": anything, "reads": reads, "writes": writes}

LIES = frozenset(
    {
        "200 empty list",
        "list: empty",
        "rows: none",
        "item: without identity",
        "after: 429 Retry-After 0",
        "200 {'status': 'Succeeded'}",
    }
)
"""Faults whose answers are well formed: nobody can tell them from the truth by looking at one."""


@dataclass(frozen=True)
class Verdict:
    """A run, told: what it was, what it came to, and what is wrong with that, if anything is."""

    setup: str
    verb: str
    fault: str
    kind: str
    struck: bool
    wrong: str = ""
    detail: str = ""


def pairs(seed, number, *, verb="", fault=""):
    """Return so many pairs of the place of a command and the name of a fault.

    `verb` restricts them to the commands of one verb, `fault` to faults with this in their names.
    """
    places = (at for at, one in enumerate(commands()) if verb in {"", one.name})
    every = list(product(places, (name for name in FAULTS if fault in name)))
    random.Random(seed).shuffle(every)
    return every[:number]


def verdicts(chosen, seed):
    """Run pairs, and yield the verdict of each."""
    known = {}
    every = commands()
    with Rig() as rig:
        for place, fault in chosen:
            command = every[place]
            if place not in known:
                known[place] = _plain(rig, command)
            plain, before, requests = known[place]
            chance = random.Random(f"{seed} {place} {fault}")
            setup = _setup(command, FAULTS[fault], requests, chance)
            yield _verdict(rig.run(setup), setup, plain, before)


def _plain(rig, command):
    plain, before = rig.plain(command)
    if plain.kind == "traceback":
        raise plain.error
    return plain, before, tuple(rig.asked)


def _setup(command, fault, requests, chance):
    where = "any request"
    if any(map(writes, requests)):
        where = chance.choice(("writes", "writes", "reads", "any request"))
    matching = [one for one in requests if _MATCHES[where](one)]
    times = chance.choice((None, 1))
    skip = chance.randrange(max(1, len(matching)))
    return Setup(command, fault, where, _MATCHES[where], times, skip)


def _verdict(outcome, setup, plain, before):
    wrong, detail = "", ""
    if outcome.kind in {"traceback", "hang"}:
        wrong, detail = outcome.kind, f"{type(outcome.error).__name__}: {outcome.error}"
    elif setup.fault.name not in LIES:
        found = misjudged(outcome, plain)
        wrong = contradiction(outcome, before, plain) or ("misjudged" if found else "")
        detail = "; ".join(found[:3]) or " ".join(outcome.said.split())[-300:]
    return Verdict(
        str(setup),
        setup.command.name,
        setup.fault.name,
        outcome.kind,
        outcome.hits > 0,
        wrong,
        detail if wrong else "",
    )


def table(found):
    """Return figures as lines of text: runs, those struck, and what they came to."""
    kinds = Counter(one.kind for one in found)
    wrong = Counter(one.wrong for one in found if one.wrong)
    figures = {
        "runs": len(found),
        "verbs": len({one.verb for one in found}),
        "faults": len({one.fault for one in found}),
        "struck": sum(one.struck for one in found),
        "ok": kinds["ok"],
        "typed errors": kinds["typed"],
        "tracebacks": wrong["traceback"],
        "hangs": wrong["hang"],
        "contradictions": sum(wrong.values()) - wrong["traceback"] - wrong["hang"],
    }
    return [f"{name:<16}{number:>7}" for name, number in figures.items()]
