"""A denial by another cluster than the connected one: nothing here is not met, nothing is changed."""

import pytest

from adxmi_jupyter import errors

STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
UNASSIGNED = f"BadRequest_InvalidManagedIdentity managed_identity={STRANGER}"
OWN = "contoso.westeurope.kusto.windows.net"
OTHERS = {
    "a cluster": ("https://fabrikam.westeurope.kusto.windows.net", "fabrikam.westeurope.kusto"),
    "the same name in another region": (
        "https://contoso.eastus.kusto.windows.net",
        "contoso.eastus",
    ),
    "the same name in another cloud": (
        "https://contoso.westeurope.kusto.chinacloudapi.cn",
        "contoso.westeurope.kusto.chinacloudapi.cn",
    ),
    "an ingestion endpoint": (
        "https://ingest-fabrikam.eastus.kusto.windows.net",
        "https://fabrikam.",
    ),
    "an eventhouse": ("trd-a1b2c3.z4.kusto.fabric.microsoft.com", "trd-a1b2c3.z4.kusto.fabric"),
    "its ingestion": ("ingest-trd-a1.z4.kusto.fabric.microsoft.com", "https://trd-a1.z4"),
    "a Synapse pool": ("https://pool.space.kusto.azuresynapse.net", "pool.space.kusto"),
    "a free cluster": ("https://kvc9ab.southcentralus.kusto.windows.net", "kvc9ab.southcentralus"),
    "a government cluster": ("HTTPS://Agency.UsGovVirginia.Kusto.USGovCloudApi.net", "agency."),
    "a short host": ("help.kusto.windows.net", "https://help.kusto.windows.net"),
    "the web UI": (
        "https://dataexplorer.azure.com/clusters/help.eastus/databases/x",
        "help.eastus",
    ),
    "with a port": ("https://fabrikam.westeurope.kusto.windows.net:443/", "https://fabrikam."),
    "the proxy of a workspace": ("https://adx.monitor.azure.com/subscriptions/x", "adx.monitor"),
}
SAME = [
    f"https://{OWN}",
    f"https://{OWN}:443/",
    f"https://ingest-{OWN}/v1/rest/mgmt",
    "https://CONTOSO.WestEurope.Kusto.Windows.NET",
    "https://contoso.westeurope.kustomfa.windows.net",
    "https://dataexplorer.azure.com/clusters/contoso.westeurope/databases/Sales",
    "https://kusto.kusto.windows.net",
]


@pytest.mark.parametrize(("host", "shown"), OTHERS.values(), ids=OTHERS)
def test_what_another_cluster_denied_is_not_looked_for_here(magic, host, shown):
    frame = magic("check --error", f"{UNASSIGNED} at {host} ")

    assert list(frame["requirement"]) == ["cluster"]
    assert list(frame["state"]) == ["unknown"]
    assert frame["fix"][0].startswith("%adxmi connect https://")
    assert shown in frame["fix"][0]
    assert "embedded Azure" in frame["detail"][0]


@pytest.mark.parametrize("host", SAME)
def test_a_cluster_is_known_by_each_of_its_hosts(magic, host):
    frame = magic("check --error", f"{UNASSIGNED} at {host} ")

    assert list(frame["state"]) == ["met", "not met"]


def test_nothing_is_changed_for_another_cluster(magic, azure):
    before = [one.display_name for one in azure.world.cluster.identities]

    magic("check --error --fix --yes", f"{UNASSIGNED} at https://fabrikam.kusto.windows.net")

    assert [one.display_name for one in azure.world.cluster.identities] == before


def test_its_code_is_explained_all_the_same(magic):
    frame = magic("check --error", "HTTP 429 from https://fabrikam.kusto.windows.net/v1/rest/query")

    assert frame["detail"][0].startswith("nothing is missing: there were too many requests")


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("x.z1.kusto.fabric.microsoft.com", "no managed identity policy"),
        ("pool.space.kusto.azuresynapse.net", "retired"),
        ("kvc1.eastus.kusto.windows.net", "supports no managed identities"),
    ],
)
def test_what_the_other_one_is_is_said(magic, host, said):
    frame = magic("check --error", f"Forbidden: https://{host}")

    assert said in frame["detail"][0]


def test_where_it_was_denied_counts_more_than_where_it_was_sent(magic):
    text = (
        "UnauthorizedOperationException: Principal 'aadapp=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6;x' "
        "is not authorized to perform operation 'Q' on 'https://fabrikam.kusto.windows.net:443/' "
        f"(endpoint https://{OWN})"
    )

    assert list(magic("check --error", text)["requirement"]) == ["cluster"]


def test_a_cluster_that_the_callout_policy_does_not_allow_is_called_from_here(magic):
    text = (
        "Forbidden: the callout policy does not allow 'kusto' to call https://x.kusto.windows.net"
    )

    assert list(magic("check --error", text)["requirement"]) == ["error"]


def test_an_error_of_the_session_that_names_another_cluster_says_how_to_connect(magic):
    with pytest.raises(errors.AdxmiError) as caught:
        magic("query", "cluster('fabrikam').database('x').T")

    frame = magic("check --error", f"https://fabrikam.kusto.windows.net\n{caught.value}")

    assert frame["fix"][0] == "%adxmi connect https://fabrikam.kusto.windows.net"


def test_names_of_packages_are_no_hosts(magic):
    text = f"azure.kusto.data.exceptions.KustoServiceError Kusto.Data.Exceptions {UNASSIGNED}"

    assert list(magic("check --error", text)["state"]) == ["met", "not met"]


CLUSTERS = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.Kusto/clusters"
)


def test_another_cluster_is_known_by_its_resource_id(magic):
    frame = magic("check --error", f"{UNASSIGNED} for {CLUSTERS}/fabrikam/databases/Sales")

    assert list(frame["subject"]) == ["fabrikam"]
    assert list(frame["state"]) == ["unknown"]
    assert frame["fix"][0].startswith(f"!az kusto cluster show --ids {CLUSTERS}/fabrikam")


def test_so_is_this_one(magic):
    frame = magic("check --error", f"{UNASSIGNED} for {CLUSTERS}/Contoso/databases/Sales")

    assert list(frame["state"]) == ["met", "not met"]
