"""How far many requests are is shown to people, and not to logs."""

import os
import subprocess
import sys

GATHER = """
from adxmi_jupyter.service import gather

gather._DELAY = 0
print(gather.gather(str, [1, 2], what="reading"))
"""
TO_SOMEBODY = "import io, sys; sys.stderr = io.TextIOWrapper(sys.stderr.buffer)\n"


def run(program, **variables):
    environment = {**os.environ, **variables}
    environment = {name: value for name, value in environment.items() if value}
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )


def test_a_log_gets_no_progress_bar():
    done = run(GATHER)

    assert (done.stdout, done.stderr) == ("['1', '2']\n", "")


def test_a_notebook_whose_stream_is_its_own_gets_one():
    done = run(TO_SOMEBODY + GATHER, TQDM_DISABLE="")

    assert done.stdout == "['1', '2']\n"
    assert "reading" in done.stderr


def test_a_notebook_that_is_compared_with_its_stored_output_gets_none():
    done = run(TO_SOMEBODY + GATHER, TQDM_DISABLE="1")

    assert (done.stdout, done.stderr) == ("['1', '2']\n", "")
