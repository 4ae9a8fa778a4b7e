"""Data connections at work: changed documents of Cosmos DB become rows."""

import pytest

from adxmi_jupyter.embedded.state.callouts import CalloutRule
from tests.embedded.ingesting import (
    ACCOUNT_READER,
    COSMOS,
    INGEST_ID,
    KINDS,
    NO_POLICY,
    NO_ROLE,
    ORDER,
    add_mapping,
    assign,
)
from tests.embedded.links import allow


@pytest.fixture
def connect_cosmos(connect_source):
    """Make a connection of a Cosmos DB container, or change it."""

    def make(**properties):
        connect_source("carts", "CosmosDb", **{**KINDS["CosmosDb"], **properties})

    return make


@pytest.fixture
def cosmos_roles(azure, send):
    """Give the identity both roles that it needs on the account."""
    azure.world.cosmos_accounts["contosocosmos"].readers.add(INGEST_ID)
    assign(send, COSMOS, ACCOUNT_READER, INGEST_ID)


def test_documents_become_rows(connect_cosmos, cosmos_roles, azure, new_rows):
    connect_cosmos()

    count = azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [ORDER, ORDER])

    assert (count, len(new_rows())) == (2, 2)


def test_document_of_the_same_id_takes_the_place_of_the_other(azure):
    azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [{"id": "b2", "paid": True}])

    baskets = azure.world.cosmos_accounts["contosocosmos"].containers["Shop/Baskets"].items
    assert [each["id"] for each in baskets] == ["b1", "b3", "b2"]
    assert baskets[-1] == {"id": "b2", "paid": True}


def test_both_roles_are_needed(connect_cosmos, azure, send, new_rows, run):
    connect_cosmos()
    azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [ORDER])
    azure.world.cosmos_accounts["contosocosmos"].readers.add(INGEST_ID)
    azure.deliver_events()
    assign(send, COSMOS, ACCOUNT_READER, INGEST_ID)

    azure.deliver_events()

    found = run(".show ingestion failures")
    assert [row["ErrorCode"] for row in found] == [NO_ROLE, NO_ROLE]
    assert "Cosmos DB Built-in Data Reader" in found[0]["Details"]
    assert "Cosmos DB Account Reader Role" in found[1]["Details"]
    assert len(new_rows()) == 1


def test_documents_need_the_policy(connect_cosmos, cosmos_roles, azure, failures):
    connect_cosmos()
    azure.world.cluster.databases["Sales"].policy = []

    azure.cosmos_changed(COSMOS, "Shop", "Baskets", [ORDER])

    assert failures() == [(NO_POLICY, "Orders", 1)]


def test_documents_since_the_retrieval_start_date(connect_cosmos, cosmos_roles, azure, new_rows):
    azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [ORDER])
    connect_cosmos(retrievalStartDate="2026-01-06T00:00:00Z")

    azure.deliver_events()

    assert len(new_rows()) == 1


def test_documents_of_the_seed_are_in_the_change_feed(
    connect_cosmos, cosmos_roles, azure, new_rows
):
    connect_cosmos(retrievalStartDate="2026-01-01T00:00:00Z")

    count = azure.deliver_events()

    assert (count, len(new_rows())) == (3, 3)


def test_the_change_feed_has_the_latest_version_of_a_document(
    connect_cosmos, cosmos_roles, azure, new_rows
):
    for amount in (1, 2):
        azure.cosmos_changed(COSMOS, "Shop", "Baskets", [{"id": "b9", "Amount": amount}])
    connect_cosmos(retrievalStartDate="2026-01-06T00:00:00Z")

    azure.deliver_events()

    assert [row[2] for row in new_rows()] == [2.0]


def test_queries_read_what_data_connections_read(azure, run):
    system = azure.world.cluster.system_identity
    azure.world.cluster.callout_policy = [CalloutRule("cosmosdb", "documents")]
    azure.world.cosmos_accounts["contosocosmos"].readers.add(system.object_id)
    allow(azure.world.cluster, system, "SqlRequest")
    azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [{"id": "b4", "items": 9}])
    source = (
        "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;"
        'Collection=Baskets;Authentication="Active Directory Managed Identity";User Id=system;'
    )

    found = run(
        f"evaluate cosmosdb_sql_request('{source}', 'SELECT * FROM c')"
        " : (id:string, items:long) | where id == 'b4'",
        database="Sales",
    )

    assert found == [{"id": "b4", "items": 9}]


def test_documents_carry_the_time_of_their_change(connect_cosmos, cosmos_roles, azure, new_rows):
    add_mapping(azure, '[{"column": "OrderId", "path": "$._ts"}]')
    connect_cosmos(mappingRuleName="m1")

    azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [{"id": "1"}])

    assert new_rows()[0][0] > 1_700_000_000


@pytest.mark.parametrize(
    "names", [("other", "Shop", "Baskets"), ("contosocosmos", "shop", "Baskets")]
)
def test_unknown_container(azure, names):
    with pytest.raises(KeyError):
        azure.cosmos_changed(*names, [ORDER])
