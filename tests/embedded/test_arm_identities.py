"""User-assigned identities as resources, as the real SDK handles them."""

import pytest
from azure.mgmt.msi import ManagedServiceIdentityClient

LOCATION = {"location": "westeurope", "tags": {"team": "data"}}


@pytest.fixture
def identities(msi):
    return msi.user_assigned_identities


def test_list_by_subscription_and_by_group(identities, manage):
    archive = manage(ManagedServiceIdentityClient, "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42")

    everywhere = [i.name for i in identities.list_by_subscription()]
    shared = [i.name for i in identities.list_by_resource_group("shared-identities")]
    elsewhere = list(archive.user_assigned_identities.list_by_subscription())

    assert everywhere == ["mi-ingest", "mi-export", "mi-stranger"]
    assert shared == ["mi-stranger"]
    assert elsewhere == []


def test_get_shows_all_ids(identities, azure):
    found = identities.get("ANALYTICS", "MI-Ingest")

    known = azure.world.identity("mi-ingest")
    assert found.id == known.resource_id
    assert "/resourcegroups/analytics/" in found.id
    assert found.type == "Microsoft.ManagedIdentity/userAssignedIdentities"
    assert (found.principal_id, found.client_id) == (known.object_id, known.client_id)
    assert found.tenant_id == azure.world.tenant_id


def test_get_of_an_unknown_identity(identities, refused):
    error = refused(identities.get, "analytics", "mi-nobody")

    assert error.status_code == 404
    assert error.error.code == "ResourceNotFound"


def test_create(identities, azure):
    made = identities.create_or_update("analytics", "mi-new", LOCATION)

    assert azure.world.identity("mi-new").object_id == made.principal_id
    assert made.tags == {"team": "data"}
    assert azure.world.identity("mi-new") not in azure.world.cluster.identities


def test_create_again_changes_tags_only(identities, azure):
    before = azure.world.identity("mi-ingest").object_id

    again = identities.create_or_update("analytics", "mi-ingest", LOCATION)

    assert again.principal_id == before
    assert again.tags == {"team": "data"}


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("mi-new", {}, "LocationRequired"),
        ("-x", LOCATION, "InvalidResourceName"),
        ("mi new", LOCATION, "InvalidResourceName"),
    ],
)
def test_malformed_identities_are_refused(send, azure, name, body, code):
    path = f"{azure.world.identity('mi-ingest').resource_id.rpartition('/')[0]}/{name}"

    response = send("PUT", path, version="2024-11-30", json=body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


def test_delete(identities, azure, refused):
    identities.delete("shared-identities", "mi-stranger")
    identities.delete("shared-identities", "mi-stranger")

    error = refused(identities.get, "shared-identities", "mi-stranger")
    assert error.status_code == 404
    with pytest.raises(KeyError):
        azure.world.identity("mi-stranger")


def test_identity_made_again_has_new_ids(identities):
    first = identities.create_or_update("analytics", "mi-new", LOCATION)
    identities.delete("analytics", "mi-new")

    again = identities.create_or_update("analytics", "mi-new", LOCATION)

    assert again.id == first.id
    assert again.principal_id != first.principal_id


def test_deleted_identity_stays_on_the_cluster_and_is_refused(identities, kusto, azure, refusal):
    old = azure.world.identity("mi-ingest")
    identities.delete("analytics", "mi-ingest")

    listed = kusto.clusters.get("analytics", "contoso").identity.user_assigned_identities
    error = refusal(
        ".alter-merge cluster policy managed_identity "
        f'\'[{{"ObjectId":"{old.object_id}","AllowedUsages":"All"}}]\''
    )

    assert listed[old.resource_id].principal_id == old.object_id
    assert error.code == "General_BadRequest"


def test_deleted_identity_can_be_named_and_removed(identities, kusto, azure):
    old = azure.world.identity("mi-ingest")
    identities.delete("analytics", "mi-ingest")
    users = {old.resource_id: {}}
    body = {"identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": users}}
    kusto.clusters.begin_update("analytics", "contoso", body).result()
    users[old.resource_id] = None

    cluster = kusto.clusters.begin_update("analytics", "contoso", body).result()

    assert list(cluster.identity.user_assigned_identities) == [
        azure.world.identity("mi-export").resource_id
    ]


def test_system_identity_shows_its_client_id(msi, kusto, azure, refused):
    scope = kusto.clusters.get("analytics", "contoso").id

    found = msi.system_assigned_identities.get_by_scope(scope)
    azure.world.cluster.system_identity = None
    error = refused(msi.system_assigned_identities.get_by_scope, scope)

    assert found.name == "default"
    assert found.client_id == azure.world.identity("contoso").client_id
    assert error.status_code == 404
