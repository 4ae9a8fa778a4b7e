"""Stored results in a notebook that is not trusted: tables, colours and pictures stay.

`tests/magics/test_untrusted.py` has the list of what the sanitizers of both front ends let pass.
"""

import shutil
from pathlib import Path

import pytest

from tests.ui.lab import LONG, OPENED

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

QUICKSTART = Path(__file__).resolve().parents[2] / "notebooks" / "00_quickstart.ipynb"
COLOUR = "cell => getComputedStyle(cell).backgroundColor"


@pytest.fixture
def untrusted(server, page):
    """Open a copy of the quickstart, which has no signature here, and run nothing."""

    def opened(address):
        shutil.copy(QUICKSTART, server.root / "untrusted.ipynb")
        page.goto(server.url + address.format("untrusted.ipynb"), timeout=LONG)
        page.wait_for_function(OPENED, timeout=LONG)
        page.locator(".jp-OutputArea-output table").first.wait_for(timeout=LONG)
        return page

    yield opened
    server.end_kernels()


@pytest.mark.parametrize(
    "address", ["/lab/tree/{}?reset", "/notebooks/{}"], ids=["lab", "notebook"]
)
def test_the_matrix_keeps_its_colours_and_lines(untrusted, address, picture):
    page = untrusted(address)
    matrix = page.locator("table", has_text="Allowed usages by identity")
    by_database = matrix.get_by_role("cell", name="D", exact=True).first
    empty = matrix.locator("td:empty").first

    picture(matrix, f"untrusted-matrix-{address.split('/')[1]}")

    assert by_database.evaluate(COLOUR) != empty.evaluate(COLOUR)
    assert by_database.evaluate("cell => getComputedStyle(cell).borderTopStyle") == "solid"
    expect(by_database).to_have_attribute("title", "the database policy allows it")


@pytest.mark.parametrize(
    "address", ["/lab/tree/{}?reset", "/notebooks/{}"], ids=["lab", "notebook"]
)
def test_the_pictures_of_a_check_are_drawn(untrusted, address):
    boxes = untrusted(address).locator("img[src^='data:image/svg']")

    assert boxes.count() > 5
    assert boxes.evaluate_all("all => all.every(one => one.naturalWidth > 0)")
