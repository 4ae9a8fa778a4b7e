"""How far the first field that matters is by keyboard, and arrow keys in a matrix."""

import pytest

from tests.ui.helpers import button, checkbox, tab

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

LONG = 60_000
PLAN = """%%adxmi plan form
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy: {mode: authoritative, cluster: {}}
"""


@pytest.fixture
def opened(open_notebook):
    def opened(line):
        form = (
            open_notebook("lab", line if line.startswith("%") else f"%adxmi {line}")
            .locator(".adxmi-form")
            .first
        )
        expect(button(form, "Apply").first).to_be_visible(timeout=LONG)
        return form

    return opened


@pytest.mark.parametrize(
    ("line", "first", "name"),
    [
        ("policy form", "Scope", "contoso All"),
        ("identity form", "Filter", "mi-export"),
        ("external-table form", "Database *", "Name *"),
        ("event-hub form", "Database *", "Name *"),
        (PLAN, "Filter", "- cluster: mi-export AutomatedFlows"),
    ],
)
def test_the_first_field_that_matters_is_at_most_twelve_keys_away(opened, line, first, name):
    form = opened(line)
    wanted = form.get_by_label(name, exact=True)

    form.get_by_label(first, exact=True).focus()
    keys = 1
    while keys < 12 and not wanted.evaluate("one => one === document.activeElement"):
        tab(form, 1)
        keys += 1

    expect(wanted).to_be_focused()


def test_arrow_keys_go_from_cell_to_cell(opened):
    form = opened("policy form")
    keys = form.page.keyboard

    checkbox(form, "contoso All").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        keys.press(key)
    expect(checkbox(form, "mi-export AzureAI")).to_be_focused()
    keys.press("Space")
    expect(checkbox(form, "mi-export AzureAI")).to_be_checked()
    keys.press("End")
    expect(checkbox(form, "mi-export SqlRequest")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("ArrowUp")
    expect(checkbox(form, "contoso SqlRequest")).to_be_focused()
    keys.press("Home")
    expect(checkbox(form, "contoso All")).to_be_focused()
