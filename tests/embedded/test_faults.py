"""Each fault switch, as a real client or plain HTTP sees it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from azure.kusto.data.exceptions import (
    KustoApiError,
    KustoError,
    KustoNetworkError,
    KustoServiceError,
    KustoThrottlingError,
)

from adxmi_jupyter.embedded import Fault
from adxmi_jupyter.embedded.faults import KUSTO_FAULTS

SHOW = ".show cluster policy managed_identity"
DELETE = ".delete cluster policy managed_identity"


def test_throttled_says_when_to_come_back(azure, post):
    azure.faults.add("throttled", retry_after=7)

    response = post(DELETE)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"
    assert response.json()["error"]["code"] == "TooManyRequests"
    assert response.json()["error"]["@permanent"] is False
    assert azure.world.cluster.policy is not None


def test_throttled_is_a_throttling_error_for_the_client(azure, connect):
    azure.faults.add(Fault.THROTTLED)

    with pytest.raises(KustoThrottlingError):
        connect("embedded-admin").execute_mgmt(None, SHOW)


def test_retry_after_defaults_to_one_second(azure, post):
    azure.faults.add("throttled")

    response = post(SHOW)

    assert response.headers["Retry-After"] == "1"


def test_unavailable_is_503_and_not_permanent(azure, connect, post):
    azure.faults.add("unavailable", times=2)

    response = post(DELETE)
    with pytest.raises(KustoApiError) as caught:
        connect("embedded-admin").execute_mgmt(None, DELETE)

    assert response.status_code == 503
    assert not caught.value.get_api_error().permanent
    assert azure.world.cluster.policy is not None


@pytest.mark.parametrize(
    ("fault", "written"), [("dropped-before-write", False), ("dropped-after-write", True)]
)
def test_dropped_connection_and_what_was_written(azure, connect, fault, written):
    azure.faults.add(fault)

    with pytest.raises(KustoNetworkError):
        connect("embedded-admin").execute_mgmt(None, DELETE)

    assert (azure.world.cluster.policy is None) is written


def test_truncated_body_breaks_off_after_the_write(azure, post):
    azure.faults.add("truncated-body")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        post(DELETE)

    assert azure.world.cluster.policy is None


def test_not_json_is_html_after_the_write(azure, post):
    azure.faults.add("not-json")

    response = post(DELETE)

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<html>")
    assert azure.world.cluster.policy is None


def test_wrong_content_type_still_holds_the_json(azure, run, post):
    azure.faults.add("wrong-content-type", times=2)

    response = post(SHOW)
    (row,) = run(SHOW)

    assert response.headers["Content-Type"].startswith("text/plain")
    assert row["PolicyName"] == "ManagedIdentityPolicy"


def test_empty_body_is_200_after_the_write(azure, post):
    azure.faults.add("empty-body")

    response = post(DELETE)

    assert response.status_code == 200
    assert response.content == b""
    assert azure.world.cluster.policy is None


def test_plain_text_400_does_not_write(azure, post, connect):
    azure.faults.add("plain-text-400", times=2)

    response = post(DELETE)
    with pytest.raises(KustoServiceError, match="General_BadRequest"):
        connect("embedded-admin").execute_mgmt(None, DELETE)

    assert response.headers["Content-Type"].startswith("text/plain")
    assert azure.world.cluster.policy is not None


def test_slow_executes_at_once_and_is_released_on_stop(watched_azure):
    watched_azure.faults.add("slow", delay=3600)
    uri = watched_azure.kusto_uri + "/v1/rest/mgmt"
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(requests.post, uri, json={"csl": DELETE})
        watched_azure.holding.wait()
        policy = watched_azure.world.cluster.policy
        other = requests.post(uri, json={"csl": SHOW})
        watched_azure.stop()
        released = pending.result()

    assert policy is None
    assert other.status_code == 200
    assert released.status_code == 200


@pytest.mark.nightly
def test_slow_answer_comes_after_its_delay(azure, run):
    azure.faults.add("slow", delay=0.01)

    rows = run(SHOW)

    assert len(rows) == 1


def test_two_column_policy_is_the_documented_form(azure, run):
    azure.faults.add("two-column-policy", times=None)

    (cluster,) = run(SHOW)
    (database,) = run(".alter-merge database Sales policy managed_identity '[]'")

    assert list(cluster) == ["EntityName", "Policies"]
    assert cluster["EntityName"] == ""
    assert database["EntityName"] == "[Sales]"
    assert "mi-ingest" in database["Policies"]


@pytest.mark.nightly
def test_two_column_policy_waits_for_a_policy_command(azure, run):
    azure.faults.add("two-column-policy")

    run(".show databases")
    (row,) = run(SHOW + " | project Policies")

    assert list(row) == ["Policies"]
    assert azure.faults.active() == []


def test_two_column_policy_strikes_together_with_another_fault(azure, post):
    azure.faults.add("two-column-policy")
    azure.faults.add("wrong-content-type")

    response = post(SHOW)

    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Policies" in response.text


def test_fault_strikes_so_many_times(azure, post):
    azure.faults.add("unavailable", times=2)

    statuses = [post(SHOW).status_code for _ in range(3)]

    assert statuses == [503, 503, 200]


def test_fault_without_an_end_stays_until_cleared(azure, post):
    azure.faults.add("unavailable", times=None)

    before = [post(SHOW).status_code for _ in range(3)]
    azure.faults.clear()

    assert before == [503, 503, 503]
    assert post(SHOW).status_code == 200


def test_fault_strikes_only_matching_texts(azure, post):
    azure.faults.add("unavailable", match=".delete")

    statuses = [post(text).status_code for text in (SHOW, DELETE, DELETE)]

    assert statuses == [200, 503, 200]


def test_faults_strike_one_after_the_other(azure, post):
    azure.faults.add("unavailable")
    azure.faults.add("throttled")

    statuses = [post(SHOW).status_code for _ in range(3)]

    assert statuses == [503, 429, 200]


def test_faults_strike_queries_too(azure, post):
    azure.faults.add("throttled")

    response = post("print 1", path="/v2/rest/query", db="Sales")

    assert response.status_code == 429


def test_unauthenticated_requests_use_up_no_fault(azure, post):
    azure.faults.add("unavailable")

    response = post(SHOW, headers={"Authorization": "Bearer nobody"})

    assert response.status_code == 401
    assert len(azure.faults.active()) == 1


def test_active_faults_are_plain_values(azure):
    azure.faults.add("throttled", times=3, match=".alter", retry_after=2)
    azure.faults.add("slow", times=None, delay=9)
    azure.faults.add("not-json")

    active = azure.faults.active()

    assert active == [
        {"name": "throttled", "times": 3, "match": ".alter", "retry_after": 2},
        {"name": "slow", "times": None, "match": "", "delay": 9},
        {"name": "not-json", "times": 1, "match": ""},
    ]


def test_unknown_fault_is_an_error_that_names_the_known_ones(azure):
    with pytest.raises(ValueError, match=r"'flaky'.*throttled, unavailable.*plain-text-400"):
        azure.faults.add("flaky")


@pytest.mark.parametrize("times", [0, -1])
def test_fault_that_never_strikes_is_an_error(azure, times):
    with pytest.raises(ValueError, match="at least once"):
        azure.faults.add("slow", times=times)


@pytest.mark.parametrize("fault", sorted(KUSTO_FAULTS))
def test_server_answers_again_after_each_fault(azure, connect, run, fault):
    azure.faults.add(fault, delay=0)
    with suppress(KustoError, TypeError, requests.RequestException):
        connect("embedded-admin").execute_mgmt(None, SHOW)

    rows = run(SHOW)

    assert len(rows) == 1
    assert azure.faults.active() == []
