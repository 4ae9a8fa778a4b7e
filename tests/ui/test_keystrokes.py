"""How many keys the two longest forms take beyond the names of what is new: ten at most.

Each key counts that is pressed after the name was typed: Tab, arrows and Enter, too.
"""

import pytest

from tests.ui.helpers import button, outcome

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

LONG = 60_000
LAKE = "https://contosolake.blob.core.windows.net"
ALLOW = "%adxmi policy grant --database Sales --identity mi-ingest --usage ExternalDataRequest,ExternalTable"


@pytest.fixture
def keyboard(open_notebook):
    """Open a form, type a name, and return the form with what presses keys and counts them."""

    def opened(line, name, *cells):
        page = open_notebook("lab", *cells, f"%adxmi {line}")
        page.set_viewport_size({"width": 1400, "height": 1800})
        form = page.locator(".adxmi-form")
        expect(button(form, "Apply")).to_be_visible(timeout=LONG)
        form.get_by_label("Name *", exact=True).focus()
        page.keyboard.type(name)
        return form, Keys(form)

    return opened


class Keys:
    """Presses keys once the list is there that they are for."""

    def __init__(self, form):
        self.form = form
        self.count = 0

    def press(self, *keys):
        for key in keys:
            self.form.page.keyboard.press(key)
            self.count += 1

    def pick(self, option):
        """Pick the option of the open list that is marked, after so many steps to it."""
        found = self.form.get_by_role("option", name=option, exact=True)
        expect(found).to_be_visible()
        place = found.evaluate("one => [...one.parentNode.children].indexOf(one)")
        marked = found.evaluate(
            "one => [...one.parentNode.children].findIndex(e => e.ariaSelected === 'true')"
        )
        self.press(*["ArrowDown"] * (place - marked), "Enter")


def test_an_external_table_takes_ten_keys_beyond_its_name(keyboard):
    form, keys = keyboard("external-table form", "Archive", ALLOW)

    keys.press("Tab")
    keys.pick("mi-ingest")
    keys.press("Tab")
    keys.pick("contosolake")
    keys.pick("archive")
    expect(form.get_by_label("Format *", exact=True)).to_have_value("csv")
    expect(button(form, "Infer columns")).to_be_enabled()
    keys.press("Tab", "Tab")
    expect(button(form, "Infer columns")).to_be_focused()
    keys.press("Enter")

    expect(form.get_by_label("Result").get_by_role("row")).to_have_count(6)
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("External table Archive: created")
    assert keys.count <= 10


def test_an_event_hubs_connection_takes_ten_keys_beyond_its_name(keyboard):
    form, keys = keyboard("event-hub form", "sensors")

    keys.press("Tab")
    keys.pick("contosoedge/")
    keys.pick("contosoedge/sensors")
    keys.press("Tab", "Tab")
    keys.pick("mi-ingest")
    keys.press("Tab")
    keys.pick("Orders")

    expect(form).not_to_contain_text("Still to fill in")
    assert keys.count <= 10
