"""Workflows filled in with what a user typed, and what would be sent."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.workflow.filling import fill_in, product_frame, text_of
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.model.declaration.registry import declaration_of, nouns
from tests.actions.filling import EXPORT, FIELDS, INGEST, INGEST_CLIENT, STRANGER

INGEST_RESOURCE = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourcegroups/analytics/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
)


@pytest.fixture
def fill(connection):
    def fill(noun, *, by=None, **more):
        return fill_in(by or connection, declaration_of(noun), FIELDS[noun] | more)

    return fill


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("mi-export", EXPORT),
        ("MI-Export", EXPORT),
        (EXPORT.upper(), EXPORT),
        ("system", "system"),
        ("contoso", "system"),
        ("mi-stranger", STRANGER),
        ("11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"),
    ],
)
def test_an_identity_may_be_given_by_any_name_and_is_sent_by_its_object_id(fill, reference, word):
    filled = fill("externaldata", identity=reference)

    assert f";managed_identity={word}" in text_of(filled.reading.required().product())
    assert filled.notes == ()


@pytest.mark.parametrize("reference", [INGEST_CLIENT, INGEST_CLIENT.upper()])
def test_a_client_id_is_translated_and_that_is_said(fill, reference):
    filled = fill("externaldata", identity=reference)

    assert f";managed_identity={INGEST}" in text_of(filled.reading.required().product())
    (note,) = filled.notes
    assert note.startswith(f"{INGEST_CLIENT} is the client ID of mi-ingest: its object ID {INGEST}")


@pytest.mark.parametrize(
    "reference", ["mi-ingest", INGEST, INGEST_CLIENT, INGEST_RESOURCE.upper(), INGEST_RESOURCE]
)
def test_a_data_connection_gets_the_resource_id(fill, reference):
    filled = fill("event-hub", identity=reference)

    sent = json.loads(text_of(filled.reading.required().product()))
    assert sent["properties"]["managedIdentityResourceId"] == INGEST_RESOURCE


def test_of_a_client_id_it_is_said_that_a_data_connection_gets_the_resource_id(fill):
    filled = fill("event-hub", identity=INGEST_CLIENT)

    assert filled.notes == (
        f"{INGEST_CLIENT} is a client ID, of mi-ingest: a data connection gets its resource ID",
    )


def test_the_system_assigned_identity_is_the_cluster_itself_to_a_data_connection(fill):
    filled = fill("event-hub", identity="system")

    sent = json.loads(text_of(filled.reading.required().product()))
    assert sent["properties"]["managedIdentityResourceId"].endswith("/Clusters/contoso")


@pytest.mark.parametrize("noun", ["external-table", "event-hub"])
def test_a_name_that_nobody_bears_is_a_problem_of_its_field_beside_the_others(fill, noun):
    filled = fill(noun, identity="mi-exprot", name="")

    problems = filled.reading.problems
    assert type(problems["identity"]) is errors.UnknownIdentity
    assert problems["identity"].fix == "--identity mi-export"
    assert type(problems["name"]) is errors.MissingField


def test_the_problem_of_the_identity_is_raised_first(fill):
    with pytest.raises(errors.UnknownIdentity):
        fill("external-table", identity="mi-exprot", location="nowhere").reading.required()


def test_a_name_of_several_is_a_problem_that_lists_them(azure, fill):
    azure.world.add_identity(
        "mi-stranger", object_id="11111111-2222-4333-8444-555555555555", assigned=False
    )

    problem = fill("externaldata", identity="mi-stranger").reading.problems["identity"]

    assert type(problem) is errors.AmbiguousIdentity
    assert STRANGER in problem.why


def test_what_is_nearly_an_object_id_is_a_problem(fill):
    problem = fill("externaldata", identity=EXPORT[:-1]).reading.problems["identity"]

    assert type(problem) is errors.InvalidGuid


@pytest.fixture
def loader(azure, connections, monkeypatch):
    """Somebody who may ingest, and read no policy."""
    principal = azure.world.add_principal("loader", token="embedded-loader")
    azure.world.grant(principal, DatabaseRole.INGESTORS, database="Sales")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-loader")
    return connections.open(azure.kusto_uri, credential="token", database="Sales")


def test_whoever_may_not_read_policies_can_give_an_object_id_or_the_system_word(loader, fill):
    by_id = fill("externaldata", by=loader, identity=EXPORT)
    by_word = fill("externaldata", by=loader, identity="System")

    assert f";managed_identity={EXPORT}" in text_of(by_id.reading.required().product())
    assert by_id.notes[0].startswith("used as an object ID without verification")
    assert ";managed_identity=system" in text_of(by_word.reading.required().product())


def test_whoever_may_not_read_policies_cannot_give_a_name(loader, fill):
    problem = fill("externaldata", by=loader, identity="mi-export").reading.problems["identity"]

    assert type(problem) is errors.NotAuthorized


def test_names_are_asked_of_azure_where_policies_may_not_be_read(connection, fill, fault):
    fault("unavailable", match="policy managed_identity")

    filled = fill("externaldata", identity="mi-export")

    assert f";managed_identity={EXPORT}" in text_of(filled.reading.required().product())


@pytest.mark.parametrize("noun", nouns())
def test_each_sample_can_be_filled_in(connection, noun):
    declaration = declaration_of(noun)

    filled = fill_in(connection, declaration, declaration.about.sample.fields)

    assert filled.reading.problems == {}
    assert text_of(filled.reading.required().product())


@pytest.mark.parametrize(
    ("noun", "sent_to"),
    [
        ("external-table", "management endpoint"),
        ("externaldata", "query endpoint"),
        ("storage-ingestion", "ingestion endpoint"),
        ("event-hub", "Azure Resource Manager"),
        ("sdk-ingestion", "queue of the ingestion client"),
    ],
)
def test_what_would_be_sent_is_a_frame(fill, noun, sent_to):
    product = fill(noun).reading.required().product()

    frame = product_frame(product, "Sales")

    assert list(frame.columns) == ["sent_to", "database", "text"]
    assert set(map(str, frame.dtypes)) == {"string"}
    assert frame.to_dict("records") == [
        {"sent_to": sent_to, "database": "Sales", "text": text_of(product)}
    ]


def test_filling_in_sends_nothing_but_questions_for_names(azure, fill):
    fill("externaldata")
    served = azure.requests_served

    fill("externaldata")

    assert azure.requests_served == served
