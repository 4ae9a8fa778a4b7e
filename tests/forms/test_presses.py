"""A press counts for what the browser showed: newer values come with it, older previews stop it."""

import asyncio
import json

import pytest

from adxmi_jupyter.model.policy import CLUSTER, Scope
from tests.forms.browser import Browser
from tests.forms.threads import every_thread
from tests.forms.workflow_form.seen import READY, SIGNED, TABLE, fix_buttons, shown, text_of

STOPPED = "Nothing was sent: the form has changed"


@pytest.fixture
def form(make_workflow_form):
    return make_workflow_form("external-table", READY)


@pytest.fixture
def policy_form(make_form):
    return make_form(Scope("Sales"))


@pytest.fixture
def tables(azure):
    return azure.world.cluster.databases["Sales"].external_tables


def field(form, name):
    return form.fields[name].input


def told(form):
    return text_of(form.bar.outcome)


@pytest.mark.nightly
def test_a_newer_value_comes_with_the_press_and_is_shown_before_it_is_sent(form, tables):
    browser = Browser(form)
    browser.type(field(form, "name"), "Newer")

    browser.press(form.bar.apply)

    assert STOPPED in told(form)
    assert not {"Newer", "Archive"} & tables.keys()
    assert ".create external table ['Newer']" in text_of(form.preview.widget)
    browser.catch_up()
    browser.press(form.bar.apply)
    assert "External table Newer: created" in told(form)


@pytest.mark.nightly
def test_several_newer_values_come_with_one_press(form, tables):
    browser = Browser(form)
    browser.type(field(form, "name"), "Newer")
    browser.type(field(form, "columns"), "Other:string")
    browser.type(field(form, "data_format"), 2)
    browser.type(form.database, 1)

    browser.press(form.bar.apply)

    assert (field(form, "name").value, field(form, "columns").value) == ("Newer", "Other:string")
    assert field(form, "data_format").index == 2
    assert form.state.database == form.database.options[1][1]
    assert STOPPED in told(form)


@pytest.mark.nightly
def test_a_newer_value_that_leads_back_to_the_preview_is_sent(form, tables):
    browser = Browser(form)
    browser.type(field(form, "name"), "Archi")
    browser.send(field(form, "name"))
    browser.type(field(form, "name"), "Archive")

    browser.press(form.bar.apply)

    assert "External table Archive: created" in told(form)
    assert "Archi" not in tables


@pytest.mark.nightly
def test_an_older_value_does_not_replace_what_the_kernel_has_filled_in(make_workflow_form, tables):
    form = make_workflow_form("external-table", READY | {"identity": ""})
    first, second = form.state.offers.identities.every[:2]
    form.look_at(first)
    browser = Browser(form)
    form.look_at(second)
    filled_in = field(form, "identity").value

    browser.press(form.bar.apply)

    assert field(form, "identity").value == filled_in
    assert STOPPED in told(form)
    assert "Archive" not in tables


@pytest.mark.nightly
def test_an_older_value_stops_the_press_even_where_the_preview_is_the_same(form, tables):
    browser = Browser(form)
    form.reload.click()
    form.fields["identity"].offer(("mi-export", "mi-new"))
    browser.type(field(form, "identity"), "mi-ingest")

    browser.press(form.bar.apply)

    assert field(form, "identity").value == "mi-export"
    assert STOPPED in told(form)
    assert "Archive" not in tables


def test_a_preview_that_the_browser_has_not_shown_yet_is_not_sent(form, tables):
    browser = Browser(form)
    field(form, "name").value = "Newer"
    browser.type(field(form, "name"), "Newer")

    browser.press(form.bar.apply)

    assert STOPPED in told(form)
    assert "Newer" not in tables


def test_after_clear_a_late_press_neither_sends_nor_fills_in(form, tables):
    browser = Browser(form)
    form.bar.discard.click()

    browser.press(form.bar.apply)

    assert "Archive" not in tables
    assert field(form, "name").value == ""


def test_what_is_typed_and_cleared_at_once_is_cleared(form):
    browser = Browser(form)
    browser.type(field(form, "name"), "Newer")

    browser.press(form.bar.discard)

    assert field(form, "name").value == ""


@pytest.mark.nightly
def test_a_second_press_on_apply_sends_nothing(form):
    browser = Browser(form)

    browser.press(form.bar.apply)
    browser.press(form.bar.apply)

    assert "External table Archive: created" in told(form)


def test_a_press_that_makes_the_form_incomplete_sends_nothing(form, tables):
    browser = Browser(form)
    browser.type(field(form, "name"), "")

    browser.press(form.bar.apply)

    assert "Archive" not in tables
    assert STOPPED in told(form)
    assert form.bar.apply.disabled


@pytest.mark.nightly
def test_try_again_is_held_against_the_preview(form, azure, tables):
    azure.faults.add("throttled", match=".create", times=None, retry_after=0)
    form.bar.apply.click()
    azure.faults.clear()
    browser = Browser(form)
    browser.type(field(form, "name"), "Newer")

    browser.press(form.bar.retry)

    assert STOPPED in told(form)
    assert not {"Archive", "Newer"} & tables.keys()


@pytest.mark.nightly
def test_a_fix_is_not_carried_out_for_fields_that_have_changed(make_workflow_form, azure):
    form = make_workflow_form("external-table", TABLE)
    form.check.click()
    (fix,) = fix_buttons(form)
    before = list(azure.world.cluster.databases["Sales"].policy)
    browser = Browser(form)
    browser.type(field(form, "identity"), "mi-export")

    browser.press(fix)

    assert STOPPED in told(form)
    assert azure.world.cluster.databases["Sales"].policy == before


@pytest.mark.nightly
def test_what_a_check_in_the_background_has_found_can_be_fixed(make_workflow_form):
    async def checked():
        form = make_workflow_form("external-table", TABLE)
        await form.rest.over()
        await every_thread()
        return form

    form = asyncio.run(checked())
    (fix,) = fix_buttons(form)

    Browser(form).press(fix)

    assert "Sales: mi-ingest + ExternalTable" in told(form)


@pytest.mark.nightly
def test_checking_looks_at_what_was_typed_last(form):
    browser = Browser(form)
    browser.type(field(form, "identity"), "mi-ingest")

    browser.press(form.check)

    assert "Not met: allowed by policy." in told(form)


@pytest.mark.nightly
def test_a_field_that_says_how_to_sign_in_is_in_no_state_of_a_press(form):
    browser = Browser(form)
    browser.type(field(form, "location"), SIGNED)

    browser.press(form.bar.apply)

    assert field(form, "location").value == SIGNED
    kept = [form.screen.sender.get_state(), form.root.get_state(), form.bar.apply.get_state()]
    assert "cmVhZA" not in json.dumps(kept, default=str)


@pytest.mark.nightly
def test_digests_of_the_same_preview_differ_from_form_to_form(make_workflow_form):
    one, other = (make_workflow_form("external-table", READY) for _ in range(2))

    assert one.root.preview != other.root.preview


@pytest.mark.nightly
def test_a_click_that_was_not_sent_by_the_form_decides_nothing_and_says_why(form, tables):
    Browser(form).click(form.bar.apply)

    assert "Archive" not in tables
    assert "install anywidget" in told(form)


@pytest.mark.nightly
def test_a_click_that_was_not_sent_by_the_form_is_enough_where_nothing_is_decided(form):
    Browser(form).click(form.reload)

    assert "were read again" in told(form)


def test_a_tick_comes_with_the_press_and_is_shown_before_it_is_sent(policy_form, cell, azure):
    form = policy_form
    cell(form, "mi-export AzureAI").value = True
    browser = Browser(form)
    browser.type(cell(form, "mi-ingest AzureAI"), True)
    before = list(azure.world.cluster.databases["Sales"].policy)

    browser.press(form.bar.apply)

    assert STOPPED in told(form)
    assert azure.world.cluster.databases["Sales"].policy == before
    assert "+ mi-ingest AzureAI" in text_of(form.changes.widget)
    browser.catch_up()
    browser.press(form.bar.apply)
    assert "Sales: mi-ingest + AzureAI" in told(form)


@pytest.mark.nightly
def test_yes_is_held_against_what_was_asked_about(policy_form, cell, azure):
    form = policy_form
    cell(form, "mi-ingest DataConnection").value = False
    form.bar.apply.click()
    browser = Browser(form)
    browser.type(cell(form, "mi-ingest NativeIngestion"), False)
    before = list(azure.world.cluster.databases["Sales"].policy)

    browser.press(form.bar.confirm)

    assert azure.world.cluster.databases["Sales"].policy == before
    assert not shown(form.bar._asking)
    assert STOPPED in told(form)
    browser.catch_up()
    browser.press(form.bar.apply)
    assert shown(form.bar._asking)


@pytest.mark.nightly
def test_yes_to_what_was_shown_is_sent_once(policy_form, cell):
    form = policy_form
    cell(form, "mi-ingest DataConnection").value = False
    form.bar.apply.click()
    browser = Browser(form)

    browser.press(form.bar.confirm)
    browser.press(form.bar.confirm)

    assert "Sales: mi-ingest - DataConnection" in told(form)


@pytest.mark.nightly
def test_a_tick_of_a_page_that_was_turned_ticks_nobody_else(make_form, cell, azure):
    for number in range(20):
        azure.world.add_identity(f"mi-team-{number:02}")
    form = make_form(CLUSTER)
    box = form.pages.rows[0].cells["AzureAI"]
    browser = Browser(form)
    form.pages.on.click()
    browser.type(box, True)

    browser.press(form.reload)

    assert not box.value
    assert not form.state.is_valid


def test_another_scope_comes_with_the_press_and_nothing_is_sent(policy_form, cell, azure):
    form = policy_form
    cell(form, "mi-export AzureAI").value = True
    browser = Browser(form)
    browser.type(form.scope, 0)

    browser.press(form.bar.apply)

    assert form.state.scope == CLUSTER
    assert STOPPED in told(form)
    assert form.state.waiting == (Scope("Sales"),)
