"""Undo after Apply: it says what it undoes, asks where something is lost, and is offered once."""

import pytest

from adxmi_jupyter.model.policy import Scope
from tests.forms.workflow_state.samples import sample_of


def undo(form):
    """Undo what gained something, which asks before it is lost again."""
    form.bar.undo.click()
    form.bar.confirm.click()


def is_offered(form):
    return form.bar.undo.layout.display != "none"


@pytest.mark.nightly
def test_a_grant_is_undone_through_the_history(form, cell):
    cell(form, "mi-export AzureAI").value = True
    assert not is_offered(form)
    form.bar.apply.click()

    assert form.bar.undo.description == "Undo: Sales: mi-export + AzureAI"
    form.bar.undo.click()
    assert "AzureAI" in form.bar.question.value
    form.bar.confirm.click()

    assert "Sales: mi-export - AzureAI" in form.bar.outcome.value
    assert not cell(form, "mi-export AzureAI").value
    assert not is_offered(form)


def test_no_to_the_question_keeps_the_offer(form, cell):
    cell(form, "mi-export AzureAI").value = True
    form.bar.apply.click()

    form.bar.undo.click()
    form.bar.dismiss.click()

    assert cell(form, "mi-export AzureAI").value
    assert is_offered(form)


@pytest.mark.nightly
def test_an_assignment_is_undone(identity_form, tick, names):
    tick(identity_form, "mi-stranger").value = True
    identity_form.bar.apply.click()
    assert "mi-stranger" in names()

    undo(identity_form)

    assert "mi-stranger" not in names()


def test_a_role_is_undone(make_role_form, connection):
    role_form = make_role_form(Scope("Sales"))
    row = next(
        r
        for r in role_form.pages.rows
        if "mi-export viewers" in [c.description for c in r.cells.values()]
    )
    row.cells["viewers"].value = True
    role_form.bar.apply.click()

    undo(role_form)

    assert "mi-export - viewers" in role_form.bar.outcome.value
    assert not row.cells["viewers"].value


def test_what_was_created_is_dropped(make_workflow_form, azure):
    form = make_workflow_form("external-table", {**sample_of("external-table"), "name": "Mine"})
    form.bar.apply.click()
    assert form.bar.undo.description == "Undo: External table Mine: created"

    undo(form)

    assert "External table Mine: dropped" in form.bar.outcome.value
    assert "Mine" not in azure.world.cluster.databases["Sales"].external_tables
