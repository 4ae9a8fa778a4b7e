"""An identity deleted and made again under its name: a stranger with the same resource ID."""

import json

import pytest

from tests.embedded.links import allow

EXPORTED = "external_table('ArchivedOrders')"
NOT_ASSIGNED = "BadRequest_InvalidManagedIdentity"


@pytest.fixture
def old(azure):
    """The identity `mi-export` as it was before; `ArchivedOrders` names its object ID."""
    return azure.world.identity("mi-export")


@pytest.fixture
def new(old, msi):
    """The identity of the same name made after it was deleted."""
    identities = msi.user_assigned_identities
    identities.delete("analytics", "mi-export")
    return identities.create_or_update("analytics", "mi-export", {"location": "westeurope"})


@pytest.fixture
def reassign(kusto, old):
    """Remove the identity from the cluster and assign it again."""

    def reassigned():
        body = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {}}
        for value in (None, {}):
            body["userAssignedIdentities"] = {old.resource_id: value}
            kusto.clusters.begin_update("analytics", "contoso", {"identity": body}).result()

    return reassigned


@pytest.fixture
def listed(kusto, old):
    """Return the object ID and client ID that the cluster lists for the resource ID."""

    def ids():
        cluster = kusto.clusters.get("analytics", "contoso")
        found = cluster.identity.user_assigned_identities[old.resource_id]
        return found.principal_id, found.client_id

    return ids


def test_cluster_lists_the_old_ids_until_it_is_assigned_again(old, new, listed, reassign):
    before = listed()

    reassign()

    assert new.id == old.resource_id
    assert {new.principal_id, new.client_id}.isdisjoint({old.object_id, old.client_id})
    assert before == (old.object_id, old.client_id)
    assert listed() == (new.principal_id, new.client_id)


def test_assigning_it_without_removing_it_keeps_the_old_ids(kusto, old, new, listed):
    users = {old.resource_id: {}}
    identity = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": users}

    kusto.clusters.begin_update("analytics", "contoso", {"identity": identity}).result()

    assert listed() == (old.object_id, old.client_id)


def test_directory_knows_the_new_one_only(azure, new, old):
    assert azure.world.find_identity(old.object_id) is None
    assert azure.world.identity("mi-export").object_id == new.principal_id


def test_policy_goes_on_listing_the_old_object_id(run, old, new, reassign):
    reassign()

    (row,) = run(".show database Sales policy managed_identity")

    ids = {item["ObjectId"] for item in json.loads(row["Policy"])}
    assert old.object_id in ids
    assert new.principal_id not in ids


def test_policy_takes_the_new_object_id_once_it_is_assigned(policy, refusal, new, reassign):
    text = (
        ".alter-merge database Sales policy managed_identity "
        f'\'[{{"ObjectId":"{new.principal_id}","AllowedUsages":"ExternalTable"}}]\''
    )
    before = refusal(text)

    reassign()

    assert before.code == "General_BadRequest"
    assert policy(text)["mi-export"] == "ExternalTable"


@pytest.mark.nightly
def test_workflow_that_names_the_old_object_id_is_refused(run, refusal, old, msi, reassign):
    worked = run(EXPORTED, database="Sales")
    msi.user_assigned_identities.delete("analytics", "mi-export")
    deleted = refusal(EXPORTED, database="Sales")
    location = {"location": "westeurope"}
    msi.user_assigned_identities.create_or_update("analytics", "mi-export", location)
    made_again = refusal(EXPORTED, database="Sales")

    reassign()

    assigned = refusal(EXPORTED, database="Sales")
    assert len(worked) > 0
    assert [deleted.code, made_again.code, assigned.code] == [NOT_ASSIGNED] * 3
    assert old.object_id in assigned.description


def test_rights_of_the_old_one_are_not_those_of_the_new_one(azure, run, refusal, new, reassign):
    world = azure.world
    reassign()
    place = "https://contosolake.blob.core.windows.net/archive"
    world.add_external_table(
        "Again",
        f"{place};managed_identity={new.principal_id}",
        database="Sales",
        columns=world.cluster.databases["Sales"].tables["Orders"].columns,
    )

    without_policy = refusal("external_table('Again')", database="Sales")
    allow(world.cluster, world.identity("mi-export"), "ExternalTable")
    without_role = refusal("external_table('Again')", database="Sales")
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosolake")

    assert without_policy.code == "Forbidden"
    assert without_role.code == "Download_Forbidden"
    assert len(run("external_table('Again')", database="Sales")) > 0


def test_data_connection_names_it_by_resource_id_and_needs_the_policy_anew(
    azure, msi, kusto, failures
):
    ingest = azure.world.identity("mi-ingest")
    users = msi.user_assigned_identities
    users.delete("analytics", "mi-ingest")
    users.create_or_update("analytics", "mi-ingest", {"location": "westeurope"})
    azure.push_events("contosohub/orders", [{"OrderId": 7}])
    for value in (None, {}):
        named = {ingest.resource_id: value}
        body = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": named}
        kusto.clusters.begin_update("analytics", "contoso", {"identity": body}).result()

    azure.deliver_events()

    assert [code for code, _, _ in failures()] == [NOT_ASSIGNED, "Forbidden"]
