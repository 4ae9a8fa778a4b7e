"""Queued ingestion with the real client: blobs, uploads, reports, failures."""

import io
import json

import pandas as pd
import pytest
from azure.core.credentials import AccessToken
from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.ingest import (
    BlobDescriptor,
    ColumnMapping,
    IngestionProperties,
    QueuedIngestClient,
    ReportLevel,
)
from azure.kusto.ingest.status import KustoIngestStatusQueues

from adxmi_jupyter.embedded import DatabaseRole, IngestionMapping
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE
from tests.embedded.ingesting import (
    AS_INGEST,
    BLOB_READER,
    LANDING,
    STRANGER_ID,
    TESTER,
    add_tester,
    assign,
    policy,
)


class EmbeddedCredential:
    def get_token(self, *scopes, **kwargs):
        return AccessToken("embedded-admin", 4_000_000_000)

    def close(self):
        pass


@pytest.fixture
def reports(ingestor):
    """Return the messages in the queues as (of successes, of failures)."""

    def messages():
        queues = KustoIngestStatusQueues(ingestor)
        return queues.success.pop(10), queues.failure.pop(10)

    return messages


def test_blob_comes_in_with_an_identity(ingest, run, new_rows):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}")

    assert [row[0] for row in new_rows()] == [7, 8]
    assert run("Orders | count", database="Sales") == [{"Count": 8}]


def test_client_with_a_credential_reads_metadata_first(azure, new_rows):
    builder = KustoConnectionStringBuilder.with_azure_token_credential(
        azure.ingest_uri, EmbeddedCredential()
    )
    with QueuedIngestClient(builder) as client:
        client.ingest_from_blob(
            BlobDescriptor(f"{LANDING}/orders.csv{AS_INGEST}", size=1),
            IngestionProperties("Sales", "Orders"),
        )

    assert len(new_rows()) == 2


def test_system_identity(ingest, azure, run, send, new_rows):
    lake = azure.world.storage_accounts["contosolake"].resource_id
    system = azure.world.cluster.system_identity.object_id
    assign(send, lake, BLOB_READER, system)
    item = policy("system", "NativeIngestion")
    run(f".alter-merge cluster policy managed_identity '{item}'")

    ingest(f"{LANDING}/orders.csv;managed_identity=system")

    assert len(new_rows()) == 2


@pytest.mark.parametrize("credential", [f";{ACCOUNT_KEY}", f"?{READ_SIGNATURE}"])
def test_keys_and_signatures(ingest, new_rows, credential):
    ingest(f"{LANDING}/orders.csv{credential}")

    assert len(new_rows()) == 2


FORMATS = [
    ("orders.csv.gz", DataFormat.CSV, {}),
    ("orders-with-header.csv", DataFormat.CSV, {"ignore_first_record": True}),
    ("orders.json", DataFormat.JSON, {}),
    ("orders-array.json", DataFormat.MULTIJSON, {}),
    ("orders.parquet", DataFormat.PARQUET, {}),
]


@pytest.mark.parametrize(("path", "data_format", "options"), FORMATS)
def test_formats(ingest, new_rows, path, data_format, options):
    ingest(f"{LANDING}/{path}{AS_INGEST}", data_format=data_format, **options)

    assert len(new_rows()) == 2
    assert all(isinstance(row[0], int) and row[3].startswith("2026") for row in new_rows())


def test_mapping_in_the_message(ingest, new_rows):
    mapping = [
        ColumnMapping("OrderId", "long", ordinal=0),
        ColumnMapping("Region", "string", const_value="moon"),
    ]

    ingest(f"{LANDING}/orders.csv{AS_INGEST}", column_mappings=mapping)

    assert new_rows() == [(7, "moon", None, None), (8, "moon", None, None)]


def test_mapping_of_the_table(ingest, azure, new_rows):
    text = '[{"column": "Region", "path": "$.OrderId"}]'
    orders = azure.world.cluster.databases["Sales"].tables["Orders"]
    orders.mappings.append(IngestionMapping("m1", "json", text, ""))

    ingest(
        f"{LANDING}/orders.json{AS_INGEST}",
        data_format=DataFormat.JSON,
        ingestion_mapping_reference="m1",
    )

    assert [row[1] for row in new_rows()] == ["9", "10"]


def test_tag_that_is_there_already_keeps_the_blob_out(ingest, new_rows, error_codes):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}", ingest_by_tags=["day1"])

    ingest(f"{LANDING}/orders.csv{AS_INGEST}", ingest_if_not_exists=["day1"])
    ingest(f"{LANDING}/orders.csv{AS_INGEST}", ingest_if_not_exists=["day2"])

    assert len(new_rows()) == 4
    assert error_codes() == ["Skipped_IngestByTagAlreadyExists"]


# Uploads of the client


def test_file(ingestor, tmp_path, new_rows):
    file = tmp_path / "orders.csv"
    file.write_text("50,x,1.5,2026-01-01\n51,y,2.5,2026-01-02\n", encoding="utf-8")

    ingestor.ingest_from_file(str(file), IngestionProperties("Sales", "Orders"))

    assert [row[0] for row in new_rows()] == [50, 51]


def test_stream(ingestor, new_rows):
    ingestor.ingest_from_stream(io.BytesIO(b"52,x"), IngestionProperties("Sales", "Orders"))

    assert new_rows() == [(52, "x", None, None)]


def test_data_frame(ingestor, new_rows):
    frame = pd.DataFrame({"OrderId": [53, 54], "Region": ["a", "b"]})

    ingestor.ingest_from_dataframe(frame, IngestionProperties("Sales", "Orders"))

    assert [row[:2] for row in new_rows()] == [(53, "a"), (54, "b")]


# Reports


def test_reports_of_both(ingest, reports):
    result = ingest(f"{LANDING}/orders.csv{AS_INGEST}")
    ingest(f"{LANDING}/nothing.csv{AS_INGEST}")

    (success,), (failure,) = reports()

    assert (success.Database, success.Table) == ("Sales", "Orders")
    assert success.IngestionSourceId == str(result.source_id)
    assert success.SucceededOn
    assert (failure.ErrorCode, failure.FailureStatus) == ("Download_SourceNotFound", "Permanent")
    assert failure.IngestionSourcePath == f"{LANDING}/nothing.csv"
    assert failure.ShouldRetry is False
    assert reports() == ([], [])


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (ReportLevel.FailuresOnly, (0, 1)),
        (ReportLevel.DoNotReport, (0, 0)),
        (ReportLevel.FailuresAndSuccesses, (1, 1)),
    ],
)
def test_report_levels(ingest, reports, error_codes, level, expected):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}", report_level=level)
    ingest(f"{LANDING}/nothing.csv{AS_INGEST}", report_level=level)

    successes, failures = reports()

    assert (len(successes), len(failures)) == expected
    assert error_codes() == ["Download_SourceNotFound"]


def test_queues_may_be_peeked_at(ingest, ingestor):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}")

    queues = KustoIngestStatusQueues(ingestor)

    assert not queues.success.is_empty()
    assert len(queues.success.peek(1)) == 1
    assert queues.failure.is_empty()


def test_failure_and_report_are_one_operation(ingest, reports, run):
    ingest(f"{LANDING}/nothing.csv{AS_INGEST}")

    _, (report,) = reports()
    (row,) = run(".show ingestion failures")

    assert report.OperationId == row["OperationId"]
    assert report.RootActivityId == row["RootActivityId"]
    assert report.Details == row["Details"]


# What fails


FAILING = [
    (f"{LANDING}/orders.csv;managed_identity={STRANGER_ID}", "BadRequest_InvalidManagedIdentity"),
    (f"{LANDING}/orders.csv;managed_identity=system", "Forbidden"),
    (f"{LANDING}/orders.csv", "Download_Forbidden"),
    (f"{LANDING}/orders.csv;wrongkey==", "Download_Forbidden"),
    (f"{LANDING}/nothing.csv{AS_INGEST}", "Download_SourceNotFound"),
    (f"{LANDING}2/orders.csv{AS_INGEST}", "Download_SourceNotFound"),
    (
        f"https://nowhere.blob.core.windows.net/c/b.csv{AS_INGEST}",
        "Download_AccountNotFound",
    ),
    (
        f"https://contosobackup.blob.core.windows.net/backups/orders.csv{AS_INGEST}",
        "Download_Forbidden",
    ),
    ("https://example.com/orders.csv", "BadRequest_InvalidBlobUri"),
    (f"{LANDING}/orders.csv;impersonate", "General_BadRequest"),
]


@pytest.mark.parametrize(("source", "code"), FAILING)
def test_missing_links_fail(ingest, reports, error_codes, new_rows, source, code):
    ingest(source)

    _, (failure,) = reports()
    assert failure.ErrorCode == code
    assert error_codes() == [code]
    assert new_rows() == []


def test_missing_role(ingest, azure, error_codes):
    azure.world.azure_roles.clear()

    ingest(f"{LANDING}/orders.csv{AS_INGEST}")

    assert error_codes() == ["Download_Forbidden"]


def test_the_callout_policy_has_no_say(ingest, azure, new_rows):
    azure.world.cluster.callout_policy = []

    ingest(f"{LANDING}/orders.csv{AS_INGEST}")

    assert len(new_rows()) == 2


TARGETS = [
    ({"table": "Nothing"}, "BadRequest_TableNotExist"),
    ({"table": ""}, "BadRequest_InvalidOrEmptyTableName"),
    ({"database": "Nothing"}, "BadRequest_DatabaseNotExist"),
    ({"database": ""}, "BadRequest_EmptyDatabaseName"),
    ({"ingestion_mapping_reference": "m9"}, "BadRequest_MappingReferenceWasNotFound"),
    ({"data_format": DataFormat.PARQUET}, "BadRequest_InvalidBlob"),
    ({"data_format": DataFormat.JSON}, "Stream_NoDataToIngest"),
    ({"data_format": DataFormat.MULTIJSON}, "BadRequest_InvalidBlob"),
    ({"data_format": DataFormat.AVRO}, "BadRequest_FormatNotSupported"),
    ({"additional_properties": {"tags": "x"}}, "BadRequest_MalformedIngestionProperty"),
    ({"additional_properties": {"tags": "[1]"}}, "BadRequest_MalformedIngestionProperty"),
]


@pytest.mark.parametrize(("options", "code"), TARGETS)
def test_targets_and_shapes_that_do_not_do(ingest, error_codes, options, code):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}", **options)

    assert error_codes() == [code]


def test_empty_blob(ingest, azure, error_codes):
    azure.world.add_blob("contosolake", "landing", "empty.csv", b"")
    azure.world.add_blob("contosolake", "landing", "blank.csv", b"\n\n")

    ingest(f"{LANDING}/empty.csv{AS_INGEST}")
    ingest(f"{LANDING}/blank.csv{AS_INGEST}")

    assert error_codes() == ["BadRequest_EmptyBlob", "BadRequest_NoRecordsOrWrongFormat"]


def test_ingestor_of_one_database_only(azure, error_codes, new_rows):
    add_tester(azure, DatabaseRole.INGESTORS, "Telemetry")
    builder = KustoConnectionStringBuilder.with_token_provider(azure.ingest_uri, lambda: TESTER)
    with QueuedIngestClient(builder) as client:
        client.ingest_from_blob(
            BlobDescriptor(f"{LANDING}/orders.csv{AS_INGEST}", size=1),
            IngestionProperties("Sales", "Orders"),
        )

    assert error_codes() == ["BadRequest_DatabaseAccessDenied"]
    assert new_rows() == []


def test_failures_show_no_credential(ingest, run, azure):
    ingest(f"{LANDING}/orders.csv?sv=1&sig=topsecret")
    ingest(f"{LANDING}/orders.csv;topsecret==")

    shown = json.dumps(run(".show ingestion failures"), default=str)

    assert "topsecret" not in shown
    assert "topsecret" not in repr(azure.world)
