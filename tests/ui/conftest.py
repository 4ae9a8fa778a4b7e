"""Forms in a real browser. Needs the packages of the extra ``test`` and Chromium.

Without them the layer is skipped on a laptop; where CI is set, that is a failure.
"""

import os
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.ui.jserver import JupyterServer
from tests.ui.lab import FLAGS, LONG, chromium, open_cells

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = chromium()
NEEDED = ("jupyterlab", "notebook", "voila", "pytest_playwright", "axe_playwright_python")
MISSING = [name for name in NEEDED if find_spec(name) is None] + ([] if CHROMIUM else ["chromium"])

PICTURES = Path(os.environ.get("ADXMI_SCREENSHOTS") or ROOT / "build" / "screenshots")


_THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
_SET_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"

if MISSING and os.environ.get("CI"):
    raise pytest.UsageError(f"the browser layer needs {', '.join(MISSING)}")


def pytest_collection_modifyitems(items):
    """Skip what needs a browser, with the reason, where there is none."""
    here = (item for item in items if Path(__file__).parent in item.path.parents)
    for item in here if MISSING else ():
        item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(MISSING)}"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": [*FLAGS]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    size = {"width": 1400, "height": 1000}
    return {**browser_context_args, "viewport": size, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    from playwright.sync_api import expect

    expect.set_options(timeout=10_000)
    server = JupyterServer(tmp_path_factory.mktemp("jupyter")).start()
    yield server
    server.stop()


@pytest.fixture
def set_theme(page):
    """Turn to another theme of JupyterLab or Notebook."""
    from playwright.sync_api import expect

    def set_theme(theme):
        page.evaluate(_SET_THEME, _THEMES[theme])
        body = page.locator("body")
        expect(body).to_have_attribute("data-jp-theme-name", _THEMES[theme])

    return set_theme


@pytest.fixture
def open_notebook(server, page, set_theme):
    """Open cells in a front end, run them, and return the page; their kernel is gone afterwards."""

    def open_notebook(front, *cells, theme="light"):
        open_cells(server, page, front, ("%load_ext adxmi_jupyter", *cells), theme)
        if front != "voila":
            set_theme(theme)  # the server remembers the last one
        return page

    yield open_notebook
    server.end_kernels()


@pytest.fixture
def open_form(open_notebook):
    """Open a form and return it once it can be used."""
    from playwright.sync_api import expect

    def open_form(front, *cells, theme="light"):
        page = open_notebook(front, *cells, theme=theme)
        form = page.locator(".adxmi-form")
        expect(form.get_by_role("button", name="Apply", exact=True)).to_be_visible(timeout=LONG)
        expect(form.get_by_role("checkbox").first).to_be_visible(timeout=LONG)
        return form

    return open_form


@pytest.fixture
def run_cell(page):
    """Run one more line in the kernel of the open notebook and return what it printed."""

    def run(code):
        return page.evaluate(_RUN_CODE, code)

    return run


_RUN_CODE = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code});
  let text = '';
  future.onIOPub = message => { text += message.content.text || ''; };
  const reply = await future.done;
  if (reply.content.status !== 'ok') throw new Error(reply.content.evalue);
  return text;
}"""


@pytest.fixture
def violations():
    """Return what axe finds inside an element, by rule."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

    def check(page, selector):
        # JupyterLab's <body> has no height; axe would take all text for hidden.
        page.add_style_tag(content="html, body { height: 100% !important; }")
        page.evaluate(axe)
        result = page.evaluate("selector => axe.run(selector)", selector)
        ran = {rule["id"] for kind in ("passes", "incomplete") for rule in result[kind]}
        assert "color-contrast" in ran
        return {v["id"]: [node["html"][:150] for node in v["nodes"]] for v in result["violations"]}

    return check


@pytest.fixture
def picture():
    """Keep a picture of an element, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return lambda element, name: element.screenshot(path=PICTURES / f"{name}.png")
