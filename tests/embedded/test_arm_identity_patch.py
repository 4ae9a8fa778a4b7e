"""Assigning and removing identities of a cluster, as the real SDK does it."""

import json

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError
from azure.mgmt.kusto.models import ClusterUpdate, Identity

from adxmi_jupyter.embedded import seeded_world

BOTH = "SystemAssigned, UserAssigned"
POLICY = ".show database ['Tom\\'s Lab'] policy managed_identity"


@pytest.fixture
def patch(kusto):
    """Change the identity of the cluster and wait; return the cluster afterwards."""

    def patch_identity(kind, users=None, **options):
        update = ClusterUpdate(identity=Identity(type=kind, user_assigned_identities=users))
        return kusto.clusters.begin_update("analytics", "contoso", update, **options).result()

    return patch_identity


@pytest.fixture
def resource_id(azure):
    return lambda name: azure.world.identity(name).resource_id


def names(azure):
    return [identity.display_name for identity in azure.world.cluster.identities]


def test_assign_keeps_the_identities_not_named(patch, azure, resource_id):
    cluster = patch(BOTH, {resource_id("mi-stranger"): {}})

    assert names(azure) == ["mi-ingest", "mi-export", "mi-stranger"]
    assert len(cluster.identity.user_assigned_identities) == 3
    assert cluster.identity.type == BOTH
    assert azure.world.cluster.system_identity is not None


def test_null_removes_one_identity(patch, azure, resource_id):
    patch(BOTH, {resource_id("mi-ingest"): None})

    assert names(azure) == ["mi-export"]


def test_keys_are_compared_without_letter_case(patch, azure, resource_id):
    patch(BOTH, {resource_id("mi-ingest").upper().replace("/SUBSCRIPTIONS", "/subscriptions"): {}})
    patch(BOTH, {resource_id("mi-export").replace("resourcegroups", "resourceGroups"): None})

    assert names(azure) == ["mi-ingest"]


def test_removing_what_is_not_there_changes_nothing(patch, azure, resource_id):
    before = azure.world.cluster.etag

    patch(BOTH, {resource_id("mi-stranger"): None})

    assert azure.world.cluster.etag == before


def test_type_without_user_removes_all_user_identities(patch, azure):
    cluster = patch("SystemAssigned")

    assert names(azure) == []
    assert cluster.identity.type == "SystemAssigned"
    assert cluster.identity.user_assigned_identities is None


def test_type_without_system_switches_the_system_identity_off(patch, azure, resource_id):
    cluster = patch("UserAssigned", {resource_id("mi-ingest"): {}})

    assert azure.world.cluster.system_identity is None
    assert names(azure) == ["mi-ingest", "mi-export"]
    assert cluster.identity.type == "UserAssigned"
    assert cluster.identity.principal_id is None
    assert cluster.identity.tenant_id


def test_none_removes_everything(patch, azure):
    cluster = patch("None")

    assert cluster.identity is None
    assert names(azure) == []
    assert azure.world.cluster.system_identity is None


def test_comma_without_a_blank_is_understood(patch, azure, resource_id):
    patch("systemassigned,UserAssigned", {resource_id("mi-stranger"): {}})

    assert len(names(azure)) == 3


def test_system_identity_added_again_has_new_ids(patch, azure):
    first = azure.world.cluster.system_identity
    patch("None")
    cluster = patch("SystemAssigned")

    again = azure.world.cluster.system_identity
    assert again.object_id != first.object_id
    assert again.client_id != first.client_id
    assert cluster.identity.principal_id == again.object_id
    assert azure.world.identity("contoso") is again


def test_new_ids_are_the_same_in_every_world(patch, azure):
    patch("None")
    patch("SystemAssigned")
    first = azure.world.cluster.system_identity.object_id
    azure.reset()
    patch("None")
    patch("SystemAssigned")

    assert azure.world.cluster.system_identity.object_id == first


def test_policy_entry_of_a_vanished_identity_stays_and_is_refused(patch, azure, run, refusal):
    old = azure.world.cluster.system_identity.object_id
    patch("None")
    patch("SystemAssigned")

    (row,) = run(POLICY)
    again = [{"ObjectId": old, "AllowedUsages": "All"}]
    error = refusal(f".alter-merge cluster policy managed_identity '{json.dumps(again)}'")

    assert [item["ObjectId"] for item in json.loads(row["Policy"])] == [old]
    assert error.code == "General_BadRequest"


def test_assigned_identity_is_known_to_the_kusto_side(patch, azure, run, resource_id):
    stranger = azure.world.identity("mi-stranger")
    grant = [{"ObjectId": stranger.object_id, "AllowedUsages": "AzureAI"}]
    patch(BOTH, {stranger.resource_id: {}})

    (row,) = run(f".alter-merge database Telemetry policy managed_identity '{json.dumps(grant)}'")

    assert "mi-stranger" in row["Policy"]


def test_change_moves_the_etag(patch, kusto, azure):
    before = kusto.clusters.get("analytics", "contoso").etag

    after = patch("SystemAssigned").etag

    assert after != before


def test_patch_that_changes_nothing_starts_no_operation(send, azure, resource_id):
    cluster = azure.world.cluster
    body = {"identity": {"type": BOTH, "userAssignedIdentities": {resource_id("mi-ingest"): {}}}}
    path = (
        f"/subscriptions/{cluster.subscription_id}/resourceGroups/analytics"
        "/providers/Microsoft.Kusto/clusters/contoso"
    )
    before = cluster.etag

    response = send("PATCH", path, json=body)

    assert response.status_code == 200
    assert response.headers["ETag"] == response.json()["etag"] == before
    assert "Azure-AsyncOperation" not in response.headers
    assert azure.world.operations == []


def test_if_match_with_the_present_etag_is_let_through(patch, azure):
    patch(
        "SystemAssigned",
        etag=azure.world.cluster.etag,
        match_condition=MatchConditions.IfNotModified,
    )

    assert names(azure) == []


def test_if_match_with_an_old_etag_is_refused(patch, azure):
    old = azure.world.cluster.etag
    patch("SystemAssigned")

    with pytest.raises(ResourceModifiedError) as caught:
        patch("None", etag=old, match_condition=MatchConditions.IfNotModified)

    assert caught.value.status_code == 412
    assert caught.value.error.code == "PreconditionFailed"
    assert azure.world.cluster.system_identity is not None


@pytest.mark.parametrize(
    ("kind", "users"),
    [
        ("Managed", None),
        ("None, SystemAssigned", None),
        ("", None),
        (None, None),
        ("SystemAssigned", {"/subscriptions/x": {}}),
        (BOTH, {"mi-ingest": {}}),
        (BOTH, {"/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/x": {}}),
    ],
)
def test_impossible_identities_are_refused(kusto, azure, refused, kind, users):
    identity = {"type": kind, "userAssignedIdentities": users}

    error = refused(kusto.clusters.begin_update, "analytics", "contoso", {"identity": identity})

    assert error.status_code == 400
    assert azure.world == seeded_world(with_history=False)


def test_user_kind_without_any_identity_is_refused(kusto, azure, refused, resource_id):
    every = {resource_id("mi-ingest"): None, resource_id("mi-export"): None}
    identity = {"type": "UserAssigned", "userAssignedIdentities": every}

    error = refused(kusto.clusters.begin_update, "analytics", "contoso", {"identity": identity})

    assert error.error.code == "BadRequest"


def test_other_settings_can_be_changed_and_identities_stay(kusto, azure):
    trust = {"trustedExternalTenants": [{"value": "*"}], "uri": "ignored"}
    update = {"properties": trust, "tags": {"team": "data"}, "sku": {"capacity": 4}}

    cluster = kusto.clusters.begin_update("analytics", "contoso", update).result()

    assert cluster.properties.trusted_external_tenants[0].value == "*"
    assert cluster.properties.uri == "https://contoso.westeurope.kusto.windows.net"
    assert cluster.tags == {"team": "data"}
    assert (cluster.sku.capacity, cluster.sku.tier) == (4, "Standard")
    assert names(azure) == ["mi-ingest", "mi-export"]


@pytest.mark.parametrize(
    "body",
    [
        {"properties": {"colour": "red"}},
        {"properties": []},
        {"properties": {"trustedExternalTenants": "*"}},
        {"properties": {"trustedExternalTenants": [{"tenant": "x"}]}},
    ],
)
def test_unknown_settings_are_refused(kusto, refused, body):
    error = refused(kusto.clusters.begin_update, "analytics", "contoso", body)

    assert error.error.code == "InvalidRequestContent"


def test_assigning_takes_the_right_to_assign(kusto_as, azure, refused, give_role, resource_id):
    give_role(
        "operator",
        "Contributor",
        kusto_as("embedded-admin").clusters.get("analytics", "contoso").id,
    )
    users = {resource_id("mi-stranger"): {}}
    update = {"identity": {"type": BOTH, "userAssignedIdentities": users}}

    error = refused(kusto_as("operator").clusters.begin_update, "analytics", "contoso", update)

    assert error.status_code == 403
    assert error.error.code == "LinkedAuthorizationFailed"
    assert "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action" in error.error.message
    assert resource_id("mi-stranger") in error.error.message


def test_managed_identity_operator_may_assign(kusto_as, azure, give_role, resource_id):
    own = kusto_as("embedded-admin").clusters.get("analytics", "contoso").id
    give_role("operator", "Contributor", own)
    give_role("operator", "Managed Identity Operator", resource_id("mi-stranger"))
    users = {resource_id("mi-stranger"): {}}
    update = {"identity": {"type": BOTH, "userAssignedIdentities": users}}

    kusto_as("operator").clusters.begin_update("analytics", "contoso", update).result()

    assert "mi-stranger" in names(azure)


def test_removing_does_not_take_the_right_to_assign(kusto_as, azure, give_role, resource_id):
    own = kusto_as("embedded-admin").clusters.get("analytics", "contoso").id
    give_role("operator", "Contributor", own)
    users = {resource_id("mi-ingest"): None}
    update = {"identity": {"type": BOTH, "userAssignedIdentities": users}}

    kusto_as("operator").clusters.begin_update("analytics", "contoso", update).result()

    assert names(azure) == ["mi-export"]
