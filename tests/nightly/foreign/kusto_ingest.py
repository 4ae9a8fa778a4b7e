"""azure-kusto-ingest, as its documentation shows it: blobs, files and streams through the queue."""

from __future__ import annotations

import io
import pathlib
import time

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.ingest import (
    BlobDescriptor,
    FileDescriptor,
    IngestionProperties,
    KustoStreamingIngestClient,
    QueuedIngestClient,
    ReportLevel,
    StreamDescriptor,
)
from azure.kusto.ingest.status import KustoIngestStatusQueues
from steps import INGEST, KUSTO, TOKEN, is_equal, step

BLOB = (
    "https://contosolake.blob.core.windows.net/landing/orders.csv"
    ";managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
)
LINES = "71,north,1.5,2026-01-05\n72,south,2.5,2026-01-05\n"


def builder(address):
    return KustoConnectionStringBuilder.with_token_provider(address, lambda: TOKEN)


def count():
    with KustoClient(builder(KUSTO)) as client:
        return client.execute("Sales", "Orders | count").primary_results[0][0]["Count"]


def properties(table="Orders"):
    return IngestionProperties(
        database="Sales",
        table=table,
        data_format=DataFormat.CSV,
        report_level=ReportLevel.FailuresAndSuccesses,
    )


@step("queued ingestion of a blob")
def blob():
    before = count()
    client = QueuedIngestClient(builder(INGEST))
    client.ingest_from_blob(BlobDescriptor(BLOB, 66), properties())
    is_equal(count() - before, 2)


@step("queued ingestion of a file")
def file():
    before = count()
    path = pathlib.Path("orders.csv")
    path.write_text(LINES)
    client = QueuedIngestClient(builder(INGEST))
    client.ingest_from_file(FileDescriptor(str(path)), properties())
    client.ingest_from_file(str(path), properties())
    is_equal(count() - before, 4)


@step("queued ingestion of a stream")
def stream():
    before = count()
    client = QueuedIngestClient(builder(INGEST))
    client.ingest_from_stream(io.BytesIO(LINES.encode()), properties())
    client.ingest_from_stream(StreamDescriptor(io.BytesIO(LINES.encode())), properties())
    is_equal(count() - before, 4)


@step("reports in queues")
def reports():
    client = QueuedIngestClient(builder(INGEST))
    client.ingest_from_blob(BlobDescriptor(BLOB, 66), properties("Nowhere"))
    queues = KustoIngestStatusQueues(client)
    until = time.monotonic() + 30
    while queues.failure.is_empty() and time.monotonic() < until:
        time.sleep(0.1)
    (failure,) = queues.failure.pop(1)
    is_equal((failure.Table, failure.ErrorCode), ("Nowhere", "BadRequest_TableNotExist"))
    is_equal(queues.success.is_empty(), False)


@step("streaming ingestion")
def streaming():
    client = KustoStreamingIngestClient(builder(KUSTO))
    client.ingest_from_stream(io.BytesIO(LINES.encode()), properties())
