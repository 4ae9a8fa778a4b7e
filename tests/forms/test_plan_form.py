"""The widgets of the plan form, driven as a front end would: values set, buttons clicked."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.forms.submission import Phase
from tests.forms.test_plan_state import HEAD, MOVED, MOVED_FROM, MOVED_TO, OTHER, usages

BODY = HEAD + MOVED


@pytest.fixture
def plan_form(magic):
    return magic("plan form", BODY)


@pytest.fixture
def world_azure(magics):
    """The embedded Azure of the notebook."""
    return magics.connections.current().azure


def box(form, label):
    return next(row.box for row in form.list.pages.rows if row.box.description == label)


def test_what_is_ticked_is_previewed_applied_and_told_and_the_rest_is_left(plan_form, world_azure):
    form = plan_form
    assert box(form, MOVED_TO).value
    assert not box(form, MOVED_FROM).value
    box(form, OTHER).value = False
    target = "--target database/Telemetry/policy/mi-export/AutomatedFlows\napiVersion"
    assert f"%%adxmi apply {target}" in form.line.widget.value
    assert OTHER not in form.changes.widget.value
    form.bar.apply.click()

    assert form.submission.phase is Phase.DONE
    assert form.submission.outcome.lines[0] == "1 applied"
    assert "Undo: %adxmi undo --apply 1" in form.submission.outcome.lines
    assert f"{MOVED_TO}: applied" in form.results.value
    assert not box(form, OTHER).value
    assert usages(world_azure, "Telemetry") == {"mi-export": ("AutomatedFlows",)}


@pytest.mark.nightly
def test_a_removal_asks_and_is_undone(plan_form, world_azure):
    form = plan_form
    box(form, MOVED_FROM).value = True
    assert "apply --yes\napiVersion: adxmi/v1" in form.line.widget.value

    form.bar.apply.click()
    assert "removes 1" in form.bar.question.value
    form.bar.confirm.click()
    assert form.submission.outcome.lines[0] == "3 applied"
    assert form.state.plan.is_empty

    form.bar.undo.click()
    form.bar.confirm.click()
    assert [one.split()[0] for one in form.submission.outcome.lines] == ["undone", "undone"]
    assert usages(world_azure, "Telemetry") == {}


@pytest.mark.nightly
def test_what_fails_is_told_change_by_change_and_can_be_tried_again(plan_form, world_azure):
    form = plan_form
    world_azure.faults.add("plain-text-400", match=".alter-merge", times=1, retry_after=0, delay=0)
    box(form, MOVED_FROM).value = True

    form.bar.apply.click()
    form.bar.confirm.click()

    assert form.submission.phase is Phase.FAILED
    assert "3 of 3 changes were not applied" in form.submission.outcome.lines[0]
    assert f"{MOVED_FROM}: skipped" in form.results.value
    form.bar.retry.click()
    form.bar.confirm.click()
    assert form.submission.outcome.lines[0] == "3 applied"


@pytest.mark.nightly
def test_several_are_ticked_at_once_as_far_as_they_are_listed(plan_form):
    form = plan_form
    form.list.pages.filter.value = "cluster"
    form.list.removals.click()
    assert box(form, MOVED_FROM).value

    form.list.pages.filter.value = ""
    form.list.none.click()
    assert not form.state.is_valid
    assert form.bar.apply.disabled


@pytest.mark.nightly
def test_the_file_is_read_again(magic, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "adxmi.yaml"
    file.write_text(BODY)
    form = magic("plan form")
    file.write_text(BODY.replace("SqlRequest", "All"))

    form.reload.click()

    assert box(form, "+ Telemetry: mi-ingest All").value
    file.write_text("apiVersion: none")
    form.reload.click()
    assert "InvalidPolicyFile: adxmi.yaml, line 1" in form.submission.outcome.lines[0]


@pytest.mark.nightly
def test_without_a_front_end_it_is_a_text_with_the_commands(plan_form):
    told = repr(plan_form).splitlines()

    assert told[0] == "plan form: the cell for embedded Azure"
    assert "without a front end: %%adxmi apply" in repr(plan_form)


def test_it_requires_a_notebook(magic):
    with pytest.raises(errors.ConflictingOptions, match="form and --save"):
        magic("plan form --save plan.json", BODY)
