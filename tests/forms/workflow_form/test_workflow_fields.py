"""The fields of a workflow's form, driven as a front end would."""

import html
import os
import subprocess
import sys

import pytest

from tests.forms.workflow_form.seen import (
    DECLARATIONS,
    PLACE,
    READY,
    SIGNED,
    TABLE,
    every,
    fix_buttons,
    problem,
    shown,
    text_of,
    texts,
)

LAZY = """
import sys
import adxmi_jupyter.forms.workflow.state
print("ipywidgets" in sys.modules)
"""


@pytest.mark.nightly
def test_what_the_form_knows_needs_no_widgets():
    done = subprocess.run(
        [sys.executable, "-c", LAZY], capture_output=True, text=True, check=True, env=os.environ
    )

    assert done.stdout.splitlines()[-1] == "False"


@every
def test_each_form_opens_and_offers_nothing_to_apply(make_workflow_form, kept_connection, noun):
    form = make_workflow_form(noun, of=kept_connection)

    assert form.bar.apply.disabled
    assert form.check.disabled
    assert not shown(form.preview.widget)
    assert "Still to fill in: " in form.remarks.value


@every
def test_each_form_filled_in_by_its_widgets_can_be_applied(
    make_workflow_form, kept_connection, noun
):
    form = make_workflow_form(noun, DECLARATIONS[noun].about.sample.fields, of=kept_connection)

    assert form.state.preview.text in text_of(form.preview.widget)
    assert not form.bar.apply.disabled
    assert not form.check.disabled
    assert shown(form.line.widget)
    assert shown(form.strings.widget) == bool(form.state.draft.connection_strings)
    assert len(form.requirements.widget.children) == 1 + len(form.state.draft.requirements)


@every
def test_every_field_says_what_it_means(make_workflow_form, kept_connection, noun):
    form = make_workflow_form(noun, of=kept_connection)

    for spec in form.state.specs:
        assert form.fields[spec.name].input.description.startswith(spec.label)
        assert form.fields[spec.name].input.tooltip == spec.help
        assert html.escape(spec.help) in form._meanings.value


@every
def test_each_form_says_what_it_is_without_a_front_end(make_workflow_form, kept_connection, noun):
    form = make_workflow_form(noun, DECLARATIONS[noun].about.sample.fields, of=kept_connection)

    head, *_, last = repr(form).splitlines()
    assert head == f"{noun} form: database Sales of embedded Azure"
    assert "without a front end: %" in repr(form)
    assert last


@pytest.mark.nightly
def test_the_connection_string_stands_by_itself(form):
    expected = f"{PLACE};managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"

    assert "The connection string in it" in form.strings.widget.value
    assert f"\n{expected}</textarea>" in form.strings.widget.value


def test_several_connection_strings_stand_a_line_each(form):
    form.fields["location"].input.value = f"{PLACE}, {PLACE}/2025"

    assert "The connection strings in it" in form.strings.widget.value
    assert form.strings.widget.value.count("managed_identity=") == 2


@pytest.mark.nightly
def test_fields_come_and_go_with_the_kind(form):
    form.fields["kind"].input.value = "sql"

    names = [made.children[0].description for made in form._main.children]
    assert names == [
        "Kind",
        "Name *",
        "Identity *",
        "Server *",
        "Catalog *",
        "SQL table *",
        "Columns",
    ]
    assert "Still to fill in: Server, Catalog, SQL table." in form.remarks.value


def test_other_options_are_out_of_the_way_until_wanted(make_workflow_form):
    form = make_workflow_form("external-table")
    form.more.click()

    assert form._rest.children == ()
    assert form.more.description == "More options"


@pytest.mark.nightly
def test_a_wrong_field_is_marked_and_says_what_to_do(form):
    form.fields["columns"].input.value = "OrderId"

    assert "adxmi-wrong" in form.fields["columns"].input._dom_classes
    assert "'OrderId' isn't a column" in problem(form, "columns")
    assert form.bar.apply.disabled
    form.fields["columns"].input.value = "OrderId:long"

    assert "adxmi-wrong" not in form.fields["columns"].input._dom_classes
    assert problem(form, "columns") == ""


def test_a_signature_is_told_without_it_and_left_out_by_a_button(form):
    form.fields["location"].input.value = SIGNED
    assert "also says how to sign in" in problem(form, "location")
    assert "cmVhZA" not in texts(form) + repr(form)

    way_out = form.fields["location"].widget.children[2]
    way_out.children[0].click()

    assert form.fields["location"].input.value == PLACE
    assert not shown(way_out.children[0])
    assert form.state.is_valid


@pytest.mark.nightly
def test_a_secret_in_a_query_stays_out_of_what_is_saved(make_workflow_form):
    sample = DECLARATIONS["export"].about.sample.fields
    query = "externaldata (a:string) [h@'https://contosolake.blob.core.windows.net/c?sig=c2VjcmV0']"
    form = make_workflow_form("export", {**sample, "query": query})

    assert "c2VjcmV0" in form.preview.widget.value
    assert "c2VjcmV0" not in repr(form)


@pytest.mark.nightly
def test_what_no_line_can_say_is_said(form):
    form.fields["doc_string"].input.value = "{{name}}"

    assert not form.bar.apply.disabled
    assert not shown(form.line.widget)
    assert "There is no command to copy" in form.remarks.value


@pytest.mark.nightly
def test_clear_empties_everything(form):
    form.check.click()

    form.bar.discard.click()

    assert form.fields["name"].input.value == ""
    assert form.fields["data_format"].input.value == "(choose)"
    assert not shown(form.requirements.widget)
    assert not shown(form.preview.widget)
    assert form.bar.discard.disabled


def test_another_database_offers_other_tables(make_workflow_form):
    form = make_workflow_form("sdk-ingestion", DECLARATIONS["sdk-ingestion"].about.sample.fields)
    assert form.fields["table"].input.options == ("Orders", "Customers")

    form.database.value = "Telemetry"

    assert form.fields["table"].input.options == ("Events", "Heartbeats")
    assert "--database Telemetry" in form.line.widget.value


@pytest.mark.nightly
def test_without_a_database_one_is_chosen(make_workflow_form):
    form = make_workflow_form("external-table", READY, database="")
    assert "Still to fill in: Database." in form.remarks.value

    form.database.value = "Sales"

    assert "" not in [value for _, value in form.database.options]
    assert not form.bar.apply.disabled


@pytest.mark.nightly
def test_reload_offers_what_was_made_meanwhile(azure, form):
    azure.world.add_identity("mi-new")

    form.reload.click()

    assert "mi-new" in form.fields["identity"].input.options
    assert form.fields["name"].input.value == "Archive"


@pytest.mark.nightly
def test_reload_looks_at_the_links_anew(azure, form):
    form.check.click()
    azure.world.cluster.databases["Sales"].policy = []

    form.reload.click()

    assert {step.state for step in form.state.last_check.steps} == {"unseen"}
    assert fix_buttons(form) == []


def test_a_reload_that_fails_keeps_everything(azure, form):
    azure.faults.add("unavailable", times=None, match=".show databases")

    form.reload.click()

    assert "ServiceUnavailable" in form.bar.outcome.value
    assert form.state.is_valid


@pytest.mark.nightly
def test_two_hundred_identities_are_offered(azure, make_workflow_form):
    for number in range(200):
        azure.world.add_identity(f"mi-team-{number:03}")

    form = make_workflow_form("external-table", {**TABLE, "identity": "mi-team-123"})

    assert len(form.fields["identity"].input.options) > 200
    assert form.state.is_valid


@pytest.mark.nightly
def test_a_thousand_identities_are_still_typed_at_once(azure, make_workflow_form, fault):
    for number in range(1000):
        azure.world.add_identity(f"mi-team-{number:04}", assigned=False)
    form = make_workflow_form("external-table", TABLE)
    fault("unavailable")

    form.fields["identity"].input.value = "mi-team-0999"

    assert form.state.is_valid


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "\u202etxet desrever", "$x^2$", "a&b", "x" * 300]
)
def test_hostile_names_are_text(azure, make_workflow_form, name):
    hostile = azure.world.add_identity(name)
    form = make_workflow_form(
        "external-table", {**TABLE, "name": name, "identity": hostile.object_id}
    )
    form.check.click()
    fix_buttons(form)[0].click()
    form.bar.apply.click()

    assert "External table" in form.bar.outcome.value
    assert "<img" not in texts(form)
    assert "<img" not in form._result.value


@pytest.mark.nightly
def test_a_hostile_answer_is_text(azure, make_workflow_form):
    rows = azure.world.cluster.databases["Sales"].tables["Customers"].rows
    rows[:] = [(1, "<script>alert(1)</script>", True)]
    fields = {**DECLARATIONS["python-plugin"].about.sample.fields, "query": "Customers"}
    form = make_workflow_form("python-plugin", fields)
    form.check.click()
    fix_buttons(form)[0].click()
    fix_buttons(form)[0].click()

    form.bar.apply.click()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in form._result.value
    assert "<script" not in form._result.value


@pytest.mark.nightly
def test_the_text_form_says_what_is_missing_and_the_line_to_use(make_workflow_form):
    form = make_workflow_form("external-table", {"name": "Archive", "columns": "OrderId"})

    assert repr(form) == (
        "external-table form: database Sales of embedded Azure\n"
        "  'OrderId' isn't a column: a column is NAME:TYPE; write a name with other characters as "
        "['…']\n"
        "  still to fill in: Identity, Location, Format\n"
        "without a front end: %adxmi external-table create --database Sales --name Archive"
    )


@pytest.mark.nightly
def test_the_text_form_says_what_would_be_sent_and_what_is_missing(form):
    form.check.click()

    assert repr(form) == (
        "external-table form: database Sales of embedded Azure\n"
        "  .create external table ['Archive'] (['OrderId']:long, ['Region']:string) kind=storage "
        f"dataformat=csv (h@'{PLACE};managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6')\n"
        "  identity exists mi-ingest: met\n"
        "  assigned to the cluster mi-ingest: met\n"
        "  allowed by policy mi-ingest ExternalTable: not met\n"
        f"  callout policy external_data {PLACE}: met\n"
        "  same tenant mi-ingest and contosolake: met\n"
        "  Azure role mi-ingest on contosolake/archive: met\n"
        "  follower clusters mi-ingest: met\n"
        "without a front end: %adxmi external-table create --database Sales --name Archive "
        f'--identity mi-ingest --location {PLACE} --columns "OrderId:long, Region:string" '
        "--data-format csv"
    )


@pytest.mark.nightly
def test_a_front_end_gets_the_widget_and_the_whole_text(form):
    bundle = form._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(form)


def test_no_text_of_a_form_names_an_option_of_the_command_line():
    told = {
        (noun, where): text
        for noun, declaration in DECLARATIONS.items()
        for where, text in (
            ("permissions", str(declaration.about.caller)),
            ("summary", declaration.__doc__ or ""),
            *((spec.name, f"{spec.label} {spec.help}") for spec in declaration.specs()),
        )
    }

    assert [place for place, text in told.items() if "--" in text] == []
