"""A fleet in the embedded Azure: management groups, limits, subscriptions that cannot be read."""

import pytest
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from adxmi_jupyter.embedded import ManagementGroup, seeded_world
from adxmi_jupyter.embedded.seed.fleet import GROUP
from tests.fleets import FleetSize, large_fleet

ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
CLUSTERS = "resources | where type == 'microsoft.kusto/clusters' | project id, name"
SUBSCRIPTIONS = "resourcecontainers | where type == 'microsoft.resources/subscriptions'"


@pytest.fixture
def ask(manage):
    """Send a query and return its answer."""

    def ask(text, *, groups=None, **options):
        request = QueryRequest(
            query=text, management_groups=groups, options=QueryRequestOptions(**options)
        )
        return manage(ResourceGraphClient).resources(request)

    return ask


def test_management_groups_hold_those_below_them(ask, azure):
    world = azure.world
    world.management_groups += [
        ManagementGroup("data", "Data"),
        ManagementGroup("archives", "Archives", [ARCHIVE], parent="data"),
    ]
    chain = "chain = properties.managementGroupAncestorsChain"

    (row,) = ask(f"{SUBSCRIPTIONS} | project name, {chain}", groups=["DATA"]).data

    assert row["name"] == "Contoso Archive"
    assert [each["name"] for each in row["chain"]] == ["archives", "data", world.tenant_id]


def test_a_limit_of_subscriptions_is_told(send, azure):
    azure.arm.graph_subscriptions = 1

    answer = send("POST", GRAPH, version="2021-03-01", json={"query": CLUSTERS})

    assert answer.headers["x-ms-tenant-subscription-limit-hit"] == "true"
    assert answer.json()["count"] == 1


@pytest.mark.nightly
def test_the_fleet_to_learn_on(ask, azure):
    azure.world = seeded_world("fleet")

    names = [row["name"] for row in ask(f"{CLUSTERS} | order by id asc").data]
    below = [row["name"] for row in ask(f"{CLUSTERS} | order by name asc", groups=[GROUP]).data]

    assert "contosoledger" not in names
    assert set(names) - set(below) == {"contoso", "contosoarchive"}
    assert below == [
        *("contosolab", "contosoreports", "contosoretaileu", "contosoretailus", "contosovault")
    ]


@pytest.mark.nightly
def test_a_large_fleet_comes_in_pages(ask, azure):
    azure.world = large_fleet(FleetSize(clusters=150, databases=1))

    first = ask(f"{CLUSTERS} | order by id asc")
    second = ask(f"{CLUSTERS} | order by id asc", skip_token=first.skip_token)
    unordered = ask(CLUSTERS, top=100)

    assert (first.count, second.count, first.total_records) == (100, 52, 152)
    assert (unordered.skip_token, unordered.result_truncated) == (None, "true")
