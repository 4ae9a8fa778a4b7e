"""One running embedded Azure for all tests here, reset before each; real clients talk to it."""

import json
import threading

import pytest
import requests
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoApiError

from adxmi_jupyter.embedded import EmbeddedAzure

ADMIN = "embedded-admin"
READER = "embedded-reader"


class WatchedAzure(EmbeddedAzure):
    """Signals when it begins to hold an answer back, so that tests need not guess."""

    def __init__(self):
        super().__init__()
        self.holding = threading.Event()

    async def pause(self, seconds):
        if seconds:
            self.holding.set()
        await super().pause(seconds)


@pytest.fixture(scope="session")
def running_azure():
    with EmbeddedAzure() as azure:
        yield azure


@pytest.fixture
def azure(running_azure):
    running_azure.reset()
    return running_azure


@pytest.fixture
def watched_azure():
    with WatchedAzure() as azure:
        yield azure


@pytest.fixture
def connect(azure):
    clients = []

    def connect_with(token):
        builder = KustoConnectionStringBuilder.with_token_provider(azure.kusto_uri, lambda: token)
        clients.append(KustoClient(builder))
        return clients[-1]

    yield connect_with
    for client in clients:
        client.close()


@pytest.fixture
def run(connect):
    """Run a command or query and return the rows of its first result as dicts."""

    def run_text(text, *, database=None, token=ADMIN):
        answer = connect(token).execute(database, text)
        return answer.primary_results[0].to_dict()["data"]

    return run_text


@pytest.fixture
def policy(run):
    """Run a policy command and return {display name: allowed usages}, or None for no policy."""

    def run_policy(text, **options):
        (row,) = run(text, **options)
        items = json.loads(row["Policy"])
        return items and {item["DisplayName"]: item["AllowedUsages"] for item in items}

    return run_policy


@pytest.fixture
def refusal(connect):
    """Run a text that must be refused and return the service's error."""

    def run_refused(text, *, database=None, token=ADMIN):
        with pytest.raises(KustoApiError) as caught:
            connect(token).execute(database, text)
        return caught.value.get_api_error()

    return run_refused


@pytest.fixture
def http():
    with requests.Session() as session:
        yield session


@pytest.fixture
def post(azure, http):
    """Post a command without any SDK and return the HTTP response."""

    def post_text(text, *, path="/v1/rest/mgmt", headers=None, **body):
        return http.post(azure.kusto_uri + path, json={"csl": text, **body}, headers=headers)

    return post_text
