"""Azure Resource Manager: clusters, identities and what names them.

Clusters go through the operations of `azure-mgmt-kusto`; identities and Resource Graph, three
request shapes, through the same client's `send_request`: the same credential, retries and
polling without three more packages.

Source: REST references of Microsoft.Kusto, Microsoft.ManagedIdentity, Microsoft.ResourceGraph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from adxmi_jupyter.errors import AdxmiError, ClusterBusy, ResourceNotFound
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.model.azure_shapes import (
    FOUND_CLUSTER,
    IDENTITY,
    PRINCIPAL_ASSIGNMENT,
    SYSTEM_IDENTITY,
)
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.service.arm_answers import is_same_path, object_in, typed, typed_answer
from adxmi_jupyter.service.operation import Operation, ReportedSuccess
from adxmi_jupyter.service.resource_graph import (
    GRAPH_PATH,
    GRAPH_VERSION,
    GraphScope,
    age_of,
    read_graph,
)
from adxmi_jupyter.service.retry import retry_while
from adxmi_jupyter.service.server_clock import ServerClock

if TYPE_CHECKING:
    from azure.mgmt.kusto import KustoManagementClient

    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.resource_graph import GraphRows

Result = TypeVar("Result")

KUSTO_VERSION = "2025-02-14"
IDENTITY_VERSION = "2024-11-30"
AUTHORIZATION_VERSION = "2022-04-01"
COSMOS_VERSION = "2024-11-15"
EVENT_HUBS_VERSION = "2024-01-01"
SQL_VERSION = "2021-11-01"
STORAGE_VERSION = "2023-05-01"
COGNITIVE_VERSION = "2024-10-01"

_IDENTITIES = "providers/Microsoft.ManagedIdentity"
_MOST_PAGES = 10_000  # of 100 resources or more, each
_LONGEST_WAIT_FOR_OTHERS = 300.0
# Requests by path name their subscription themselves; the client wants one all the same.
_ANY_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class FoundCluster:
    """A cluster: its resource ID and the name of its SKU, which tells the size of its nodes."""

    resource_id: str
    sku: str


class ResourceManager:
    """What a principal can see and do in Azure Resource Manager.

    Parameters
    ----------
    make_client
        Makes the SDK's client for a subscription; called when one is first needed.
    poll_every
        Seconds between two looks at a running operation, and between two tries while the cluster
        is busy with another one.
    say
        Tells the user one line.

    """

    def __init__(
        self,
        make_client: Callable[[str], KustoManagementClient],
        *,
        poll_every: float,
        say: Callable[[Note], None],
    ) -> None:
        self._make_client = make_client
        self._clients: dict[str, KustoManagementClient] = {}
        self._say = say
        self.poll_every = poll_every
        self.clock = ServerClock()

    def _client(self, subscription: str) -> KustoManagementClient:
        if subscription not in self._clients:
            self._clients[subscription] = self._make_client(subscription)
        return self._clients[subscription]

    def close(self) -> None:
        """Close the clients; the next request opens another."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def cluster_at(self, uri: str) -> FoundCluster:
        """Return the cluster with this URI, from the Resource Graph.

        Raises
        ------
        ResourceNotFound
            No subscription the caller can see has it.

        """
        query = (
            "resources | where type =~ 'microsoft.kusto/clusters' "
            f"| where properties.uri =~ {string_literal(uri)} "
            "| project id, sku = tostring(sku.name) | order by id asc"
        )
        rows = self.graph(query, FOUND_CLUSTER)
        if not rows:
            raise ResourceNotFound(
                f"the Azure resource of {uri} was not found",
                why="no subscription that you can see in Azure Resource Manager has this cluster",
                fix=Explain.of(
                    "ask for Reader on the cluster; policy and role ",
                    Option("--database"),
                    " work without it",
                ),
            )
        return FoundCluster(str(rows[0]["id"]), str(rows[0].get("sku") or ""))

    def get(self, path: str, version: str, shape: Shape) -> dict[str, Any]:
        """Return a resource of a shape.

        Raises
        ------
        UnreadableAnswer
            Something else came, with a good status.
        ResourceNotFound
            There is none, or the caller may not see it.
        ServiceRefusal, ConnectionFailure
            Azure refused, or was not reached.

        """
        found = shape.of_object(self._sent("GET", path, version))
        if "id" in found and not is_same_path(found["id"], path):
            raise shape.unreadable("it is about something else than what was asked for")
        return found

    def all_of(
        self, path: str, version: str, shape: Shape, *, method: str = "GET"
    ) -> list[dict[str, Any]]:
        """Return all pages of a list of resources of a shape; raises as `get` does."""
        page = self._sent(method, path, version)
        items = shape.of_items(page.get("value"))
        seen = {path}
        while page.get("nextLink"):
            link = page["nextLink"]
            if not isinstance(link, str) or link in seen or len(seen) > _MOST_PAGES:
                raise shape.unreadable("the link to its next page leads nowhere new")
            seen.add(link)
            page = self._sent("GET", link, "")
            items += shape.of_items(page.get("value"))
        return items

    def graph(
        self, query: str, shape: Shape, subscriptions: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Return all rows of a Resource Graph query; no subscriptions means all visible ones.

        Where the caller can see none at all, there are no rows. Raises as `get` does.
        """
        found = self.graph_rows(query, shape, GraphScope(subscriptions))
        if found.failure is not None:
            raise found.failure
        if found.is_cut:
            raise shape.unreadable("it is cut short")
        return found.rows

    def graph_rows(self, query: str, shape: Shape, scope: GraphScope) -> GraphRows:
        """Return the rows of a query with what is missing; raises as `read_graph`."""

        def send(body: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
            return self.answered("POST", GRAPH_PATH, GRAPH_VERSION, body)

        return read_graph(send, query, shape, scope)

    def index_age(self, subscription: str) -> timedelta | None:
        """Return how old the index of Resource Graph is; None where that is not told."""
        path = f"/subscriptions/{subscription}/providers/Microsoft.Kusto/clusters"
        try:
            _, headers = self.answered("GET", f"{path}?useResourceGraph=true", KUSTO_VERSION)
        except AdxmiError:  # how old it is matters less than what is in it
            return None
        return age_of(headers)

    def user_identities(self, subscription: str) -> list[dict[str, Any]]:
        """Return the user-assigned identity resources of a subscription."""
        path = f"/subscriptions/{subscription}/{_IDENTITIES}/userAssignedIdentities"
        return self.all_of(path, IDENTITY_VERSION, IDENTITY)

    def system_identity_of(self, resource_id: str) -> dict[str, Any]:
        """Return the system-assigned identity of a resource; only here is its client ID told."""
        path = f"{resource_id}/{_IDENTITIES}/identities/default"
        return dict(self.get(path, IDENTITY_VERSION, SYSTEM_IDENTITY)["properties"])

    def change_identities(
        self, cluster_id: str, identity: Mapping[str, Any], etag: str, what: str
    ) -> Operation:
        """Begin to change the identities of a cluster, if it still is the version `etag`.

        Raises
        ------
        ClusterChanged
            The cluster is another version by now.
        ClusterBusy
            Another change of the cluster is under way.
        ServiceRefusal, ConnectionFailure
            Azure refused, or was not reached.

        """
        from azure.core import MatchConditions

        client, group, name = self.place_of(cluster_id)
        success = ReportedSuccess(cluster_id)
        try:
            poller = client.clusters.begin_update(
                group,
                name,
                {"identity": dict(identity)},
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
                raw_response_hook=success.read,
            )
        except Exception as failure:
            raise typed(failure, f"the cluster {name}") from failure
        return Operation(what, poller, success)

    def principal_assignments(self, cluster_id: str) -> list[dict[str, Any]]:
        """Return the roles on the whole cluster, a resource for each principal and role."""
        return self.all_of(
            f"{cluster_id}/principalAssignments", KUSTO_VERSION, PRINCIPAL_ASSIGNMENT
        )

    def put_principal_assignment(
        self, resource_id: str, properties: Mapping[str, str], what: str, show_command: Fix
    ) -> Operation:
        """Begin to give a principal a role on the whole cluster.

        Raises
        ------
        CommandRefused
            The request makes no sense to Azure, or the directory does not know the principal.
        ClusterBusy
            Another change is under way, or the name is in use.
        ServiceRefusal, ConnectionFailure
            Azure refused, or was not reached.

        """
        client, group, cluster = self.place_of(resource_id)
        name, body = resource_id.rsplit("/", 1)[-1], {"properties": dict(properties)}
        assignments, success = client.cluster_principal_assignments, ReportedSuccess(resource_id)
        try:
            poller = assignments.begin_create_or_update(
                group, cluster, name, body, raw_response_hook=success.read
            )
        except Exception as failure:
            raise typed(failure, what) from failure
        return Operation(what, poller, success, show_command)

    def delete_principal_assignment(
        self, resource_id: str, what: str, show_command: Fix
    ) -> Operation:
        """Begin to take a role on the whole cluster away; raises as giving it does."""
        client, group, cluster = self.place_of(resource_id)
        name, success = resource_id.rsplit("/", 1)[-1], ReportedSuccess(resource_id)
        try:
            poller = client.cluster_principal_assignments.begin_delete(
                group, cluster, name, raw_response_hook=success.read
            )
        except Exception as failure:
            raise typed(failure, what) from failure
        return Operation(what, poller, success, show_command)

    def place_of(self, resource_id: str) -> tuple[KustoManagementClient, str, str]:
        """Return client, resource group and cluster of a resource that is a cluster or in one."""
        _, _, subscription, _, group, _, _, _, cluster, *_ = resource_id.split("/")
        return self._client(subscription), group, cluster

    def when_free(self, attempt: Callable[[], Result], say: Callable[[Note], None]) -> Result:
        """Do something that the cluster must be free for; while it is not, wait for five minutes.

        `say` hears once that there is something to wait for.

        Raises
        ------
        ClusterBusy
            The cluster was not free in time, or a pause was interrupted.

        """
        told = False

        def waiting(busy: AdxmiError) -> None:
            nonlocal told
            if not told:
                say(f"{busy.what}: waiting until it is free")
            told = True

        return retry_while(
            attempt,
            passes=lambda failure: isinstance(failure, ClusterBusy),
            every=self.poll_every,
            longest=_LONGEST_WAIT_FOR_OTHERS,
            waiting=waiting,
        )

    def _sent(self, method: str, path: str, version: str) -> dict[str, Any]:
        return self.answered(method, path, version)[0]

    def answered(
        self, method: str, path: str, version: str, body: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Return the object in an answer, and its headers; raises as `get` does.

        It is for what reads: a request may be sent again.
        """
        from azure.core.rest import HttpRequest

        params = {"api-version": version} if version else {}
        request = HttpRequest(method, path, params=params, json=body)
        try:
            # All of these only read, the queries that are posted included: repeating is safe.
            response = self._client(_ANY_SUBSCRIPTION).send_request(
                request, retry_on_methods={"GET", "POST"}
            )
        except Exception as failure:
            raise typed(failure, "Azure Resource Manager") from failure
        self.clock.told(response.headers)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise typed_answer(response)
        return object_in(response), response.headers
