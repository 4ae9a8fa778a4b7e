"""The ingestion endpoint: what it knows, and who may ask it."""

import pytest
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoServiceError

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import LANDING, TESTER, add_tester


def test_resources_are_absolute_addresses_of_this_server(azure, endpoint):
    rows = endpoint(".get ingestion resources")

    assert [row["ResourceTypeName"] for row in rows] == [
        "SecuredReadyForAggregationQueue",
        "FailedIngestionsQueue",
        "SuccessfulIngestionsQueue",
        "TempStorage",
        "IngestionsStatusTable",
    ]
    assert all(row["StorageRoot"].startswith(f"{azure.kusto_uri}/") for row in rows)
    assert all("sig=" in row["StorageRoot"] for row in rows)


def test_identity_token_is_one_cell(endpoint):
    (row,) = endpoint(".get kusto identity token", database=None)

    assert list(row) == ["AuthorizationContext"]


def test_version_tells_what_the_endpoint_is(run, endpoint):
    (engine,), (ingestion,) = run(".show version"), endpoint(".show version")

    assert (engine["ServiceType"], ingestion["ServiceType"]) == ("Engine", "DataManagement")


@pytest.mark.parametrize("text", [".get ingestion resources", ".get kusto identity token"])
@pytest.mark.parametrize("role", [DatabaseRole.INGESTORS, DatabaseRole.ADMINS])
def test_who_may_ask_for_resources(azure, endpoint, text, role):
    add_tester(azure, role, "Telemetry")

    assert bool(endpoint(text, token=TESTER))


@pytest.mark.parametrize("text", [".get ingestion resources", ".get kusto identity token"])
@pytest.mark.parametrize("role", [DatabaseRole.USERS, DatabaseRole.VIEWERS, DatabaseRole.MONITORS])
def test_who_may_not_ask_for_resources(azure, endpoint_refusal, text, role):
    add_tester(azure, role, "Telemetry")

    error = endpoint_refusal(text, token=TESTER)

    assert error.code == "Forbidden"
    assert "'Ingest' on 'any database'" in error.description


@pytest.mark.parametrize(
    "text",
    [
        ".get ingestion resources",
        ".get kusto identity token",
        f".list blobs ('{LANDING}')",
        f".ingest-from-storage-queued into table Orders <| '{LANDING}/orders.csv'",
        ".show queued ingestion operations 'x'",
        ".cancel queued ingestion operation 'x'",
    ],
)
def test_the_cluster_sends_to_the_other_endpoint(refusal, text):
    error = refusal(text, database="Sales")

    assert error.code == "BadRequest"
    assert error.type == "Kusto.Common.Svc.Exceptions.AdminCommandWrongEndpointException"
    assert error.permanent is False
    assert "https://ingest-contoso.westeurope.kusto.windows.net/" in error.description


@pytest.mark.parametrize(
    "text",
    [
        ".show databases",
        ".show database Sales policy managed_identity",
        ".show ingestion failures",
        f".ingest into table Orders ('{LANDING}/orders.csv')",
    ],
)
def test_the_ingestion_endpoint_knows_no_commands_of_the_cluster(endpoint_refusal, text):
    assert endpoint_refusal(text).code == "BadRequest_SyntaxError"


def test_the_ingestion_endpoint_answers_no_query(azure):
    client = KustoClient(KustoConnectionStringBuilder(azure.ingest_uri))

    with client, pytest.raises(KustoServiceError, match="does not exist"):
        client.execute_query("Sales", "Orders | count")


def test_the_ingestion_endpoint_of_another_cluster(azure):
    uri = azure.ingest_uri.replace("contoso", "fabrikam")
    client = KustoClient(KustoConnectionStringBuilder(uri))

    with client, pytest.raises(KustoServiceError, match="does not exist"):
        client.execute_mgmt(None, ".show version")


def test_unknown_token(azure):
    builder = KustoConnectionStringBuilder.with_token_provider(azure.ingest_uri, lambda: "nobody")
    client = KustoClient(builder)

    with client, pytest.raises(KustoServiceError, match="401"):
        client.execute_mgmt(None, ".show version")


def test_faults_strike_there_as_well(azure, endpoint_refusal):
    azure.faults.add("unavailable", match=".get ingestion")

    assert endpoint_refusal(".get ingestion resources").code == "ServiceUnavailable"
