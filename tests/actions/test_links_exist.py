"""Whether an identity exists, is named by the ID that belongs there, and is in the tenant."""

from dataclasses import replace

import pytest
from azure.mgmt.msi import ManagedServiceIdentityClient

from adxmi_jupyter.embedded.seed.azure import ARCHIVE_SUBSCRIPTION_ID, SUBSCRIPTION_ID
from adxmi_jupyter.embedded.state.ids import identity_id
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from adxmi_jupyter.model.azure_role import READS_BLOBS, STORAGE_ACCOUNT, AzureRole, Target
from adxmi_jupyter.model.declaration.requirements import Exists, GrantedInAzure
from adxmi_jupyter.model.identity import ManagedIdentity
from tests.actions.filling import EXPORT, EXPORT_ID, INGEST, INGEST_CLIENT, STRANGER
from tests.embedded.clients import LoopbackAuth, UnusedCredential
from tests.embedded.conftest import ADMIN
from tests.told import examined

FABRIKAM = "a4c1e8d7-3b60-4f92-8e15-7d2c9b04f6a3"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"


@pytest.fixture
def msi(azure):
    """The real client of user-assigned identities, as another tool would use it."""
    with ManagedServiceIdentityClient(
        UnusedCredential(),
        SUBSCRIPTION_ID,
        base_url=azure.arm_uri,
        authentication_policy=LoopbackAuth(ADMIN),
    ) as client:
        yield client.user_assigned_identities


@pytest.fixture
def may_read(azure):
    """Let the reader read one resource in Azure."""

    def may_read(resource_id):
        reader = azure.world.principal("embedded-reader")
        azure.world.azure_roles.append(
            AzureRoleAssignment(
                "any", resource_id, AzureRole.READER.definition_id, reader.object_id, "User"
            )
        )

    return may_read


# The kind of ID


@pytest.mark.nightly
def test_a_client_id_is_the_wrong_kind_of_id(check, named):
    found = check(named(INGEST_CLIENT))

    assert found["kind of ID"].state == "not met"
    assert found["kind of ID"].subject == f"mi-ingest as {INGEST_CLIENT}"
    assert found["kind of ID"].detail == (f"this is its client ID; use its object ID {INGEST}")
    assert found["kind of ID"].fix == "%adxmi external-table form --database Sales"
    assert found["assigned to the cluster"].state == "met"


@pytest.mark.nightly
@pytest.mark.parametrize("word", [INGEST, INGEST.upper()])
def test_an_object_id_is_the_right_one_in_any_letter_case(check, named, word):
    assert check(named(word))["kind of ID"].state == "met"


@pytest.mark.nightly
def test_system_is_a_word_of_its_own(check, named):
    found = check(named("system"))

    assert "kind of ID" not in found
    assert "identity exists" not in found
    assert found["assigned to the cluster"].subject == "contoso"


def test_the_client_id_of_one_that_is_not_assigned_is_known_from_azure(azure, check, named):
    found = check(named(azure.world.identity("mi-stranger").client_id))

    assert found["kind of ID"].state == "not met"
    assert STRANGER in found["kind of ID"].detail
    assert found["assigned to the cluster"].fix == "%adxmi identity assign --identity mi-stranger"


# Whether it exists


@pytest.mark.nightly
def test_one_that_was_deleted_is_missing_though_the_cluster_lists_it(check, msi):
    msi.delete("analytics", "mi-export")

    found = check()

    assert found["identity exists"].state == "not met"
    assert found["identity exists"].detail == ("deleted in Azure; the cluster still lists it")
    assert found["identity exists"].fix == (
        "!az identity create --name mi-export --resource-group analytics "
        f"--subscription {SUBSCRIPTION_ID}"
    )
    assert found["assigned to the cluster"].state == "met"


def test_one_that_was_made_again_is_missing_and_the_new_object_id_is_told(check, msi):
    msi.delete("analytics", "mi-export")
    again = msi.create_or_update("analytics", "mi-export", {"location": "westeurope"})

    found = check()["identity exists"]

    assert found.state == "not met"
    assert found.detail == (
        "a newer identity with this name has the object ID "
        f"{again.principal_id}; {EXPORT} is a stale entry"
    )


def test_one_that_was_removed_and_made_again_is_told_by_its_name(azure, check, msi):
    """The cluster does not list it any more; the policy still has its name."""
    azure.world.cluster.identities.remove(azure.world.identity("mi-export"))
    msi.delete("analytics", "mi-export")
    again = msi.create_or_update("analytics", "mi-export", {"location": "westeurope"})

    found = check()

    assert found["identity exists"].state == "not met"
    assert again.principal_id in found["identity exists"].detail
    assert found["assigned to the cluster"].state == "not met"


def test_one_that_nobody_knows_is_unknown(check, named):
    found = check(named("11111111-2222-4333-8444-555555555555"))

    assert found["identity exists"].state == "unknown"
    assert found["identity exists"].detail == (
        "Azure shows no identity with this object ID: it was deleted, or requires Reader"
    )
    assert found["assigned to the cluster"].state == "not met"


@pytest.mark.nightly
def test_who_may_read_the_one_and_not_list_them_sees_that_it_exists(reader, check, may_read):
    before = check(by=reader)["identity exists"]
    may_read(EXPORT_ID)

    after = check(by=reader)["identity exists"]

    assert before.state == "unknown"
    assert before.detail.endswith("requires Reader on the identity, in Azure")
    assert after.state == "met"


@pytest.mark.nightly
def test_who_may_read_the_one_sees_that_it_was_made_again(reader, check, may_read, msi):
    may_read(EXPORT_ID)
    msi.delete("analytics", "mi-export")
    again = msi.create_or_update("analytics", "mi-export", {"location": "westeurope"})

    found = check(by=reader)["identity exists"]

    assert found.state == "not met"
    assert again.principal_id in found.detail


# The tenant of the target


def test_a_target_of_another_tenant_is_out_of_reach(azure, check, named):
    azure.world.add_storage_account("fabrikamlake", "shared", subscription="Fabrikam")

    found = check(named(EXPORT, "https://fabrikamlake.blob.core.windows.net/shared"))

    assert found["same tenant"].state == "not met"
    assert found["same tenant"].subject == "mi-export and fabrikamlake"
    assert found["same tenant"].detail == (
        f"the target is in the tenant {FABRIKAM}, and an identity reaches its own only: {TENANT}"
    )


def test_a_target_that_cannot_be_seen_may_be_anywhere(check, named):
    found = check(named(EXPORT, "https://elsewhere.blob.core.windows.net/shared"))

    assert found["same tenant"].state == "unknown"
    assert "Reader on it" in found["same tenant"].detail


# Roles at the target


@pytest.mark.parametrize("role", ["Owner", "Contributor", "Reader"])
def test_roles_that_manage_the_target_do_not_do(azure, check, named, role):
    azure.assign_role("mi-export", role, "contosobackup")

    found = check(named(EXPORT, "https://contosobackup.blob.core.windows.net/backups"))

    assert found["Azure role"].state == "not met"
    assert found["Azure role"].detail == (
        f"missing role Storage Blob Data Reader on contosobackup/backups ({role} doesn't grant access to data)"
    )


@pytest.mark.nightly
def test_a_role_given_minutes_ago_is_a_warning_until_it_counts(azure, check, named):
    place = "https://contosobackup.blob.core.windows.net/backups"
    azure.faults.add("late-roles")
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosobackup")

    late = check(named(EXPORT, place))["Azure role"]
    azure.faults.clear()
    counts = check("Named")["Azure role"]

    assert late.state == "warning"
    assert late.detail == (
        "Storage Blob Data Reader was assigned minutes ago: it can take up to ten minutes to take "
        "effect"
    )
    assert late.fix == ""
    assert (counts.state, counts.detail) == ("met", "Storage Blob Data Reader")


def test_of_two_roles_the_one_that_counts_is_told(azure, check, named):
    place = "https://contosobackup.blob.core.windows.net/backups"
    azure.assign_role("mi-export", "Storage Blob Data Contributor", "contosobackup")
    azure.faults.add("late-roles")
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosobackup")

    found = check(named(EXPORT, place))["Azure role"]

    assert (found.state, found.detail) == ("met", "Storage Blob Data Contributor")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("role", "target", "state"),
    [
        ("Cosmos DB Built-in Data Reader", "contosocosmos", "met"),
        ("Cosmos DB Built-in Data Contributor", "contosocosmos", "met"),
        ("Cosmos DB Built-in Data Reader", "contosocosmos/Shop", "unknown"),
        ("Cosmos DB Account Reader Role", "contosocosmos", "not met"),
        ("Owner", "contosocosmos", "not met"),
    ],
)
def test_cosmos_db_asks_for_a_role_of_its_own_on_the_whole_account(
    azure, look, role, target, state
):
    azure.assign_role("mi-stranger", role, target)

    found = look(
        "external-table",
        kind="cosmos",
        identity="mi-stranger",
        location="",
        data_format="",
        account="contosocosmos",
        catalog="Shop",
        collection="Baskets",
    )["Cosmos DB role"]

    assert found.state == state
    assert found.fix.startswith("%adxmi embedded azure-role ") is (state == "not met")


def test_an_identity_of_another_subscription_exists_by_its_resource_id(azure, connection):
    """A data connection names no object ID, so there is none that it could differ from."""
    far = azure.world.add_identity("mi-far", assigned=False)
    far.resource_id = identity_id(ARCHIVE_SUBSCRIPTION_ID, "archive", "mi-far")
    requirement = Exists(ManagedIdentity("", "mi-far", resource_id=far.resource_id))

    (found,) = examined(connection, [requirement], "Sales")

    assert (found.title, found.state) == ("identity exists", "met")


def test_whose_object_id_nobody_tells_has_no_role_of_the_cluster_itself(azure, connection):
    azure.assign_role("contoso", "Storage Blob Data Reader", "contosolake")
    far = ManagedIdentity("", "mi-far", resource_id="/subscriptions/x/resourceGroups/y/z")
    requirement = GrantedInAzure(far, READS_BLOBS, Target(STORAGE_ACCOUNT, "contosolake"))

    (found,) = examined(connection, [requirement], "Sales")

    assert (found.state, found.detail) == ("unknown", "the object ID of the identity is unknown")


@pytest.mark.nightly
def test_a_role_under_a_condition_is_not_known_to_do(azure, check):
    world = azure.world
    mine = [one for one in world.azure_roles if one.principal_id == EXPORT]
    others = [one for one in world.azure_roles if one not in mine]
    world.azure_roles = [*others, *(replace(one, condition="@Resource[x]") for one in mine)]

    found = check()["Azure role"]

    assert found.state == "unknown"
    assert found.detail.startswith("Storage Blob Data Contributor is assigned with a condition")
