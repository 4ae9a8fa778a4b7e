"""Long tables in a real browser: a grid while the kernel runs, a plain table in what is saved."""

import pytest

from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.nightly

HOSTILE = '<img src=x onerror="document.title=1">'
TABLE = (
    "%%adxmi query --database Sales\n"
    "range n from 1 to 5000 step 1 | project "
    f"name=iff(n == 1, '{HOSTILE}', strcat('mi-', tostring(n))), n"
)
MATRIX = (
    "from adxmi_jupyter.rendering.policy_matrix import Matrix\nimport pandas as pd\n"
    "rows = [{'database': 'Sales', 'display_name': f'mi-{n}', 'object_id': str(n), 'All': 'D'}"
    " for n in range(40)]\n"
    "matrix = Matrix.of(pd.DataFrame(rows))\n"
    "matrix.show_live(get_ipython().magics_manager.registry['AdxmiMagics'].live)\nmatrix"
)


@pytest.fixture
def grid(open_notebook):
    def opened(front, *cells):
        page = open_notebook(front, *cells)
        host = page.locator("[class*=adxmi-grid-]")
        expect(host.get_by_label("Filter rows")).to_be_visible(timeout=LONG)
        return page, host

    return opened


@pytest.mark.parametrize("front", ["lab", "notebook", "voila"])
def test_a_long_table_is_filtered_and_sorted_and_hostile_names_are_text(grid, front, picture):
    page, host = grid(front, TABLE)
    rows = host.locator("tbody tr")
    expect(rows.first).to_contain_text(HOSTILE)
    expect(host.locator("img")).to_have_count(0)

    host.get_by_label("Filter rows").fill("mi-49 7")

    expect(host.get_by_text("20 of 5000 rows")).to_be_visible()
    expect(rows).to_have_count(20)

    host.get_by_label("Filter rows").fill("")
    host.get_by_role("button", name="n", exact=True).click()
    host.get_by_role("button", name="n ▲").click()
    expect(rows.first).to_contain_text("mi-5000")
    expect(host.get_by_role("columnheader", name="n ▼")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert page.title() != "1"
    picture(host, f"grid-{front}")


def test_rows_further_down_are_drawn_when_somebody_gets_there(grid):
    _, host = grid("lab", TABLE)
    rows = host.locator("tbody tr")
    expect(rows).to_have_count(100)

    host.get_by_role("group").evaluate("box => box.scrollTo(0, box.scrollHeight)")

    expect(rows).to_have_count(200)


def test_keys_typed_in_a_grid_are_no_shortcuts_of_the_notebook(grid):
    page, host = grid("lab", TABLE)
    host.get_by_role("button", name="name").focus()

    page.keyboard.press("d")
    page.keyboard.press("d")

    expect(host.get_by_label("Filter rows")).to_be_visible()
    expect(page.locator(".jp-CodeCell")).to_have_count(2)


def test_without_the_extension_the_table_is_what_it_was(grid, run_cell):
    _, host = grid("lab", TABLE)

    run_cell("%unload_ext adxmi_jupyter")

    expect(host.get_by_label("Filter rows")).to_have_count(0)
    expect(host).to_contain_text("20 of 5000 rows")


def test_a_long_matrix_is_filtered_and_its_head_stays(grid):
    _, host = grid("lab", MATRIX)

    host.get_by_label("Filter rows").fill("mi-3")

    expect(host.get_by_text("11 of 40 rows")).to_be_visible()
    expect(host.locator("tbody tr:visible")).to_have_count(11)
    assert host.locator("thead th").first.evaluate("e => getComputedStyle(e).position") == "sticky"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("cell", [TABLE, MATRIX], ids=["table", "matrix"])
def test_assistive_technology_can_use_a_grid(grid, set_theme, violations, theme, cell):
    page, _ = grid("lab", cell)
    set_theme(theme)

    assert violations(page, "[class*=adxmi-grid-]") == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_assistive_technology_can_use_a_table_and_a_summary(
    open_notebook, set_theme, violations, theme
):
    page = open_notebook("lab", "%adxmi policy show --all-databases", "%adxmi check --only not-met")
    set_theme(theme)

    assert violations(page, ".jp-RenderedHTMLCommon") == {}
