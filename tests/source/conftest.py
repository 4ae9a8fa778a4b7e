"""Tests that read the source of the whole package, as linters do; they run where linters run.

Each of them takes a second or more of every worker: they are left to CI and to ``--all``.
"""

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what is in this folder as nightly."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.nightly)
