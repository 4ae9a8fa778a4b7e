"""What the service tells of clusters in general, through the real SDK."""

import pytest


def test_sizes_of_every_region_and_of_one(kusto):
    every = [(each.name, each.locations[0]) for each in kusto.skus.list("westeurope")]
    anywhere = {each.locations[0] for each in kusto.clusters.list_skus()}

    assert ("Standard_E2ads_v5", "westeurope") in every
    assert {place for _, place in every} == {"westeurope"}
    assert {"westeurope", "eastus2"} <= anywhere


def test_sizes_that_a_cluster_may_get(kusto):
    found = list(kusto.clusters.list_skus_by_resource("analytics", "contoso"))

    sizes = {each.sku.name: each.capacity for each in found}
    assert sizes["Standard_E2ads_v5"].minimum == 2
    assert sizes["Dev(No SLA)_Standard_D11_v2"].maximum == 1


def test_outbound_addresses(kusto):
    found = list(
        kusto.clusters.list_outbound_network_dependencies_endpoints("analytics", "contoso")
    )

    assert "AzureActiveDirectory" in [each.name.rpartition("/")[2] for each in found]


def test_nothing_is_wrong_with_the_network(kusto):
    answer = kusto.clusters.begin_diagnose_virtual_network("analytics", "contoso").result()

    assert not answer.findings


@pytest.mark.parametrize("path", ["skus", "outboundNetworkDependenciesEndpoints"])
def test_a_reader_may_see_them(send, path):
    cluster = (
        "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
        "/Microsoft.Kusto/clusters/contoso"
    )

    assert send("GET", f"{cluster}/{path}", token="embedded-reader").status_code == 200
