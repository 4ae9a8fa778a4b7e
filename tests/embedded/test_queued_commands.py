"""Ingestion queued by command: started, looked at, canceled."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.seed.storage import READ_SIGNATURE
from tests.embedded.ingesting import AS_INGEST, CONTAINERS, LANDING, TESTER, add_tester

ORDERS = f"{LANDING}/orders.csv{AS_INGEST}"


@pytest.fixture
def queue(endpoint):
    """Queue blobs with tracking and return the operation's ID."""

    def ingest(blobs, *, table="Orders", properties="format='csv'"):
        text = (
            f".ingest-from-storage-queued into table {table} EnableTracking=true "
            f"with ({properties}) <| {blobs}"
        )
        (row,) = endpoint(text)
        return row["IngestionOperationId"]

    return ingest


@pytest.fixture
def state(endpoint):
    """Return (state, discovered, pending, canceled, ingested, failed) of an operation."""

    def shown(operation_id):
        (row,) = endpoint(f'.show queued ingestion operations "{operation_id}"')
        names = ("State", "Discovered", "Pending", "Canceled", "Ingested", "Failed")
        return tuple(row[name] for name in names)

    return shown


def test_queued_list_comes_in(endpoint, new_rows):
    (row,) = endpoint(
        ".ingest-from-storage-queued into table database('Sales').Orders EnableTracking=true "
        f"with (format='csv') <| .list blobs (\"{CONTAINERS}/archive{AS_INGEST}\")",
        database=None,
    )

    assert list(row) == ["IngestionOperationId", "ClientRequestId", "OperationInfo"]
    operation_id = row["IngestionOperationId"]
    assert operation_id.count(";") == 2
    assert row["ClientRequestId"].startswith("KPC.execute;")
    assert row["OperationInfo"] == f'.show queued ingestion operations "{operation_id}"'
    assert len(new_rows()) == 5


@pytest.mark.parametrize(
    "options",
    [
        "",
        "SkipBatching=true",
        "EnableTracking=false CompressionFactor=2.5",
        "CompressionFactor=10 SkipBatching=FALSE EnableTracking=true",
    ],
)
def test_options(endpoint, new_rows, options):
    endpoint(f".ingest-from-storage-queued into table Orders {options} <| '{ORDERS}'")

    assert len(new_rows()) == 2


@pytest.mark.parametrize(
    "options", ["EnableTracking=1", "CompressionFactor=0", "CompressionFactor=true"]
)
def test_options_of_other_types(endpoint_refusal, options):
    error = endpoint_refusal(
        f".ingest-from-storage-queued into table Orders {options} <| '{ORDERS}'"
    )

    assert error.code == "BadRequest_MalformedIngestionProperty"


def test_several_addresses(queue, state, new_rows):
    operation_id = queue(f"'{ORDERS}'\n'{LANDING}/orders.csv?{READ_SIGNATURE}' h'{ORDERS}'")

    assert state(operation_id) == ("Completed", 3, 0, 0, 3, 0)
    assert len(new_rows()) == 6


def test_list_keeps_its_credential(queue, state):
    operation_id = queue(f".list blobs (h'{CONTAINERS}/archive?{READ_SIGNATURE}') Suffix='csv'")

    assert state(operation_id) == ("Completed", 2, 0, 0, 2, 0)


def test_failed_blobs_are_counted_with_their_reasons(queue, endpoint, error_codes):
    operation_id = queue(f"'{ORDERS}' '{LANDING}/nothing.csv{AS_INGEST}'")

    (row,) = endpoint(f'.show queued ingestion operations "{operation_id}"')
    details = endpoint(f'.show queued ingestion operations "{operation_id}" details')

    assert (row["State"], row["Ingested"], row["Failed"]) == ("Completed", 1, 1)
    assert "Download_SourceNotFound" in row["SampleFailedReasons"]
    assert (row["Database"], row["Table"]) == ("Sales", "Orders")
    assert [each["IngestionStatus"] for each in details] == ["Succeeded", "Failed"]
    assert details[1]["BlobUrl"] == f"{LANDING}/nothing.csv"
    assert error_codes() == ["Download_SourceNotFound"]


def test_nothing_came_in(queue, state):
    operation_id = queue(f"'{LANDING}/orders.csv;managed_identity=system'")

    assert state(operation_id) == ("Failed", 1, 0, 0, 0, 1)


def test_impersonation_is_not_for_queues(queue, state, error_codes):
    operation_id = queue(f"'{LANDING}/orders.csv;impersonate'")

    assert state(operation_id)[0] == "Failed"
    assert error_codes() == ["General_BadRequest"]


def test_nothing_to_list(queue, state):
    operation_id = queue(f".list blobs ('{LANDING}{AS_INGEST}') Suffix='nothing'")

    assert state(operation_id) == ("Completed", 0, 0, 0, 0, 0)


def test_list_that_is_refused_refuses_the_command(endpoint_refusal):
    error = endpoint_refusal(
        ".ingest-from-storage-queued into table Orders "
        f"<| .list blobs ('{LANDING};managed_identity=system')"
    )

    assert error.code == "Forbidden"


def test_untracked_operations_have_no_row(endpoint):
    (row,) = endpoint(f".ingest-from-storage-queued into table Orders <| '{ORDERS}'")

    assert endpoint(row["OperationInfo"]) == []


def test_tracking_among_the_properties(endpoint):
    (row,) = endpoint(
        ".ingest-from-storage-queued into table Orders "
        f"with (format='csv', enableTracking=true) <| '{ORDERS}'"
    )

    assert len(endpoint(row["OperationInfo"])) == 1


def test_operation_in_progress_and_done_when_it_was_looked_at(azure, queue, state, new_rows):
    azure.world.ingestion.looks = 1
    operation_id = queue(f"'{ORDERS}'")

    assert new_rows() == []
    assert state(operation_id) == ("InProgress", 1, 1, 0, 0, 0)
    assert state(operation_id) == ("Completed", 1, 0, 0, 1, 0)
    assert len(new_rows()) == 2


def test_canceled_operation(azure, queue, state, endpoint, new_rows):
    azure.world.ingestion.looks = 1
    operation_id = queue(f"'{ORDERS}' '{ORDERS}'")

    (row,) = endpoint(f".cancel queued ingestion operation '{operation_id}' with (reason='late')")

    assert (row["State"], row["Canceled"], row["Pending"]) == ("Canceled", 2, 0)
    assert state(operation_id)[0] == "Canceled"
    assert new_rows() == []


def test_finished_operation_cannot_be_canceled(queue, endpoint):
    operation_id = queue(f"'{ORDERS}'")

    (row,) = endpoint(f".cancel queued ingestion operation '{operation_id}'")

    assert (row["State"], row["Ingested"]) == ("Completed", 1)


def test_several_operations_and_unknown_ones(queue, endpoint):
    first, second = queue(f"'{ORDERS}'"), queue(f"'{ORDERS}'")

    rows = endpoint(f'.show queued ingestion operations ("{second}", "nothing", "{first}")')

    assert [row["IngestionOperationId"] for row in rows] == [first, second]


def test_operations_of_others(azure, queue, endpoint_refusal):
    operation_id = queue(f"'{ORDERS}'")
    add_tester(azure, DatabaseRole.INGESTORS, "Telemetry")

    error = endpoint_refusal(f'.show queued ingestion operations "{operation_id}"', token=TESTER)

    assert error.code == "Forbidden"


def test_queueing_needs_table_and_role(azure, endpoint_refusal):
    add_tester(azure, DatabaseRole.INGESTORS, "Telemetry")
    command = f".ingest-from-storage-queued into table Nothing <| '{ORDERS}'"

    missing = endpoint_refusal(command)
    forbidden = endpoint_refusal(command, token=TESTER)

    assert (missing.code, forbidden.code) == ("BadRequest_TableNotExist", "Forbidden")


@pytest.mark.parametrize(
    "text",
    [
        ".list blobs",
        ".list blobs ()",
        f".list blobs '{ORDERS}'",
        f".list blobs ('{ORDERS}') Prefix='x'",
        f".list blobs ('{ORDERS}') MaxFiles=1.5",
        f".list blobs ('{ORDERS}') MaxFiles='1'",
        f".list blobs ('{ORDERS}') Suffix='x' Suffix='y'",
        f".list blobs ('{ORDERS}') suffix='x'",
        f".list blobs ('{ORDERS}') PathFormat=()",
        ".ingest-from-storage-queued into table Orders",
        ".ingest-from-storage-queued into table Orders <|",
        ".ingest-from-storage-queued into table Orders <| .show version",
        f".ingest-from-storage-queued into Orders <| '{ORDERS}'",
        f".ingest-from-storage-queued into table Sales.Orders <| '{ORDERS}'",
        f".ingest-from-storage-queued into table Orders <| '{ORDERS}', '{ORDERS}'",
        f".ingest-from-storage-queued into table Orders Tracking=true <| '{ORDERS}'",
        f".ingest-from-storage-queued into table Orders SkipBatching=true SkipBatching=true <| '{ORDERS}'",
        f".ingest-from-storage-queued into table Orders with (format=csv) <| '{ORDERS}'",
        ".show queued ingestion operations",
        ".show queued ingestion operations ()",
        ".show queued ingestion operation 'x'",
        ".cancel queued ingestion operations 'x'",
        ".cancel queued ingestion operation",
        ".get ingestion resource",
        ".get kusto token",
    ],
)
def test_texts_that_are_no_commands(endpoint_refusal, text):
    assert endpoint_refusal(text).code == "BadRequest_SyntaxError"
