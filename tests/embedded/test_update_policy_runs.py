"""Update policies run wherever rows come in, and their failures are told with the others."""

import json

import pytest
from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.ingest import BlobDescriptor, IngestionProperties, QueuedIngestClient

LANDING = "https://contosolake.blob.core.windows.net/landing"
INGEST_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
ORDERS = f"{LANDING}/orders.csv;managed_identity={INGEST_ID}"
NORTH = "Orders | where Region == 'north' | project OrderId"
BROKEN = "UpdatePolicy_QuerySchemaDoesNotMatchTableSchema"
REJECTED = "UpdatePolicy_FailedDescendantTransaction"


@pytest.fixture
def sales(run):
    """Run a command or query in Sales, which has a table `Northern` for numbers of orders."""
    run(".create table Northern (OrderId:long)", database="Sales")
    return lambda text: run(text, database="Sales")


@pytest.fixture
def feed(sales):
    """Let `Northern` be fed from Orders."""

    def alter(**properties):
        policy = [{"IsEnabled": True, "Source": "Orders", "Query": NORTH, **properties}]
        sales(f".alter table Northern policy update ```{json.dumps(policy)}```")

    return alter


@pytest.fixture
def break_policy(sales):
    """Let the columns of the policy's query be those of its table no more."""
    return lambda: sales(".create-merge table Northern (Note:string)")


@pytest.fixture
def northern(azure):
    return lambda: [
        row[0] for row in azure.world.cluster.databases["Sales"].tables["Northern"].rows
    ]


@pytest.fixture
def count_orders(azure):
    return lambda: len(azure.world.cluster.databases["Sales"].tables["Orders"].rows)


@pytest.fixture
def failures(run):
    """Return (table, error code, from an update policy) of the ingestion failures."""

    def shown():
        rows = run(".show ingestion failures")
        return [(row["Table"], row["ErrorCode"], row["OriginatesFromUpdatePolicy"]) for row in rows]

    return shown


def test_ingest_into_feeds_other_tables(sales, feed, northern):
    feed()

    sales(f".ingest into table Orders ('{ORDERS}')")

    assert northern() == [8]


def test_queued_ingestion_feeds_other_tables(azure, feed, northern):
    feed()
    properties = IngestionProperties("Sales", "Orders", DataFormat.CSV)

    with QueuedIngestClient(KustoConnectionStringBuilder(azure.ingest_uri)) as client:
        client.ingest_from_blob(BlobDescriptor(ORDERS, size=100), properties)

    assert northern() == [8]


def test_data_connections_feed_other_tables(azure, feed, northern):
    feed()

    count = azure.push_events("contosohub/orders", [{"OrderId": 77, "Region": "north"}])

    assert count == 1
    assert northern() == [77]


def test_a_failure_is_told_and_the_rows_stay(sales, feed, break_policy, failures, count_orders):
    feed()
    break_policy()

    sales(f".ingest into table Orders ('{ORDERS}')")

    assert failures() == [("Northern", BROKEN, True)]
    assert count_orders() == 8


def test_a_transactional_failure_keeps_the_rows_out(
    feed, break_policy, refusal, failures, count_orders
):
    feed(IsTransactional=True)
    break_policy()

    error = refusal(f".ingest into table Orders ('{ORDERS}')", database="Sales")

    assert error.code == REJECTED
    assert failures() == [("Northern", BROKEN, True), ("Orders", REJECTED, True)]
    assert count_orders() == 6


def test_one_blob_that_is_rejected_keeps_out_the_others(
    azure, feed, refusal, count_orders, northern
):
    azure.world.cluster.databases["Sales"].tables["Orders"].rows.clear()
    azure.world.add_blob("contosolake", "landing", "no-amount.csv", b"9,north,,\n")
    overflow = "OrderId + iff(isnull(Amount), 0, 9223372036854775807)"
    feed(Query=f"Orders | project OrderId = {overflow}", IsTransactional=True)
    harmless = f"{LANDING}/no-amount.csv;managed_identity={INGEST_ID}"

    error = refusal(f".ingest into table Orders ('{harmless}', '{ORDERS}')", database="Sales")

    assert error.code == REJECTED
    assert (count_orders(), northern()) == (0, [])


def test_what_a_transaction_keeps_out_waits_in_a_data_connection(
    azure, run, sales, feed, break_policy, failures
):
    feed(IsTransactional=True)
    break_policy()
    events = [{"OrderId": number, "Region": "north"} for number in (77, 78)]
    refused = azure.push_events("contosohub/orders", events)
    sales(".delete table Northern policy update")

    delivered = azure.deliver_events()

    rows = run(".show ingestion failures")
    assert (refused, delivered) == (0, 2)
    assert sorted(failures()) == [("Northern", BROKEN, True), ("Orders", REJECTED, True)]
    assert [row["NumberOfSources"] for row in rows] == [2, 2]


def test_a_missing_role_of_the_identity_is_told(azure, sales, feed, failures, run):
    feed(ManagedIdentity=EXPORT_ID)

    sales(f".ingest into table Orders ('{ORDERS}')")
    denied = failures()
    run(f".add database Sales viewers ('aadapp={EXPORT_ID};{azure.world.tenant_id}')")
    sales(f".ingest into table Orders ('{ORDERS}')")

    assert denied == [("Northern", "UpdatePolicy_BadRequest", True)]
    assert failures() == denied


def test_other_failures_do_not_come_from_update_policies(azure, failures):
    azure.push_events("contosohub/orders", ["no json"])

    (failure,) = failures()
    assert failure[2] is False


@pytest.mark.parametrize(("propagates", "rows"), [(True, [8]), (False, [8, 8])])
def test_tags_follow_the_rows_if_the_policy_says_so(azure, sales, feed, northern, propagates, rows):
    azure.world.add_blob("contosolake", "landing", "numbers.csv", b"8\n")
    feed(PropagateIngestionProperties=propagates)
    tagged = "with (tags='[\"ingest-by:one\"]')"
    sales(f".ingest into table Orders ('{ORDERS}') {tagged}")

    sales(
        f".ingest into table Northern ('{LANDING}/numbers.csv;managed_identity={INGEST_ID}') "
        "with (ingestIfNotExists='[\"one\"]')"
    )

    assert northern() == rows
