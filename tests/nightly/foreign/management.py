"""Management SDKs of Azure, with and without async."""

from __future__ import annotations

import asyncio

from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.kusto import KustoManagementClient
from azure.mgmt.kusto.aio import KustoManagementClient as AsyncKustoManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest
from steps import ARM, TOKEN, is_equal, step

SUBSCRIPTION = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
STRANGER = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared-identities/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/mi-stranger"
)


class Credential:
    def get_token(self, *scopes, **options):
        return AccessToken(TOKEN, 4102444800)


class ByToken(SansIOHTTPPolicy):
    """The policy of the SDK sends no token over http."""

    def on_request(self, request):
        request.http_request.headers["Authorization"] = f"Bearer {TOKEN}"


OPTIONS = {
    "base_url": ARM,
    "authentication_policy": ByToken(),
    "polling_interval": 0.05,
    "retry_total": 0,
}


def client_of(kind):
    return kind(Credential(), SUBSCRIPTION, **OPTIONS)


@step("clusters")
def clusters():
    with client_of(KustoManagementClient) as client:
        is_equal([each.name for each in client.clusters.list()], ["contoso"])
        is_equal(client.clusters.get("analytics", "contoso").state, "Running")


@step("databases and principals")
def databases():
    with client_of(KustoManagementClient) as client:
        names = [each.name for each in client.databases.list_by_cluster("analytics", "contoso")]
        is_equal("contoso/Sales" in names, True)
        list(client.cluster_principal_assignments.list("analytics", "contoso"))


@step("data connections")
def connections():
    with client_of(KustoManagementClient) as client:
        found = client.data_connections.list_by_database("analytics", "contoso", "Sales")
        is_equal([each.name for each in found], ["contoso/Sales/sales-orders"])


@step("assigning an identity")
def assign():
    with client_of(KustoManagementClient) as client:
        cluster = client.clusters.get("analytics", "contoso")
        kept = {name: {} for name in cluster.identity.user_assigned_identities}
        body = {"identity": {"type": cluster.identity.type, "userAssignedIdentities": kept}}
        kept[STRANGER] = {}
        client.clusters.begin_update("analytics", "contoso", body).result()
        cluster = client.clusters.get("analytics", "contoso")
        is_equal(len(cluster.identity.user_assigned_identities), 3)


@step("async")
def with_async():
    class AsyncCredential:
        async def get_token(self, *scopes, **options):
            return AccessToken(TOKEN, 4102444800)

    async def names():
        async with AsyncKustoManagementClient(AsyncCredential(), SUBSCRIPTION, **OPTIONS) as client:
            poller = await client.clusters.begin_update(
                "analytics", "contoso", {"tags": {"a": "b"}}
            )
            await poller.result()
            return [each.name async for each in client.clusters.list()]

    is_equal(asyncio.run(names()), ["contoso"])


@step("identities")
def identities():
    with client_of(ManagedServiceIdentityClient) as client:
        found = client.user_assigned_identities.list_by_subscription()
        is_equal({each.name for each in found}, {"mi-ingest", "mi-export", "mi-stranger"})


@step("Azure roles")
def roles():
    with client_of(AuthorizationManagementClient) as client:
        is_equal(len(list(client.role_assignments.list_for_subscription())) > 0, True)


@step("Resource Graph")
def graph():
    with ResourceGraphClient(Credential(), **OPTIONS) as client:
        query = "resources | where type =~ 'microsoft.kusto/clusters' | project name"
        answer = client.resources(QueryRequest(subscriptions=[SUBSCRIPTION], query=query))
        is_equal(answer.data, [{"name": "contoso"}])
