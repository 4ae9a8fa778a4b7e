"""Clients that sign in with a managed identity get their tokens from the embedded Azure."""

import pytest
import requests
from azure.identity import ManagedIdentityCredential
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

from tests.embedded.ingesting import INGEST, INGEST_ID


@pytest.fixture
def token(azure):
    """Ask for a token; `key` stands in for the key of this server."""

    def ask(key=None, **query):
        environment = azure.sign_in_environment
        given = {"api-version": "2019-08-01", "resource": azure.kusto_uri, **query}
        headers = {} if key == "" else {"X-IDENTITY-HEADER": key or azure.script_key}
        return requests.get(
            environment["IDENTITY_ENDPOINT"], params=given, headers=headers, timeout=10
        )

    return ask


@pytest.fixture
def signed_in(azure, monkeypatch):
    """Who a client is that signs in with a managed identity, unchanged."""
    for name, value in azure.sign_in_environment.items():
        monkeypatch.setenv(name, value)

    def who(**named):
        builder = KustoConnectionStringBuilder.with_aad_managed_service_identity_authentication(
            azure.kusto_uri, **named
        )
        with KustoClient(builder) as client:
            answer = client.execute("NetDefaultDB", "print Who = current_principal()")
        return answer.primary_results[0][0]["Who"]

    return who


def test_a_client_without_a_named_identity_is_the_admin(azure, signed_in):
    assert signed_in() == azure.world.principal("embedded-admin").fqn


def test_a_client_with_a_named_identity_is_that_identity(azure, signed_in):
    identity = azure.world.find_identity("mi-ingest")

    assert signed_in(client_id=identity.client_id).startswith(f"aadapp={identity.client_id};")


@pytest.mark.parametrize(
    "named",
    [
        {"client_id": "CLIENT"},
        {"principal_id": INGEST_ID},
        {"principal_id": INGEST_ID.upper()},
        {"mi_res_id": INGEST},
    ],
)
def test_identities_go_by_each_of_their_ids(azure, token, named):
    client_id = azure.world.find_identity("mi-ingest").client_id
    named = {key: client_id if value == "CLIENT" else value for key, value in named.items()}

    answer = token(**named).json()

    assert (answer["access_token"], answer["client_id"]) == ("embedded-mi-ingest", client_id)
    assert answer["token_type"] == "Bearer"
    assert int(answer["expires_on"]) > 1_700_000_000


def test_azure_identity_takes_the_answer(azure, monkeypatch):
    for name, value in azure.sign_in_environment.items():
        monkeypatch.setenv(name, value)

    with ManagedIdentityCredential() as credential:
        answer = credential.get_token("https://management.azure.com/.default")

    assert answer.token == "embedded-admin"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"key": ""}, 401),
        ({"key": "wrong"}, 401),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 400),
        ({"client_id": "mi-ingest"}, 400),
        ({"resource": ""}, 400),
        ({"api-version": "2017-09-01"}, 400),
    ],
)
def test_requests_without_key_identity_or_resource(token, changes, status):
    answer = token(**changes)

    assert answer.status_code == status
    assert answer.json()["statusCode"] == status
    assert "access_token" not in answer.text
