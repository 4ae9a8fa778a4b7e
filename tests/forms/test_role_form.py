"""The widgets of the role form, driven as a front end would: values set, buttons clicked."""

import os
import subprocess
import sys

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.model.policy import CLUSTER, Scope

SALES = Scope("Sales")
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
READER = "reader (upn: reader@contoso.example)"
ADMIN = "admin (admin@contoso.example)"
FOREIGN = "aadapp=6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0;2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
LAZY = """
import sys
import adxmi_jupyter.forms.role.state
print("ipywidgets" in sys.modules)
"""


@pytest.fixture
def form(make_role_form):
    return make_role_form(SALES)


@pytest.fixture
def cell():
    """Return the checkbox with an accessible name."""

    def find(form, name):
        cells = [c for made in form.pages.rows for c in made.cells.values()]
        return next(c for c in cells if c.description == name)

    return find


@pytest.fixture
def held(azure):
    """Return who holds a role on Sales, in the world itself."""

    def of(role):
        roles = azure.world.cluster.databases["Sales"].roles
        return [one.principal.display_name for one in roles if one.role == role]

    return of


@pytest.mark.nightly
def test_what_the_form_knows_needs_no_widgets():
    done = subprocess.run(
        [sys.executable, "-c", LAZY], capture_output=True, text=True, check=True, env=os.environ
    )

    assert done.stdout.splitlines()[-1] == "False"


def test_each_cell_is_named_after_holder_and_role(form, cell):
    assert cell(form, f"{READER} viewers").value is True
    assert cell(form, "mi-export viewers").value is False


def test_what_the_cluster_gives_is_a_mark_with_a_legend(form, cell):
    assert "adxmi-mark-2" in cell(form, f"{ADMIN} admins")._dom_classes
    assert "C = held on every database" in form.matrix._legend.value


def test_without_a_change_there_is_nothing_to_apply(form):
    assert form.bar.apply.disabled
    assert form.command.widget.layout.display == "none"
    assert "No changes yet" in form.changes.widget.value


@pytest.mark.nightly
def test_a_tick_shows_change_command_and_line(form, cell):
    cell(form, "mi-export viewers").value = True

    assert not form.bar.apply.disabled
    assert '<li class="adxmi-gain">+ mi-export viewers</li>' in form.changes.widget.value
    assert "The command that will be sent" in form.command.widget.value
    assert ".add database [&#x27;Sales&#x27;] viewers (&quot;aadapp=" in form.command.widget.value
    assert "%adxmi role grant --database Sales --role viewers" in form.line.widget.value


@pytest.mark.nightly
def test_several_commands_are_called_so(form, cell):
    cell(form, "mi-export viewers").value = True
    cell(form, "mi-ingest monitors").value = True

    assert "The commands that will be sent" in form.command.widget.value
    assert "The same as commands to copy" in form.line.widget.value


def test_requests_are_called_so(make_role_form, cell):
    form = make_role_form(CLUSTER)
    cell(form, "mi-export AllDatabasesViewer").value = True
    one = form.command.widget.value
    cell(form, "mi-ingest AllDatabasesViewer").value = True

    assert "The request that will be sent" in one
    assert "The requests that will be sent" in form.command.widget.value


def test_a_role_without_effect_is_remarked_upon(form, cell):
    cell(form, "mi-export unrestrictedviewers").value = True

    assert "no effect without users or viewers" in form.remarks.value


@pytest.mark.nightly
def test_apply_writes_and_tells_how_to_take_it_back(form, cell, held):
    cell(form, "mi-export viewers").value = True

    form.bar.apply.click()

    assert held("viewers") == ["reader", "mi-export"]
    assert "Sales: mi-export + viewers" in form.bar.outcome.value
    assert "Undo: %adxmi role revoke --database Sales --role viewers" in form.bar.outcome.value
    assert form.bar.apply.disabled


@pytest.mark.nightly
def test_apply_on_the_cluster_writes_through_azure(azure, make_role_form, cell):
    form = make_role_form(CLUSTER)
    cell(form, "mi-export AllDatabasesViewer").value = True

    form.bar.apply.click()

    assert azure.world.cluster.roles[-1].principal.display_name == "mi-export"
    assert "cluster: mi-export + AllDatabasesViewer" in form.bar.outcome.value
    assert cell(form, "mi-export AllDatabasesViewer").value is True


def test_how_far_azure_is_is_shown_meanwhile(azure, make_role_form, cell):
    form = make_role_form(CLUSTER)
    azure.arm.polls = 3
    shown = []
    form.bar.outcome.observe(lambda change: shown.append(change.new), names="value")
    cell(form, "mi-export AllDatabasesViewer").value = True

    form.bar.apply.click()

    assert any("InProgress" in html or "Running" in html for html in shown)


def test_a_revoke_asks_and_says_what_may_stop(form, cell, held):
    cell(form, f"{READER} viewers").value = False

    form.bar.apply.click()

    assert "may stop working: reading" in form.bar.question.value
    assert form.bar.apply.disabled
    assert held("viewers") == ["reader"]


@pytest.mark.nightly
def test_yes_revokes(form, cell, held):
    cell(form, f"{READER} viewers").value = False
    form.bar.apply.click()

    form.bar.confirm.click()

    assert held("viewers") == []
    assert f"Sales: {READER} - viewers" in form.bar.outcome.value


def test_no_keeps_everything_and_the_wish(form, cell, held):
    cell(form, f"{READER} viewers").value = False
    form.bar.apply.click()

    form.bar.dismiss.click()

    assert form.bar.question.value == ""
    assert not form.bar.apply.disabled
    assert held("viewers") == ["reader"]


def test_taking_the_own_last_admin_away_is_asked_about(make_role_form, cell, azure):
    form = make_role_form(CLUSTER)
    cell(form, f"{ADMIN} AllDatabasesAdmin").value = False

    form.bar.apply.click()

    assert "is the caller" in form.bar.question.value
    assert "has no AllDatabasesAdmin left" in form.bar.question.value
    assert len(azure.world.cluster.roles) == 1


@pytest.mark.nightly
def test_an_error_in_the_middle_says_what_was_made(azure, form, cell, held):
    azure.faults.add("throttled", match="] users (", times=None, retry_after=0)
    cell(form, "mi-export admins").value = True
    cell(form, "mi-export users").value = True

    form.bar.apply.click()

    assert "<p>Throttled: " in form.bar.outcome.value
    assert "done: mi-export + admins" in form.bar.outcome.value
    assert held("admins") == ["mi-export"]
    assert cell(form, "mi-export users").value is True


@pytest.mark.nightly
def test_try_again_sends_what_is_left(azure, form, cell, held):
    azure.faults.add("throttled", match="] users (", times=None, retry_after=0)
    cell(form, "mi-export admins").value = True
    cell(form, "mi-export users").value = True
    form.bar.apply.click()
    azure.faults.clear()

    form.bar.retry.click()

    assert (held("admins"), held("users")) == (["mi-export"], ["mi-export"])
    assert "+ admins" not in form.bar.outcome.value


@pytest.mark.nightly
def test_clicking_twice_sends_once(azure, form, cell, held):
    azure.faults.add("throttled", match=".add", times=None, retry_after=0)
    cell(form, "mi-export viewers").value = True

    form.bar.apply.click()
    azure.faults.clear()
    form.bar.apply.click()

    assert held("viewers") == ["reader"]


@pytest.mark.nightly
def test_another_scope_has_other_columns(form, cell):
    form.scope.value = CLUSTER

    assert cell(form, f"{ADMIN} AllDatabasesAdmin").value is True
    assert len(form.pages.rows[0].cells) == 3


def test_a_scope_that_cannot_be_read_is_not_chosen(azure, form):
    azure.faults.add("throttled", match="Telemetry", times=None, retry_after=0)

    form.scope.value = Scope("Telemetry")

    assert form.scope.value == SALES
    assert "Throttled" in form.bar.outcome.value


def test_reload_shows_what_somebody_else_did_and_keeps_wishes(azure, form, cell):
    cell(form, "mi-export users").value = True
    granted = as_principal(azure.world.identity("mi-export"))
    azure.world.grant(granted, DatabaseRole.VIEWERS, database="Sales")

    form.reload.click()

    assert cell(form, "mi-export viewers").value is True
    assert cell(form, "mi-export users").value is True
    assert "your changes are kept" in form.bar.outcome.value


@pytest.mark.nightly
def test_a_database_made_since_is_a_scope(azure, form):
    azure.world.add_database("Fresh")

    form.reload.click()

    assert ("database Fresh", Scope("Fresh")) in form.scope.options


def test_discard_takes_the_ticks_back(form, cell):
    cell(form, "mi-export viewers").value = True

    form.bar.discard.click()

    assert cell(form, "mi-export viewers").value is False
    assert form.bar.apply.disabled


def test_somebody_of_another_tenant_is_added_with_a_note(form):
    form.reference.value = FOREIGN

    form.add.click()

    assert "6c1f0b52…" in form.pages.rows[0].head.value
    assert "the cluster does not trust it" in form.bar.outcome.value
    assert form.reference.value == ""


def test_an_unknown_name_is_told_in_the_form(form):
    form.reference.value = "mi-exprot"

    form.add.click()

    assert "UnknownIdentity" in form.bar.outcome.value


def test_what_cannot_be_given_here_is_no_box_to_tick(make_role_form, cell):
    form = make_role_form(CLUSTER)
    form.reference.value = "msauser=tom@live.example"
    form.add.click()

    assert cell(form, "msauser=tom@live.example AllDatabasesViewer").disabled
    form.pages.filter.value = ""
    assert not cell(form, "mi-export AllDatabasesViewer").disabled


def test_the_filter_looks_at_kind_and_tenant(form):
    form.pages.filter.value = "user"

    assert "Principals 1 to 2 of 2 (filtered from 6)" in form.pages.place.value


@pytest.mark.nightly
def test_two_hundred_identities_make_no_more_widgets_than_a_page(azure, make_role_form):
    for number in range(200):
        azure.world.add_identity(f"mi-team-{number:03}")

    form = make_role_form(SALES)

    assert len(form.pages.rows) == 8
    assert "Principals 1 to 8 of 206" in form.pages.place.value


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("\u202etxet desrever", "<bdi>\\u202etxet desrever</bdi>"),
        ("a&b", "a&amp;b"),
    ],
)
def test_hostile_names_are_text(azure, make_role_form, name, shown):
    hostile = azure.world.add_identity(name)
    form = make_role_form(CLUSTER)

    form.pages.filter.value = hostile.object_id
    form.pages.rows[0].cells["AllDatabasesViewer"].value = True

    assert shown in form.pages.rows[0].head.value
    assert "<img" not in form.pages.rows[0].head.value
    assert "<img" not in form.changes.widget.value
    assert "<img" not in form.line.widget.value


def test_the_text_form_says_what_is_pending_and_the_lines_to_use(form, cell):
    assert repr(form) == (
        "role form: database Sales of embedded Azure\n"
        "  no changes yet\n"
        "without a front end: %adxmi role grant --database Sales --role ROLE --identity NAME"
    )

    cell(form, "mi-export viewers").value = True
    cell(form, f"{READER} viewers").value = False

    assert repr(form) == (
        "role form: database Sales of embedded Azure\n"
        "  + mi-export viewers\n"
        f"  - {READER} viewers\n"
        "without a front end: "
        "%adxmi role grant --database Sales --role viewers --identity mi-export\n"
        "without a front end: %adxmi role revoke --database Sales --role viewers --identity "
        f'"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}" --yes'
    )


def test_a_front_end_gets_the_widget_and_the_whole_text(form):
    bundle = form._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(form)
