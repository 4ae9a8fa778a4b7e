"""The tutorials as pipelines and people without a front end run them.

For every change they are executed once, by nbval, which compares their outputs.
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernels import start_kernel

TUTORIALS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
DIFFERS_EACH_TIME = re.compile(
    r"127\.0\.0\.1:\d|\d\d:\d\d:\d\d|0x[0-9a-f]{6}|/(home|root|tmp|Users)/|T_[0-9a-f]{5}|widget-view"
)
STORY = (
    *("CommandRefused", "✗", "mi-stranger", "✓", "contosolake/archive"),
    *("1001", "north", "75.5", "1005", "south", "140.75"),
    *("mi-ingest", "NativeIngestion", "mi-export", "ExportRequest", "undo", "applied"),
)
"""Words of the quickstart in the order they come."""


def text_of(page):
    """Return what a reader sees of HTML, the blanks aside."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def run(*command, cwd):
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_cell_was_run_and_its_outputs_will_not_differ():
    import nbformat

    for path in TUTORIALS:
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        counts = [cell.execution_count for cell in cells]
        outputs = [output for cell in cells for output in cell.outputs]
        bars = [output for output in outputs if output.get("name") == "stderr"]

        assert counts == list(range(1, len(cells) + 1)), path
        assert not DIFFERS_EACH_TIME.search(json.dumps(outputs)), path
        assert not bars, path


@pytest.mark.nightly
def test_papermill_runs_the_quickstart(tmp_path):
    """Cells that are denied on purpose are left out: papermill takes any error for a failure."""
    import nbformat

    notebook = nbformat.read(TUTORIALS[0], 4)
    notebook.cells = [one for one in notebook.cells if not one.metadata.get("tags")]
    nbformat.write(notebook, tmp_path / "in.ipynb")

    done = run(
        *("papermill", "in.ipynb", "out.ipynb", "-k", "python3", "--no-progress-bar"),
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_nbconvert_runs_it_to_a_page_with_its_tables(path, tmp_path):
    import nbformat

    outputs = [one for cell in nbformat.read(path, 4).cells for one in cell.get("outputs", ())]
    stored = [one.data["text/html"] for one in outputs if "text/html" in one.get("data", ())]

    done = run(
        *("nbconvert", "--execute", "--to", "html", "--output-dir", tmp_path, path), cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    page = text_of((tmp_path / f"{path.stem}.html").read_text("utf-8"))
    assert stored
    assert [text for text in map(text_of, stored) if text not in page] == []


@pytest.mark.nightly
def test_nbconvert_shows_the_story_of_the_quickstart(tmp_path):
    """The denial, the requirements with their marks, the rows, the policy, and what was undone."""
    done = run(
        *("nbconvert", "--execute", "--to", "html", "--output-dir", tmp_path, TUTORIALS[0]),
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    page = text_of((tmp_path / "00_quickstart.html").read_text("utf-8"))
    assert re.search(".*".join(map(re.escape, STORY)), page)


@pytest.mark.nightly
def test_a_failing_magic_stops_papermill(tmp_path):
    import nbformat

    cells = ["%load_ext adxmi_jupyter", "%adxmi policy show --database Slaes", "print('later')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(notebook, tmp_path / "in.ipynb")

    done = run("papermill", "in.ipynb", "out.ipynb", "-k", "python3", cwd=tmp_path)

    assert done.returncode != 0
    (output,) = nbformat.read(tmp_path / "out.ipynb", 4).cells[-2].outputs[-1:]
    assert output.ename == "DatabaseNotFound"
    assert [line.split(":")[0].strip() for line in output.traceback] == [
        "DatabaseNotFound",
        "why",
        "fix",
    ]


@pytest.mark.nightly
def test_a_restarted_kernel_starts_from_the_seeded_world(tmp_path):
    manager, client = start_kernel(cwd=str(tmp_path))
    try:
        for _ in range(2):
            for line in (
                "%load_ext adxmi_jupyter",
                "df = %adxmi policy show",
                "assert list(df['allowed_usages'].map(len)) == [2, 1], df",
                "_ = %adxmi policy grant --database Sales --identity mi-export --usage AzureAI",
            ):
                reply = client.execute_interactive(line, timeout=60)
                assert reply["content"]["status"] == "ok", reply["content"]
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
