"""What is filled into the form of a workflow, and what becomes of it."""

import pytest

from adxmi_jupyter.errors import (
    DatabaseNotFound,
)
from tests.forms.workflow_state.samples import SIGNED, TABLE, sample_of


def test_a_signature_in_a_location_is_told_without_it_and_can_be_left_out(make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "location": SIGNED})

    problem = state.problems["location"]
    shown = f"{problem.lines} {state.preview} {state.line()}"
    assert problem.has_secret
    assert problem.fix == f"write {TABLE['location']}"
    assert "cmVhZA" not in shown

    state.leave_credentials_out("location")

    assert state.values["location"] == TABLE["location"]
    assert state.is_valid


def test_one_of_several_artifacts_with_a_signature_is_found(make_workflow_state):
    plain = "a.zip=https://contosolake.blob.core.windows.net/artifacts/a.zip"
    sample = {**sample_of("python-plugin"), "artifacts": f"{plain}, b={SIGNED}"}
    state = make_workflow_state("python-plugin", sample)

    assert state.problems["artifacts"].has_secret
    state.leave_credentials_out("artifacts")

    assert state.values["artifacts"] == f"{plain}, b={TABLE['location']}"
    assert state.is_valid


def test_fields_come_and_go_with_the_kind(make_workflow_state):
    state = make_workflow_state("external-table")
    before = {spec.name for spec in state.specs}

    state.enter("kind", "sql")

    now = {spec.name for spec in state.specs}
    assert {"location", "data_format"} <= before - now
    assert {"server", "catalog", "sql_table"} <= now - before


def test_what_was_typed_comes_back_with_its_kind(table):
    table.enter("kind", "sql")
    assert "location" not in table.line().words

    table.enter("kind", "")

    assert table.is_valid
    assert "--location" in table.line().words


def test_what_is_missing_beside_other_fields_is_told(make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "columns": ""})

    assert state.missing == ("Columns",)


@pytest.mark.parametrize(
    ("noun", "field", "value"),
    [
        ("sql-request", "server", "no host at all"),
        ("cosmosdb-sql-request", "account", "con/toso"),
    ],
)
def test_what_no_connection_string_may_hold_is_a_problem(make_workflow_state, noun, field, value):
    state = make_workflow_state(noun, {**sample_of(noun), field: value})

    assert not state.is_valid
    assert state.problems


def test_an_unticked_box_is_as_if_it_was_never_ticked(table):
    before = table.preview

    table.enter("compressed", True)
    table.enter("compressed", False)

    assert table.preview == before


def test_what_may_be_left_to_the_service_can_be_denied_too(make_workflow_state):
    state = make_workflow_state("export", sample_of("export"))

    state.enter("persist_details", False)
    assert "persistDetails=false" in state.preview.text
    assert "--not-persist-details" in state.preview.line.words
    state.enter("persist_details", "")

    assert "persistDetails" not in state.preview.text


def test_blanks_leave_a_field_out(table):
    before = table.preview

    table.enter("folder", "  ")

    assert table.preview == before
    assert "folder" not in table.values


def test_a_client_id_is_remarked_upon(make_workflow_state):
    client_id = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
    state = make_workflow_state("external-table", {**TABLE, "identity": client_id})

    assert state.is_valid
    assert f"{client_id} is the client ID of mi-ingest" in state.notes[0]


def test_without_a_database_one_has_to_be_chosen(make_workflow_state):
    state = make_workflow_state("external-table", TABLE, database="")
    assert not state.is_valid
    assert state.missing == ("Database",)

    state.choose("Telemetry")

    assert state.is_valid
    assert state.preview.line.words[2:4] == ("--database", "Telemetry")


def test_a_database_that_is_not_there_is_an_error(make_workflow_state):
    with pytest.raises(DatabaseNotFound, match="Slaes") as caught:
        make_workflow_state("external-table", database="Slaes")

    assert caught.value.fix == "--database Sales"


@pytest.mark.nightly
def test_another_database_has_other_tables(make_workflow_state):
    state = make_workflow_state("sdk-ingestion", sample_of("sdk-ingestion"))
    spec = state.spec("table")
    state.look()
    assert state.choices(spec) == ("Orders", "Customers")

    state.choose("Telemetry")

    assert state.choices(spec) == ("Events", "Heartbeats")
    assert {step.state for step in state.last_check.steps} == {"unseen"}


def test_what_cannot_be_read_is_a_note_and_can_be_typed(make_workflow_state, outsider):
    state = make_workflow_state("sdk-ingestion", of=outsider)

    assert any(note.startswith("Identities could not be read in Azure:") for note in state.notes)
    state.enter("identity", "mi-ingest")

    assert state.problems == {}


def test_of_two_identities_of_one_name_each_is_offered_by_its_id(azure, make_workflow_state):
    first = azure.world.add_identity("mi-twin", resource_group="one")
    twin = "7d2e9b41-c58a-4f06-93b7-e1a04c6d8f25"
    azure.world.add_identity("mi-twin", object_id=twin, resource_group="two")

    state = make_workflow_state("external-table", {**TABLE, "identity": "mi-twin"})

    offered = state.choices(state.spec("identity"))
    assert {first.object_id, twin} <= set(offered)
    assert "mi-twin" not in offered
    assert state.problems["identity"].what == "2 identities are named 'mi-twin'"


@pytest.mark.nightly
def test_reload_finds_an_identity_made_meanwhile(azure, make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "identity": "mi-new"})
    azure.world.add_identity("mi-new")
    assert state.problems

    state.reload()

    assert state.problems == {}
    assert state.is_valid


@pytest.mark.nightly
def test_reload_looks_up_an_identity_of_another_subscription(azure, make_workflow_state):
    elsewhere = azure.world.add_identity("mi-far", assigned=False, resource_group="archive")
    own, other = (one.subscription_id for one in azure.world.subscriptions[:2])
    path = elsewhere.resource_id = elsewhere.resource_id.replace(own, other)
    state = make_workflow_state("event-hub", {**sample_of("event-hub"), "identity": path})
    assert state.problems["identity"].fix.endswith('press "Reload" if it is new or elsewhere')

    state.reload()

    assert state.is_valid
    assert path in state.preview.text


def test_a_failed_reload_leaves_everything(make_workflow_state, table, fault):
    before = table.preview
    fault("unavailable")

    with pytest.raises(Exception, match="service"):
        table.reload()

    assert table.preview == before
