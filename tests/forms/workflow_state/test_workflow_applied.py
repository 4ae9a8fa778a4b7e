"""What the form of a workflow looks at, and carries out."""

import pytest

from adxmi_jupyter.errors import (
    AlreadyExists,
    ConfirmationRequired,
    MissingField,
    NotAuthorized,
)
from adxmi_jupyter.rendering.requirements import title
from tests.forms.workflow_state.samples import TABLE, heard, sample_of


@pytest.mark.nightly
def test_links_stay_known_while_only_a_name_is_typed(table):
    table.look()

    table.enter("name", "Archive2")

    assert table.last_check.is_current


@pytest.mark.nightly
def test_links_are_old_once_the_identity_is_another(table):
    table.look()

    table.enter("identity", "mi-ingest")

    assert table.last_check.is_old
    assert not table.last_check.is_current


def test_applying_tells_what_was_done_and_how_to_take_it_back(azure, table):
    done = table.apply(confirmed=False, tell=heard)

    assert "Archive" in azure.world.cluster.databases["Sales"].external_tables
    assert done.told == ("External table Archive: created",)
    assert [line.words for line in done.back] == [
        ("external-table", "drop", "Archive", "--database", "Sales", "--yes")
    ]
    assert list(table.result["name"]) == ["Archive"]


@pytest.mark.nightly
def test_a_refusal_leaves_the_links_looked_at(make_workflow_state):
    state = make_workflow_state("export", sample_of("export"))

    with pytest.raises(NotAuthorized) as caught:
        state.apply(confirmed=False, tell=heard)

    assert caught.value.fix == (
        "%adxmi policy grant --database Sales --identity mi-export --usage ExportRequest"
    )
    assert [title(one.about) for one in state.last_check.missing] == ["allowed by policy"]
    assert state.last_check.summary == "Not met: allowed by policy."


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


@pytest.mark.nightly
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


@pytest.mark.nightly
def test_azures_word_is_heard_while_it_makes_a_connection(azure, make_workflow_state):
    azure.arm.polls = 3
    told = []
    state = make_workflow_state("event-hub", sample_of("event-hub"))

    state.apply(confirmed=False, tell=told.append)

    assert any(one.startswith("creating the data connection orders-from-hub: ") for one in told)
