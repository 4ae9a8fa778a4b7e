"""What Resource Manager refuses before a provider sees it: tokens, versions, paths, rights."""

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure

SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
CLUSTERS = f"{SUBSCRIPTION}/providers/Microsoft.Kusto/clusters"
CLUSTER = f"{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto/clusters/contoso"


def code(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (None, "AuthenticationFailed"),
        ("embedded-expired", "ExpiredAuthenticationToken"),
        ("nonsense", "InvalidAuthenticationToken"),
        ("embedded-nobody", "InvalidAuthenticationToken"),
    ],
)
def test_unusable_tokens(send, token, expected):
    response = send("GET", CLUSTER, token=token)

    assert code(response) == (401, expected)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2017-01-01", "NoRegisteredProviderFound"),
        ("2022-04-01", "NoRegisteredProviderFound"),
    ],
)
def test_unusable_versions(send, version, expected):
    response = send("GET", CLUSTER, version=version)

    assert code(response) == (400, expected)


@pytest.mark.parametrize("version", ["2020-09-18", "2022-02-01", "2024-04-13", "2025-02-14"])
def test_older_versions_are_served(send, version):
    assert send("GET", CLUSTER, version=version).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        (
            "GET",
            f"{SUBSCRIPTION}/providers/Microsoft.Nothing/things",
            (404, "InvalidResourceNamespace"),
        ),
        ("GET", f"{SUBSCRIPTION}/providers", (404, "InvalidResourceNamespace")),
        ("GET", SUBSCRIPTION, (404, "InvalidResourceNamespace")),
        ("GET", f"{CLUSTER}/scripts", (404, "InvalidResourceType")),
        ("GET", "/providers/Microsoft.Kusto/operations", (404, "InvalidResourceType")),
        ("DELETE", CLUSTERS, (405, "MethodNotAllowed")),
        ("GET", CLUSTERS.replace("4c8f", "0000"), (404, "SubscriptionNotFound")),
        ("GET", CLUSTER.replace("analytics", "nothing"), (404, "ResourceGroupNotFound")),
        ("GET", CLUSTER.replace("contoso", "nothing"), (404, "ResourceNotFound")),
    ],
)
def test_what_is_not_there(send, method, path, expected):
    assert code(send(method, path)) == expected


def test_role_path_without_a_scope_is_no_path(send):
    path = "/providers/Microsoft.Authorization/roleAssignments"

    assert code(send("GET", path, version="2022-04-01")) == (404, "InvalidResourceType")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"identity": []}'])
def test_unreadable_bodies(send, body):
    assert code(send("PATCH", CLUSTER, data=body)) == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", CLUSTERS, "Microsoft.Kusto/clusters/read"),
        ("PATCH", CLUSTER, "Microsoft.Kusto/clusters/write"),
        (
            "PUT",
            f"{CLUSTER}/principalAssignments/x",
            "Microsoft.Kusto/clusters/principalAssignments/write",
        ),
        (
            "DELETE",
            f"{CLUSTER}/databases/Sales/principalAssignments/x",
            "Microsoft.Kusto/clusters/databases/principalAssignments/delete",
        ),
        (
            "POST",
            f"{CLUSTER}/databases/Sales/dataConnectionValidation",
            "Microsoft.Kusto/clusters/databases/dataConnectionValidation/action",
        ),
    ],
)
def test_reader_of_the_cluster_may_not(send, method, path, action):
    response = send(method, path, token="embedded-reader", json={})

    assert code(response) == (403, "AuthorizationFailed")
    assert action in response.json()["error"]["message"]
    assert "reader@contoso.example" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "path",
    ["", "/databases", "/databases/Sales/dataConnections", "/principalAssignments"],
)
def test_reader_of_the_cluster_may_read_it(send, path):
    response = send("GET", CLUSTER + path, token="embedded-reader")

    assert response.status_code == 200


def test_reader_of_the_cluster_may_not_read_identities(send, azure):
    path = azure.world.identity("mi-ingest").resource_id

    response = send("GET", path, token="embedded-reader", version="2024-11-30")

    assert code(response) == (403, "AuthorizationFailed")
    assert "userAssignedIdentities/read" in response.json()["error"]["message"]


def test_missing_right_is_said_before_a_missing_resource(send):
    path = CLUSTER.replace("contoso", "nothing").replace("analytics", "nothing")

    assert code(send("GET", path, token="embedded-reader")) == (403, "AuthorizationFailed")


def test_managed_identity_signs_in_with_its_name(send, give_role, azure):
    azure.world.azure_roles.clear()

    response = send("GET", CLUSTER, token="embedded-mi-ingest")

    assert code(response) == (403, "AuthorizationFailed")
    assert azure.world.identity("mi-ingest").object_id in response.json()["error"]["message"]


def test_every_answer_carries_the_usual_headers(send):
    response = send("GET", CLUSTER)

    names = {name.casefold() for name in response.headers}
    assert {
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-routing-request-id",
        "x-ms-ratelimit-remaining-subscription-resource-requests",
        "cache-control",
        "strict-transport-security",
    } <= names
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def test_requests_are_counted_apart(send, azure, run):
    kusto, arm = azure.requests_served, azure.arm_requests_served

    send("GET", CLUSTER)
    send("GET", CLUSTER, token="nonsense")
    run(".show version")

    assert (azure.requests_served, azure.arm_requests_served) == (kusto + 1, arm + 2)


def test_address_is_that_of_the_cluster_and_missing_before_the_start(azure):
    assert azure.arm_uri == azure.kusto_uri
    with pytest.raises(RuntimeError, match="start"):
        _ = EmbeddedAzure().arm_uri


def test_reset_brings_back_times_and_roles(azure):
    azure.arm.polls = 9
    azure.world.azure_roles.clear()

    azure.reset()

    assert azure.arm.polls == 1
    assert len(azure.world.azure_roles) == 7
