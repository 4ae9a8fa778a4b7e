"""The policy form as people use it: by mouse, by keyboard, in light and dark."""

import json

import pytest

from tests.ui.helpers import AZURE, button, nameless, outcome, tab, too_wide
from tests.ui.helpers import checkbox as cell

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

FORM = "%adxmi policy form"
MANY = AZURE + 'for n in range(200): azure.world.add_identity(f"mi-team-{n:03}")'
HOSTILE = (
    AZURE
    + """
from dataclasses import replace
names = ["<img src=x onerror='document.title=1'>", "\\u202eright to left", "x" * 300]
cluster = azure.world.cluster
item = cluster.policy[0]
cluster.policy = [
    replace(item, display_name=name, object_id=item.object_id[:-1] + str(number))
    for number, name in enumerate(names)
]
"""
)
POLICY = """
import json
frame = get_ipython().run_line_magic("adxmi", "policy show --database Sales")
print(json.dumps(dict(zip(frame["display_name"], map(list, frame["allowed_usages"])))))
"""


@pytest.fixture
def policy(run_cell):
    """Read the policy of Sales by another line of the same notebook."""
    return lambda: json.loads(run_cell(POLICY).splitlines()[-1])


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_what_was_applied_is_in_the_policy(open_form, policy, front):
    form = open_form(front, FORM)

    cell(form, "mi-export AzureAI").check()
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("Undo: ")
    assert policy()["mi-export"] == ["AzureAI", "ExternalTable"]


def test_a_loss_asks_first(open_form, policy, picture):
    form = open_form("lab", FORM)

    cell(form, "mi-ingest DataConnection").uncheck()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_contain_text("may stop working: Event Hubs")
    assert policy()["mi-ingest"] == ["DataConnection", "NativeIngestion"]
    picture(form, "policy-form-asks")
    button(form, "Yes, apply").click()

    expect(outcome(form)).to_contain_text("Sales: mi-ingest - DataConnection")
    assert policy()["mi-ingest"] == ["NativeIngestion"]


def test_an_error_is_shown_in_the_form_and_can_be_tried_again(open_form, run_cell, picture):
    fault = "%adxmi embedded faults throttled --times 100 --retry-after 0 --match .alter-merge"
    form = open_form("lab", FORM, fault)

    cell(form, "mi-export AzureAI").check()
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("Throttled")
    expect(outcome(form)).to_contain_text("why:")
    expect(outcome(form)).to_contain_text("fix:")
    picture(form, "policy-form-error")
    run_cell("%adxmi embedded faults --clear")
    button(form, "Try again").click()

    expect(outcome(form)).to_contain_text("Sales: mi-export + AzureAI")


def test_the_form_is_busy_while_the_service_thinks(open_form):
    fault = "%adxmi embedded faults slow --delay 2 --match .alter-merge"
    form = open_form("lab", FORM, fault)

    cell(form, "mi-export AzureAI").check()
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("Applying …")
    expect(button(form, "Apply")).to_be_disabled()
    expect(outcome(form)).to_contain_text("Undo: ")


def test_another_scope_is_chosen(open_form, picture):
    form = open_form("lab", FORM)

    form.get_by_label("Scope", exact=True).select_option("cluster")

    expect(cell(form, "mi-export AutomatedFlows")).to_be_checked()
    expect(cell(form, "mi-export ExternalTable")).not_to_be_checked()
    picture(form, "policy-form-cluster")


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_by_keyboard_alone(open_form, policy, front):
    form = open_form(front, FORM)
    keys = form.page.keyboard

    form.get_by_label("Scope", exact=True).focus()
    keys.press("Tab")
    expect(form.get_by_label("Filter", exact=True)).to_be_focused()
    keys.type("mi-export")
    expect(form.get_by_role("checkbox")).to_have_count(10)
    keys.press("Tab")
    expect(button(form, "Reload")).to_be_focused()
    tab(form, 3)
    expect(cell(form, "mi-export AzureAI")).to_be_focused()
    keys.press("Space")
    expect(button(form, "Apply")).to_be_enabled()
    tab(form, 15)  # 7 cells, the name to add, changes, command and line with buttons, Apply
    expect(button(form, "Apply")).to_be_focused()
    keys.press("Enter")

    expect(outcome(form)).to_contain_text("Undo: ")
    assert policy()["mi-export"] == ["AzureAI", "ExternalTable"]


def test_every_stop_of_the_tab_key_has_a_name(open_form):
    form = open_form("lab", FORM)
    cell(form, "mi-ingest DataConnection").uncheck()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_be_visible()

    assert nameless(form) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("front", ["lab", "notebook", "voila"])
def test_nothing_stands_in_the_way_of_assistive_technology(
    open_form, violations, picture, front, theme
):
    form = open_form(front, FORM, theme=theme)
    cell(form, "mi-export AzureAI").check()
    cell(form, "mi-ingest DataConnection").uncheck()
    expect(form.locator(".adxmi-changes li")).to_have_count(2)
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_be_visible()
    picture(form, f"policy-form-{front}-{theme}")

    assert violations(form.page, ".adxmi-form") == {}


def test_the_form_fits_900_pixels(open_form, picture):
    form = open_form("lab", FORM)
    cell(form, "mi-export AzureAI").check()
    cell(form, "mi-ingest DataConnection").uncheck()
    expect(form.get_by_label("The same as a command to copy")).to_be_visible()

    found = too_wide(form, 900)
    picture(form, "policy-form-900")

    assert found == []


def test_two_hundred_identities_are_filtered(open_form, picture):
    form = open_form("lab", MANY, FORM)
    expect(form).to_contain_text("Identities 1 to 8 of 203")

    form.get_by_label("Filter", exact=True).fill("team-123")
    expect(form).to_contain_text("Identities 1 to 1 of 1 (filtered from 203)")
    cell(form, "mi-team-123 NativeIngestion").check()
    form.get_by_label("Filter", exact=True).fill("")
    button(form, "Next").click()

    expect(form).to_contain_text("Identities 9 to 16 of 203")
    expect(form.locator(".adxmi-changes")).to_have_text("+ mi-team-123 NativeIngestion")
    picture(form, "policy-form-200")


def test_hostile_names_are_shown_as_text(open_form, picture):
    form = open_form("lab", HOSTILE, f"{FORM} --cluster")

    cell(form, "<img src=x onerror='document.title=1'> AzureAI").check()

    expect(form.locator(".adxmi-changes")).to_contain_text("+ <img src=x onerror=")
    expect(form.locator("img")).to_have_count(0)
    assert form.page.title() != "1"
    picture(form, "policy-form-hostile")
