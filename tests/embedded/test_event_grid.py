"""Data connections at work: blobs that Event Grid tells of become rows."""

import pytest

from tests.embedded.ingesting import (
    BLOB_READER,
    INGEST,
    INGEST_ID,
    LAKE,
    NEW_BLOBS,
    NO_ROLE,
    assign,
    take_roles,
)


@pytest.fixture
def connect_grid(connect_source):
    """Make an Event Grid connection of the lake, or change it."""

    def make(**properties):
        usual = {
            "storageAccountResourceId": LAKE,
            "eventHubResourceId": NEW_BLOBS,
            "consumerGroup": "$Default",
            "tableName": "Orders",
            "dataFormat": "CSV",
            "managedIdentityResourceId": INGEST,
        }
        connect_source("blobs", "EventGrid", **{**usual, **properties})

    return make


def test_blob_is_ingested(connect_grid, azure, new_rows):
    connect_grid()

    count = azure.blob_created("contosolake", "landing", "orders.csv")

    assert (count, [row[0] for row in new_rows()]) == (2, [7, 8])


@pytest.mark.parametrize(
    ("path", "data_format"),
    [("orders.csv.gz", "CSV"), ("orders.json", "JSON"), ("orders-array.json", "MULTIJSON")],
)
def test_blobs_of_other_formats(connect_grid, azure, new_rows, path, data_format):
    connect_grid(dataFormat=data_format)

    azure.blob_created("contosolake", "landing", path)

    assert len(new_rows()) == 2


def test_header_is_left_out(connect_grid, azure, new_rows):
    connect_grid(ignoreFirstRecord=True)

    azure.blob_created("contosolake", "landing", "orders-with-header.csv")

    assert [row[0] for row in new_rows()] == [7, 8]


def test_role_on_the_account_is_needed_too(connect_grid, azure, send, new_rows, failures, run):
    connect_grid()
    take_roles(azure, LAKE)
    azure.blob_created("contosolake", "landing", "orders.csv")
    (row,) = run(".show ingestion failures")
    assign(send, LAKE, BLOB_READER, INGEST_ID)

    azure.deliver_events()

    assert failures() == [("Download_Forbidden", "Orders", 1)]
    uri = "https://contosolake.blob.core.windows.net/landing/orders.csv"
    assert row["IngestionSourcePath"] == uri
    assert len(new_rows()) == 2


def test_role_on_the_hub_is_needed_too(connect_grid, azure, failures):
    connect_grid()
    take_roles(azure)

    azure.blob_created("contosolake", "landing", "orders.csv")

    assert failures() == [(NO_ROLE, "Orders", 1)]


def test_blob_that_comes_later(connect_grid, azure, new_rows, failures):
    connect_grid()
    azure.blob_created("contosolake", "landing", "late.csv")
    azure.world.add_blob("contosolake", "landing", "late.csv", b"5,x,1.5,2026-01-01")

    azure.deliver_events()

    assert failures() == [("Download_SourceNotFound", "Orders", 1)]
    assert len(new_rows()) == 1


def test_grid_connection_with_keys(connect_grid, azure, new_rows, failures):
    connect_grid(managedIdentityResourceId=None)
    azure.world.azure_roles.clear()

    azure.blob_created("contosolake", "landing", "orders.csv")
    azure.blob_created("contosolake", "landing", "nothing.csv")

    assert len(new_rows()) == 2
    assert failures() == [("Download_SourceNotFound", "Orders", 1)]


def test_renamed_blobs_only_when_the_connection_asks_for_them(connect_grid, azure, new_rows):
    renamed = "Microsoft.Storage.BlobRenamed"
    connect_grid()
    azure.blob_created("contosolake", "landing", "orders.csv", renamed)
    connect_grid(blobStorageEventType=renamed)
    azure.blob_created("contosolake", "landing", "orders.csv")

    count = azure.blob_created("contosolake", "landing", "orders.csv", renamed)

    assert (count, len(new_rows())) == (2, 2)


def test_other_accounts_do_not_concern_the_connection(connect_grid, azure, new_rows, failures):
    connect_grid()

    count = azure.blob_created("contosobackup", "backups", "orders.csv")

    assert (count, new_rows(), failures()) == (0, [], [])
    with pytest.raises(KeyError):
        azure.blob_created("nowhere", "landing", "orders.csv")


def test_several_notifications_in_one_event(connect_grid, azure, new_rows):
    connect_grid()
    uri = "https://contosolake.blob.core.windows.net/landing"
    notifications = [
        {"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": f"{uri}/{path}"}}
        for path in ("orders.csv", "orders.csv.gz", "missing.csv")
    ]

    azure.push_events("contosohub/new-blobs", [notifications])
    again = azure.deliver_events()

    assert (len(new_rows()), again) == (4, 0)


@pytest.mark.parametrize("event", ["no JSON", "[]x", {"eventType": 1}, {"data": {}}, "7"])
def test_what_is_no_notification_is_dropped(connect_grid, azure, failures, event):
    connect_grid()

    azure.push_events("contosohub/new-blobs", [event])
    azure.deliver_events()

    assert failures() == [("BadRequest_CorruptedMessage", "Orders", 1)]


def test_notification_about_nothing_that_can_be_reached(connect_grid, azure, failures):
    connect_grid()
    event = {"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": "https://x/y?sig=1"}}

    azure.push_events("contosohub/new-blobs", [event])

    assert failures() == [("BadRequest_InvalidBlobUri", "Orders", 1)]
