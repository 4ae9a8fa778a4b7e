"""The picture of a check in JupyterLab and Notebook: light and dark, narrow, and not trusted."""

import nbformat
import pytest

from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect

CHECK = (
    "external-table check --database Sales --name Orders2 --identity mi-stranger "
    "--location https://contosolake.blob.core.windows.net/archive "
    '--columns "OrderId:long" --data-format csv'
)
EXPORT = (
    "continuous-export check --database Sales --name Now --external-table ArchivedOrders "
    "--identity mi-export --query Orders"
)
OUTPUT = ".jp-RenderedHTMLCommon:has(.adxmi-diagram)"
DRAWN = "all => all.map(one => one.complete && one.naturalWidth > 100 && one.width > 100)"


@pytest.fixture
def check(open_notebook):
    def check(line):
        page = open_notebook("lab", f"%adxmi {line}")
        output = page.locator(OUTPUT)
        expect(output).to_be_visible(timeout=LONG)
        return output

    return check


def boxes(output, script):
    return output.locator(".adxmi-diagram img").evaluate_all(script)


def right_edge(output):
    return boxes(output, "all => Math.max(...all.map(one => one.getBoundingClientRect().right))")


def lines(output):
    return boxes(output, "all => new Set(all.map(one => one.offsetTop)).size")


@pytest.mark.nightly
def test_it_can_be_read_in_the_light_and_in_the_dark(check, set_theme, violations, picture):
    output = check(CHECK)
    box = output.get_by_role("img", name="policy ExternalTable, allowed by policy")
    expect(box).to_be_visible()
    picture(output, "chain-light")
    in_the_light = violations(output.page, OUTPUT)

    set_theme("dark")
    expect(output.page.locator("#jupyterlab-splash")).to_have_count(0)
    picture(output, "chain-dark")

    assert (in_the_light, violations(output.page, OUTPUT)) == ({}, {})
    assert boxes(output, DRAWN) == [True] * 5


@pytest.mark.nightly
def test_boxes_go_on_in_the_next_line(check, picture):
    output = check(EXPORT)
    assert lines(output) == 2

    output.evaluate("one => { one.style.maxWidth = '600px'; }")

    picture(output, "chain-600")
    assert lines(output) == 4
    assert right_edge(output) <= output.bounding_box()["x"] + 600


@pytest.mark.nightly
@pytest.mark.parametrize("address", ["/lab/tree/{}?reset", "/notebooks/{}"])
def test_where_it_is_not_trusted_all_of_it_is_left(server, page, magic_output, picture, address):
    output = nbformat.v4.new_output("display_data", {"text/html": magic_output})
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, server.root / "not-trusted.ipynb")

    page.goto(server.url + address.format("not-trusted.ipynb"))

    shown = page.locator(".jp-RenderedHTMLCommon:has(table)")
    expect(shown).to_be_visible(timeout=LONG)
    expect(shown.locator("img")).to_have_count(5)
    picture(shown, f"chain-not-trusted-{address.split('/')[1]}")
    assert shown.locator("img").evaluate_all(DRAWN) == [True] * 5
    assert "allowed by policy" in shown.locator("img").nth(2).get_attribute("title")
    mark = shown.get_by_role("cell", name="✗", exact=True).locator("span")
    assert mark.evaluate("one => getComputedStyle(one).borderTopColor") == "rgb(214, 39, 40)"
    assert mark.evaluate("one => getComputedStyle(one).borderTopStyle") == "dashed"


@pytest.fixture
def magic_output():
    """Return what a notebook keeps of a check."""
    from adxmi_jupyter.actions.check.findings import Checked, Checks
    from adxmi_jupyter.fixes import Command
    from adxmi_jupyter.rendering.check_table import CheckTable
    from tests.findings import allowed, assigned, found
    from tests.told import written

    findings = (
        found(assigned("mi-x")),
        found(allowed("mi-x", "ExternalTable"), "not met", "not there", fix=Command.of("fix")),
    )
    checks = Checks((Checked("external-table", "Orders", findings, "Sales"),))
    return CheckTable.of(checks, write=written)._repr_html_()
