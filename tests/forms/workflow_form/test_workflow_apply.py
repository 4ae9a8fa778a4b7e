"""What Apply does in a workflow's form."""

import pytest

from adxmi_jupyter.rendering.requirements import title
from tests.forms.workflow_form.seen import DECLARATIONS, READY, fix_buttons, shown, text_of


def test_apply_creates_shows_and_tells_the_way_back(azure, ready):
    ready.bar.apply.click()

    assert "Archive" in azure.world.cluster.databases["Sales"].external_tables
    assert "External table Archive: created" in ready.bar.outcome.value
    assert "Undo: %adxmi external-table drop Archive --database Sales --yes" in text_of(
        ready.bar.outcome
    )
    assert "<td>Archive</td>" in ready._result.value


@pytest.mark.nightly
def test_a_second_click_on_apply_sends_nothing(azure, make_workflow_form):
    form = make_workflow_form("sdk-ingestion", DECLARATIONS["sdk-ingestion"].about.sample.fields)
    orders = azure.world.cluster.databases["Sales"].tables["Orders"].rows

    form.bar.apply.click()
    before = len(orders)
    form.bar.apply.click()

    assert len(orders) == before
    assert shown(form.bar.again)


@pytest.mark.nightly
def test_once_more_does_it_once_more(azure, make_workflow_form):
    form = make_workflow_form("sdk-ingestion", DECLARATIONS["sdk-ingestion"].about.sample.fields)
    orders = azure.world.cluster.databases["Sales"].tables["Orders"].rows
    form.bar.apply.click()
    before = len(orders)

    form.bar.again.click()
    form.bar.apply.click()

    assert len(orders) == before + 2


@pytest.mark.nightly
def test_a_refusal_shows_which_link_is_missing(make_workflow_form):
    form = make_workflow_form("export", DECLARATIONS["export"].about.sample.fields)

    form.bar.apply.click()

    assert "<p>NotAuthorized: " in form.bar.outcome.value
    assert len(fix_buttons(form)) == 1
    assert [title(one.about) for one in form.state.last_check.missing] == ["allowed by policy"]


@pytest.mark.nightly
def test_refused_fixed_and_applied(azure, make_workflow_form):
    form = make_workflow_form("export", DECLARATIONS["export"].about.sample.fields)
    form.bar.apply.click()

    fix_buttons(form)[0].click()
    form.bar.apply.click()

    assert "Export to storage: done" in form.bar.outcome.value
    assert azure.world.storage_accounts["contosolake"].containers["exports"]


def test_an_error_is_kept_and_tried_again(azure, ready):
    azure.faults.add("throttled", match=".create", times=None, retry_after=0)
    ready.bar.apply.click()
    assert "press &quot;Try again&quot;" in ready.bar.outcome.value
    azure.faults.clear()

    ready.bar.retry.click()

    assert "External table Archive: created" in ready.bar.outcome.value


def test_replacing_asks_first(azure, make_workflow_form):
    form = make_workflow_form("external-table", {**READY, "name": "ArchivedOrders"})
    tables = azure.world.cluster.databases["Sales"].external_tables
    form.bar.apply.click()
    assert "tick &quot;Replace&quot;, or choose another Name" in form.bar.outcome.value

    form.fields["replace"].input.value = True
    form.bar.apply.click()
    assert "would be replaced" in form.bar.question.value
    assert len(tables["ArchivedOrders"].columns) == 4
    form.bar.confirm.click()

    assert len(tables["ArchivedOrders"].columns) == 2
