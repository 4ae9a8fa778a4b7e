"""The noun ``lab``: the tutorials, in JupyterLab or executed on the spot."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue, MissingOption, TutorialFailed
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from adxmi_jupyter.magics.call import Call

QUICKSTART = "00_quickstart.ipynb"

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

    The tutorials run on the embedded Azure. They are copied to DIR, by default ./adxmi-tutorials.
    Existing files stay.
    """
    if headless:
        _execute_quickstart()
        return
    require("jupyterlab")
    target = Path(directory)
    _copy_tutorials(target)
    call.say(f"the tutorials are in {directory}")
    options = ["--no-browser"] if no_browser else []
    if port is not None:
        options.append(f"--port={port}")
    _run_lab(target, options)


def _run_lab(target: Path, options: list[str]) -> None:
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--allow-root")  # in a container there may be nobody else
    # -P: a file of the user that happens to be called jupyterlab.py must not run.
    command = [sys.executable, "-P", "-m", "jupyterlab", f"--ServerApp.root_dir={target}"]
    command += options
    # JupyterLab asks on the first Ctrl-C; it must live until it is answered.
    with subprocess.Popen(command) as process:  # noqa: S603 - our own interpreter
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                continue
    if process.returncode:
        raise TutorialFailed(
            "JupyterLab ended with an error",
            why=f"its exit code was {process.returncode}; its output is above",
            fix=Explain.of("adxmi lab ", Option("--port"), " 0"),
        )


def tutorials() -> Traversable:
    """Return the folder of the tutorials: in the package, or beside it in a checkout."""
    package = files("adxmi_jupyter")
    inside = package.joinpath("notebooks")
    if inside.is_dir():
        return inside
    with as_file(package) as folder:
        return folder.parent / "notebooks"


def _notebooks() -> Iterator[Traversable]:
    found = (entry for entry in tutorials().iterdir() if entry.name.endswith(".ipynb"))
    yield from sorted(found, key=lambda entry: entry.name)


def _copy_tutorials(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
        for notebook in _notebooks():
            copy = target / notebook.name
            if not copy.exists():
                copy.write_bytes(notebook.read_bytes())
    except OSError as error:
        raise InvalidValue(
            f"the tutorials cannot be copied to {target}",
            why=error.strerror or type(error).__name__,
            fix="adxmi lab DIR with a folder you may write to",
        ) from error


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
