"""Each fault switch as a client of Resource Manager sees it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from azure.core.exceptions import AzureError, ServiceResponseError
from azure.mgmt.kusto import KustoManagementClient

from adxmi_jupyter.embedded.faults import ARM_FAULTS, KUSTO_FAULTS, LASTING_FAULTS, Fault

CLUSTER = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
    "/providers/Microsoft.Kusto/clusters/contoso"
)
SYSTEM_ONLY = {"identity": {"type": "SystemAssigned"}}


@pytest.fixture
def change(kusto):
    """Change the identity of the cluster and wait."""
    return lambda: kusto.clusters.begin_update("analytics", "contoso", SYSTEM_ONLY).result()


def test_throttled_says_when_to_come_back(azure, send):
    azure.faults.add("throttled", retry_after=7)

    response = send("PATCH", CLUSTER, json=SYSTEM_ONLY)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"
    assert response.json()["error"]["code"] == "TooManyRequests"
    assert azure.world.operations == []


def test_throttled_get_is_tried_again_by_the_client(azure, manage):
    azure.faults.add("throttled", retry_after=0.001)
    client = manage(KustoManagementClient, "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07", retry_total=1)

    cluster = client.clusters.get("analytics", "contoso")

    assert cluster.name == "contoso"
    assert azure.faults.active() == []


def test_unavailable_is_503(azure, change, refused):
    azure.faults.add("unavailable")

    error = refused(change)

    assert error.status_code == 503
    assert azure.world.operations == []


@pytest.mark.parametrize(
    ("fault", "started"),
    [("dropped-before-write", 0), ("dropped-after-write", 1), ("truncated-body", 1)],
)
def test_broken_connection_and_what_was_started(azure, change, fault, started):
    azure.faults.add(fault, match="PATCH")

    with pytest.raises(AzureError) as caught:
        change()

    assert isinstance(caught.value, ServiceResponseError) or fault == "truncated-body"
    assert len(azure.world.operations) == started


def test_broken_poll_leaves_the_operation_to_be_resumed(azure, kusto):
    azure.faults.add("dropped-before-write", match="operationResults")
    poller = kusto.clusters.begin_update("analytics", "contoso", SYSTEM_ONLY)
    token = poller.continuation_token()
    with pytest.raises(AzureError):
        poller.result()

    cluster = kusto.clusters.begin_update(
        "analytics", "contoso", None, continuation_token=token
    ).result()

    assert cluster.identity.type == "SystemAssigned"


@pytest.mark.parametrize(
    ("fault", "kind", "body"),
    [
        ("not-json", "text/html", "<html>"),
        ("empty-body", "application/json", ""),
        ("wrong-content-type", "text/plain", "{"),
    ],
)
def test_spoiled_answers(azure, send, fault, kind, body):
    azure.faults.add(fault)

    response = send("GET", CLUSTER)

    assert response.status_code == 200
    assert response.headers.get("Content-Type", kind).startswith(kind)
    assert response.text.startswith(body)


def test_slow_executes_at_once_and_is_released_on_stop(watched_azure):
    watched_azure.faults.add("slow", delay=3600)
    uri = f"{watched_azure.arm_uri}{CLUSTER}?api-version=2025-02-14"
    headers = {"Authorization": "Bearer embedded-admin"}
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(requests.patch, uri, json=SYSTEM_ONLY, headers=headers)
        watched_azure.holding.wait()
        started = len(watched_azure.world.operations)
        watched_azure.stop()
        released = pending.result()

    assert started == 1
    assert released.status_code == 202


def test_faults_of_commands_leave_resource_manager_alone(azure, send):
    azure.faults.add("plain-text-400")
    azure.faults.add("two-column-policy")

    response = send("GET", CLUSTER)

    assert response.status_code == 200
    assert len(azure.faults.active()) == 2


def test_faults_of_resource_manager_leave_commands_alone(azure, run):
    azure.faults.add("operation-fails")
    azure.faults.add("in-maintenance")

    run(".show version")

    assert len(azure.faults.active()) == 2


def test_match_looks_at_method_path_and_body(azure, send):
    azure.faults.add("unavailable", match="UserAssigned")

    statuses = [
        send("GET", CLUSTER).status_code,
        send("PATCH", CLUSTER, json={"identity": {"type": "UserAssigned"}}).status_code,
    ]

    assert statuses == [200, 503]


def test_unauthenticated_requests_use_up_no_fault(azure, send):
    azure.faults.add("unavailable")

    response = send("GET", CLUSTER, token="nobody")

    assert response.status_code == 401
    assert len(azure.faults.active()) == 1


@pytest.mark.parametrize("fault", sorted(ARM_FAULTS))
def test_server_answers_again_after_each_fault(azure, change, kusto, fault):
    azure.faults.add(fault, delay=0)
    with suppress(AzureError):
        change()

    cluster = kusto.clusters.get("analytics", "contoso")

    assert cluster.name == "contoso"
    assert azure.faults.active() == []


def test_every_fault_belongs_to_a_face_or_lasts():
    assert set(Fault) == ARM_FAULTS | KUSTO_FAULTS | LASTING_FAULTS
