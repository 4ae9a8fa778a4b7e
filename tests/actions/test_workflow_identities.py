"""Workflows as users fill them in: identities by any of their names, nothing sent in vain."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.actions.workflow.listing import listing, listing_frame
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.policy import Scope
from tests.told import examined

OBJECT_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
CLIENT_ID = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
SAMPLES = ["export", "event-hub", "sdk-ingestion"]


def filled(connection, noun, **changes):
    declaration = declaration_of(noun)
    return fill_in(connection, declaration, {**declaration.about.sample.fields, **changes})


@pytest.mark.parametrize("noun", SAMPLES)
@pytest.mark.parametrize("reference", ["mi-ingest", "MI-INGEST", OBJECT_ID, CLIENT_ID])
def test_an_identity_is_found_by_any_of_its_names(connection, noun, reference):
    reading = filled(connection, noun, identity=reference).reading

    assert reading.required().identity.object_id == OBJECT_ID


@pytest.mark.parametrize("noun", ["export", "sdk-ingestion"])
def test_a_client_id_is_translated_and_said(connection, noun):
    (note,) = filled(connection, noun, identity=CLIENT_ID).notes

    assert note.startswith(f"{CLIENT_ID} is the client ID of mi-ingest: its object ID {OBJECT_ID}")


def test_the_client_id_itself_is_never_sent(connection):
    product = filled(connection, "export", identity=CLIENT_ID).reading.required().product()

    assert f"managed_identity={OBJECT_ID}" in product.text
    assert CLIENT_ID not in product.text


def test_a_data_connection_gets_the_resource_id(connection):
    product = filled(connection, "event-hub", identity=CLIENT_ID).reading.required().product()

    assert product.properties["managedIdentityResourceId"].endswith("/mi-ingest")


@pytest.mark.parametrize("noun", SAMPLES)
@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("mi-ingst", errors.UnknownIdentity),
        (OBJECT_ID[:-1], errors.InvalidGuid),
        ("/subscriptions/x/nobody", errors.UnknownIdentity),
    ],
)
def test_an_unknown_identity_is_one_problem_among_others(connection, noun, reference, error):
    problems = filled(connection, noun, identity=reference, data_format="x").reading.problems

    assert type(problems["identity"]) is error
    assert type(problems["data_format"]) is errors.InvalidField


@pytest.mark.nightly
def test_links_of_a_target_that_can_be_written(connection):
    workflow = filled(connection, "continuous-export", identity="mi-export").reading.required()

    states = {
        one.title: one.state for one in examined(connection, workflow.requirements(), "Sales")
    }

    assert states["external table"] is State.MET


@pytest.mark.nightly
def test_links_of_a_target_that_can_only_be_read(connection, azure):
    azure.world.add_external_table(
        "Raw",
        "https://contosolake.blob.core.windows.net/archive;managed_identity=system",
        database="Sales",
        data_format="Orc",
    )
    workflow = filled(connection, "continuous-export", external_table="Raw").reading.required()

    (found,) = [
        one
        for one in examined(connection, workflow.requirements(), "Sales")
        if one.title == "external table"
    ]

    assert found.state is State.NOT_MET
    assert found.detail == "its files are orc; exports write csv, tsv, json, parquet"
    assert found.fix == "name an external table of one of these formats"


@pytest.mark.nightly
def test_an_absent_target_is_made_by_another_workflow(connection):
    workflow = filled(connection, "continuous-export", external_table="Lost").reading.required()

    (found,) = [
        one
        for one in examined(connection, workflow.requirements(), "Sales")
        if one.title == "external table"
    ]

    assert found.state is State.NOT_MET
    assert found.fix == "%adxmi external-table create --help"


def test_what_exists_is_listed_with_its_identity(connection):
    read = listing(connection, declaration_of("external-table"), (Scope("Sales"),))

    (row,) = listing_frame(connection, read).to_dict("records")

    assert (row["name"], row["identity"]) == ("ArchivedOrders", "mi-export")
    assert row["target"] == "https://contosolake.blob.core.windows.net/archive"
