"""The picture of a check in JupyterLab: light and dark, narrow, and where it is not trusted."""

import nbformat
import pytest

from tests.ui.lab import LONG, OPENED

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

# Letters on the tint of their box on the ground of the page, by the formula of WCAG.
CONTRASTS = """element => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], ground) =>
    [r, g, b].map((one, n) => one * a + ground[n] * (1 - a));
  const light = colour => colour.map(one => one / 255)
    .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0);
  const page = getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim();
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = page;
  const ground = parts(getComputedStyle(probe).color);
  probe.remove();
  return [...element.querySelectorAll('text')].map(text => {
    const fill = getComputedStyle(text.closest('svg').querySelector('rect')).fill;
    const tint = fill === 'none' ? ground : over(parts(fill), ground);
    const [low, high] = [light(tint), light(over(parts(getComputedStyle(text).fill), tint))]
      .sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  });
}"""
BEYOND_THEIR_BOXES = """element => [...element.querySelectorAll('.adxmi-diagram text')].filter(text =>
  text.getBBox().x + text.getBBox().width > text.closest('svg').viewBox.baseVal.width - 2)
  .map(text => text.textContent)"""


@pytest.fixture
def check(open_notebook):
    def check(line):
        page = open_notebook("lab", f"%adxmi {line}")
        output = page.locator(OUTPUT)
        expect(output).to_be_visible(timeout=LONG)
        return output

    return check


def boxes(output, script):
    return output.locator(".adxmi-track > span").evaluate_all(script)


def right_edge(output):
    return boxes(output, "all => Math.max(...all.map(one => one.getBoundingClientRect().right))")


def lines(output):
    return boxes(output, "all => new Set(all.map(one => one.offsetTop)).size")


def test_it_can_be_read_in_the_light_and_in_the_dark(check, set_theme, violations, picture):
    output = check(CHECK)
    diagram = output.get_by_role("img", name="policy ExternalTable, allowed by policy")
    expect(diagram).to_be_visible()
    picture(output, "chain-light")
    in_the_light = (violations(output.page, OUTPUT), min(diagram.evaluate(CONTRASTS)))

    set_theme("dark")
    expect(output.page.locator("#jupyterlab-splash")).to_have_count(0)
    picture(output, "chain-dark")
    in_the_dark = (violations(output.page, OUTPUT), min(diagram.evaluate(CONTRASTS)))

    assert (in_the_light[0], in_the_dark[0]) == ({}, {})
    assert min(in_the_light[1], in_the_dark[1]) > 7


@pytest.mark.nightly
def test_boxes_hold_their_words_and_go_on_in_the_next_line(check, picture):
    output = check(EXPORT)
    assert output.evaluate(BEYOND_THEIR_BOXES) == []
    assert lines(output) == 2

    output.evaluate("one => { one.style.maxWidth = '600px'; }")

    picture(output, "chain-600")
    assert lines(output) == 4
    left = output.bounding_box()["x"]
    assert right_edge(output) <= left + 600
    assert output.locator(".adxmi-diagram svg").first.bounding_box()["width"] == 140


@pytest.mark.nightly
def test_where_it_is_not_trusted_a_sentence_and_a_table_are_left(
    server, page, magic_output, picture
):
    output = nbformat.v4.new_output("display_data", {"text/html": magic_output})
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, server.root / "not-trusted.ipynb")

    page.goto(f"{server.url}/lab/tree/not-trusted.ipynb?reset")
    page.wait_for_function(OPENED, timeout=LONG)

    shown = page.locator(".jp-RenderedHTMLCommon:has(table)")
    expect(shown).to_contain_text("→ policy ✗: ExternalTable; ✗ allowed by policy: not there")
    expect(shown).not_to_contain_text("stroke")
    expect(shown.locator("svg")).to_have_count(0)
    expect(shown.get_by_role("row")).to_have_count(2)
    picture(shown, "chain-not-trusted")


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
