"""A press counts from the moment at which its button can be pressed, or is asked for."""

import pytest

from adxmi_jupyter.model.policy import Scope
from tests.forms.browser import Browser
from tests.forms.workflow_form.seen import READY, TABLE, fix_buttons, text_of

STOPPED = "Nothing was sent: the form has changed"


@pytest.fixture
def form(make_form):
    return make_form(Scope("Sales"))


def told(form):
    return text_of(form.bar.outcome)


def receives(browser, widget, name):
    """Let the browser know what had been sent when something of a widget changed, and no more."""
    widget.observe(lambda _change: browser.catch_up(), names=name)


@pytest.mark.parametrize("tick", ["mi-export AzureAI", "mi-ingest AutomatedFlows"])
def test_apply_counts_once_it_can_be_pressed(form, cell, tick):
    browser = Browser(form)
    receives(browser, form.bar.apply, "disabled")
    cell(form, tick).value = True

    browser.press(form.bar.apply)

    assert f"Sales: {tick.replace(' ', ' + ')}" in told(form)


def test_yes_counts_once_it_can_be_pressed(form, cell):
    cell(form, "mi-ingest DataConnection").value = False
    browser = Browser(form)
    receives(browser, form.bar.confirm, "disabled")
    browser.press(form.bar.apply)

    browser.press(form.bar.confirm)

    assert "Sales: mi-ingest - DataConnection" in told(form)


def test_apply_counts_once_the_form_asks_for_it_again(make_workflow_form):
    form = make_workflow_form("external-table", READY)
    browser = Browser(form)
    browser.type(form.fields["name"].input, "Newer")
    receives(browser, form.bar.outcome, "value")
    browser.press(form.bar.apply)
    assert STOPPED in told(form)

    browser.press(form.bar.apply)

    assert "External table Newer: created" in told(form)


@pytest.mark.nightly
def test_a_fix_counts_once_it_can_be_pressed(make_workflow_form):
    form = make_workflow_form("external-table", TABLE)
    form.check.click()
    (fix,) = fix_buttons(form)
    browser = Browser(form)
    form.fields["name"].input.value = "Newer"
    receives(browser, fix, "disabled")
    form.check.click()

    browser.press(fix)

    assert "Sales: mi-ingest + ExternalTable" in told(form)
