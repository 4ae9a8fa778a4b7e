"""What the form of a workflow knows and does, for each declaration there is, without a widget."""

import pytest

from adxmi_jupyter.actions.workflows import text_of
from adxmi_jupyter.errors import (
    AlreadyExists,
    ConfirmationRequired,
    DatabaseNotFound,
    MissingField,
    NotAuthorized,
)
from adxmi_jupyter.model.declaration.fields import Kind
from adxmi_jupyter.model.declaration.registry import declarations

DECLARATIONS = {one.noun(): one for one in declarations()}
TABLE = {
    "name": "Archive",
    "identity": "mi-export",
    "location": "https://contosolake.blob.core.windows.net/archive",
    "columns": "OrderId:long, Region:string",
    "data_format": "csv",
}
SIGNED = f"{TABLE['location']}?sv=2025-01-05&sig=cmVhZA%3D%3D"

every = pytest.mark.parametrize("noun", DECLARATIONS)


def sample_of(noun):
    return DECLARATIONS[noun].about.sample.fields


def heard(_told):
    pass


@pytest.fixture
def filled(make_workflow_state):
    return lambda noun: make_workflow_state(noun, sample_of(noun))


@pytest.fixture
def table(make_workflow_state):
    return make_workflow_state("external-table", TABLE)


@every
def test_each_form_opens_with_something_to_fill_in_and_nothing_wrong(make_workflow_state, noun):
    state = make_workflow_state(noun)

    assert not state.is_valid
    assert state.missing
    assert state.problems == {}
    assert state.preview.text == ""
    assert state.chain.sights == ()


@every
def test_the_sample_makes_it_valid(filled, noun):
    state = filled(noun)

    assert state.is_valid
    assert state.missing == ()
    assert state.problems == {}
    assert [sight.state for sight in state.chain.sights] == ["unseen"] * len(state.draft.links)


@every
def test_the_preview_is_what_would_be_sent(filled, noun):
    state = filled(noun)

    assert state.preview.text == text_of(state.draft.workflow.product())
    assert state.preview.sent_to
    assert state.preview.connection_strings == state.draft.workflow.connection_strings()


@every
def test_every_field_is_shown_once_and_those_to_fill_in_at_once(make_workflow_state, noun):
    state = make_workflow_state(noun)

    shown = [spec.name for spec in (*state.main, *state.more)]
    assert sorted(shown) == sorted(spec.name for spec in state.specs)
    assert [spec for spec in state.more if spec.is_required] == []


@every
def test_typing_asks_nobody(make_workflow_state, fault, noun):
    state = make_workflow_state(noun)
    fault("unavailable")

    for name, value in sample_of(noun).items():
        for end in range(1, len(value) + 1):
            state.enter(name, value[:end])
            _ = (state.preview, state.problems, state.missing, state.chain.sights, state.notes)

    assert state.is_valid


@every
def test_nothing_is_wrong_with_what_was_not_touched(make_workflow_state, noun):
    state = make_workflow_state(noun)
    first = state.main[0]

    state.enter(first.name, sample_of(noun).get(first.name, "x"))

    assert set(state.problems) <= {first.name}


@every
def test_clearing_leaves_what_there_was_at_the_start(filled, noun):
    state = filled(noun)
    state.look()

    state.clear()

    assert state.values == {}
    assert state.chain.sights == ()
    assert not state.is_valid
    assert state.database == "Sales"


@every
def test_the_links_are_looked_at(filled, noun):
    state = filled(noun)

    found = state.look()

    assert len(found) >= len(state.draft.links)
    assert state.chain.is_current
    assert {one.state for one in found} <= {"ok", "missing", "unknown"}
    assert found[-1].link


@every
def test_a_half_filled_form_has_no_links(make_workflow_state, noun):
    state = make_workflow_state(noun)

    assert state.look() == ()


@every
def test_identities_are_offered_by_name(make_workflow_state, noun):
    state = make_workflow_state(noun)
    (spec,) = [spec for spec in state.specs if spec.kind is Kind.IDENTITY]

    assert {"system", "mi-export", "mi-ingest", "mi-stranger"} <= set(state.choices(spec))


@every
def test_an_unknown_identity_is_told_in_the_words_of_the_form(make_workflow_state, noun):
    state = make_workflow_state(noun, {**sample_of(noun), "identity": "mi-exprot"})

    problem = state.problems["identity"]
    assert not state.is_valid
    assert problem.what == "no identity is named 'mi-exprot'"
    assert problem.fix == 'Identity: mi-export, or press "Reload" if it is new or elsewhere'


@every
def test_no_problem_speaks_of_options(make_workflow_state, noun):
    state = make_workflow_state(noun)
    for spec in state.declaration.specs():
        state.enter(spec.name, "]]" if spec.kind is not Kind.FLAG else False)

    told = " ".join(line for problem in state.problems.values() for line in problem.lines)
    options = [spec.option for spec in state.declaration.specs() if f"{spec.option} " in told]
    assert state.problems
    assert options == []


@pytest.mark.parametrize("noun", ["event-hub", "event-grid", "cosmosdb-connection"])
def test_a_pasted_connection_string_is_not_repeated(make_workflow_state, noun):
    pasted = "Endpoint=sb://contosohub.servicebus.windows.net/;SharedAccessKey=c2VjcmV0a2V5"
    state = make_workflow_state(noun)

    for spec in state.specs:
        state.enter(spec.name, pasted if spec.kind is not Kind.FLAG else True)

    told = "".join(line for problem in state.problems.values() for line in problem.lines)
    assert "contosohub.servicebus.windows.net" in told
    assert "c2VjcmV0a2V5" not in told


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


def test_what_is_wrong_with_fields_together_is_told(make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "columns": ""})

    assert state.problems[""].lines == (
        "Columns is missing: only a delta lake knows its own columns",
        "fix: Columns: OrderId:long, Region:string",
    )


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

    assert caught.value.fix == '--database "Sales"'


def test_another_database_has_other_tables(make_workflow_state):
    state = make_workflow_state("sdk-ingestion", sample_of("sdk-ingestion"))
    spec = state.spec("table")
    state.look()
    assert state.choices(spec) == ("Orders", "Customers")

    state.choose("Telemetry")

    assert state.choices(spec) == ("Events", "Heartbeats")
    assert {sight.state for sight in state.chain.sights} == {"unseen"}


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


def test_reload_finds_an_identity_made_meanwhile(azure, make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "identity": "mi-new"})
    azure.world.add_identity("mi-new")
    assert state.problems

    state.reload()

    assert state.problems == {}
    assert state.is_valid


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


def test_links_stay_known_while_only_a_name_is_typed(table):
    table.look()

    table.enter("name", "Archive2")

    assert table.chain.is_current


def test_links_are_old_once_the_identity_is_another(table):
    table.look()

    table.enter("identity", "mi-ingest")

    assert table.chain.is_old
    assert not table.chain.is_current


def test_applying_tells_what_was_done_and_how_to_take_it_back(azure, table):
    done = table.apply(confirmed=False, tell=heard)

    assert "Archive" in azure.world.cluster.databases["Sales"].external_tables
    assert done.told == ("External table Archive: created",)
    assert [line.words for line in done.back] == [
        ("external-table", "drop", "Archive", "--database", "Sales", "--yes")
    ]
    assert list(table.result["name"]) == ["Archive"]


def test_a_refusal_leaves_the_links_looked_at(make_workflow_state):
    state = make_workflow_state("export", sample_of("export"))

    with pytest.raises(NotAuthorized) as caught:
        state.apply(confirmed=False, tell=heard)

    assert caught.value.fix == (
        "%adxmi policy grant --database Sales --identity mi-export --usage ExportRequest"
    )
    assert [one.link for one in state.chain.missing] == ["allowed by policy"]
    assert state.chain.summary == "Missing: allowed by policy."


def test_what_exists_already_brings_its_box_in_sight(make_workflow_state):
    state = make_workflow_state("external-table", {**TABLE, "name": "ArchivedOrders"})
    assert "replace" not in [spec.name for spec in state.main]

    with pytest.raises(AlreadyExists) as caught:
        state.apply(confirmed=False, tell=heard)

    assert caught.value.fix == 'tick "Replace", or choose another Name'
    assert "replace" in [spec.name for spec in state.main]


def test_what_exists_already_and_cannot_be_replaced_needs_another_name(make_workflow_state):
    sample = {**sample_of("event-hub"), "name": "sales-orders"}
    state = make_workflow_state("event-hub", sample)

    with pytest.raises(AlreadyExists) as caught:
        state.apply(confirmed=False, tell=heard)

    assert caught.value.fix == "choose another Name, or drop it first"


def test_replacing_asks_and_has_no_way_back(azure, make_workflow_state):
    fields = {**TABLE, "name": "ArchivedOrders", "replace": True}
    state = make_workflow_state("external-table", fields)

    with pytest.raises(ConfirmationRequired, match="would be replaced"):
        state.apply(confirmed=False, tell=heard)
    done = state.apply(confirmed=True, tell=heard)

    columns = azure.world.cluster.databases["Sales"].external_tables["ArchivedOrders"].columns
    assert [name for name, _ in columns] == ["OrderId", "Region"]
    assert done.back == ()


def test_an_incomplete_form_cannot_be_applied(make_workflow_state):
    state = make_workflow_state("external-table")

    with pytest.raises(MissingField):
        state.apply(confirmed=False, tell=heard)


def test_azures_word_is_heard_while_it_makes_a_connection(azure, make_workflow_state):
    azure.arm.polls = 3
    told = []
    state = make_workflow_state("event-hub", sample_of("event-hub"))

    state.apply(confirmed=False, tell=told.append)

    assert any(one.startswith("creating the data connection orders-from-hub: ") for one in told)
