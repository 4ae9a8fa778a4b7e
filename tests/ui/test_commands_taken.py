"""Commands taken out of a form: copied, inserted as a cell, and keys that stay in the form."""

import pytest

from tests.ui.helpers import button, checkbox

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

LONG = 60_000
COMMAND = "%adxmi policy grant --database Sales --identity mi-export --usage AzureAI"


@pytest.fixture
def changed(open_notebook):
    """Open the policy form and tick a usage, so that there is a command."""

    def opened(front):
        page = open_notebook(front, "%adxmi policy form", "print('last')")
        form = page.locator(".adxmi-form")
        expect(button(form, "Apply")).to_be_visible(timeout=LONG)
        checkbox(form, "mi-export AzureAI").check()
        expect(form.get_by_label("The same as a command to copy")).to_have_value(COMMAND)
        return form

    return opened


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_a_command_becomes_the_next_cell(changed, front, picture):
    form = changed(front)
    cells = form.page.locator(".jp-Notebook-cell")
    before = cells.count()
    place = cells.evaluate_all("all => all.findIndex(one => one.querySelector('.adxmi-form'))")

    button(form, "Insert as cell").click()

    expect(cells).to_have_count(before + 1)
    expect(cells.nth(place + 1).locator(".cm-content")).to_have_text(COMMAND)
    picture(form, f"commands-taken-{front}")


def test_a_command_is_copied(changed):
    form = changed("lab")
    form.page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    button(form, "Copy").last.click()

    expect(button(form, "Copied")).to_be_visible()
    assert form.page.evaluate("navigator.clipboard.readText()") == COMMAND


def test_what_has_no_cells_offers_none(changed):
    form = changed("voila")

    expect(button(form, "Copy").last).to_be_visible()
    expect(button(form, "Insert as cell")).to_have_count(0)


def test_keys_in_a_form_are_no_shortcuts_of_the_notebook(changed):
    form = changed("lab")
    cells = form.page.locator(".jp-Notebook-cell")
    before = cells.count()

    checkbox(form, "mi-export AzureAI").focus()
    for key in ("d", "d", "x", "a", "b"):
        form.page.keyboard.press(key)

    expect(checkbox(form, "mi-export AzureAI")).to_be_focused()
    expect(cells).to_have_count(before)
