"""The identities that the policy form lists: added, renamed, shortened, and told apart."""

import pytest

from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.errors import (
    InvalidGuid,
    UnknownIdentity,
)
from adxmi_jupyter.forms.policy.state import PolicyState
from adxmi_jupyter.model.policy import Scope

SALES = Scope("Sales")


def usages_of(policy, identity):
    entry = policy.entry_of(identity)
    return entry.allowed_usages if entry else ()


def test_an_identity_can_be_added_by_client_id_and_is_granted_by_object_id(
    connection, azure, telemetry
):
    fresh = azure.world.add_identity("mi-fresh")

    identity, note = telemetry.add(fresh.client_id)
    telemetry.want(identity, "NativeIngestion", ticked=True)
    telemetry.apply(confirmed=False)

    assert f"its object ID {fresh.object_id} is used" in note
    policy = read_one(connection, Scope("Telemetry")).policy
    assert [entry.identity.object_id for entry in policy] == [fresh.object_id]


@pytest.mark.nightly
def test_an_added_identity_stands_first_and_stays_after_a_reload(azure, sales):
    fresh = azure.world.add_identity("mi-fresh", assigned=False)

    sales.add(fresh.object_id)
    sales.reload()

    assert sales.identities[0].object_id == fresh.object_id


def test_adding_an_identity_that_is_there_adds_no_row(sales):
    rows = sales.identities

    identity, _ = sales.add("mi-export")

    assert identity.display_name == "mi-export"
    assert sales.identities == rows


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("reference", "error"), [("mi-exprot", UnknownIdentity), ("1234-12-12-12-123456", InvalidGuid)]
)
def test_what_names_no_identity_is_an_error(sales, reference, error):
    with pytest.raises(error):
        sales.add(reference)


def test_two_identities_of_one_name_can_be_told_apart(connection, azure):
    azure.world.add_identity("twin", object_id="11111111-aaaa-4aaa-8aaa-000000000001")
    azure.world.add_identity(
        "twin", object_id="22222222-aaaa-4aaa-8aaa-000000000002", resource_group="other"
    )

    state = PolicyState(connection, SALES)

    twins = [i for i in state.identities if i.display_name == "twin"]
    assert [state.label(twin) for twin in twins] == ["twin (11111111)", "twin (22222222)"]
    state.want(twins[0], "AzureAI", ticked=True)
    assert twins[0].object_id in state.preview.line.words


def test_a_very_long_name_is_shortened(connection, azure, who):
    azure.world.add_identity("x" * 300)

    state = PolicyState(connection, SALES)

    assert state.label(who(state, "x" * 300)) == "x" * 59 + "…"


def test_who_may_not_read_the_cluster_sees_the_database_and_a_note(reader):
    state = PolicyState(reader, SALES)

    assert any(note.startswith("not read: cluster") for note in state.notes)
    assert len(state.before) == 2


def test_a_usage_newer_than_this_release_is_a_column_and_is_kept(connection, azure, who):
    item = azure.world.cluster.databases["Sales"].policy[0]
    azure.world.cluster.databases["Sales"].policy[0] = type(item)(
        **{**vars(item), "usages": ("QuantumRequest", "NativeIngestion")}
    )

    state = PolicyState(connection, SALES)
    state.want(who(state, "mi-export"), "AzureAI", ticked=True)
    state.want(who(state, "mi-export"), "ExternalTable", ticked=False)

    assert state.usages[-1] == "QuantumRequest"
    assert "--allow-unknown-usage" in state.preview.line.words
    assert "QuantumRequest" in state.preview.command
