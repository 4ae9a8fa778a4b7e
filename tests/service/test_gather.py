"""How far many requests are is shown to people, and not to logs."""

import os
import subprocess
import sys

GATHER = """
from adxmi_jupyter.service import gather

gather._DELAY = 0
print(gather.gather(str, [1, 2], what="reading"))
"""
IN_A_KERNEL = """
import io, sys

class OutStream(io.TextIOWrapper):
    pass

OutStream.__module__ = "ipykernel.iostream"
sys.stdout, sys.stderr = OutStream(sys.stdout.buffer), OutStream(sys.stderr.buffer)
"""


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


def test_a_notebook_gets_one_where_it_leaves_no_red_ground():
    done = run(IN_A_KERNEL + GATHER, TQDM_DISABLE="")

    assert "reading" in done.stdout
    assert done.stderr == ""


def test_a_notebook_that_is_compared_with_its_stored_output_gets_none():
    done = run(IN_A_KERNEL + GATHER, TQDM_DISABLE="1")

    assert (done.stdout, done.stderr) == ("['1', '2']\n", "")


LOADED = """
import sys
from adxmi_jupyter.service.gather import gather

print(gather(lambda _: "azure.core.tracing.common" in sys.modules, [1, 2], what=""))
"""


def test_threads_find_what_the_sdks_share_loaded():
    # Two threads that load modules of a circle at once can find one of them half made.
    assert run(LOADED).stdout == "[True, True]\n"
