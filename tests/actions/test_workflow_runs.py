"""Running what is not kept: the service's own answer, what is told if it was lost, interrupts."""

import pytest

from adxmi_jupyter import errors
from tests.actions.filling import EXPORT

ANSWER_LOST = ["dropped-after-write", "truncated-body", "not-json", "empty-body"]
RUNS = {
    "export": (".export", {"data_format": "csv"}),
    "storage-ingestion": (".ingest-from-storage-queued", {}),
}


@pytest.fixture
def may_export(connection):
    command = (
        ".alter-merge database Sales policy managed_identity "
        f"""```[{{"ObjectId": "{EXPORT}", "AllowedUsages": "ExportRequest"}}]```"""
    )
    connection.kusto.command(command)


@pytest.fixture
def written(azure, sales):
    """Return how much was written: blobs of exports, rows of ingestion."""
    exports = azure.world.storage_accounts["contosolake"].containers["exports"]
    return lambda noun: {"export": len(exports), "storage-ingestion": rows(sales) - 6}[noun]


def rows(sales):
    return len(sales.tables["Orders"].rows)


@pytest.mark.parametrize("noun", RUNS)
def test_what_is_run_returns_the_services_own_answer(carry_out, may_export, written, noun):
    frame = carry_out(noun)

    assert written(noun) > 0
    assert frame.attrs["adxmi"]["command"].startswith(RUNS[noun][0])
    assert "ClientRequestId" not in frame.columns


@pytest.mark.parametrize("noun", RUNS)
@pytest.mark.parametrize("fault_name", ["unavailable", "dropped-before-write", *ANSWER_LOST])
def test_a_run_that_writes_and_whose_answer_was_lost_is_unknown_and_not_repeated(
    carry_out, fault, may_export, written, noun, fault_name
):
    fault(fault_name, match=RUNS[noun][0])

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        carry_out(noun)

    once = {"export": 1, "storage-ingestion": 2}[noun]
    assert written(noun) in {0, once}
    assert "before you repeat the command" in caught.value.fix


@pytest.mark.parametrize("noun", RUNS)
def test_a_run_that_is_throttled_wrote_nothing(carry_out, fault, may_export, written, noun):
    fault("throttled", match=RUNS[noun][0])

    with pytest.raises(errors.Throttled) as caught:
        carry_out(noun)

    assert written(noun) == 0
    assert caught.value.fix == "wait a little and repeat the command"


@pytest.mark.parametrize(
    ("fault_name", "error"),
    [
        ("unavailable", errors.ServiceUnavailable),
        ("dropped-after-write", errors.ConnectionDropped),
        ("truncated-body", errors.AnswerLost),
        ("throttled", errors.Throttled),
    ],
)
def test_a_query_that_failed_has_changed_nothing_and_says_no_more(
    carry_out, fault, may_read, fault_name, error
):
    fault(fault_name, match="externaldata")

    with pytest.raises(error):
        carry_out("externaldata")


@pytest.fixture
def may_read(connection):
    usage = '[{"ObjectId": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "AllowedUsages": "All"}]'
    connection.kusto.command(f".alter-merge database Sales policy managed_identity ```{usage}```")


def test_a_query_whose_answer_was_lost_once_is_asked_again(azure, carry_out, may_read):
    azure.faults.add("dropped-after-write", match="externaldata")

    assert len(carry_out("externaldata")) == 2


def test_an_interrupted_query_is_just_interrupted(carry_out, interrupted, may_read):
    interrupted("externaldata")

    with pytest.raises(KeyboardInterrupt):
        carry_out("externaldata")


def test_an_interrupted_write_says_that_nobody_knows(carry_out, interrupted):
    interrupted(".create external table")

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        carry_out("external-table")

    assert caught.value.why == "you interrupted before the answer came"


def test_an_interrupted_drop_says_that_nobody_knows(drop, interrupted):
    interrupted(".drop external table")

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        drop("external-table", "ArchivedOrders")

    assert caught.value.why == "you interrupted before the answer came"


@pytest.mark.nightly
def test_a_refusal_for_another_reason_keeps_its_own_fix(carry_out, may_export):
    with pytest.raises(errors.CommandRefused) as caught:
        carry_out("export", query="Nowhere")

    assert caught.value.fix == "fix what the message names; --dry-run shows the text that is sent"
