"""A press right after typing: a front end sends it at once, and what was typed last comes later."""

import json
import re

import pytest

from tests.ui.helpers import AZURE, button, checkbox, in_one_turn, outcome
from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

ROUNDS = range(30)
LAKE = "https://contosolake.blob.core.windows.net"
STORED = (
    AZURE
    + """
import json
tables = azure.world.cluster.databases["Sales"].external_tables
print(json.dumps({
    name: [table.connection_strings[0].split(";")[0], table.columns[0][0]]
    for name, table in tables.items() if name[:3] in ("Old", "New")
}))
"""
)


@pytest.fixture
def form(open_notebook):
    """Open the form of an external table and fill in what stays."""
    page = open_notebook("lab", "%adxmi external-table form")
    page.set_viewport_size({"width": 1400, "height": 1800})
    form = page.locator(".adxmi-form")
    expect(button(form, "Apply")).to_be_visible(timeout=LONG)
    fill(form, {"Identity *": "mi-export"})
    field(form, "Format *").select_option("csv")
    return form


def field(form, label):
    return form.get_by_label(label, exact=True)


def fill(form, values):
    for label, value in values.items():
        field(form, label).fill(value)


def previewed(form, values):
    """Wait until the preview shows all of these."""
    preview = field(form, "What will be sent to the management endpoint")
    for value in values.values():
        expect(preview).to_have_value(re.compile(re.escape(value.split(":long")[0])))


def filled(which, number):
    return {
        "Name *": f"{which}{number}",
        "Location *": f"{LAKE}/archive/{which}{number}",
        "Columns": f"{which}{number}:long",
    }


def test_three_inputs_and_a_press_in_one_turn_send_nothing_that_was_not_shown(form, run_cell):
    for number in ROUNDS:
        fill(form, filled("Old", number))
        previewed(form, filled("Old", number))
        expect(button(form, "Apply")).to_be_enabled()
        in_one_turn(form, filled("New", number), "Apply")
        expect(outcome(form)).to_contain_text("Nothing was sent")
        previewed(form, filled("New", number))
        button(form, "Apply").click()
        expect(outcome(form)).to_contain_text(f"External table New{number}: created")

    assert json.loads(run_cell(STORED).splitlines()[-1]) == {
        f"New{number}": [f"{LAKE}/archive/New{number}", f"New{number}"] for number in ROUNDS
    }


def test_what_is_typed_and_cleared_in_one_turn_stays_cleared(form, run_cell):
    for number in ROUNDS:
        fill(form, filled("Old", number))
        previewed(form, filled("Old", number))
        in_one_turn(form, filled("New", number), "Clear")
        expect(field(form, "Name *")).to_have_value("")
        run_cell("pass")  # comes after all that the browser still had to send
        expect(field(form, "Name *")).to_have_value("")
        expect(form).to_contain_text("Still to fill in: Name, Identity, Location, Columns, Format.")
        fill(form, {"Identity *": "mi-export"})
        field(form, "Format *").select_option("csv")


def test_a_tick_and_a_press_in_one_turn_send_nothing_that_was_not_shown(open_form):
    form = open_form("lab", "%adxmi policy form")
    checkbox(form, "mi-export AzureAI").check()
    expect(form.locator(".adxmi-changes li")).to_have_count(1)

    form.evaluate(
        """form => {
          form.querySelectorAll('.adxmi-cell input')[0].click();
          [...form.querySelectorAll('button')].find(one => one.textContent === 'Apply').click();
        }"""
    )

    expect(outcome(form)).to_contain_text("Nothing was sent")
    expect(form.locator(".adxmi-changes li")).to_have_count(2)
