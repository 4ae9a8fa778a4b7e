"""JupyterLab in a browser without pytest: for the benchmarks and for the pictures of the docs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ui.jserver import JupyterServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
OPENED = "() => !!window.jupyterapp?.shell?.currentWidget?.sessionContext"
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = app.shell.currentWidget;
  await panel.revealed;
  await panel.sessionContext.ready;
  await app.commands.execute('notebook:run-all-cells');
}"""
LONG = 60_000

_ADDRESSES = {
    "lab": "/lab/tree/{}?reset",
    "notebook": "/notebooks/{}",
    "voila": "/voila/render/{}?theme={}",
}
_GOES_ON = {"tags": ["raises-exception"]}
"""Lets the cells below one that fails run, as the tutorials do."""
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}

OpenPage = Callable[..., "Page"]
"""Opens cells in a notebook of their own, runs them, and returns the page."""


def chromium() -> str:
    """Return the path of the browser; empty if there is none."""
    return os.environ.get("ADXMI_CHROMIUM") or shutil.which("chromium") or ""


@contextmanager
def lab_pages(home: Path, *, width: int = 1280, height: int = 1500) -> Iterator[OpenPage]:
    """Start a server and a browser; what they open is gone afterwards."""
    from playwright.sync_api import sync_playwright

    base = home / "lab"
    base.mkdir()
    server = JupyterServer(base).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            size = {"width": width, "height": height}
            context = browser.new_context(viewport=size, reduced_motion="reduce")

            def open_page(*cells: str) -> Page:
                page = context.new_page()
                open_cells(server, page, "lab", cells)
                return page

            yield open_page
            browser.close()
    finally:
        server.stop()


def open_cells(
    server: JupyterServer, page: Page, front: str, cells: Iterable[str], theme: str = "light"
) -> None:
    """Open cells in a front end, in a notebook of a name of its own, and run them.

    Voila alone takes the theme.
    """
    import nbformat  # it takes two seconds

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, metadata=_GOES_ON) for cell in cells],
        metadata={"kernelspec": _KERNEL},
    )
    name = f"page-{len(list(server.root.iterdir()))}.ipynb"
    nbformat.write(notebook, server.root / name)
    page.goto(server.url + _ADDRESSES[front].format(name, theme), timeout=LONG)
    if front != "voila":  # which runs them by itself
        page.wait_for_function(OPENED, timeout=LONG)
        page.evaluate(RUN_ALL)
