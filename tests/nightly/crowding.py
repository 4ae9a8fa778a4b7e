"""Many clients at once: on one history, and on one policy."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import TYPE_CHECKING

from tests.nightly.clients import DATABASES, TRACEBACK, ran

if TYPE_CHECKING:
    from tests.nightly.clients import Client, Place

IDENTITIES = ("mi-ingest", "mi-export")
USAGES = ("NativeIngestion", "DataConnection", "ExternalTable", "AutomatedFlows", "AzureAI")

_ATTEMPTS = 500


def write_at_once(place: Place, writers: int, writes: int) -> Counter[str]:
    """Let writers each change a usage of their own again and again; every write is in the history."""
    own = itertools.islice(itertools.product(DATABASES, IDENTITIES, USAGES), writers)
    told = _worked(place, [place.start(written, one, writes) for one in own])
    rows = place.history()
    count = Counter({"writers": writers, "writes told as done": told["done"], **_unhappy(told)})
    count["in the history"] = len(rows)
    count["in the history as applied"] = sum(row["outcome"] == "applied" for row in rows)
    count["different ids"] = len({row["id"] for row in rows})
    count["stopped by PolicyChanged, then repeated"] = told["PolicyChanged"]
    return count


def contend(place: Place, clients: int, rounds: int, *, seed: int = 11) -> Counter[str]:
    """Let clients allow and disallow usages of their own on one policy; at the end all are right."""
    chance, count = random.Random(seed), Counter(rounds=rounds)
    own = list(itertools.islice(itertools.product(("Sales",), IDENTITIES, USAGES), clients))
    for _ in range(rounds):
        before = place.policies()["Sales"]
        writes = {one: chance.randint(1, 3) for one in own}
        told = _worked(place, [place.start(written, *item) for item in writes.items()])
        now = place.policies()["Sales"]
        wrong = [
            pair
            for (_, *pair), times in writes.items()
            if (tuple(pair) in now) is not ((tuple(pair) in before) is (times % 2 == 0))
        ]
        count.update(_unhappy(told))
        count["writes told as done"] += told["done"]
        count["rounds with all usages right"] += not wrong
        count["lost updates"] += len(wrong)
        count["stopped by PolicyChanged, then repeated"] += told["PolicyChanged"]
    return count


def written(own: tuple[str, str, str], writes: int) -> Counter[str]:
    """Change one usage of one identity so many times, as a client that is alone with it."""
    database, identity, usage = own
    option = ("--database", database, "--identity", identity, "--usage", usage)
    grant, revoke = ("policy", "grant", *option), ("policy", "revoke", *option, "--yes")
    count = Counter()
    is_there = ran((*revoke, "--dry-run")).code == 0
    for line in itertools.islice(
        itertools.cycle((revoke, grant) if is_there else (grant, revoke)), writes
    ):
        for _ in range(_ATTEMPTS):
            done = ran(line)
            count["done" if done.code == 0 else _name(done)] += 1
            if done.error != "PolicyChanged":
                break
    return count


def _name(done) -> str:
    return "traceback" if done.code == TRACEBACK else done.error or f"exit {done.code}"


def _worked(place: Place, clients: list[Client]) -> Counter[str]:
    total = Counter()
    for client in clients:
        client.wait_until_started()
    for client in clients:
        total += client.result()
    return total


def _unhappy(told: Counter[str]) -> dict[str, int]:
    """Return how writes ended that neither were done nor stopped before they were sent."""
    return {name: n for name, n in told.items() if name not in {"done", "PolicyChanged"}}
