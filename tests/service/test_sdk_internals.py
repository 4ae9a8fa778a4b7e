"""What the package uses of others that they promise nobody, and what it relies on there.

`INTERNALS` is the whole list: a scan of the source finds no other private member. Each package in
it has an upper bound in ``pyproject.toml``, and each member a test that fails when it vanishes or
means something else. Tests that are named here and stand elsewhere do the same for names that are
public but lie outside of what their package documents.
"""

import socket
from contextlib import suppress
from threading import Thread

import pytest
from azure.core.credentials import AccessToken
from azure.identity import ChainedTokenCredential, CredentialUnavailableError
from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data._cloud_settings import CloudSettings
from azure.kusto.data.exceptions import KustoError
from requests.adapters import HTTPAdapter

from adxmi_jupyter.errors import AdxmiError, PartialFailure
from adxmi_jupyter.service.credentials import Shared
from adxmi_jupyter.service.kusto_client import make_client
from adxmi_jupyter.service.limits import Limits
from tests.faults.catalogue import edited
from tests.nightly.supply import declared
from tests.service.replay import replay

INTERNALS = {
    ("azure-kusto-data", "_session"): "every request of the client is sent by it",
    ("azure-kusto-data", "_kusto_parse_by_endpoint"): "every answer is parsed by it",
    ("azure-kusto-data", "_handle_http_error"): "every answer that is no JSON is given to it",
    ("azure-kusto-data", "_cloud_cache"): "sign-in metadata, which it reads under one lock",
    ("azure-identity", "_successful_credential"): "which of a chain's credentials gave the token",
}

# Public by name, but not by documentation.
UNDOCUMENTED = {
    "azure-kusto-ingest": "IngestionBlobInfo; test_ingestion.py queues with it",
    "ipython": "magics_manager.magics and .registry; test_loading.py unloads with them",
    "requests": "HTTPAdapter.build_response and .poolmanager; test_bounds.py goes through them",
    "urllib3": "ConnectionCls, response_class, pool_classes_by_scheme; test_bounds.py likewise",
}


def test_each_package_whose_internals_are_used_has_an_upper_bound():
    requirements = [one for group in declared().values() for one in group]
    bounded = {one.name for one in requirements if "<" in {s.operator for s in one.specifier}}

    assert {package for package, _ in INTERNALS} | set(UNDOCUMENTED) <= bounded


class Watching(HTTPAdapter):
    """Notes the requests of a session on their way to the session's own adapter."""

    def __init__(self, adapter):
        super().__init__()
        self.sent = []
        self._adapter = adapter

    def send(self, request, **options):
        self.sent.append(request)
        return self._adapter.send(request, **options)


def test_every_request_of_the_client_goes_through_the_session_it_is_given(azure):
    def authenticate(uri):
        return KustoConnectionStringBuilder.with_azure_token_credential(uri, Shared(Available()))

    client = make_client(azure.kusto_uri, loopback=True, authenticate=authenticate, limits=Limits())
    watching = Watching(client._session.get_adapter(azure.kusto_uri))
    client._session.mount("http://", watching)

    with client:
        client.execute_mgmt("Sales", ".show databases")
        client.execute_query("Sales", "Orders | take 1")

    assert [request.path_url for request in watching.sent] == [
        "/v1/rest/auth/metadata",
        "/v1/rest/mgmt",
        "/v2/rest/query",
    ]


def test_a_cluster_that_hangs_keeps_no_other_from_its_sign_in_metadata(azure):
    def authenticate(uri):
        return KustoConnectionStringBuilder.with_azure_token_credential(uri, Shared(Available()))

    def client_of(uri):
        return make_client(uri, loopback=True, authenticate=authenticate, limits=Limits())

    def hang(uri):
        with suppress(AdxmiError, KustoError), client_of(uri) as client:
            client.execute_mgmt("Sales", ".show databases")

    uri = azure.kusto_uri.replace("127.0.0.1", "localhost")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hanging = Thread(target=hang, args=(silent_uri,), daemon=True)
        hanging.start()
        accepted = silent.accept()[0]
        with client_of(uri) as client:
            client.execute_mgmt("Sales", ".show databases")
        is_still_hanging = hanging.is_alive()
        accepted.close()

    assert is_still_hanging
    assert uri in CloudSettings._cloud_cache


def test_every_answer_is_parsed_where_its_own_errors_are_noticed(proxied, proxy):
    def append_error(body):
        return body | {"Exceptions": ["it broke"]} if "Tables" in body else body

    proxy.strike(edited("an error at the end", append_error))

    with pytest.raises(PartialFailure, match="it broke"):
        proxied.kusto.command(".show databases")


def test_every_answer_that_is_no_json_is_seen_where_its_rows_are_kept(ask):
    begun = b'[{"FrameType": "DataSetHeader"}, {"FrameType": "DataTa'

    with replay(begun) as uri, pytest.raises(PartialFailure, match="before its last frame"):
        ask(uri, "T")


def test_a_chain_says_which_of_its_credentials_gave_the_token():
    credential = Shared(ChainedTokenCredential(Unavailable(), Available()))

    credential.get_token("https://example.org/.default")

    assert credential.used == "Available"


class Unavailable:
    def get_token(self, *_scopes, **_options):
        raise CredentialUnavailableError("not here")


class Available:
    def get_token(self, *_scopes, **_options):
        return AccessToken("embedded-admin", 4102444800)
