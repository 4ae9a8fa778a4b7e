"""Identities found among those that could be seen at one moment, asking nobody."""

import json

import pytest

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.identity.known_identities import KnownIdentities, read
from adxmi_jupyter.errors import AdxmiError, AmbiguousIdentity, UnknownIdentity
from adxmi_jupyter.model.policy import Scope

REFERENCES = {
    "in a policy": "mi-export",
    "in Azure only": "mi-stranger",
    "the system identity": "system",
    "an object ID": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
    "a client ID": "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38",
    "an ID that nobody knows": "00000000-0000-4000-8000-000000000001",
}
SECOND = "7d2e9b41-c58a-4f06-93b7-e1a04c6d8f25"


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
def test_a_name_finds_what_policies_and_azure_would_find(connection, reference):
    known = read(connection)

    (asked,) = names.resolved(connection, (reference,))

    assert known.find(reference) == asked


@pytest.mark.parametrize("reference", list(REFERENCES.values())[:5], ids=list(REFERENCES)[:5])
def test_a_resource_is_found_as_azure_would_find_it(connection, reference):
    known = read(connection)

    (asked,) = identities.found(connection, (reference,))

    assert known.find_resource(reference) == asked


def test_nobody_is_asked(connection, fault):
    known = read(connection)
    fault("unavailable")

    assert known.find("mi-stranger").identity.display_name == "mi-stranger"
    with pytest.raises(UnknownIdentity):
        known.find("mi-strange")
    with pytest.raises(UnknownIdentity):
        known.find_resource("00000000-0000-4000-8000-000000000001")


def test_one_that_was_found_elsewhere_is_added_once(connection):
    stranger = read(connection).find("mi-stranger").identity

    known = KnownIdentities().with_others((stranger,)).with_others((stranger,))

    assert known.every == (stranger,)


def test_a_name_that_several_bear_is_ambiguous(azure, connection):
    azure.world.add_identity("mi-twin", resource_group="one")
    azure.world.add_identity("mi-twin", object_id=SECOND, resource_group="two")

    with pytest.raises(AmbiguousIdentity, match="2 identities"):
        read(connection).find("mi-twin")


def test_what_cannot_be_read_is_a_note(connection, fault):
    fault("unavailable")

    known = read(connection)

    assert known.every == ()
    assert [note.partition(":")[0] for note in known.notes] == [
        "Identities that policies name could not be read",
        "Identities could not be read in Azure",
    ]


def test_without_rights_in_azure_policies_are_enough(outsider):
    known = read(outsider)

    assert known.find("mi-export").identity.object_id.startswith("e84d3f17")
    assert len(known.notes) == 1


def test_the_tables_of_another_database_are_others(connection):
    assert names.tables_of(connection, "Sales", external=False) == ("Orders", "Customers")
    assert names.tables_of(connection, "Telemetry", external=False) == ("Events", "Heartbeats")
    assert names.tables_of(connection, "Sales", external=True) == ("ArchivedOrders",)
    with pytest.raises(AdxmiError):
        names.tables_of(connection, "Slaes", external=False)


@pytest.fixture
def large(azure, proxy, proxied):
    """A connection to a cluster of 2,000 databases, and the requests that came."""
    for number in range(2000):
        azure.world.add_database(f"Team{number:04}")
    return proxied


@pytest.mark.nightly
def test_a_name_in_a_large_cluster_is_found_without_reading_every_policy(large, proxy):
    found = names.resolved(large, ("mi-ingest", "mi-stranger"), Scope("Team0001"))

    assert [one.identity.display_name for one in found] == ["mi-ingest", "mi-stranger"]
    assert len(proxy.requests) < 20


def test_a_name_that_only_the_policy_of_the_scope_knows_is_found_there(large, azure):
    gone = azure.world.add_identity("mi-gone")
    entry = [{"ObjectId": gone.object_id, "AllowedUsages": "All"}]
    large.kusto.command(
        f".alter-merge database Team0001 policy managed_identity ```{json.dumps(entry)}```",
        database="Team0001",
    )

    (found,) = names.resolved(large, ("mi-gone",), Scope("Team0001"))

    assert found.identity.object_id == gone.object_id


def test_an_unknown_name_in_a_large_cluster_lists_what_is_known(large):
    with pytest.raises(UnknownIdentity) as raised:
        names.resolved(large, ("mi-nobody",), Scope("Team0001"))

    assert "mi-export, mi-ingest" in raised.value.why
