"""End clients at random moments of a write, and look at what they leave behind."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.nightly.clients import TRACEBACK, ran

if TYPE_CHECKING:
    from tests.nightly.clients import Done, Line, Place

Rows = list[dict[str, Any]]
State = dict[str, set[tuple[str, ...]]]

MAY_HAVE_HAPPENED = {"applied", "sent", "unknown"}
STOPPED = {"PolicyChanged", "HistoryUnavailable"}

_USAGES = ("NativeIngestion", "DataConnection", "ExternalTable", "AzureAI")


def kill_clients(place: Place, times: int, *, seed: int = 11) -> Counter[str]:
    """Kill a client `times` times, each in another write; count what is found afterwards."""
    chance, count = random.Random(seed), Counter()
    longest = _seconds_of_a_write(place, chance)
    writes = itertools.cycle(WRITES)
    known = len(place.history())
    for _ in range(times):
        words = next(writes)(place, chance)
        before = place.state()
        client = place.start(ran, words)
        client.wait_until_started()
        time.sleep(chance.uniform(0, longest))
        client.kill()
        changed = _settled(place) != before
        new = place.history()[known:]
        count["kills"] += 1
        count["of these, applied"] += changed
        _judge_history(count, new, changed=changed)
        _judge_undo(place, count, new, before)
        known = _judge_next(place, count, chance)
    return count


def _seconds_of_a_write(place: Place, chance: random.Random) -> float:
    place.run(*_toggle(place, chance))  # the first one loads what the others find loaded
    client = place.start(ran, _toggle(place, chance))
    client.wait_until_started()
    began = time.perf_counter()
    client.result()
    return time.perf_counter() - began


def _settled(place: Place) -> State:
    """Return the state once the service has nothing more to do."""
    seen = place.state()
    while (now := place.state()) != seen:
        seen = now
    return seen


def _judge_history(count: Counter[str], new: Rows, *, changed: bool) -> None:
    outcomes = {row["outcome"] for row in new}
    count["in the history"] += len(new)
    if changed:
        count["applied and lost"] += not new
        count["untrue outcomes"] += not outcomes <= MAY_HAVE_HAPPENED
    else:
        count["untrue outcomes"] += "applied" in outcomes


def _judge_undo(place: Place, count: Counter[str], new: Rows, before: State) -> None:
    """Undo a change of a policy that was killed: all is as before, or it says why not."""
    for row in new:
        if row["kind"] != "policy":
            continue
        there = place.state()
        done = place.run("policy", "undo", str(row["id"]), "--yes")
        now = place.state()
        if done.code == 0:
            count["undone"] += 1
            count["undone wrongly"] += now != before
        else:
            count[f"undo stopped: {done.error or 'without a name'}"] += 1
            count["undone wrongly"] += now != there
        _judge_error(count, done, allowed=STOPPED)


def _judge_next(place: Place, count: Counter[str], chance: random.Random) -> int:
    """Write again: it is carried out, and in the history, whose length is returned."""
    lines = ("policy", "show"), _toggle(place, chance), place.history_line
    count["commands afterwards that failed"] += sum(bool(one.code) for one in place.run_all(*lines))
    rows = place.history_written()
    count["applied and lost"] += [row["outcome"] for row in rows[-1:]] != ["applied"]
    return len(rows)


def _judge_error(count: Counter[str], done: Done, *, allowed: set[str]) -> None:
    count["tracebacks"] += done.code == TRACEBACK
    count["other errors"] += bool(done.code) and done.error not in allowed


def unreadable_lines(place: Place) -> int:
    """Count the lines of the history that are no JSON."""
    return sum(not _is_json(line) for line in place.journal.read_bytes().splitlines())


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _toggle(
    place: Place, chance: random.Random, database: str = "Telemetry", identity: str = "mi-ingest"
) -> Line:
    """Return the line that allows something, or disallows it where it is allowed."""
    usage = chance.choice(_USAGES)
    scope = ("--database", database) if database else ("--cluster",)
    option = (*scope, "--identity", identity, "--usage", usage)
    if (identity, usage) in place.policies()[database]:
        return ("policy", "revoke", *option, "--yes")
    return ("policy", "grant", *option)


def _on_database(place: Place, chance: random.Random) -> Line:
    return _toggle(place, chance, "Sales")


def _on_cluster(place: Place, chance: random.Random) -> Line:
    return _toggle(place, chance, "")


def _from_file(verb: str) -> Callable[[Place, random.Random], Line]:
    def write(place: Place, chance: random.Random) -> Line:
        body = place.home / "policy.json"
        usages = ", ".join(chance.sample(_USAGES, 2))
        entries = [{"ObjectId": "mi-export", "AllowedUsages": usages}]
        body.write_text(json.dumps(entries), "utf-8")
        more = ("--yes",) if verb == "alter" else ()
        return ("policy", verb, "--database", "Sales", "--file", str(body), *more)

    return write


def _deletion(place: Place, chance: random.Random) -> Line:
    if place.policies()["Tom's Lab"]:
        return ("policy", "delete", "--database", "Tom's Lab", "--yes")
    return _toggle(place, chance, "Tom's Lab")


def _role(place: Place, _chance: random.Random) -> Line:
    option = ("--database", "Sales", "--role", "monitors", "--identity", "mi-export")
    is_held = any("Monitor" in role for role, *_ in place.state()["roles"])
    return ("role", "revoke", *option, "--yes") if is_held else ("role", "grant", *option)


def _callout(place: Place, chance: random.Random) -> Line:
    host = f"https://api-{chance.randint(1, 9999)}.contoso.example"
    return ("callout", "allow", "--type", "webapi", "--uri", host)


def _undo(_place: Place, _chance: random.Random) -> Line:
    return ("policy", "undo", "--yes")


WRITES = (
    *(_on_database, _from_file("alter"), _on_cluster, _from_file("alter-merge")),
    *(_deletion, _undo, _role, _callout),
)
"""The writes that take turns: each returns a line that changes something."""
