"""No test is in neither of the two commands, and both say how many there are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import EVERYTHING_ELSE, LAYERS, ROOT, Run

TESTS = """
import pytest

def test_for_every_change(tmp_path):
    assert tmp_path.is_dir()

@pytest.mark.nightly
@pytest.mark.parametrize("number", range(3))
def test_at_night(number):
    assert number
"""


def selected(layer, *, is_all):
    """Return what a layer is called with, without what differs in each run."""
    call = Run(Path("/scratch"), is_all=is_all, seed=1)._pytest(layer)
    return [one for one in call[call.index("pytest") + 1 :] if "=" not in one or "nbval" in one]


@pytest.mark.parametrize("layer", LAYERS)
def test_all_leaves_nothing_out_and_every_change_only_what_is_marked(layer):
    assert selected(layer, is_all=False) == ["-m", "not nightly", *selected(layer, is_all=True)]


def test_every_folder_of_tests_is_in_one_layer():
    left_to_others = [one for one in LAYERS[EVERYTHING_ELSE] if one.startswith("--ignore=")]
    elsewhere = [one for name in ("browser", "parser") for one in LAYERS[name] if "tests/" in one]

    assert "tests" in LAYERS[EVERYTHING_ELSE]
    assert left_to_others == [f"--ignore={one}" for one in elsewhere]


@pytest.mark.parametrize(
    "more", [[], pytest.param(["-n", "2"], marks=pytest.mark.nightly)], ids=["one process", "two"]
)
def test_what_is_left_out_is_counted(tmp_path, more):
    (tmp_path / "test_of_two_kinds.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = nightly")
    report = tmp_path / "counts.json"

    call = ["-p", "tests.counts", f"--counts={report}", "-p", "no:nbval", "-p", "no:playwright"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *call, *more, "-m", "not nightly", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    counts = {"passed": 1, "failed": 0, "error": 0, "skipped": 0, "left out": 3}
    assert json.loads(report.read_text("utf-8")) == counts
