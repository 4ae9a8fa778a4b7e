"""The plan form as people use it: in light and dark, where there is little room, with many changes."""

import pytest

from tests.ui.helpers import button, checkbox, nameless, outcome, too_wide

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

HEAD = """%%adxmi plan form
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
"""
FORM = (
    HEAD
    + """policy:
  mode: authoritative
  cluster: {}
  databases:
    Sales: {mi-export: [ExternalTable], mi-ingest: [NativeIngestion]}
    Telemetry: {mi-export: {usages: [AutomatedFlows], why: "<b>$x^2$</b>"}}
"""
)
ADDITION, REMOVAL = "+ Telemetry: mi-export AutomatedFlows", "- cluster: mi-export AutomatedFlows"
BLOCKED = "! - Sales: mi-ingest DataConnection"
MANY = """
connection = get_ipython().magics_manager.registry["AdxmiMagics"].connections.current()
for number in range(200):
    connection.azure.world.add_database(f"Db{number:03}")
"""
EVERYWHERE = HEAD + 'policy: {databases: {"*": {entries: {mi-export: [AzureAI]}}}}'


def test_a_removal_asks_and_what_is_left_is_shown_until_it_is_undone(open_form, picture):
    form = open_form("lab", FORM)
    expect(checkbox(form, ADDITION)).to_be_checked()
    expect(checkbox(form, BLOCKED)).to_be_disabled()

    checkbox(form, REMOVAL).check()
    checkbox(form, ADDITION).uncheck()
    expect(form.get_by_role("status").first).to_have_text(
        f"also cleared: {REMOVAL}, which requires {ADDITION}"
    )
    checkbox(form, REMOVAL).check()
    expect(checkbox(form, ADDITION)).to_be_checked()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_contain_text("the plan removes 1")
    picture(form, "plan-form-asks")
    button(form, "Yes, apply").click()

    expect(outcome(form)).to_contain_text("2 applied")
    expect(form.get_by_role("checkbox")).to_have_count(1)
    picture(form, "plan-form-applied")
    button(form, "Undo: apply 1").click()
    button(form, "Yes, apply").click()
    expect(outcome(form)).to_contain_text("undone 1: policy alter-merge (Telemetry)")
    expect(form.get_by_role("checkbox")).to_have_count(3)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("front", ["lab", "notebook", "voila"])
def test_nothing_stands_in_the_way_of_assistive_technology(
    open_form, violations, picture, front, theme
):
    form = open_form(front, FORM, theme=theme)
    checkbox(form, REMOVAL).check()
    expect(form.locator(".adxmi-changes li")).to_have_count(2)
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_be_visible()
    picture(form, f"plan-form-{front}-{theme}")

    assert violations(form.page, ".adxmi-form") == {}
    assert nameless(form) == []


def test_the_form_fits_700_pixels(open_form, picture):
    form = open_form("lab", FORM)
    checkbox(form, REMOVAL).check()
    expect(form.locator(".adxmi-changes li")).to_have_count(2)

    found = too_wide(form, 700)
    picture(form, "plan-form-700")

    assert found == []


def test_two_hundred_changes_are_filtered_and_selected_together(open_form, picture):
    form = open_form("lab", MANY, EVERYWHERE)
    expect(form).to_contain_text("Changes 1 to 10 of 203")

    button(form, "Clear listed").click()
    expect(button(form, "Apply")).to_be_disabled()
    form.get_by_label("Filter", exact=True).fill("db17")
    button(form, "Select listed additions").click()

    expect(form.locator(".adxmi-changes")).to_contain_text(
        "+ 10 databases (Db170, Db171, Db172, Db173, …)"
    )
    picture(form, "plan-form-200")
