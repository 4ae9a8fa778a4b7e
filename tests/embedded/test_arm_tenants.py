"""Resources in a subscription of another tenant that was delegated to this one."""

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from tests.embedded.links import allow, give

SHARED = "https://fabrikamlake.blob.core.windows.net/shared"


@pytest.fixture
def lake(azure):
    """A storage account of the other tenant."""
    account = azure.world.add_storage_account("fabrikamlake", "shared", subscription="Fabrikam")
    account.put("shared", "orders.csv", b"1,north,2.5,2026-01-05T08:00:00Z\n")
    return account


@pytest.fixture
def found(graph):
    """Return {name: tenant ID} of what Resource Graph shows of these names."""

    def rows(*names):
        wanted = ", ".join(f"'{name}'" for name in names)
        text = f"resources | where name in~ ({wanted}) | project name, tenantId"
        return {row["name"]: row["tenantId"] for row in graph.resources({"query": text}).data}

    return rows


def test_graph_tells_the_tenants_apart(azure, lake, found):
    tenants = found("contosolake", "fabrikamlake", "contosohub", "fabrikamhub")

    own = azure.world.tenant_id
    assert tenants["contosolake"] == tenants["contosohub"] == own
    assert tenants["fabrikamlake"] == tenants["fabrikamhub"] != own


def test_resource_of_the_own_tenant_is_made_as_well(azure, found):
    account = azure.world.add_storage_account("contosocold", "ice")

    assert found("contosocold") == {"contosocold": azure.world.tenant_id}
    assert azure.assign_role("mi-export", "Storage Blob Data Reader", "contosocold/ice")
    assert azure.world.azure_roles[-1].scope == account.container_id("ice")


def test_roles_at_its_scope_can_be_listed(authorization, lake):
    assert list(authorization.role_assignments.list_for_scope(lake.resource_id)) != []


def test_an_identity_gets_no_role_there(azure, lake):
    with pytest.raises(KeyError):
        azure.assign_role("mi-export", "Storage Blob Data Reader", "fabrikamlake")


def test_a_role_there_does_not_let_an_identity_in(azure, lake, refusal):
    world = azure.world
    export = world.identity("mi-export")
    allow(world.cluster, export, "ExternalDataRequest")
    give(world, export.object_id, BLOB_READER, lake.resource_id)
    text = f"externaldata(a: long) [h'{SHARED}/orders.csv;managed_identity={export.object_id}']"

    assert refusal(text, database="Sales").code == "Download_Forbidden"
