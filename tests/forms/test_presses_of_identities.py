"""Presses in the forms of identities, roles and steps count for what the browser showed."""

import pytest

from adxmi_jupyter.forms.steps.form import ROLE
from adxmi_jupyter.forms.steps.state import Step
from adxmi_jupyter.model.policy import Scope
from tests.forms.browser import Browser
from tests.forms.workflow_form.seen import shown, text_of

STOPPED = "Nothing was sent: the form has changed"


def told(form):
    return text_of(form.bar.outcome)


def test_an_identity_that_was_ticked_last_is_shown_before_it_is_sent(identity_form, tick, names):
    before = names()
    tick(identity_form, "mi-ingest").value = False
    browser = Browser(identity_form)
    browser.type(tick(identity_form, "mi-stranger"), True)

    browser.press(identity_form.bar.apply)

    assert STOPPED in told(identity_form)
    assert names() == before
    assert "+ mi-stranger" in text_of(identity_form.changes.widget)


def test_removing_is_confirmed_for_what_was_asked_about(identity_form, tick, names):
    before = names()
    tick(identity_form, "mi-ingest").value = False
    identity_form.bar.apply.click()
    browser = Browser(identity_form)
    browser.type(tick(identity_form, "mi-export"), False)

    browser.press(identity_form.bar.confirm)

    assert STOPPED in told(identity_form)
    assert names() == before


def test_what_is_typed_last_is_added(identity_form):
    browser = Browser(identity_form)
    identity_form.reference.value = "mi-strange"
    browser.type(identity_form.reference, "mi-stranger")

    browser.press(identity_form.add)

    assert "+ mi-stranger" in text_of(identity_form.changes.widget)
    assert identity_form.reference.value == ""


def test_the_ids_of_a_row_that_shows_somebody_else_by_now_are_not_shown(identity_form):
    button = identity_form.pages.rows[0].ids
    browser = Browser(identity_form)
    identity_form.pages.find("mi-export")

    browser.press(button)

    assert not shown(identity_form.places.widget)


def test_a_role_that_was_ticked_last_is_shown_before_it_is_sent(make_role_form, cell):
    form = make_role_form(Scope("Sales"))
    cell(form, "mi-export viewers").value = True
    browser = Browser(form)
    browser.type(cell(form, "mi-ingest viewers"), True)

    browser.press(form.bar.apply)

    assert STOPPED in told(form)
    browser.catch_up()
    browser.press(form.bar.apply)
    assert "Sales: mi-ingest + viewers" in told(form)


@pytest.mark.nightly
def test_the_step_that_opens_shows_the_use_that_was_chosen_last(magic):
    page = magic("form --identity mi-export --workflow external-table")
    page.sections[Step.USE].toggle.click()
    browser = Browser(page)
    browser.type(page.use, 0)

    browser.press(page.sections[Step.USE].toggle)

    assert page.use.value == ROLE
    assert shown(page.forms[ROLE].form.root)


@pytest.mark.nightly
def test_a_press_on_the_page_of_the_steps_leaves_the_form_inside_to_itself(magic, tick):
    page = magic("form --identity mi-stranger")
    form = page.forms[Step.ASSIGN].form
    browser = Browser(page)
    browser.type(tick(form, "mi-stranger"), True)

    browser.press(page.reload)

    assert not form.state.is_valid
