"""What becomes of a query on the seeded world: how it was run, and a digest of its result.

Most queries of the suite need what their tests set up, and are judged there. Those that the seeded
world answers, or whose constructs are not covered, are kept with their results: an engine of
another version that answers otherwise shows here, query by query.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from adxmi_jupyter.embedded import seeded_world
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.kusto.query.resolution import Resolution
from adxmi_jupyter.embedded.kusto.query.run import run_query
from adxmi_jupyter.embedded.kusto.session import Session
from tests.embedded.conftest import ADMIN

FILE = Path(__file__).with_name("queries.jsonl")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRANSLATED, RESOLVED, REFUSED, FAILED = "translated", "resolved", "refused", "failed"
_REFUSAL = "not supported by the embedded Azure"
_MOST_CHARACTERS = 1000


def outcome(text):
    """Return how a query was run on a world of its own, and a digest of what came of it.

    `translated` went to the translator as it is, `resolved` had parts that were run before,
    `refused` has a construct that is not covered, `failed` is wrong, or needs what is not there.
    """
    world = seeded_world(with_history=False)
    world.clock.stop_at(NOON)
    session = Session(world, world.principal(ADMIN), "Sales")
    try:
        with _RunBefore(Resolution) as parts:
            found = run_query(text, session)
    except KustoError as error:
        return (REFUSED if _REFUSAL in error.message else FAILED), _digest(error.message)
    return (RESOLVED if parts else TRANSLATED), _digest(
        [found.columns, sorted(map(repr, found.rows))]
    )


class _RunBefore:
    """Collects the calls that run a part of a query before the rest of it."""

    def __init__(self, resolution):
        self._resolution = resolution
        self._source = resolution.source

    def __enter__(self):
        parts = []

        def source(this, cursor):
            found = self._source(this, cursor)
            parts.extend([] if found is None else [found])
            return found

        self._resolution.source = source
        return parts

    def __exit__(self, *_):
        self._resolution.source = self._source


def _digest(value):
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]


def kept():
    """Return the queries that are kept: text, how each was run, digest (empty: it varies)."""
    return [tuple(json.loads(line)) for line in FILE.read_text("utf-8").splitlines()]


def main(recorded):
    """Write those queries of a recording that do not fail, and tell how many there are."""
    texts = {json.loads(line) for line in Path(recorded).read_text("utf-8").splitlines()}
    counts = {}
    lines = []
    for text in sorted(one for one in texts if len(one) <= _MOST_CHARACTERS):
        (how, first), (_, second) = outcome(text), outcome(text)
        counts[how] = counts.get(how, 0) + 1
        if how != FAILED:
            lines.append(json.dumps([text, how, first if first == second else ""]))
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} of {len(texts)} queries are kept: {counts}")


if __name__ == "__main__":
    main(sys.argv[1])
