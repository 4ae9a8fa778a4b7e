"""One running embedded Azure for all tests here, reset before each; real clients talk to it."""

import json
import socket
import uuid

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.data.exceptions import KustoApiError
from azure.kusto.ingest import (
    BlobDescriptor,
    IngestionProperties,
    QueuedIngestClient,
    ReportLevel,
)
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.kusto import KustoManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resourcegraph import ResourceGraphClient

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.embedded.clients import WAITING, LoopbackAuth, UnusedCredential, WatchedAzure, body_of
from tests.embedded.ingesting import HUB, INGEST

ADMIN = "embedded-admin"
READER = "embedded-reader"
SUBSCRIPTION = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
KUSTO_VERSION = "2025-02-14"


@pytest.fixture(scope="session")
def running_azure():
    with EmbeddedAzure() as azure:
        yield azure


@pytest.fixture
def azure(running_azure):
    """The embedded Azure as it is seeded, but with empty logs."""
    running_azure.reset(with_history=False)
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
def run_on(azure):
    """Run a command or query on a cluster, by name, and return the rows of its first result."""
    clients = []

    def run_text(cluster, text, *, database=None, token=ADMIN, address=None):
        builder = KustoConnectionStringBuilder.with_token_provider(
            address or azure.uri_of(cluster), lambda: token
        )
        clients.append(KustoClient(builder))
        answer = clients[-1].execute(database, text)
        return answer.primary_results[0].to_dict()["data"]

    yield run_text
    for client in clients:
        client.close()


@pytest.fixture
def sales(run):
    """Run a text in the database Sales."""
    return lambda text, **options: run(text, database="Sales", **options)


@pytest.fixture
def world(azure):
    return azure.world


@pytest.fixture
def system(world):
    """The system-assigned identity of the cluster."""
    return world.cluster.system_identity


@pytest.fixture
def script_token(azure):
    """The admin's token with the key that lets scripts run."""
    return f"{ADMIN}.{azure.script_key}"


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(15)
        yield server


@pytest.fixture
def waiting_query(listener):
    """Return a query with a script that waits for the listener."""
    port = listener.getsockname()[1]
    return (
        f'Orders | evaluate python(typeof(OrderId:long), "{WAITING}",'
        f" bag_pack('port', {port})) | count"
    )


@pytest.fixture
def running(listener):
    """Wait until the script of a waiting query runs and return the line to it."""
    lines = []

    def wait_for_script():
        line, _ = listener.accept()
        lines.append(line)
        line.settimeout(15)
        assert line.recv(1) == b"."
        return line

    yield wait_for_script
    for line in lines:
        line.close()


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
def refused_in_sales(refusal):
    return lambda text, **options: refusal(text, database="Sales", **options)


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


@pytest.fixture
def manage(azure):
    """Open a management client of the real SDK on the embedded Azure."""
    clients = []

    def open_client(kind, *arguments, token=ADMIN, **options):
        client = kind(
            UnusedCredential(),
            *arguments,
            base_url=azure.arm_uri,
            authentication_policy=LoopbackAuth(token),
            **{"polling_interval": 0.001, "retry_total": 0, **options},
        )
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def kusto(manage):
    return manage(KustoManagementClient, SUBSCRIPTION)


@pytest.fixture
def msi(manage):
    return manage(ManagedServiceIdentityClient, SUBSCRIPTION)


@pytest.fixture
def authorization(manage):
    return manage(AuthorizationManagementClient, SUBSCRIPTION)


@pytest.fixture
def graph(manage):
    return manage(ResourceGraphClient)


@pytest.fixture
def kusto_as(manage):
    """Open a Kusto management client for the caller of a token."""
    return lambda token: manage(KustoManagementClient, SUBSCRIPTION, token=token)


@pytest.fixture
def refused():
    """Call something that Resource Manager must refuse and return the SDK's error."""

    def call_refused(call, *arguments, **options):
        with pytest.raises(HttpResponseError) as caught:
            call(*arguments, **options)
        return caught.value

    return call_refused


@pytest.fixture
def send(azure, http):
    """Send a request to Resource Manager without any SDK and return the HTTP response."""

    def send_request(method, path, *, token=ADMIN, version=KUSTO_VERSION, headers=None, **options):
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        params = {"api-version": version} if version else {}
        return http.request(
            method,
            azure.arm_uri + path,
            params=params,
            headers={**sent, **(headers or {})},
            **options,
        )

    return send_request


@pytest.fixture
def give_role(azure, authorization):
    """Give a caller, made up when unknown, an Azure role at a scope; the name is the token."""

    def give(name, role, scope):
        world = azure.world
        caller = world.principal(name) or world.add_principal(name, token=name)
        (definition,) = authorization.role_definitions.list(scope, filter=f"roleName eq '{role}'")
        body = {"properties": {"roleDefinitionId": definition.id, "principalId": caller.object_id}}
        return authorization.role_assignments.create(scope, str(uuid.uuid4()), body_of(body))

    return give


@pytest.fixture
def new_rows(azure):
    """Return the rows of a table that came after the seeded ones."""
    databases = azure.world.cluster.databases
    seeded = {(d.name, t.name): len(t.rows) for d in databases.values() for t in d.tables.values()}

    def rows(table="Orders", database="Sales"):
        return databases[database].tables[table].rows[seeded[database, table] :]

    return rows


@pytest.fixture
def failures(run):
    """Return (error code, table, number of sources) of every ingestion failure, oldest first."""

    def shown():
        found = run(".show ingestion failures")
        return [(row["ErrorCode"], row["Table"], row["NumberOfSources"]) for row in found]

    return shown


@pytest.fixture
def error_codes(failures):
    """Return the error codes of the ingestion failures alone."""
    return lambda: [code for code, _, _ in failures()]


@pytest.fixture
def endpoint(azure):
    """Run a command on the ingestion endpoint and return the rows of its result as dicts."""
    clients = []

    def run_there(text, *, database="Sales", token=ADMIN):
        builder = KustoConnectionStringBuilder.with_token_provider(azure.ingest_uri, lambda: token)
        clients.append(KustoClient(builder))
        return clients[-1].execute_mgmt(database, text).primary_results[0].to_dict()["data"]

    yield run_there
    for client in clients:
        client.close()


@pytest.fixture
def endpoint_refusal(endpoint):
    """Run a command that the ingestion endpoint must refuse and return the service's error."""

    def run_refused(text, **options):
        with pytest.raises(KustoApiError) as caught:
            endpoint(text, **options)
        return caught.value.get_api_error()

    return run_refused


@pytest.fixture
def disconnect(azure):
    """Remove the seeded data connection, so that another one can be looked at alone."""
    azure.world.cluster.databases["Sales"].data_connections.clear()


@pytest.fixture
def connect_source(kusto):
    """Make a data connection of the database Sales, or change it."""

    def make(name, kind, **properties):
        body = {"kind": kind, "properties": properties}
        where = ("analytics", "contoso", "Sales")
        kusto.data_connections.begin_create_or_update(*where, name, body).result()

    return make


@pytest.fixture
def connect_hub(connect_source):
    """Make an Event Hubs connection beside the seeded one, or change it."""

    def make(**properties):
        usual = {
            "eventHubResourceId": HUB,
            "consumerGroup": "analytics",
            "tableName": "Orders",
            "dataFormat": "JSON",
            "managedIdentityResourceId": INGEST,
        }
        connect_source("extra", "EventHub", **{**usual, **properties})

    return make


@pytest.fixture
def ingestor(azure):
    """A client of queued ingestion for the admin."""
    with QueuedIngestClient(KustoConnectionStringBuilder(azure.ingest_uri)) as client:
        yield client


@pytest.fixture
def ingest(ingestor):
    """Queue a blob by its connection string."""

    def queue(source, *, table="Orders", database="Sales", data_format=DataFormat.CSV, **options):
        level = options.pop("report_level", ReportLevel.FailuresAndSuccesses)
        properties = IngestionProperties(
            database, table, data_format, report_level=level, **options
        )
        return ingestor.ingest_from_blob(BlobDescriptor(source, size=100), properties)

    return queue
