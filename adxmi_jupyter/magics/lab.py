"""The noun ``lab``: the tutorials, in JupyterLab or executed on the spot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption, TutorialFailed
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.magics.tutorials import QUICKSTART, copy_tutorials, tutorials
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

_DEFAULTS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
_KILLED = 128
"""What a shell adds to the number of the signal that ended a program."""

_WIDE_TABLES = 'import pandas; pandas.set_option("display.width", 200, "display.max_columns", None)'


@verb(
    "lab",
    console_only=True,
    examples=("lab", "lab tutorials --no-browser --port 8899", "lab --headless"),
)
@click.argument(
    "directory", metavar="[DIR]", type=click.Path(file_okay=False), default="adxmi-tutorials"
)
@click.option(
    "--headless",
    is_flag=True,
    help="Run the quickstart without a browser and print its results.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    metavar="N",
    help="Port of JupyterLab. Default: 8888, or the next free port.",
)
def lab(call: Call, *, directory: str, headless: bool, no_browser: bool, port: int | None) -> None:
    """Open the tutorials in JupyterLab.

    The tutorials run on the embedded Azure. They are copied to DIR, by default ./adxmi-tutorials,
    with the documentation. Existing files stay. JupyterLab ends with this command.
    """
    if headless:
        _execute_quickstart()
        return
    require("jupyterlab")
    target = Path(directory)
    copy_tutorials(target)
    call.say(f"the tutorials are in {directory}")
    options = ["--no-browser"] if no_browser else []
    if port is not None:
        options.append(f"--port={port}")
    _run_lab(target, options)


def _run_lab(target: Path, options: list[str]) -> None:
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--allow-root")  # in a container there may be no other user
    # -P: a file of the user that happens to be called jupyterlab.py must not run.
    command = [sys.executable, "-P", "-m", "jupyterlab", f"--ServerApp.root_dir={target}"]
    command += [f"--LabApp.default_url=/lab/tree/{QUICKSTART}", "--ServerApp.answer_yes=True"]
    command += options
    with (
        _first_settings() as environment,
        ended_by_signal(),
        subprocess.Popen(command, env=environment) as process,  # noqa: S603 - our own interpreter
    ):
        try:
            process.wait()
        finally:  # also after Ctrl-C and after SIGTERM: the server would stay otherwise
            process.terminate()
            process.wait()
    if process.returncode:
        raise TutorialFailed(
            "JupyterLab ended with an error",
            why=f"its exit code was {process.returncode}; its output is above",
            fix=Explain.of("adxmi lab ", Option("--port"), " 0"),
        )


@contextmanager
def _first_settings() -> Iterator[dict[str, str]]:
    """Return an environment with defaults for JupyterLab; settings of the user come first.

    No dialog about news stands before the tutorial, and links to pages show them, not their text.
    """
    with tempfile.TemporaryDirectory(prefix="adxmi-lab-") as folder:
        settings = Path(folder) / "labconfig" / "default_setting_overrides.json"
        settings.parent.mkdir()
        settings.write_text(json.dumps(_DEFAULTS), encoding="utf-8")
        paths = filter(None, (folder, os.environ.get("JUPYTER_CONFIG_PATH")))
        yield {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end this process as Ctrl-C does, with all that is to be tidied up."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(_KILLED + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _execute_quickstart() -> None:
    for module in ("nbclient", "ipykernel"):
        require(module)
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    text = tutorials().joinpath(QUICKSTART).read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.pop("outputs", None)
    wide_tables: Any = nbformat.v4.new_code_cell(_WIDE_TABLES)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, wide_tables)
    with tempfile.TemporaryDirectory(prefix="adxmi-lab-") as folder:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=300,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=40"],  # errors only: this is about the tables
        )
        try:
            client.execute()
        except CellExecutionError as failure:
            raise TutorialFailed(
                "a cell of the quickstart failed",
                why=f"{failure.ename}: {failure.evalue}",
                fix="adxmi lab opens it in JupyterLab",
            ) from failure
        finally:
            _print_outputs(notebook.cells)


def _print_outputs(cells: list[Any]) -> None:
    for cell in cells:
        texts = [_text(output) for output in cell.get("outputs", ())]
        if any(texts):
            click.echo(f"\n> {cell.source}")
        for text in filter(None, texts):
            click.echo(text.rstrip("\n"))


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", ""))


def require(module: str) -> None:
    """Make sure that a package of the extra ``lab`` is installed.

    Raises
    ------
    MissingOption
        It is not.

    """
    if find_spec(module) is None:
        raise MissingOption(
            f"{module} is not installed",
            why="the tutorials need the extra 'lab'",
            fix='pip install "adxmi_jupyter[lab]"',
        )
