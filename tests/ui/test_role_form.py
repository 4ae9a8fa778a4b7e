"""The role form as people use it: by mouse, by keyboard, in light and dark."""

import json
import re

import pytest

from tests.ui.helpers import button, outcome
from tests.ui.helpers import checkbox as cell

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

FORM = "%adxmi role form"
READER = "reader (upn: reader@contoso.example)"
FOREIGN = "aadapp=6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0;2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
HOSTILE = """
connection = get_ipython().magics_manager.registry["AdxmiMagics"].connections.current()
for name in ("<img src=x onerror='document.title=1'>", "\\u202eright to left", "$x^2$", "x" * 300):
    connection.azure.world.add_identity(name)
"""
ROLES = """
import json
frame = get_ipython().run_line_magic("adxmi", "role list --database Sales --cluster")
print(json.dumps(sorted(frame["display_name"] + " " + frame["role"])))
"""


@pytest.fixture
def roles(run_cell):
    """Read the roles on Sales and on the cluster by another line of the same notebook."""
    return lambda: json.loads(run_cell(ROLES).splitlines()[-1])


def test_a_revoke_asks_and_is_read_back_by_another_line(open_form, roles, picture):
    form = open_form("lab", FORM)

    cell(form, "mi-export users").check()
    cell(form, f"{READER} viewers").uncheck()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_contain_text("removes viewers from reader")
    assert f"{READER} viewers" in roles()
    picture(form, "role-form-asks")
    button(form, "Yes, apply").click()

    expect(outcome(form)).to_contain_text(f"Sales: {READER} - viewers")
    assert "mi-export users" in roles()
    assert f"{READER} viewers" not in roles()


def test_a_role_on_the_cluster_is_given_through_azure(open_form, roles, picture):
    form = open_form("lab", FORM)

    form.get_by_label("Scope", exact=True).select_option("cluster")
    cell(form, "mi-ingest AllDatabasesViewer").check()
    request = form.get_by_label("The request that will be sent")
    expect(request).to_have_value(re.compile("^PUT /subscriptions/.*AllDatabasesViewer"))
    picture(form, "role-form-cluster")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("cluster: mi-ingest + AllDatabasesViewer")
    assert "mi-ingest AllDatabasesViewer" in roles()


def test_by_keyboard_alone(open_form, roles):
    form = open_form("lab", FORM)
    keys = form.page.keyboard

    form.get_by_label("Scope", exact=True).focus()
    keys.press("Tab")
    expect(form.get_by_label("Filter", exact=True)).to_be_focused()
    keys.type("mi-export")
    expect(form.get_by_role("checkbox")).to_have_count(6)
    keys.press("Tab")
    expect(button(form, "Reload")).to_be_focused()
    for _ in range(3):
        keys.press("Tab")
    expect(cell(form, "mi-export viewers")).to_be_focused()
    keys.press("Space")
    expect(button(form, "Apply")).to_be_enabled()
    stops = 0
    while not button(form, "Apply").evaluate("one => one === document.activeElement"):
        keys.press("Tab")
        stops += 1
        # 3 cells, whom to add, the command and the line with their buttons, Apply
        assert stops <= 12
    keys.press("Enter")

    expect(outcome(form)).to_contain_text("Undo: ")
    assert "mi-export viewers" in roles()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(open_form, violations, picture, theme):
    form = open_form("lab", FORM, theme=theme)
    form.get_by_label("Add principal").fill(FOREIGN)
    button(form, "Add").click()
    expect(outcome(form)).to_contain_text("does not trust it")
    form.get_by_label("Filter", exact=True).fill("")
    cell(form, "mi-export unrestrictedviewers").check()
    cell(form, f"{READER} viewers").uncheck()
    expect(form.locator(".adxmi-changes li")).to_have_count(2)
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_be_visible()
    picture(form, f"role-form-lab-{theme}")
    fields = form.locator(":is(input, select, textarea, button):visible").all()

    assert violations(form.page, ".adxmi-form") == {}
    assert [f for f in (field.aria_snapshot() for field in fields) if '"' not in f] == []


def test_hostile_names_are_shown_as_text_and_900_pixels_are_enough(open_form, picture):
    form = open_form("lab", HOSTILE, FORM)

    cell(form, "<img src=x onerror='document.title=1'> viewers").check()
    expect(form.locator(".adxmi-changes")).to_contain_text("+ <img src=x onerror=")
    form.evaluate("form => { form.style.width = '900px'; }")
    picture(form, "role-form-hostile-900")

    assert form.page.title() != "1"
    expect(form.locator("img")).to_have_count(0)
    parts = "form => [form, ...form.querySelectorAll('*')]"
    too_wide = "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != 'hidden'"
    shown = "e => e.clientWidth > 1 && e.tagName != 'SPAN'"
    found = form.evaluate(
        f"form => ({parts})(form).filter({shown}).filter({too_wide}).map(e => e.className)"
    )
    assert found == []
