"""Long-running operations: what a poller sees, and what two writes at once come to."""

import pytest
from azure.mgmt.kusto import KustoManagementClient
from azure.mgmt.kusto.models import ClusterPrincipalAssignment

CLUSTER = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics"
    "/providers/Microsoft.Kusto/Clusters/contoso"
)
SYSTEM_ONLY = {"identity": {"type": "SystemAssigned"}}
NO_IDENTITY = {"identity": {"type": "None"}}


@pytest.fixture
def begin(kusto):
    """Start a change of the cluster's identity and do not poll."""
    return lambda body, **options: kusto.clusters.begin_update(
        "analytics", "contoso", body, **options
    )


@pytest.fixture
def grant(kusto):
    """Start an assignment of a cluster role to mi-ingest."""

    def begin_grant(azure, **options):
        properties = {
            "principalId": azure.world.identity("mi-ingest").client_id,
            "principalType": "App",
            "role": "AllDatabasesViewer",
        }
        return kusto.cluster_principal_assignments.begin_create_or_update(
            "analytics", "contoso", "ingest", {"properties": properties}, **options
        )

    return begin_grant


def test_patch_is_accepted_with_two_addresses(send, azure):
    response = send("PATCH", CLUSTER, json=SYSTEM_ONLY)

    base = f"{azure.arm_uri}/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
    status, result = response.headers["Azure-AsyncOperation"], response.headers["Location"]
    assert response.status_code == 202
    assert status.startswith(f"{base}/providers/Microsoft.Kusto/locations/West Europe/operation")
    assert result.startswith(f"{base}/providers/Microsoft.Kusto/locations/West%20Europe/operation")
    assert result.endswith("?api-version=2025-02-14&operationResultResponseType=Location")
    assert "Retry-After" not in response.headers
    assert response.json()["properties"]["provisioningState"] == "Accepted"
    assert response.json()["identity"] == {"type": "SystemAssigned", "userAssignedIdentities": {}}


def test_cluster_is_as_before_while_the_operation_runs(begin, kusto, azure):
    before = azure.world.cluster.etag
    begin(SYSTEM_ONLY, polling=False)

    cluster = kusto.clusters.get("analytics", "contoso")

    assert cluster.properties.provisioning_state == "Running"
    assert cluster.properties.state == "Updating"
    assert cluster.identity.type == "SystemAssigned, UserAssigned"
    assert cluster.etag == before


def statuses(send, address, azure, number):
    path = address.removeprefix(azure.arm_uri).partition("?")[0]
    return [send("GET", path).json() for _ in range(number)]


@pytest.mark.parametrize("polls", [0, 1, 3])
def test_states_follow_one_another(send, azure, polls):
    azure.arm.polls = polls
    address = send("PATCH", CLUSTER, json=SYSTEM_ONLY).headers["Azure-AsyncOperation"]

    seen = statuses(send, address, azure, polls + 2)

    assert [each["status"] for each in seen] == ["Running"] * polls + ["Succeeded"] * 2
    assert azure.world.cluster.identities == []


def test_body_of_a_status(send, azure):
    address = send("PATCH", CLUSTER, json=SYSTEM_ONLY).headers["Azure-AsyncOperation"]

    running, done = statuses(send, address, azure, 2)

    assert running["id"].endswith(f"locations/West Europe/operationresults/{running['name']}")
    assert running["percentComplete"] == 0.5
    assert running["properties"] == {
        "operationKind": "ServiceConfigurationAlter",
        "provisioningState": "Running",
        "operationState": "InProgress",
    }
    assert done["percentComplete"] == 1.0
    assert done["properties"]["operationState"] == "Completed"
    assert done["endTime"] >= done["startTime"]


def test_operation_lasts_at_least_as_long_as_told(send, azure):
    azure.arm.seconds = 3600
    address = send("PATCH", CLUSTER, json=SYSTEM_ONLY).headers["Azure-AsyncOperation"]

    seen = statuses(send, address, azure, 4)

    assert {each["status"] for each in seen} == {"Running"}


def test_operation_nobody_asks_about_ends_by_itself(send, azure, run):
    azure.arm.unattended = 0
    send("PATCH", CLUSTER, json=SYSTEM_ONLY)

    run(".show version")

    assert azure.world.cluster.identities == []


def test_location_answers_202_until_the_end(send, azure):
    response = send("PATCH", CLUSTER, json=SYSTEM_ONLY)
    path = response.headers["Location"].removeprefix(azure.arm_uri).partition("?")[0]

    running = send("GET", path + "?operationResultResponseType=Location")
    statuses(send, response.headers["Azure-AsyncOperation"], azure, 2)
    done = send("GET", path + "?operationResultResponseType=Location")

    assert running.status_code == 202
    assert running.headers["Location"] == response.headers["Location"]
    assert done.status_code == 200
    assert done.content == b""


def test_unknown_operation_is_404(send):
    path = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/providers/Microsoft.Kusto"

    response = send("GET", f"{path}/locations/West Europe/operationResults/none")

    assert response.status_code == 404


def test_operation_is_resumed_by_another_client(begin, manage, azure):
    azure.arm.polls = 2
    token = begin(SYSTEM_ONLY).continuation_token()
    other = manage(KustoManagementClient, "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07")

    cluster = other.clusters.begin_update(
        "analytics", "contoso", None, continuation_token=token
    ).result()

    assert cluster.identity.type == "SystemAssigned"


def test_operation_that_fails_late(begin, azure, refused):
    azure.faults.add("operation-fails", match="PATCH")
    before = azure.world.cluster.etag

    error = refused(begin(NO_IDENTITY).result)

    assert error.status_code == 200
    assert (error.error.code, error.error.message) == ("Failed", "Internal Server Error")
    assert len(azure.world.cluster.identities) == 2
    assert azure.world.cluster.provisioning_state == "Failed"
    assert azure.world.cluster.etag != before


def test_change_after_a_failed_one_succeeds(begin, azure, refused):
    azure.faults.add("operation-fails")
    refused(begin(NO_IDENTITY).result)

    cluster = begin(SYSTEM_ONLY).result()

    assert cluster.properties.provisioning_state == "Succeeded"


def test_fault_of_operations_waits_for_one(kusto, azure, refused, begin):
    azure.faults.add("operation-fails")

    kusto.clusters.get("analytics", "contoso")
    before = len(azure.faults.active())
    refused(begin(SYSTEM_ONLY).result)

    assert before == 1
    assert azure.faults.active() == []


def test_second_change_of_a_cluster_is_a_conflict(begin, refused, azure):
    begin(SYSTEM_ONLY, polling=False)

    error = refused(begin, NO_IDENTITY)

    assert error.status_code == 409
    assert error.error.code == "RequestConflict"
    assert len(azure.world.operations) == 1


def test_assignment_during_a_change_fails_late(begin, grant, refused, azure):
    begin(SYSTEM_ONLY, polling=False)

    error = refused(grant(azure).result)

    assert error.status_code == 200
    assert error.error.code == "ServiceIsInMaintenance"
    assert len(azure.world.cluster.roles) == 1


def test_change_during_an_assignment_is_a_conflict(begin, grant, refused, azure):
    grant(azure, polling=False)

    error = refused(begin, SYSTEM_ONLY)

    assert error.error.code == "RequestConflict"


def test_removal_of_an_assignment_during_a_change_fails_late(begin, kusto, grant, refused, azure):
    grant(azure).result()
    begin(SYSTEM_ONLY, polling=False)
    remove = kusto.cluster_principal_assignments.begin_delete("analytics", "contoso", "ingest")

    error = refused(remove.result)

    assert error.error.code == "ServiceIsInMaintenance"
    assert len(azure.world.cluster.roles) == 2


def test_cluster_in_maintenance_refuses_writes_at_once(begin, kusto, grant, refused, azure):
    grant(azure).result()
    azure.faults.add("in-maintenance", times=3)
    delete = kusto.cluster_principal_assignments.begin_delete

    errors = [
        refused(begin, SYSTEM_ONLY),
        refused(grant, azure),
        refused(delete, "analytics", "contoso", "ingest"),
    ]

    assert [each.status_code for each in errors] == [409] * 3
    assert {each.error.code for each in errors} == {"ServiceIsInMaintenance"}
    assert begin(SYSTEM_ONLY).result().identity.type == "SystemAssigned"


def test_models_of_the_sdk_are_accepted(kusto, azure):
    properties = ClusterPrincipalAssignment(
        {
            "properties": {
                "principalId": azure.world.identity("mi-ingest").client_id,
                "principalType": "App",
                "role": "AllDatabasesMonitor",
            }
        }
    )

    made = kusto.cluster_principal_assignments.begin_create_or_update(
        "analytics", "contoso", "ingest", properties
    ).result()

    assert made.properties.provisioning_state == "Succeeded"
