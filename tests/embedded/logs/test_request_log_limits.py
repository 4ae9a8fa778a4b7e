"""The log of requests hides secrets, keeps so much for so long, and shows it to some."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from tests.embedded.ingesting import TESTER
from tests.embedded.logs.conftest import EVERYTHING

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LARGEST = 64 * 1024


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("h'SECRET'", "h'*******'"),
        ('h"SECRET"', 'h"*******"'),
        ("H'SECRET'", "H'*******'"),
        ("h@'SEC''RET'", "h@'*******'"),
        ('h@"SEC""RET"', 'h@"*******"'),
        ("h```SEC\nRET```", "h```*******```"),
        ("h@~~~SEC\nRET~~~", "h@~~~*******~~~"),
        ("'shown' h'SECRET' 'shown'", "'shown' h'*******' 'shown'"),
    ],
)
def test_hidden_literals_are_asterisks(run, texts, written, shown):
    run(f"print x = {written}", database="Sales")

    assert texts(".show queries") == [f"print x = {shown}"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("h'SECRET", "h'*******"),
        ('h@"SECRET\n| count', 'h@"*******\n| count'),
        ("h```SECRET\n| count", "h```*******"),
    ],
)
def test_hidden_literal_without_an_end_is_hidden_too(refusal, texts, written, shown):
    refusal(f"print x = {written}", database="Sales")

    assert texts(".show queries") == [f"print x = {shown}"]


def test_hidden_literals_of_commands_are_asterisks_and_others_stay(refusal, texts):
    refusal(".ingest into table Orders (h'https://x/SECRET', 'https://y')", database="Sales")

    assert texts() == [".ingest into table Orders (h'*******', 'https://y')"]


@pytest.mark.nightly
@pytest.mark.parametrize("character", ["x", "é", "字"])
def test_text_is_cut_at_64_kb(run, texts, character):
    run(f"print x = '{character * LARGEST}'", database="Sales")

    (text,) = texts(".show queries")

    assert LARGEST - 3 < len(text.encode()) <= LARGEST
    assert text.startswith(f"print x = '{character}")


def test_what_is_cut_off_is_hidden_before(run, texts):
    filling = "x" * (LARGEST - 30)
    run(f"print x = '{filling}', y = h'{'SECRET' * 20}'", database="Sales")

    (text,) = texts(".show queries")

    assert "SECRET" not in text


@pytest.mark.nightly
@pytest.mark.parametrize("literal", ["h'{}'", "h@'{}'", "h```{}```"])
def test_hidden_literal_longer_than_the_log_is_hidden(run, texts, literal):
    run(f"print x = {literal.format('SECRET' * LARGEST)}", database="Sales")

    (text,) = texts(".show queries")

    assert text == f"print x = {literal.format('*' * 7)}".removesuffix("```").rstrip("'")


def test_log_keeps_thirty_days(azure, run, texts):
    azure.world.clock.stop_at(NOON)
    run("Orders | count", database="Sales")
    azure.world.clock.move(timedelta(days=1))
    run("Customers | count", database="Sales")

    azure.world.clock.move(timedelta(days=29, seconds=1))

    assert texts() == ["Customers | count"]


def test_log_keeps_ten_thousand_requests(azure, run):
    run("Orders | count", database="Sales")
    log = azure.world.cluster.logs.requests
    (first,) = log.ended(0)
    log.add(*[first] * 10_000)

    assert len(log.ended(0)) == 10_000


def test_long_names_of_clients_take_no_room(azure, http, last):
    long = "x" * 100_000
    options = {"request_app_name": long, "request_user": long, "request_description": long}
    body = {"csl": "print 1", "db": long, "properties": {"Options": options}}
    http.post(f"{azure.kusto_uri}/v1/rest/query", json=body)

    row = last(".show queries")

    names = (row["Application"], row["User"], row["Database"])
    assert [len(each) for each in names] == [1024] * 3
    assert row["ClientRequestProperties"]["Options"] == {"api_version": "v1"}


def test_log_keeps_no_more_than_its_room(azure, run, texts):
    long = f"print '{'x' * LARGEST}'"
    run(long, database="Sales")
    log = azure.world.cluster.logs.requests
    (first,) = log.ended(0)
    log.add(*[first] * 2000)

    assert sum(len(each.head.text) for each in log.ended(0)) <= 32 * 1024**2
    assert 400 < len(log.ended(0)) < 600


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([(DatabaseRole.VIEWERS, "Sales")], set()),
        ([(DatabaseRole.USERS, "Sales"), (DatabaseRole.INGESTORS, "Sales")], set()),
        ([(DatabaseRole.MONITORS, "Sales")], {"Orders"}),
        ([(DatabaseRole.ADMINS, "Sales")], {"Orders"}),
        ([(DatabaseRole.MONITORS, "Telemetry")], {"Events"}),
        ([(ClusterRole.VIEWER, "")], set()),
        ([(ClusterRole.MONITOR, "")], {"Orders", "Events", ".show version"}),
        ([(ClusterRole.ADMIN, "")], {"Orders", "Events", ".show version"}),
    ],
)
def test_roles_decide_which_requests_of_others_are_seen(run, texts, tester, roles, expected):
    tester(*roles)
    run("Orders", database="Sales")
    run("Events", database="Telemetry")
    run(".show version")

    assert set(texts(token=TESTER)) == expected


def test_own_requests_are_seen_without_being_monitor(run, texts, tester):
    tester((DatabaseRole.VIEWERS, "Sales"))
    run("Orders", database="Sales")
    run("Customers", database="Sales", token=TESTER)

    assert texts(token=TESTER) == ["Customers"]
    assert texts(".show queries", token=TESTER) == ["Customers"]


@pytest.mark.parametrize(
    "text", [".show queries", ".show commands", EVERYTHING, ".show running queries"]
)
def test_log_needs_some_role(refusal, tester, text):
    tester()

    error = refusal(text, token=TESTER)

    assert error.code == "Forbidden"
