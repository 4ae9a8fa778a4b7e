"""The widgets of the policy form, driven as a front end would: values set, buttons clicked."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import plan_grant, read_one
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.model.policy import CLUSTER, Scope

SALES = Scope("Sales")
LAZY = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "adxmi_jupyter")
shell.run_line_magic("adxmi", "policy show")
import adxmi_jupyter.forms.policy.state
print("ipywidgets" in sys.modules)
"""


def usages_of(connection, name):
    entries = read_one(connection, SALES).policy
    return next(e.allowed_usages for e in entries if e.identity.display_name == name)


@pytest.mark.nightly
def test_neither_loading_nor_other_verbs_import_ipywidgets(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LAZY],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )

    assert done.stdout.splitlines()[-1] == "False"


def test_each_cell_is_named_after_identity_and_usage(form, cell):
    assert cell(form, "mi-export ExternalTable").value is True
    assert cell(form, "mi-export AzureAI").value is False


def test_without_a_change_there_is_nothing_to_apply(form):
    assert form.bar.apply.disabled
    assert form.command.widget.layout.display == "none"
    assert "No changes yet" in form.changes.widget.value


def test_a_tick_shows_change_command_and_line(form, cell):
    cell(form, "mi-export AzureAI").value = True

    assert not form.bar.apply.disabled
    assert '<li class="adxmi-gain">+ mi-export AzureAI</li>' in form.changes.widget.value
    assert ".alter-merge database [&#x27;Sales&#x27;]" in form.command.widget.value
    assert "%adxmi policy grant --database Sales --identity mi-export" in form.line.widget.value


def test_apply_writes_and_tells_how_to_take_it_back(connection, form, cell):
    cell(form, "mi-export AzureAI").value = True

    form.bar.apply.click()

    assert usages_of(connection, "mi-export") == ("AzureAI", "ExternalTable")
    assert "Sales: mi-export + AzureAI" in form.bar.outcome.value
    assert "Undo: %adxmi policy undo 1" in form.bar.outcome.value
    assert form.bar.apply.disabled


def test_the_result_stays_while_the_next_change_is_made(form, cell):
    cell(form, "mi-export AzureAI").value = True
    form.bar.apply.click()

    cell(form, "mi-export SqlRequest").value = True

    assert "Sales: mi-export + AzureAI" in form.bar.outcome.value


@pytest.mark.nightly
def test_a_loss_asks_and_says_what_may_stop(connection, form, cell):
    cell(form, "mi-ingest DataConnection").value = False

    form.bar.apply.click()

    assert "may stop working: Event Hubs" in form.bar.question.value
    assert form.bar.apply.disabled
    assert usages_of(connection, "mi-ingest") == ("DataConnection", "NativeIngestion")


@pytest.mark.nightly
def test_yes_applies_a_loss(connection, form, cell):
    cell(form, "mi-ingest DataConnection").value = False
    form.bar.apply.click()

    form.bar.confirm.click()

    assert usages_of(connection, "mi-ingest") == ("NativeIngestion",)
    assert "Sales: mi-ingest - DataConnection" in form.bar.outcome.value


@pytest.mark.nightly
def test_no_keeps_everything_and_the_wish(connection, form, cell):
    cell(form, "mi-ingest DataConnection").value = False
    form.bar.apply.click()

    form.bar.dismiss.click()

    assert form.bar.question.value == ""
    assert not form.bar.apply.disabled
    assert usages_of(connection, "mi-ingest") == ("DataConnection", "NativeIngestion")


@pytest.mark.nightly
def test_an_error_is_shown_and_the_wish_is_kept(connection, azure, form, cell):
    azure.faults.add("throttled", match=".alter", times=None, retry_after=0)
    cell(form, "mi-export AzureAI").value = True

    form.bar.apply.click()

    assert "<p>Throttled: " in form.bar.outcome.value
    assert "<p>why: " in form.bar.outcome.value
    assert "Try again" in form.bar.outcome.value
    assert cell(form, "mi-export AzureAI").value is True


def test_clicking_twice_sends_once(connection, azure, form, cell):
    azure.faults.add("throttled", match=".alter", times=None, retry_after=0)
    cell(form, "mi-export AzureAI").value = True

    form.bar.apply.click()
    azure.faults.clear()
    form.bar.apply.click()

    assert usages_of(connection, "mi-export") == ("ExternalTable",)


def test_a_second_click_after_a_success_neither_sends_nor_hides_what_was_done(form, cell):
    cell(form, "mi-export AzureAI").value = True

    form.bar.apply.click()
    form.bar.apply.click()

    assert "Sales: mi-export + AzureAI" in form.bar.outcome.value
    assert "Undo: %adxmi policy undo 1" in form.bar.outcome.value


def test_try_again_sends_again(connection, azure, form, cell):
    azure.faults.add("throttled", match=".alter", times=None, retry_after=0)
    cell(form, "mi-export AzureAI").value = True
    form.bar.apply.click()
    azure.faults.clear()

    form.bar.retry.click()

    assert usages_of(connection, "mi-export") == ("AzureAI", "ExternalTable")
    assert form.bar.retry.layout.display == "none"


@pytest.mark.nightly
def test_when_somebody_else_wrote_the_form_shows_that_and_says_so(connection, form, cell):
    cell(form, "mi-ingest DataConnection").value = False
    other = plan_grant(connection, SALES, resolved(connection, ("mi-export",)), ("AzureAI",))
    apply(connection, other, confirmed=True)

    form.bar.apply.click()

    assert "PolicyChanged" in form.bar.outcome.value
    assert "the form shows the policy as it is now" in form.bar.outcome.value
    assert cell(form, "mi-export AzureAI").value is True
    assert cell(form, "mi-ingest DataConnection").value is False


@pytest.mark.nightly
def test_reload_shows_what_somebody_else_wrote_and_keeps_wishes(connection, form, cell):
    cell(form, "mi-export SqlRequest").value = True
    other = plan_grant(connection, SALES, resolved(connection, ("mi-export",)), ("AzureAI",))
    apply(connection, other, confirmed=True)

    form.reload.click()

    assert cell(form, "mi-export AzureAI").value is True
    assert cell(form, "mi-export SqlRequest").value is True
    assert "your changes are kept" in form.bar.outcome.value


@pytest.mark.nightly
def test_a_reload_that_fails_says_why(azure, form):
    azure.faults.add("throttled", match=".show", times=None, retry_after=0)

    form.reload.click()

    assert "Throttled" in form.bar.outcome.value


def test_another_scope_shows_another_policy(form, cell):
    form.scope.value = CLUSTER

    assert cell(form, "mi-export AutomatedFlows").value is True
    assert cell(form, "mi-export ExternalTable").value is False


def test_a_scope_that_cannot_be_read_is_not_chosen(azure, form):
    azure.faults.add("throttled", match=".show cluster", times=None, retry_after=0)

    form.scope.value = CLUSTER

    assert form.scope.value == SALES
    assert "Throttled" in form.bar.outcome.value


def test_discard_takes_the_ticks_back(form, cell):
    cell(form, "mi-export AzureAI").value = True

    form.bar.discard.click()

    assert cell(form, "mi-export AzureAI").value is False
    assert form.bar.apply.disabled


def test_the_filter_leaves_what_matches(form):
    form.pages.filter.value = "ingest"

    assert "Identities 1 to 1 of 1 (filtered from 3)" in form.pages.place.value
    assert "mi-ingest" in form.pages.rows[0].head.value


def test_a_wish_is_kept_while_its_row_is_out_of_sight(form, cell):
    cell(form, "mi-export AzureAI").value = True

    form.pages.filter.value = "ingest"
    form.pages.filter.value = ""

    assert cell(form, "mi-export AzureAI").value is True
    assert cell(form, "mi-ingest AzureAI").value is False


def test_two_hundred_identities_make_no_more_widgets_than_a_page(azure, make_form):
    for number in range(200):
        azure.world.add_identity(f"mi-team-{number:03}")

    form = make_form(SALES)

    assert len(form.pages.rows) == 8
    assert "Identities 1 to 8 of 203" in form.pages.place.value


def test_the_pages_can_be_turned(azure, make_form):
    for number in range(12):
        azure.world.add_identity(f"mi-team-{number:03}")
    form = make_form(SALES)

    form.pages.on.click()

    assert "Identities 9 to 15 of 15" in form.pages.place.value
    assert form.pages.on.disabled
    assert "mi-team-005" in form.pages.rows[0].head.value


@pytest.mark.nightly
def test_an_identity_is_added_and_shown(azure, form):
    fresh = azure.world.add_identity("mi-fresh")

    form.reference.value = fresh.client_id
    form.add.click()

    assert "mi-fresh" in form.pages.rows[0].head.value
    assert f"{fresh.client_id} is the client ID of mi-fresh" in form.bar.outcome.value
    assert form.reference.value == ""


def test_an_unknown_name_is_told_in_the_form(form):
    form.reference.value = "mi-exprot"

    form.add.click()

    assert "UnknownIdentity" in form.bar.outcome.value
    assert form.reference.value == "mi-exprot"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("\u202etxet desrever", "<bdi>\\u202etxet desrever</bdi>"),
        ("a&b", "a&amp;b"),
    ],
)
def test_hostile_names_are_text(azure, make_form, name, shown):
    cluster = azure.world.cluster
    cluster.policy = [replace(cluster.policy[0], display_name=name)]

    form = make_form(CLUSTER)
    form.pages.filter.value = cluster.policy[0].object_id
    form.pages.rows[0].cells["AzureAI"].value = True

    assert shown in form.pages.rows[0].head.value
    assert "<img" not in form.pages.rows[0].head.value
    assert "<img" not in form.changes.widget.value
    assert "<img" not in form.line.widget.value


def test_a_line_that_would_end_the_text_field_does_not(form):
    form.command.show("</textarea><script>alert(1)</script>")

    assert "</textarea><script>" not in form.command.widget.value


def test_the_text_form_says_what_is_pending_and_the_line_to_use(form, cell):
    assert repr(form) == (
        "policy form: database Sales of embedded Azure\n"
        "  no changes yet\n"
        "without a front end: "
        "%adxmi policy grant --database Sales --identity NAME --usage USAGE"
    )

    cell(form, "mi-export AzureAI").value = True

    assert repr(form) == (
        "policy form: database Sales of embedded Azure\n"
        "  + mi-export AzureAI\n"
        "without a front end: "
        "%adxmi policy grant --database Sales --identity mi-export --usage AzureAI"
    )


@pytest.mark.nightly
def test_a_front_end_gets_the_widget_and_the_whole_text(form):
    bundle = form._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(form)


@pytest.mark.nightly
def test_the_question_names_the_workflows_that_stop(form, cell):
    cell(form, "mi-ingest DataConnection").value = False

    form.bar.apply.click()

    assert "event hub sales-orders (Sales): mi-ingest DataConnection" in form.bar.question.value
