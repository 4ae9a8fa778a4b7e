"""The queues and the container of queued ingestion, and messages of other clients."""

import base64
import json

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.kusto.ingest.exceptions import KustoQueueError
from azure.storage.blob import BlobBlock, BlobClient

from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY
from tests.embedded.ingesting import AS_INGEST, BLOB_CONTRIBUTOR, INGEST_ID, LANDING, assign


@pytest.fixture
def queue_message(azure, http, endpoint):
    """Post a message of our own making and return the HTTP response."""

    def post(values, **changes):
        (token,) = endpoint(".get kusto identity token")
        message = {
            "Id": "1c0f3a52-9f0e-4a43-8c1b-2f4a5a1b9d11",
            "DatabaseName": "Sales",
            "TableName": "Orders",
            "RetainBlobOnSuccess": True,
            "ReportLevel": 2,
            "ReportMethod": 0,
            **values,
            "AdditionalProperties": {
                "authorizationContext": token["AuthorizationContext"],
                "format": "csv",
                **changes,
            },
        }
        text = base64.b64encode(json.dumps(message).encode()).decode()
        return post_text(http, address_of(endpoint, "SecuredReadyForAggregationQueue"), text)

    return post


def post_text(http, address, text):
    path, _, query = address.partition("?")
    body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>"
    return http.post(f"{path}/messages?{query}", data=body)


def address_of(endpoint, kind):
    (row,) = [r for r in endpoint(".get ingestion resources") if r["ResourceTypeName"] == kind]
    return row["StorageRoot"]


def test_identity_token_that_nobody_was_given(queue_message, error_codes):
    queue_message({"BlobPath": f"{LANDING}/orders.csv"}, authorizationContext="made up")

    assert error_codes() == ["BadRequest_InvalidKustoIdentityToken"]


@pytest.mark.parametrize("text", ["no base64!", base64.b64encode(b"[]").decode()])
def test_message_that_is_none(http, endpoint, error_codes, text):
    address = address_of(endpoint, "SecuredReadyForAggregationQueue")

    response = post_text(http, address, text)

    assert response.status_code == 201
    assert error_codes() == ["BadRequest_CorruptedMessage"]


def test_message_without_a_blob(queue_message, error_codes):
    queue_message({"BlobPath": ""})

    assert error_codes() == ["BadRequest_EmptyBlobUri"]


def test_format_beside_the_properties(queue_message, new_rows):
    source = f"{LANDING}/orders.json{AS_INGEST}"

    queue_message({"BlobPath": source, "Format": "json"}, format="")

    assert len(new_rows()) == 2


def test_older_names_of_mappings(queue_message, new_rows):
    mapping = '[{"Name": "OrderId", "DataType": "long", "Ordinal": "0"}]'

    queue_message({"BlobPath": f"{LANDING}/orders.csv{AS_INGEST}"}, csvMapping=mapping)

    assert [row[0] for row in new_rows()] == [7, 8]


def test_two_mappings(queue_message, error_codes):
    queue_message(
        {"BlobPath": f"{LANDING}/orders.csv{AS_INGEST}"},
        ingestionMapping="[]",
        ingestionMappingReference="m1",
    )

    assert error_codes() == ["BadRequest_DuplicateMapping"]


def test_blob_that_is_not_kept_needs_the_right_to_delete(
    queue_message, azure, error_codes, send, new_rows
):
    message = {"BlobPath": f"{LANDING}/orders.csv{AS_INGEST}", "RetainBlobOnSuccess": False}
    queue_message(message)
    lake = azure.world.storage_accounts["contosolake"].resource_id
    assign(send, f"{lake}/blobServices/default", BLOB_CONTRIBUTOR, INGEST_ID)

    queue_message(message)

    assert error_codes() == ["Download_Forbidden"]
    assert len(new_rows()) == 2
    assert "orders.csv" not in azure.world.storage_accounts["contosolake"].containers["landing"]


def test_failed_blob_is_kept(queue_message, azure, error_codes):
    queue_message(
        {
            "BlobPath": f"{LANDING}/orders.csv;{ACCOUNT_KEY}",
            "RetainBlobOnSuccess": False,
            "TableName": "Nothing",
        }
    )

    assert error_codes() == ["BadRequest_TableNotExist"]
    assert "orders.csv" in azure.world.storage_accounts["contosolake"].containers["landing"]


# The queues and the container over HTTP


@pytest.mark.parametrize("query", ["", "sv=2025-01-05&sr=q&sp=a&sig=guess"])
def test_queue_without_the_signature(azure, http, query):
    address = f"{azure.kusto_uri}/contosoingest/readyforaggregation-secured?{query}"

    response = post_text(http, address, "eA==")

    assert response.status_code == 403
    assert response.headers["x-ms-error-code"] == "AuthenticationFailed"
    assert "<Code>AuthenticationFailed</Code>" in response.text


def test_client_says_that_the_queue_did_not_take_it(ingestor, ingest, azure):
    ingest(f"{LANDING}/orders.csv{AS_INGEST}")
    azure.world.ingestion.secret = "rotated"

    with pytest.raises(KustoQueueError):
        ingest(f"{LANDING}/orders.csv{AS_INGEST}")


def test_signature_of_one_queue_opens_no_other(azure, http, endpoint):
    address = address_of(endpoint, "SecuredReadyForAggregationQueue")
    query = address.partition("?")[2]

    response = http.get(f"{azure.kusto_uri}/contosoingest/failedingestions/messages?{query}")

    assert response.status_code == 403


def test_reports_cannot_be_written_and_messages_cannot_be_read(http, endpoint):
    failed = address_of(endpoint, "FailedIngestionsQueue")
    ready, _, query = address_of(endpoint, "SecuredReadyForAggregationQueue").partition("?")

    written, read = post_text(http, failed, "eA=="), http.get(f"{ready}/messages?{query}")

    assert (written.status_code, read.status_code) == (403, 403)


@pytest.mark.parametrize("number", ["0", "33", "x"])
def test_number_of_messages(http, endpoint, number):
    path, _, query = address_of(endpoint, "FailedIngestionsQueue").partition("?")

    response = http.get(f"{path}/messages?numofmessages={number}&{query}")

    assert response.status_code == 400


def test_taken_messages_are_hidden_until_they_are_deleted(http, endpoint, ingest):
    ingest(f"{LANDING}/nothing.csv{AS_INGEST}")
    path, _, query = address_of(endpoint, "FailedIngestionsQueue").partition("?")

    first = http.get(f"{path}/messages?{query}").text
    second = http.get(f"{path}/messages?{query}").text
    at_once = http.get(f"{path}/messages?visibilitytimeout=0&{query}").text
    message_id = first.partition("<MessageId>")[2].partition("</MessageId>")[0]
    mismatch = http.delete(f"{path}/messages/{message_id}?popreceipt=guess&{query}")
    missing = http.delete(f"{path}/messages/nothing?popreceipt=guess&{query}")

    assert "<DequeueCount>1</DequeueCount>" in first
    assert "<QueueMessage>" not in second + at_once
    assert mismatch.headers["x-ms-error-code"] == "PopReceiptMismatch"
    assert missing.headers["x-ms-error-code"] == "MessageNotFound"


def test_message_without_text(http, endpoint):
    path, _, query = address_of(endpoint, "SecuredReadyForAggregationQueue").partition("?")

    response = http.post(f"{path}/messages?{query}", data="<QueueMessage/>")

    assert response.status_code == 400


def test_upload_needs_the_signature(azure, http, endpoint):
    path, _, query = address_of(endpoint, "TempStorage").partition("?")

    unsigned = http.put(f"{path}/a.csv", data=b"1")
    block = http.put(f"{path}/a.csv?comp=block&blockid=MQ==", data=b"1")
    other = http.put(f"{path}/a.csv?comp=appendblock&{query}", data=b"1")

    assert (unsigned.status_code, block.status_code, other.status_code) == (403, 403, 400)
    assert azure.world.ingestion.temporary == {}


@pytest.fixture
def blob(endpoint):
    """A blob of the temporary container, as the client of the storage service sees it."""
    path, _, query = address_of(endpoint, "TempStorage").partition("?")
    with BlobClient.from_blob_url(
        f"{path}/big%20one.csv?{query}", max_single_put_size=8, max_block_size=8, retry_total=0
    ) as client:
        yield client


def test_large_blobs_are_uploaded_in_blocks_and_ingested(azure, blob, queue_message, new_rows):
    lines = b"".join(b"%d,north,1.5,2026-01-05\n" % number for number in range(90, 95))

    blob.upload_blob(lines)
    queue_message({"BlobPath": blob.url})

    assert blob.download_blob().readall() == lines
    assert len(new_rows()) == 5
    assert azure.world.ingestion.blocks == {}


def test_blocks_without_a_list_are_no_blob(azure, blob):
    blob.stage_block("block-1", b"1,x")

    with pytest.raises(ResourceNotFoundError):
        blob.download_blob()
    assert azure.world.ingestion.temporary == {}


def test_a_list_takes_blocks_in_its_order_and_those_of_before(blob):
    for name in ("block-1", "block-2"):
        blob.stage_block(name, name.encode())
    blob.commit_block_list([BlobBlock("block-2"), BlobBlock("block-1")])
    blob.stage_block("block-3", b"block-3")

    blob.commit_block_list([BlobBlock("block-1"), BlobBlock("block-3")])

    assert blob.download_blob().readall() == b"block-1block-3"


def test_a_list_with_an_unknown_block_changes_nothing(blob):
    blob.upload_blob(b"old")
    blob.stage_block("block-1", b"new")

    with pytest.raises(HttpResponseError) as caught:
        blob.commit_block_list([BlobBlock("block-1"), BlobBlock("block-9")])

    assert caught.value.error_code == "InvalidBlockList"
    assert blob.download_blob().readall() == b"old"


def test_ids_of_blocks_are_of_one_length(blob):
    blob.stage_block("block-1", b"1")

    with pytest.raises(HttpResponseError) as caught:
        blob.stage_block("block-number-10", b"2")

    assert caught.value.error_code == "InvalidBlobOrBlock"


@pytest.mark.parametrize("query", ["comp=block", "comp=block&blockid=%3C", "comp=blocklist"])
def test_blocks_and_lists_that_are_none(http, endpoint, query):
    path, _, signature = address_of(endpoint, "TempStorage").partition("?")

    response = http.put(f"{path}/a.csv?{query}&{signature}", data=b"<x/>")

    assert response.status_code == 400


def test_addresses_name_an_account_before_queue_and_container(azure, endpoint):
    addresses = [row["StorageRoot"] for row in endpoint(".get ingestion resources")]

    assert all(each.startswith(f"{azure.kusto_uri}/contosoingest/") for each in addresses)


def test_uploaded_blob_needs_the_signature_as_well(
    azure, http, endpoint, queue_message, error_codes
):
    path, _, query = address_of(endpoint, "TempStorage").partition("?")
    http.put(f"{path}/my%20orders.csv?{query}", data=b"1,x")

    queue_message({"BlobPath": f"{path}/my%20orders.csv"})
    queue_message({"BlobPath": f"{path}/others.csv?{query}"})
    queue_message({"BlobPath": f"{path}/my%20orders.csv?{query}", "RetainBlobOnSuccess": False})

    assert error_codes() == ["Download_Forbidden", "Download_SourceNotFound"]
    assert azure.world.ingestion.temporary == {}


def test_address_comes_with_the_start(azure):
    assert azure.ingest_uri == f"{azure.kusto_uri}/ingest/contoso"
