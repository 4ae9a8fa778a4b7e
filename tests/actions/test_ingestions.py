"""Queued ingestion: that a blob is queued is one thing, that it is ingested another."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.workflow.ingestions import failures
from adxmi_jupyter.embedded import DatabaseRole
from tests.actions.filling import BACKUP, INGEST, LAKE

LOOK = '.show ingestion failures | where Database == "Sales" and Table == "Orders"'


@pytest.fixture
def rows(sales):
    return lambda: len(sales.tables["Orders"].rows)


def test_a_blob_is_queued_and_ingested_and_it_is_said_where_a_failure_would_show(
    carry_out, rows, said
):
    frame = carry_out("sdk-ingestion")

    assert rows() == 8
    assert frame.to_dict("records") == [
        {
            "database": "Sales",
            "table": "Orders",
            "blob": f"{LAKE}/landing/orders.csv;managed_identity={INGEST}",
            "status": "QUEUED",
        }
    ]
    assert said[-1] == f"it is queued, not ingested yet; this command shows failures: {LOOK}"


@pytest.mark.nightly
def test_what_the_service_could_not_ingest_is_an_error_in_its_own_words(carry_out, rows):
    with pytest.raises(errors.OperationFailed) as caught:
        carry_out("sdk-ingestion", location=f"{BACKUP}/backups/orders.csv")

    assert caught.value.what == (f"the ingestion of {BACKUP}/backups/orders.csv into Orders failed")
    assert caught.value.why.startswith("Download_Forbidden: ")
    assert caught.value.fix == (
        '%adxmi embedded azure-role --identity mi-ingest --role "Storage Blob Data Reader" '
        "--target contosobackup/backups"
    )
    assert rows() == 6


@pytest.mark.nightly
def test_a_failure_of_before_is_not_taken_for_one_of_now(azure, carry_out, rows):
    with pytest.raises(errors.OperationFailed):
        carry_out("sdk-ingestion", location=f"{BACKUP}/backups/orders.csv")
    azure.assign_role("mi-ingest", "Storage Blob Data Reader", "contosobackup/backups")

    carry_out("sdk-ingestion", location=f"{BACKUP}/backups/orders.csv")

    assert rows() > 6


@pytest.mark.nightly
def test_the_same_failure_again_is_a_failure_again(carry_out):
    with pytest.raises(errors.OperationFailed):
        carry_out("sdk-ingestion", location=f"{BACKUP}/backups/orders.csv")

    with pytest.raises(errors.OperationFailed):
        carry_out("sdk-ingestion", location=f"{BACKUP}/backups/orders.csv")


@pytest.mark.nightly
def test_a_failure_of_another_blob_is_not_this_ones(azure, connection, carry_out, rows):
    with pytest.raises(errors.OperationFailed):
        carry_out("sdk-ingestion", location=f"{LAKE}/landing/nothing.csv")

    carry_out("sdk-ingestion")

    assert len(failures(connection, "Sales", 'where Table == "Orders"')) == 1
    assert rows() == 8


@pytest.mark.nightly
def test_a_mistake_that_is_no_missing_link_has_no_line_to_paste(carry_out):
    with pytest.raises(errors.OperationFailed) as caught:
        carry_out("sdk-ingestion", location=f"{LAKE}/landing/nothing.csv")

    assert caught.value.why.startswith("Download_SourceNotFound: ")
    assert caught.value.fix == "fix what the message names, and repeat the command"


@pytest.mark.nightly
def test_whoever_is_no_monitor_sees_own_failures(azure, reader, carry_out, rows):
    azure.world.grant(azure.world.principals[1], DatabaseRole.INGESTORS, database="Sales")

    with pytest.raises(errors.OperationFailed) as caught:
        carry_out("sdk-ingestion", by=reader, location=f"{LAKE}/landing/nothing.csv")

    assert caught.value.why.startswith("Download_SourceNotFound: ")
    assert rows() == 6


def test_failures_that_cannot_be_read_do_not_make_it_fail(carry_out, fault, rows):
    fault("throttled", match=".show ingestion failures")
    told = []

    carry_out("sdk-ingestion", tell=told.append)

    assert told[-1].endswith("the service is throttling requests")
    assert rows() == 8


@pytest.mark.nightly
def test_a_reader_may_not_ingest(reader, carry_out, rows):
    with pytest.raises(errors.NotAuthorized):
        carry_out("sdk-ingestion", by=reader)

    assert rows() == 6


@pytest.mark.parametrize("match", [".get ingestion resources", ".get kusto identity token"])
@pytest.mark.parametrize(
    "name",
    [
        "unavailable",
        "dropped-before-write",
        "dropped-after-write",
        "truncated-body",
        "not-json",
        "empty-body",
    ],
)
def test_what_failed_before_anything_was_queued_is_told_as_that(
    carry_out, fault, rows, name, match
):
    fault(name, match=match)

    with pytest.raises(errors.WriteNotApplied) as caught:
        carry_out("sdk-ingestion")

    assert caught.value.what == "no blob was queued"
    assert rows() == 6


def test_what_the_client_cannot_do_is_refused_before_anything_is_sent(azure, carry_out, rows):
    with pytest.raises(errors.InvalidField) as caught:
        carry_out("sdk-ingestion", delete_source=True)

    assert "always tells the service to keep the blob" in caught.value.why
    assert rows() == 6


def test_a_format_the_client_does_not_know_is_refused(carry_out, rows):
    with pytest.raises(errors.InvalidField) as caught:
        carry_out("sdk-ingestion", data_format="azmonstream")

    assert caught.value.what == "the SDK does not know the format azmonstream"
    assert rows() == 6


def test_a_mapping_tags_and_a_head_line_go_with_the_blob(connection, carry_out, sales):
    mapping = '[{"Column": "OrderId", "Properties": {"Ordinal": 0}}]'
    connection.kusto.command(
        f".create table Orders ingestion csv mapping 'Ids' '{mapping}'", database="Sales"
    )

    carry_out(
        "sdk-ingestion",
        location=f"{LAKE}/landing/orders-with-header.csv",
        mapping="Ids",
        ignore_first_record=True,
        tags="drop-by:test",
    )

    assert sales.tables["Orders"].rows[-1][1] in {None, ""}
    assert len(sales.tables["Orders"].rows) == 8
