"""What workflows send, where the documentation is particular about it."""

import json

import pytest

from adxmi_jupyter.model.declaration.products import DataConnection, QueuedIngestion
from adxmi_jupyter.model.declaration.requirements import CalloutAllowed
from tests.model.workflow_samples import COSMOS, GUID, LAKE, SQL, SYSTEM, USER, text, workflow


def test_cosmos_db_is_sent_with_the_dialect_of_the_parameter_table():
    sent = text("external-table", SYSTEM, **COSMOS, folder="x")

    assert sent.endswith('\') with (folder="x", sqlDialect="CosmosDbSql")')
    assert " kind=sql (h@'AccountEndpoint=https://contosoorders.documents.azure.com/;" in sent
    assert "User Id" not in sent


def test_a_sql_table_of_another_schema_is_one_name():
    assert "kind=sql table=['dbo.Stock'] (h@'Server=tcp:erp01." in text("external-table", **SQL)


def test_a_sql_server_may_have_another_port():
    requirements = workflow("sql-request", server="ERP01.database.windows.net,14330").requirements()

    assert CalloutAllowed("sql", "erp01.database.windows.net") in requirements


def test_delta_files_are_parquet():
    delta = {"kind": "delta", "data_format": "", "columns": ""}

    sent = text("external-table", **delta, compression_type="zstd", auto_update_schema=True)

    assert sent.endswith('with (compressionType="zstd", AutoUpdateSchema=true)')


def test_exports_have_their_own_spelling_of_headers():
    assert 'includeHeaders="firstFile"' in text("export", include_headers="FIRSTFILE")
    assert 'includeHeaders="FirstFile"' in text("external-table", include_headers="firstfile")


@pytest.mark.parametrize(
    ("chosen", "sent"),
    [({}, ""), ({"persist_details": True}, "true"), ({"persist_details": False}, "false")],
)
def test_what_the_service_decides_by_itself_is_sent_only_when_it_is_chosen(chosen, sent):
    assert text("export", **chosen).partition("persistDetails=")[2][: len(sent)] == sent


def test_a_model_is_called_with_options_and_error_messages():
    sent = text(
        "ai-embeddings",
        SYSTEM,
        global_timeout="00:02:00",
        retries_on_throttling="1",
        include_error_messages=True,
    )

    assert sent.endswith('dynamic({"RetriesOnThrottling": 1, "GlobalTimeout": 2m}),\n    true)')


def test_error_messages_need_a_place_for_options():
    assert text("ai-chat-completion", include_error_messages=True).endswith(
        "dynamic(null),\n    true)"
    )


def test_options_of_cosmos_db_come_after_the_parameters():
    sent = text("cosmosdb-sql-request", preferred_locations="West Europe, North Europe")

    assert sent.endswith(
        'dynamic(null),\n    dynamic({"preferredLocations": ["West Europe", "North Europe"]}))'
    )


def test_parameters_are_sent_whole():
    sent = text("sql-request", parameters='{"@a": "", "@b": null, "@c": {}}')

    assert 'dynamic({"@a": "", "@b": null, "@c": {}})' in sent


def test_hot_windows_are_sent_as_moments():
    sent = text("query-acceleration", hot_windows="2026-01-01..2026-02-01")

    policy = json.loads(sent.partition("```")[2].removesuffix("```"))
    assert policy["HotWindows"] == [
        {"MinValue": "2026-01-01T00:00:00.0000000Z", "MaxValue": "2026-02-01T00:00:00.0000000Z"}
    ]


def test_a_source_may_be_a_pattern():
    policy = json.loads(
        text("update-policy", source="Orders*", source_is_wildcard=True)
        .partition("```")[2]
        .removesuffix("```")
    )

    assert policy[0]["Source"] == "Orders*"
    assert policy[0]["SourceIsWildCard"] is True


def test_queued_ingestion_says_all_it_can():
    sent = text(
        "storage-ingestion",
        SYSTEM,
        tracking=True,
        skip_batching=True,
        compression_factor="4.5",
        tags="drop-by:x",
        creation_time="2026-01-01",
        max_files="9",
        path_format="{creationTime:yyyy/MM/dd}/",
    )

    assert sent == (
        ".ingest-from-storage-queued into table ['Orders'] EnableTracking=true SkipBatching=true "
        'CompressionFactor=4.5 with (format="csv", '
        'creationTime="2026-01-01T00:00:00.0000000Z", tags=@\'["drop-by:x"]\')\n'
        f'<| .list blobs ("{LAKE}/landing;managed_identity=system") Suffix=".csv" MaxFiles=9 '
        'PathFormat=(datetime_pattern("yyyy/MM/dd", creationTime) "/")'
    )


def test_direct_ingestion_may_run_in_the_background():
    sent = text("storage-ingestion", how="direct", suffix="", in_background=True)

    assert sent.startswith(f".ingest async into table ['Orders'] (h@'{LAKE}/landing;")


def test_data_connections_name_the_identity_by_its_resource_id():
    product = workflow("event-hub", retrieval_start_date="2026-01-01T12:00Z").product()

    assert isinstance(product, DataConnection)
    assert product.kind == "EventHub"
    assert product.properties["managedIdentityResourceId"] == USER.resource_id
    assert product.properties["retrievalStartDate"] == "2026-01-01T12:00:00.0000000Z"
    assert "mappingRuleName" not in product.properties


def test_a_queued_blob_is_a_message():
    product = workflow("sdk-ingestion", flush_immediately=True).product()

    assert isinstance(product, QueuedIngestion)
    assert product.blob == f"{LAKE}/landing/orders.csv;managed_identity={GUID}"
    assert json.loads(product.text)["flushImmediately"] is True
