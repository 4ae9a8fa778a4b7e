"""Many clients at once: on one history, and on one policy."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
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
    told = _worked([place.start(written, one, writes) for one in own])
    rows = place.history()
    count = Counter({"writers": writers, "writes told as done": told["done"], **_unhappy(told)})
    count["in the history"] = len(rows)
    count["in the history as applied"] = sum(row["outcome"] == "applied" for row in rows)
    count["different ids"] = len({row["id"] for row in rows})
    count["stopped by PolicyChanged, then repeated"] = told["PolicyChanged"]
    return count


def contend(place: Place, clients: int, rounds: int, *, seed: int = 11) -> Counter[str]:
    """Let clients allow and disallow usages of their own on one policy; in the end all are right."""
    chance, count = random.Random(seed), Counter(rounds=rounds)
    own = list(itertools.islice(itertools.product(("Sales",), IDENTITIES, USAGES), clients))
    plans = {one: [chance.randint(1, 3) for _ in range(rounds)] for one in own}
    meeting = place.meeting(clients + 1)
    started = [place.start(in_rounds, *item, meeting) for item in plans.items()]
    for number in range(rounds):
        before = place.policies()["Sales"]
        meeting.wait()  # all begin
        meeting.wait()  # all are done
        now = place.policies()["Sales"]
        wrong = [
            pair
            for (_, *pair), plan in plans.items()
            if not _is_right(pair, plan[number], before, now)
        ]
        count["rounds with all usages right"] += not wrong
        count["lost updates"] += len(wrong)
    told = _worked(started)
    count.update(_unhappy(told))
    count["writes told as done"] = told["done"]
    count["stopped by PolicyChanged, then repeated"] = told["PolicyChanged"]
    return count


def in_rounds(own: tuple[str, str, str], plan: list[int], meeting) -> Counter[str]:
    """Change one usage so many times in each round; rounds begin and end for all clients at once."""
    told = Counter()
    for writes in plan:
        meeting.wait()
        told += written(own, writes)
        meeting.wait()
    return told


def _is_right(
    pair: Sequence[str], writes: int, before: set[tuple[str, ...]], now: set[tuple[str, ...]]
) -> bool:
    was, is_there = tuple(pair) in before, tuple(pair) in now
    return is_there is (was if writes % 2 == 0 else not was)


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


def _worked(clients: list[Client]) -> Counter[str]:
    total = Counter()
    for client in clients:
        client.wait_until_started()
    for client in clients:
        total += client.result()
    return total


def _unhappy(told: Counter[str]) -> dict[str, int]:
    """Return how writes ended that neither were done nor stopped before they were sent."""
    return {name: n for name, n in told.items() if name not in {"done", "PolicyChanged"}}
