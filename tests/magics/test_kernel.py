"""What only a real kernel can show: completion replies, results and errors on the wire."""

import re

import pytest

from tests.kernels import start_kernel

# nbformat takes two seconds to import: every process that collects tests would wait for it.


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    with (folder / "stderr.txt").open("w") as stderr:
        manager, client = start_kernel(
            cwd=str(folder),
            stderr=stderr,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
        )
        client.execute_interactive("%load_ext adxmi_jupyter", timeout=60)
        yield client
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    # A matcher that raises is skipped by IPython and only logged.
    assert "Traceback" not in (folder / "stderr.txt").read_text()


@pytest.mark.parametrize(
    ("code", "matches", "kind", "replaced"),
    [
        ("%adxmi pol", ["policy"], "command", "pol"),
        ("x = %adxmi policy gr", ["grant"], "command", "gr"),
        ("%adxmi policy show --all-", ["--all-databases"], "option", "--all-"),
        ("%adxmi policy show --database T", ["Telemetry", '"Tom\'s Lab"'], "database", "T"),
        ('%adxmi policy show --database="To', ['"Tom\'s Lab"'], "database", '"To'),
        ("%adxmi policy grant --identity mi-i", ["mi-ingest"], "identity", "mi-i"),
        ("%%adxmi policy grant --usage AzureAI,Na", ["NativeIngestion"], "usage", "Na"),
        (
            '%%adxmi policy alter --cluster\n[{"ObjectId": "mi-e',
            ["mi-export"],
            "identity",
            "mi-e",
        ),
    ],
)
def test_complete_request(client, code, matches, kind, replaced):
    content = client.complete(code, len(code), reply=True, timeout=60)["content"]

    assert content["status"] == "ok"
    assert content["matches"] == matches
    assert code[content["cursor_start"] : content["cursor_end"]] == replaced
    told = {c["type"] for c in content["metadata"]["_jupyter_types_experimental"]}
    assert {one.partition(":")[0] for one in told} == {kind}


@pytest.mark.parametrize(
    ("code", "starts"),
    [
        ("%adxmi", "Docstring:\nUsage: %adxmi"),
        ("%adxmi policy grant", "Usage: %adxmi policy grant [OPTIONS]"),
        ("x = len", "Signature: len("),
    ],
)
def test_inspect_request_shows_the_help(client, code, starts):
    content = client.inspect(code, len(code), reply=True, timeout=60)["content"]

    assert content["found"]
    assert re.sub(r"\x1b\[[\d;]*m", "", content["data"]["text/plain"]).startswith(starts)


def run_notebook(*cells):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return notebook, NotebookClient(notebook, kernel_name="python3", timeout=120)


@pytest.mark.nightly
def test_a_result_can_be_kept_and_is_shown_as_a_table():
    notebook, client = run_notebook(
        "%load_ext adxmi_jupyter",
        "df = %adxmi policy show --all-databases",
        "import pandas; print(isinstance(df, pandas.DataFrame), list(df['database']))",
        "%adxmi policy matrix",
    )

    client.execute()

    assert notebook.cells[2].outputs[0].text == ("True ['Sales', 'Sales', \"Tom's Lab\"]\n")
    assert 'aria-label="Policy matrix"' in notebook.cells[3].outputs[0].data["text/html"]


def test_a_failing_magic_stops_the_notebook_with_three_lines():
    from nbclient.exceptions import CellExecutionError

    notebook, client = run_notebook(
        "%load_ext adxmi_jupyter", "%adxmi policy shw", "print('reached')"
    )

    with pytest.raises(CellExecutionError):
        client.execute()

    error = notebook.cells[1].outputs[0]
    assert (error.output_type, error.ename) == ("error", "UnknownCommand")
    assert [line.split(":")[0] for line in error.traceback] == ["UnknownCommand", "  why", "  fix"]
    assert notebook.cells[2].outputs == []


def test_a_refusal_is_explained_in_a_cell_of_its_own_or_after_the_cell_that_failed():
    import nbformat

    failing = nbformat.v4.new_code_cell(
        "%adxmi policy grant --database Sales --identity mi-stranger --usage AzureAI"
    )
    failing.metadata["tags"] = ["raises-exception"]
    notebook, client = run_notebook(
        "%load_ext adxmi_jupyter",
        "print('in between')",
        "%adxmi check --error",
        "%%adxmi check --error\nBadRequest_InvalidManagedIdentity mi-stranger",
    )
    notebook.cells.insert(1, failing)

    client.execute()

    shown = [cell.outputs[-1].data["text/plain"] for cell in notebook.cells[3:]]
    assert notebook.cells[1].outputs[-1].ename == "CommandRefused"
    assert ["%adxmi identity assign --identity mi-stranger" in text for text in shown] == [True] * 2
