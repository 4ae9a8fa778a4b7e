"""What a long table costs in JupyterLab: from its cell to the grid, and from a filter to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.table import Budget, Row, Samples
from tests.ui.lab import LONG, lab_pages

OPEN, FILTER = Budget(1.0), Budget(0.3)

_READ = (
    "%load_ext adxmi_jupyter\n"
    "from adxmi_jupyter.rendering.shown_frame import Whole\n"
    "table = Whole({'name': [f'mi-{n}' for n in range(5000)],"
    " **{f'column {c}': ['some text'] * 5000 for c in range(5)}})\n"
    "table.show_live(get_ipython().magics_manager.registry['AdxmiMagics'].live)"
)
# Times are the browser's own, and the longest pause between two of its frames is told beside them.
_OPENED = """async () => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  panel.content.activeCellIndex = 1;
  await app.commands.execute('notebook:clear-cell-output');
  const shown = () => document.querySelector('[class*=adxmi-grid-] input');
  while (shown()) await new Promise(requestAnimationFrame);
  const start = performance.now();
  app.commands.execute('notebook:run-cell');
  let last = start, longest = 0;
  while (!shown()) {
    await new Promise(requestAnimationFrame);
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  return [(performance.now() - start) / 1000, longest / 1000];
}"""
_FILTERED = """async () => {
  const box = document.querySelector('[class*=adxmi-grid-] input');
  const start = performance.now();
  box.value = box.value ? '' : 'mi-49';
  box.dispatchEvent(new Event('input'));
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""


def grid_rows(runs: int, home: Path) -> Iterator[Row]:
    """Measure how long 5,000 rows take to be on screen, and to be filtered."""
    with lab_pages(home) as open_page:
        page = open_page(_READ, "table")
        page.get_by_label("Filter rows").wait_for(timeout=LONG)
        page.evaluate(_OPENED)
        opened = [page.evaluate(_OPENED) for _ in range(runs)]
        seconds = tuple(float(one) for one, _ in opened)
        yield Row("5,000 rows as a grid on screen in JupyterLab", Samples(seconds), budget=OPEN)
        pauses = tuple(float(pause) for _, pause in opened)
        yield Row("the longest pause of the browser meanwhile", Samples(pauses), budget=FILTER)
        filtered = tuple(float(page.evaluate(_FILTERED)) for _ in range(runs))
        yield Row("a filter of 5,000 rows, until they follow", Samples(filtered), budget=FILTER)
