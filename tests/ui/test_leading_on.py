"""What leads on from a page or a matrix: commands become cells, and a matrix is a grid to all."""

import re

import pytest

from tests.ui.helpers import checkbox
from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

FORM = "%adxmi identity form"
MANY = (
    "azure = get_ipython().magics_manager.registry['AdxmiMagics'].connections.current().azure\n"
    "for n in range(20): azure.world.add_identity(f'mi-team-{n:03}')"
)


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_a_command_of_the_overview_becomes_the_next_cell(open_notebook, front, picture):
    page = open_notebook(front, "%adxmi overview", "print('last')")
    host = page.locator(".adxmi-grid-commands")
    leading = host.get_by_title(f"Insert as cell: {FORM}", exact=True)
    expect(leading).to_be_visible(timeout=LONG)
    picture(host, f"overview-{front}")
    cells = page.locator(".jp-Notebook-cell")
    before = cells.count()
    place = cells.evaluate_all("all => all.findIndex(one => one.querySelector('.adxmi-leads-on'))")

    leading.click()

    expect(cells).to_have_count(before + 1)
    expect(cells.nth(place + 1).locator(".cm-content")).to_have_text(FORM)


def test_each_row_of_the_overview_leads_on(open_notebook):
    host = open_notebook("lab", "%adxmi overview").locator(".adxmi-grid-commands")
    expect(host.locator(".adxmi-leads-on").first).to_be_visible(timeout=LONG)

    without = host.locator("tbody tr:not(:has(.adxmi-leads-on))")

    assert host.locator("tbody tr").count() > 5
    expect(without).to_have_count(0)


def test_what_has_no_cells_copies_a_command(open_notebook):
    host = open_notebook("voila", "%adxmi overview").locator(".adxmi-grid-commands")

    expect(host.get_by_title(f"Copy: {FORM}", exact=True)).to_be_visible(timeout=LONG)


@pytest.mark.parametrize(
    ("line", "columns", "count"), [("policy form", 11, 3), ("role form", 7, 6)]
)
def test_a_matrix_is_a_grid_with_heads_rows_and_cells(open_form, violations, line, columns, count):
    form = open_form("lab", f"%adxmi {line}")
    grid = form.get_by_role("grid")
    rows = grid.get_by_role("row")
    expect(rows.nth(1)).to_have_attribute("aria-owns", re.compile(rf"^(\S+ ){{{columns - 1}}}\S+$"))
    expect(rows).to_have_count(count + 1)

    kinds = [one.split()[1].strip("':") for one in grid.aria_snapshot().splitlines()]

    assert kinds.count("row") == count + 1
    assert kinds.count("columnheader") == columns
    assert kinds.count("rowheader") == count
    assert kinds.count("gridcell") == count * (columns - 1)
    assert violations(form.page, ".adxmi-form") == {}


def test_a_grid_follows_the_filter(open_form):
    form = open_form("lab", MANY, "%adxmi policy form")
    rows = form.get_by_role("grid").get_by_role("row")
    expect(rows).to_have_count(9)

    form.get_by_label("Filter", exact=True).fill("team-013")

    expect(rows).to_have_count(2)
    expect(checkbox(form, "mi-team-013 All")).to_be_visible()
