"""What clusters that follow a database need for what runs there."""

import pytest

from adxmi_jupyter.embedded.state.clusters import Identity

FABRIKAM = "a4c1e8d7-3b60-4f92-8e15-7d2c9b04f6a3"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"


@pytest.mark.parametrize("database", ["Sales", "*"])
def test_an_identity_that_a_follower_lacks_is_a_warning(azure, check, database):
    azure.world.add_cluster("contosocopy")
    azure.world.follow(database, by="contosocopy")

    found = check()["follower clusters"]

    assert found.state == "warning"
    assert found.detail == "not assigned to contosocopy: queries there are denied"
    resource_id = azure.world.identity("mi-export").resource_id
    assert found.fix == (
        "%adxmi connect https://contosocopy.westeurope.kusto.windows.net, then "
        f"%adxmi identity assign --identity {resource_id}"
    )


@pytest.mark.nightly
def test_the_policy_of_this_cluster_allows_nothing_at_a_follower(azure, check):
    azure.world.other_clusters.clear()
    copy = azure.world.add_cluster("contosocopy")
    copy.identities.append(azure.world.identity("mi-export"))
    azure.world.follow("Sales", by="contosocopy")
    home = azure.world.cluster.databases["Sales"]
    azure.world.cluster.policy, home.policy = home.policy, []

    found = check()["follower clusters"]

    assert found.state == "unknown"
    assert "whether the cluster policy of contosocopy" in found.detail
    assert found.fix == (
        "%adxmi policy grant --database Sales --identity mi-export --usage ExternalTable"
    )


@pytest.fixture
def follower(azure):
    """A cluster that follows the databases of this one, with a system-assigned identity or not."""

    def follower(object_id=""):
        azure.world.other_clusters.clear()
        copy = azure.world.add_cluster("contosocopy")
        if object_id:
            copy.system_identity = Identity("contosocopy", object_id, "", TENANT)
            azure.world.identities.append(copy.system_identity)
        azure.world.follow(by="contosocopy")

    return follower


def test_the_system_assigned_identity_is_never_assigned_to_another_cluster(
    azure, check, named, follower
):
    follower()

    found = check(named("system"))["follower clusters"]

    assert found.state == "warning"
    assert found.detail.endswith("use its own system-assigned identity, and contosocopy has none")
    assert found.fix.endswith(", then %adxmi identity assign --identity system")


def test_the_own_identity_of_a_follower_needs_its_own_role(azure, check, named, follower):
    follower(FABRIKAM)
    azure.assign_role("contoso", "Storage Blob Data Reader", "contosolake/archive")

    found = check(named("system"))["follower clusters"]

    assert found.state == "warning"
    assert "that of contosocopy does not hold Storage Blob Data Reader" in found.detail
    assert f"--assignee-object-id {FABRIKAM}" in found.fix


@pytest.mark.nightly
def test_that_of_a_follower_with_its_role_is_not_met_by_this_one(azure, check, named, follower):
    follower(FABRIKAM)
    azure.assign_role("contosocopy", "Storage Blob Data Reader", "contosolake/archive")

    found = check(named("system"))["follower clusters"]

    assert found.state == "unknown"
    assert found.fix == "%adxmi connect https://contosocopy.westeurope.kusto.windows.net"


@pytest.mark.nightly
def test_a_follower_of_another_database_does_not_matter(azure, check):
    azure.world.add_cluster("contosocopy")
    azure.world.follow("Telemetry", by="contosocopy")

    found = check()["follower clusters"]

    assert (found.state, found.detail) == ("met", "no cluster follows Sales")


@pytest.mark.nightly
def test_who_may_not_read_a_follower_is_told_the_right(azure, reader, check):
    azure.world.follow("Sales")

    found = check(by=reader)["follower clusters"]

    assert found.state == "unknown"
    assert found.detail.endswith("requires Reader on the follower cluster, in Azure")
