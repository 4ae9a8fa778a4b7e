"""Records the distinct queries that tests send to the embedded Azure.

``python -m pytest -p tests.embedded.suite_queries.recorder --record-queries FILE TESTS`` adds to a
file what is not in it yet: one JSON text on each line. `python -m tests.embedded.suite_queries.kept
FILE` writes them with their results, for `test_suite_queries.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--record-queries", metavar="FILE", help="file to add distinct queries to")


@pytest.fixture(autouse=True)
def _recorded(request, monkeypatch):
    """Keep the texts of queries that any server of this process answers."""
    place = request.config.getoption("--record-queries")
    if not place:
        return
    from adxmi_jupyter.embedded.kusto.query import run

    answer = run.run_query
    file = Path(place)

    def run_query(text, session, **options):
        line = json.dumps(text)
        known = file.read_text("utf-8").splitlines() if file.exists() else []
        if line not in known:
            file.write_text("\n".join([*known, line]) + "\n", "utf-8")
        return answer(text, session, **options)

    monkeypatch.setattr(run, "run_query", run_query)
