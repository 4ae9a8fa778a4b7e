"""A plugin of pytest (``-p tests.counts``): write how many tests passed, and how many were left out.

pytest's own report knows nothing of tests that a marker deselects, and `pytest-xdist` deselects
them in its workers, which all collect the same. What coverage has measured is written here, too: a
worker that takes long to end is killed, and with it what it would write at its end.
"""

import json
from pathlib import Path

import coverage
import pytest

KINDS = ("passed", "failed", "error", "skipped")

_left_out = pytest.StashKey[int]()


def pytest_addoption(parser):
    """Declare where the counts go."""
    parser.addoption("--counts", metavar="FILE", help="write the counts of outcomes as JSON")


def pytest_deselected(items):
    """Count what is not run."""
    config = items[0].config
    config.stash[_left_out] = config.stash.get(_left_out, 0) + len(items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take the count over from a worker."""
    output = getattr(node, "workeroutput", {})  # one that crashed has none
    node.config.stash[_left_out] = output.get("left_out", 0)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Hand the counts on: to the process that started this one, or into the file."""
    config, left_out = session.config, session.config.stash.get(_left_out, 0)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = left_out
        if measured := coverage.Coverage.current():
            measured.save()
    elif path := config.getoption("counts"):
        stats = config.pluginmanager.getplugin("terminalreporter").stats
        counts = {kind: len(stats.get(kind, ())) for kind in KINDS} | {"left out": left_out}
        Path(path).write_text(json.dumps(counts), "utf-8")
