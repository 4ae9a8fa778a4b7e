"""What a form costs in JupyterLab: from its cell to the screen, and from a click to the preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.table import Budget, Row, Samples
from tests.ui.lab import LONG, lab_pages

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.ui.lab import OpenPage

FORMS = (
    "policy form",
    "identity form",
    "role form",
    "external-table form",
    "form",
    "form --identity mi-export --workflow external-table",
)
OPEN = Budget(1.0)
PREVIEW = Budget(0.1)

# Times are the browser's own: how long the test's driver takes is not part of them.
_OPENED = """async () => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  panel.content.activeCellIndex = 1;
  await app.commands.execute('notebook:clear-cell-output');
  const shown = () => [...document.querySelectorAll('.adxmi-form button')]
    .some(one => one.textContent.trim() === 'Apply' && one.offsetParent);
  while (shown()) await new Promise(requestAnimationFrame);
  const start = performance.now();
  app.commands.execute('notebook:run-cell');
  while (!shown()) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
_PREVIEWED = """async () => {
  const form = document.querySelector('.adxmi-form');
  const box = form.querySelectorAll('input[type=checkbox]')[3];
  const text = () => [...form.querySelectorAll('.adxmi-readonly textarea')]
    .map(one => one.value).join();
  const before = text();
  const start = performance.now();
  box.click();
  while (text() === before) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""

_FILL = """values => {
  const form = document.querySelector('.adxmi-form');
  for (const [label, value] of Object.entries(values)) {
    const name = [...form.querySelectorAll('label')].find(one => one.textContent === label);
    const field = document.getElementById(name.htmlFor);
    field.value = value;
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', {bubbles: true}));
  }
}"""
_TYPED = """async key => {
  const form = document.querySelector('.adxmi-form');
  const name = [...form.querySelectorAll('label')].find(one => one.textContent === 'Name *');
  const field = document.getElementById(name.htmlFor);
  const text = () => form.querySelector('.adxmi-readonly textarea').value;
  const before = text();
  const start = performance.now();
  field.value += key;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  while (text() === before) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
_LISTED = """async () => {
  const form = document.querySelector('.adxmi-form');
  const name = [...form.querySelectorAll('label')].find(one => one.textContent === 'Location *');
  const field = document.getElementById(name.htmlFor);
  const choices = field.closest('.adxmi-picker').getElementsByTagName('li');
  const start = performance.now();
  field.value = 'https://contosomany.blob.core.windows.net/';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  field.focus();
  while (choices.length < 200) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
_MANY = (
    "%load_ext adxmi_jupyter\n"
    "azure = get_ipython().magics_manager.registry['AdxmiMagics'].connections.current().azure\n"
    "_ = azure.world.add_storage_account('contosomany', *(f'team-{n:04}' for n in range(2000)))"
)
_TABLE = {
    "Name *": "Archive",
    "Identity *": "mi-export",
    "Location *": "https://contosolake.blob.core.windows.net/archive",
    "Columns": "OrderId:long, Region:string",
    "Format *": "csv",
}


def form_rows(runs: int, home: Path) -> Iterator[Row]:
    """Measure how long each form takes to open, warm, and a preview to follow a click."""
    with lab_pages(home) as open_page:
        for line in FORMS:
            page = open_page("%load_ext adxmi_jupyter\n%adxmi status", f"%adxmi {line}")
            page.locator(".adxmi-form button", has_text="Apply").first.wait_for(timeout=LONG)
            page.evaluate(_OPENED)
            seconds = tuple(float(page.evaluate(_OPENED)) for _ in range(runs))
            yield Row(f"`%adxmi {line}` on screen in JupyterLab", Samples(seconds), budget=OPEN)
            if line == "policy form":
                clicks = tuple(float(page.evaluate(_PREVIEWED)) for _ in range(runs))
                what = "a click in the policy form, until its preview follows"
                yield Row(what, Samples(clicks), budget=PREVIEW)
            if line == "external-table form":
                yield _keystrokes(page, runs)
        yield _picking(open_page, runs)


def _picking(open_page: OpenPage, runs: int) -> Row:
    page = open_page(_MANY, "%adxmi external-table form")
    page.locator(".adxmi-form button", has_text="Apply").first.wait_for(timeout=LONG)
    seconds = []
    for _ in range(runs):
        page.evaluate(_OPENED)  # another form: one asks for a list once
        seconds.append(float(page.evaluate(_LISTED)))
    what = "2,000 storage containers in the external table form, until their list is there"
    return Row(what, Samples(tuple(seconds)), budget=OPEN)


def _keystrokes(page: Page, runs: int) -> Row:
    page.evaluate(_FILL, _TABLE)
    page.locator(".adxmi-form .adxmi-requirement.met").first.wait_for()
    typed = tuple(float(page.evaluate(_TYPED, str(n % 10))) for n in range(runs))
    what = "a keystroke in the external table form, until its preview follows"
    return Row(what, Samples(typed), budget=PREVIEW)
