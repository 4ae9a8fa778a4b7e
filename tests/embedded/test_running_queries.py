"""`.show running queries` and `.cancel query`: what is under way, for whom, and how it ends."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from tests.embedded.ingesting import TESTER
from tests.embedded.wire import connected, port_of, request

READER = "embedded-reader"
OWN, EVERY = ".show running queries", ".show running queries by *"
ID = "Report.run;1"


@pytest.fixture
def background():
    with ThreadPoolExecutor(2) as pool:
        yield pool.submit


@pytest.fixture
def texts(run):
    return lambda command=OWN, **options: [row["Text"] for row in run(command, **options)]


@pytest.fixture
def send_query(azure):
    """Send a query with an ID of its own and return the HTTP response."""

    def send(text, token="embedded-admin", database="Sales"):
        headers = {"Authorization": f"Bearer {token}", "x-ms-client-request-id": ID}
        body = {"csl": text, "db": database}
        address = f"{azure.kusto_uri}/v1/rest/query"
        return requests.post(address, json=body, headers=headers, timeout=30)

    return send


@pytest.fixture
def held(azure, background, send_query):
    """Send a query of the reader whose answer is held back; what is returned lets it go."""
    holding, going_on = threading.Event(), threading.Event()
    pause = azure.pause

    async def hold(seconds):
        if seconds:
            holding.set()
            await azure.beside(going_on.wait)
        else:
            await pause(seconds)

    azure.pause = hold
    azure.faults.add("slow", match="Orders")
    answer = background(send_query, "Orders | count", READER)
    assert holding.wait(15)

    def let_go():
        going_on.set()
        return answer.result()

    yield let_go
    let_go()
    del azure.pause


def test_query_under_way_is_shown_to_whoever_sent_it(run, held):
    (row,) = run(OWN, token=READER)

    assert (row["Text"], row["State"]) == ("Orders | count", "InProgress")
    assert (row["ClientActivityId"], row["Database"]) == (ID, "Sales")
    assert row["User"] == "reader@contoso.example"
    assert (row["FailureReason"], row["CacheStatistics"]) == ("", None)
    assert row["Duration"].total_seconds() > 0


def test_query_is_no_longer_shown_when_its_answer_has_gone_out(run, texts, held):
    held()

    assert texts(EVERY) == []
    assert texts(".show queries") == ["Orders | count"]


def test_query_under_way_has_no_final_state(texts, held):
    assert texts(".show queries") == []
    assert texts(".show commands-and-queries") == [".show queries"]


def test_others_are_asked_for(texts, held):
    assert texts(OWN) == []
    assert texts(EVERY) == ["Orders | count"]
    assert texts(".show running queries by user 'Reader@contoso.example'") == ["Orders | count"]
    assert texts(".show running queries by user 'admin@contoso.example'") == []


@pytest.mark.parametrize(
    ("role", "database", "expected"),
    [
        (DatabaseRole.VIEWERS, "Sales", []),
        (DatabaseRole.MONITORS, "Sales", ["Orders | count"]),
        (DatabaseRole.ADMINS, "Telemetry", []),
        (ClusterRole.MONITOR, "", ["Orders | count"]),
    ],
)
def test_roles_decide_which_are_seen(azure, texts, held, role, database, expected):
    azure.world.grant(azure.world.add_principal("tester", token=TESTER), role, database=database)

    assert texts(EVERY, token=TESTER) == expected


@pytest.mark.nightly
def test_cancelled_query_ends_and_says_why(
    run,
    background,
    send_query,
    waiting_query,
    script_token,
    running,
):
    waiting = background(send_query, waiting_query, script_token)
    running()

    (told,) = run(f".cancel query '{ID}' with (reason='too long')")

    assert waiting.result().status_code == 400
    assert told == {
        "ClientRequestId": ID,
        "RunningQueryCanceled": True,
        "ReasonPhrase": "too long",
    }
    (row,) = run(".show queries")
    assert row["State"] == "Cancelled"
    assert "too long" in row["FailureReason"]


@pytest.mark.nightly
def test_query_whose_client_has_left_is_cancelled(
    azure,
    run,
    waiting_query,
    script_token,
    running,
):
    body = json.dumps({"csl": waiting_query, "db": "Sales"}).encode()
    lines = [f"Host: 127.0.0.1:{port_of(azure)}", f"Authorization: Bearer {script_token}"]
    with connected(azure) as line:
        line.sendall(request("/v1/rest/query", *lines, method="POST", body=body))
        running()

    ended = iter(lambda: run(".show queries"), None)
    (row,) = next(rows for rows in ended if rows)

    assert row["State"] == "Cancelled"
    assert "client left" in row["FailureReason"]


def test_nothing_is_cancelled_that_is_not_there(run):
    (told,) = run(".cancel query 'nobody;1'")

    assert told == {
        "ClientRequestId": "nobody;1",
        "RunningQueryCanceled": False,
        "ReasonPhrase": "",
    }


@pytest.mark.nightly
def test_query_of_another_is_for_admins_to_cancel(
    azure,
    run,
    background,
    send_query,
    waiting_query,
    script_token,
    running,
):
    tester = azure.world.add_principal("tester", token=TESTER)
    azure.world.grant(tester, DatabaseRole.MONITORS, database="Sales")
    waiting = background(send_query, waiting_query, script_token)
    line = running()

    (told,) = run(f".cancel query '{ID}'", token=TESTER)
    line.sendall(b"!")

    assert told["RunningQueryCanceled"] is False
    assert waiting.result().status_code == 200


def test_cancellation_takes_no_other_property(refusal):
    error = refusal(f".cancel query '{ID}' with (because='x')")

    assert error.code == "General_BadRequest"
