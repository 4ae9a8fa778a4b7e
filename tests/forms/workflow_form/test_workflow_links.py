"""The links of a workflow's form: looked at, told, fixed."""

import asyncio

import pytest

from tests.forms.threads import every_thread
from tests.forms.workflow_form.seen import (
    DECLARATIONS,
    READY,
    TABLE,
    fix_buttons,
    problem,
    shown,
    text_of,
    texts,
)


@pytest.mark.nightly
def test_checking_shows_each_link_and_its_line(form):
    form.check.click()

    assert "Not met: allowed by policy." in text_of(form.bar.outcome)
    assert [row.children[0].value.count("✓") for row in form.requirements.widget.children[1:]] == [
        *(1, 1, 0),
        *(1, 1, 1, 1),
    ]
    assert "%adxmi policy grant --database Sales --identity mi-ingest" in texts(form)
    assert [one.tooltip for one in fix_buttons(form)] == [
        "Fix: allowed by policy (mi-ingest ExternalTable)"
    ]


@pytest.mark.nightly
def test_mending_puts_it_in_place_and_checks_again(azure, form):
    form.check.click()

    (fix,) = fix_buttons(form)
    fix.click()

    outcome = text_of(form.bar.outcome)
    assert "Sales: mi-ingest + ExternalTable" in outcome
    assert "Undo: %adxmi policy undo 1" in outcome
    assert "All 7 requirements are met." in outcome
    assert fix_buttons(form) == []
    assert not form.bar.apply.disabled


@pytest.mark.nightly
def test_a_warning_is_told_and_is_not_missing(azure, ready):
    azure.world.follow("Sales")
    azure.world.other_clusters[0].identities.clear()

    ready.check.click()

    assert "All requirements are met, with warnings: follower clusters." in text_of(
        ready.bar.outcome
    )
    assert "warning" in ready.requirements.rows[6].widget._dom_classes
    assert "not assigned to contosoarchive" in text_of(
        ready.requirements.rows[6].widget.children[0]
    )
    assert fix_buttons(ready) == []


@pytest.mark.nightly
def test_mending_tells_others(form):
    heard = []
    form.when_applied(lambda: heard.append("fixed"))
    form.check.click()

    fix_buttons(form)[0].click()

    assert heard == ["fixed"]


@pytest.mark.nightly
def test_a_failed_fix_is_told_and_can_be_done_again(azure, form):
    form.check.click()
    azure.faults.add("throttled", match=".alter-merge", times=None, retry_after=0)

    fix_buttons(form)[0].click()
    assert "<p>Throttled: " in form.bar.outcome.value
    assert not form.bar.apply.disabled
    azure.faults.clear()
    fix_buttons(form)[0].click()

    assert fix_buttons(form) == []


@pytest.mark.nightly
def test_a_fix_that_replaces_a_rule_asks_first(azure, make_workflow_form):
    from adxmi_jupyter.embedded.state.callouts import CalloutRule

    pattern = r"^https://contosolake\.blob\.core\.windows\.net(/|$)"
    rules = azure.world.cluster.callout_policy = [CalloutRule("sandbox_artifacts", pattern, False)]
    form = make_workflow_form("python-plugin", DECLARATIONS["python-plugin"].about.sample.fields)
    form.check.click()

    fix_buttons(form)[1].click()
    assert "a rule of the callout policy would be removed" in form.bar.question.value
    assert azure.world.cluster.callout_policy == rules
    form.bar.confirm.click()

    assert azure.world.cluster.callout_policy == []
    assert "callout policy: - sandbox_artifacts" in form.bar.outcome.value


def test_no_to_a_fix_keeps_everything(azure, make_workflow_form):
    from adxmi_jupyter.embedded.state.callouts import CalloutRule

    pattern = r"^https://contosolake\.blob\.core\.windows\.net(/|$)"
    azure.world.cluster.callout_policy = [CalloutRule("sandbox_artifacts", pattern, False)]
    form = make_workflow_form("python-plugin", DECLARATIONS["python-plugin"].about.sample.fields)
    form.check.click()
    fix_buttons(form)[1].click()

    form.bar.dismiss.click()
    form.bar.confirm.click()

    assert [rule.can_call for rule in azure.world.cluster.callout_policy] == [False]


@pytest.mark.nightly
def test_an_old_finding_is_marked_and_cannot_be_fixed(azure, form):
    form.check.click()

    form.fields["identity"].input.value = "mi-export"

    assert "have changed since" in form._checked.value
    assert "adxmi-old" in form.requirements.widget._dom_classes
    fix_buttons(form)[0].click()
    assert azure.world.cluster.databases["Sales"].policy[-1].display_name == "mi-export"


@pytest.mark.nightly
def test_a_name_being_typed_leaves_the_findings_as_they_are(form):
    form.check.click()

    form.fields["name"].input.value = "Archive2"

    assert form._checked.value == ""
    assert not fix_buttons(form)[0].disabled


@pytest.mark.nightly
def test_an_azure_role_has_lines_and_no_button(form):
    form.fields["location"].input.value = "https://contosobackup.blob.core.windows.net/backups"
    form.check.click()

    assert "!az role assignment create --role" in texts(form)
    (row,) = [one for one in form.requirements.rows if "Azure role" in one.button.tooltip]
    assert "%adxmi embedded azure-role --identity mi-ingest" in text_of(row.widget.children[0])
    assert not shown(row.button)


@pytest.mark.nightly
def test_after_a_rest_the_links_are_looked_at_by_themselves(make_workflow_form):
    async def fill_in_and_rest():
        form = make_workflow_form("external-table", TABLE)
        seen = [step.state for step in form.state.last_check.steps]
        await form.rest.over()
        await form.background.over()
        return form, seen

    form, seen = asyncio.run(fill_in_and_rest())

    assert seen == ["unseen"] * 8
    assert len(fix_buttons(form)) == 1
    assert form.bar.outcome.value == ""


def test_a_problem_under_the_cursor_waits_for_a_rest(make_workflow_form):
    async def type_and_rest():
        form = make_workflow_form("external-table", {"identity": "mi-exp"})
        while_typing = problem(form, "identity")
        await form.rest.over()
        return while_typing, problem(form, "identity")

    while_typing, rested = asyncio.run(type_and_rest())

    assert while_typing == ""
    assert "no identity is named 'mi-exp'" in rested


def test_what_was_looked_at_for_something_else_is_dropped(make_workflow_form):
    async def rest_and_type_on():
        form = make_workflow_form("external-table", TABLE)
        await form.rest.over()
        form.fields["identity"].input.value = "mi-export"
        form.rest.cancel()
        await every_thread()
        return form

    form = asyncio.run(rest_and_type_on())

    assert {step.state for step in form.state.last_check.steps} == {"unseen"}


@pytest.mark.nightly
def test_the_links_are_looked_at_again_once_another_identity_is_chosen(make_workflow_form):
    async def choose_another():
        form = make_workflow_form("external-table", TABLE)
        await form.rest.over()
        await form.background.over()
        form.fields["identity"].input.value = "mi-export"
        was_old = form.state.last_check.is_old
        await form.rest.over()
        await form.background.over()
        return form, was_old

    form, was_old = asyncio.run(choose_another())

    assert was_old
    assert form.state.last_check.is_current
    assert fix_buttons(form) == []


@pytest.mark.nightly
def test_a_look_that_apply_cut_short_comes_after_its_question(make_workflow_form):
    async def apply_at_once():
        fields = {**READY, "name": "ArchivedOrders", "replace": True}
        form = make_workflow_form("external-table", fields)
        await form.rest.over()
        form.bar.apply.click()
        await form.rest.over()
        await form.background.over()
        return form

    form = asyncio.run(apply_at_once())

    assert "would be replaced" in form.bar.question.value
    assert form.state.last_check.is_current
