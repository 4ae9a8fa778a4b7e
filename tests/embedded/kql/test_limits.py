"""A query that asks for too much is cut or stopped as the service does, and holds nobody up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from azure.kusto.data import ClientRequestProperties
from azure.kusto.data.exceptions import KustoApiError, KustoMultiApiError

from adxmi_jupyter.embedded.state.clusters import Table

ADMIN = "embedded-admin"
ENDLESS = (
    "range n from 1 to 100000 step 1 | extend k = 1 "
    "| join kind=inner (range m from 1 to 100000 step 1 | extend k = 1) on k | summarize sum(n * m)"
)
ID = "Endless;1"


@pytest.fixture
def ask(connect):
    def run(text, **options):
        properties = ClientRequestProperties()
        properties.client_request_id = ID
        for name, value in options.items():
            properties.set_option(name, value)
        return connect(ADMIN).execute_query("Sales", text, properties).primary_results[0]

    return run


@pytest.fixture
def unhurried(monkeypatch):
    """A slow machine takes longer than the usual ten seconds."""
    monkeypatch.setattr("adxmi_jupyter.embedded.engine.execution._SECONDS", 600)


@pytest.mark.parametrize(
    ("options", "what"),
    [({"truncationmaxrecords": 5}, "record count"), ({"truncationmaxsize": 40}, "data size")],
)
def test_results_above_a_limit_are_cut(ask, options, what):
    with pytest.raises(KustoMultiApiError, match=f"internal {what} limit .*RESULT_SET_TOO_LARGE"):
        ask("Orders", **options)


def test_a_result_at_its_limit_is_whole(ask):
    assert len(ask("Orders", truncationmaxrecords=6)) == 6


def test_a_cut_result_of_version_1_is_an_error(post):
    properties = {"Options": {"truncationmaxrecords": 5}}

    response = post("Orders", path="/v1/rest/query", db="Sales", properties=properties)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "LimitsExceeded"


@pytest.mark.nightly
def test_others_are_answered_while_a_query_runs_and_may_cancel_it(ask, run):
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(ask, ENDLESS)
        while ENDLESS not in [row["Text"] for row in run(".show running queries by *")]:
            pass

        tables = run(".show tables", database="Sales")
        run(f".cancel query '{ID}'")

        with pytest.raises(KustoApiError, match="cancelled"):
            endless.result(8)
    assert [row["TableName"] for row in tables] == ["Orders", "Customers"]


@pytest.mark.nightly
def test_a_query_ends_after_ten_seconds(refusal):
    error = refusal(ENDLESS, database="Sales")

    assert error.type.endswith("KustoServiceTimeoutException")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "text",
    [
        "range n from 1 to 500001 step 1",
        f"range n from 1 to 400000 step 1 | extend s = strcat('{'x' * 200}', n)",
    ],
)
def test_usual_limits(ask, unhurried, text):
    with pytest.raises(KustoMultiApiError, match="RESULT_SET_TOO_LARGE"):
        ask(text)


@pytest.mark.nightly
def test_notruncation_lifts_the_number_of_rows(ask, unhurried):
    assert len(ask("range n from 1 to 500001 step 1", notruncation=True)) == 500_001


def test_many_rows_are_aggregated(azure, run):
    rows = [("Info" if n % 4 else "Error", n, n / 2) for n in range(100_000)]
    table = Table("Log", (("Level", "string"), ("n", "long"), ("Cost", "real")), rows=rows)
    azure.world.cluster.databases["Sales"].tables["Log"] = table

    found = run("Log | summarize n = count(), max(n) by Level", database="Sales")

    assert found == [
        {"Level": "Error", "n": 25_000, "max_n": 99_996},
        {"Level": "Info", "n": 75_000, "max_n": 99_999},
    ]


@pytest.mark.nightly
@pytest.mark.parametrize(
    "text",
    [
        "range n from 1 to 5000000 step 1 | summarize count() by n % 1000",
        "range n from 1 to 4000000 step 1 | summarize make_list(tostring(n)) | mv-expand list_",
        "range n from 1 to 3000000 step 1 | extend s = strcat('x', n) | summarize dcount(s) by s",
    ],
)
def test_memory_stays_below_a_limit(azure, connect, unhurried, capfd, text):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with suppress(KustoApiError):
        connect(ADMIN).execute("Sales", text)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert capfd.readouterr() == ("", "")
