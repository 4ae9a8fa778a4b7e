"""The SDK's ingestion client: what is refused where, and what is told of it."""

import base64
import json
import re
import sys
from dataclasses import replace
from functools import partial

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.declaration.products import QueuedIngestion
from adxmi_jupyter.service.access import OpenAccess
from adxmi_jupyter.service.address import ClusterAddress
from adxmi_jupyter.service.ingestion import queue_blob
from adxmi_jupyter.service.kusto import Kusto
from adxmi_jupyter.service.kusto_client import make_client
from adxmi_jupyter.service.limits import Limits
from adxmi_jupyter.service.trust import ingestion_queues
from tests.service.answers import v1
from tests.service.replay import replay

BLOB = "https://contosolake.blob.core.windows.net/landing/orders.csv;managed_identity=system"
MESSAGE = QueuedIngestion(BLOB, "Orders", "csv")
KINDS = (
    *("SecuredReadyForAggregationQueue", "FailedIngestionsQueue", "SuccessfulIngestionsQueue"),
    *("TempStorage", "IngestionsStatusTable"),
)


LIMITS = Limits(seconds=5)


def queue(uri, message=MESSAGE):
    client = partial(
        make_client, uri, loopback=True, authenticate=OpenAccess(LIMITS).builder, limits=LIMITS
    )
    endpoint = Kusto(uri, client, timeout=LIMITS.seconds, say=print)
    try:
        return queue_blob(
            endpoint, ingestion_queues(ClusterAddress(uri)), "Sales", message, limits=LIMITS
        )
    finally:
        endpoint.close()


def resources(queue_uri, kinds=KINDS):
    """What the ingestion endpoint answers: where things are, and who one is."""
    columns = {
        "ResourceTypeName": "string",
        "StorageRoot": "string",
        "AuthorizationContext": "string",
    }
    return v1(columns, [[kind, f"{queue_uri}?sig=s3cret", "an-identity"] for kind in kinds])


@pytest.fixture
def refused_with():
    """Queue where the queue answers with a status, and return what is told."""

    def refused(status, kinds=KINDS):
        with (
            replay(b"<Error/>", status=status, headers=[("x-ms-error-code", "ItsCode")]) as bad,
            replay(resources(f"{bad}/a-queue", kinds)) as uri,
            pytest.raises(errors.AdxmiError) as caught,
        ):
            queue(uri)
        return caught.value

    return refused


def test_a_blob_is_queued(azure):
    assert queue(azure.ingest_uri) == "QUEUED"


@pytest.fixture
def message_of():
    """Queue something and return the message that came to the queue."""

    def sent(message):
        seen = []
        with (
            replay(b"<Error/>", status=403, seen=seen) as bad,
            replay(resources(f"{bad}/a-queue")) as uri,
            pytest.raises(errors.NotAuthorized),
        ):
            queue(uri, message)
        (text,) = re.findall(rb"<MessageText>(.*)</MessageText>", seen[0], re.DOTALL)
        return json.loads(base64.b64decode(text))

    return sent


def test_what_the_message_says_is_what_was_asked_for(message_of):
    asked = replace(
        MESSAGE,
        mapping="Ids",
        size=77,
        ignore_first_record=True,
        flush_immediately=True,
        tags=("drop-by:test",),
    )

    sent = message_of(asked)

    assert sent["BlobPath"] == BLOB
    assert (sent["DatabaseName"], sent["TableName"]) == ("Sales", "Orders")
    assert (sent["RawDataSize"], sent["FlushImmediately"]) == (77, True)
    assert sent["AdditionalProperties"] == {
        "authorizationContext": "an-identity",
        "format": "csv",
        "ignoreFirstRecord": True,
        "ingestionMappingReference": "Ids",
        "ingestionMappingType": "Csv",
        "tags": '["drop-by:test"]',
    }


def test_a_size_that_is_not_known_is_left_to_the_service(message_of):
    assert "RawDataSize" not in message_of(MESSAGE)


def test_a_proxy_is_not_asked_for_a_server_on_this_machine(azure, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert queue(azure.ingest_uri) == "QUEUED"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, errors.NotAuthorized),
        (401, errors.NotAuthorized),
        (404, errors.CommandRefused),
        (400, errors.CommandRefused),
    ],
)
def test_a_queue_that_refuses_is_told_with_its_code_and_not_its_address(
    refused_with, status, error
):
    told = refused_with(status)

    assert type(told) is error
    assert told.why == f"HTTP {status} ItsCode"
    assert (told.service.status, told.service.code) == (status, "ItsCode")
    assert "s3cret" not in str(told)


def test_a_queue_that_cannot_be_reached_got_nothing():
    with (
        replay(resources("http://127.0.0.1:9/a-queue")) as uri,
        pytest.raises(errors.ClusterUnreachable) as caught,
    ):
        queue(uri)

    assert caught.value.what == "the queue of the ingestion endpoint cannot be reached"
    assert "s3cret" not in str(caught.value)


def test_a_queue_that_is_out_of_order_leaves_it_open(refused_with):

    told = refused_with(503)

    assert isinstance(told, errors.AnswerLost)


def test_a_service_that_names_no_queue_got_nothing(refused_with):
    told = refused_with(500, kinds=KINDS[1:])

    assert type(told) is errors.WriteNotApplied
    assert told.why == "the service names no queue"


def test_a_refusal_before_anything_was_queued_is_a_refusal():
    body = {"error": {"code": "Forbidden", "@message": "not you", "@permanent": True}}

    with replay(body, status=403) as uri, pytest.raises(errors.NotAuthorized) as caught:
        queue(uri)

    assert caught.value.why == "not you"


def test_an_endpoint_that_cannot_be_reached_is_that():
    with pytest.raises(errors.ClusterUnreachable):
        queue("http://127.0.0.1:9")


def test_without_the_client_its_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.kusto.ingest", None)

    with pytest.raises(errors.MissingPackage) as caught:
        queue("http://127.0.0.1:9")

    assert caught.value.fix == '%pip install "adxmi_jupyter[ingest]"'


def test_no_secret_of_the_queue_is_in_the_stack_that_is_shown(refused_with):
    told = refused_with(403)
    told.show_stack = True
    from adxmi_jupyter.model.connection_string import scrubbed

    told.hide = scrubbed
    shown = "\n".join(told._render_traceback_())

    assert "s3cret" not in shown
