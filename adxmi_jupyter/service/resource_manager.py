"""Azure Resource Manager: clusters, identities and what names them.

Clusters go through the operations of `azure-mgmt-kusto`; identities and Resource Graph, three
request shapes, through the same client's `send_request`: the same credential, retries and
polling without three more packages.

Source: REST references of Microsoft.Kusto, Microsoft.ManagedIdentity, Microsoft.ResourceGraph.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adxmi_jupyter.errors import ClusterBusy, ResourceNotFound, UnreadableAnswer
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.service.arm_failures import typed, typed_answer

if TYPE_CHECKING:
    from azure.core.polling import LROPoller
    from azure.mgmt.kusto import KustoManagementClient

KUSTO_VERSION = "2025-02-14"
IDENTITY_VERSION = "2024-11-30"
GRAPH_VERSION = "2021-03-01"

_IDENTITIES = "providers/Microsoft.ManagedIdentity"
_LONGEST_WAIT_FOR_OTHERS = 300.0
# Requests by path name their subscription themselves; the client wants one all the same.
_ANY_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


class Operation:
    """A change of a cluster that Azure is carrying out; it takes minutes there."""

    def __init__(self, what: str, poller: LROPoller[Any]) -> None:
        self.what = what
        self._poller = poller

    @property
    def state(self) -> str:
        """The service's own word for how far it is, such as ``InProgress`` or ``Succeeded``."""
        return str(self._poller.status())

    @property
    def is_done(self) -> bool:
        """Whether Azure has finished, well or not."""
        return bool(self._poller.done())

    def wait(self, seconds: float) -> bool:
        """Wait for the end at most so long; return whether it has come.

        Raises
        ------
        OperationFailed
            Azure gave the change up; its words are kept.
        ConnectionFailure, ServiceRefusal
            Asking how far it is failed.

        """
        try:
            self._poller.wait(seconds)
            if self.is_done:
                self._poller.result()
        except Exception as failure:
            raise typed(failure, self.what) from failure
        return self.is_done


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
        say: Callable[[str], None],
    ) -> None:
        self._make_client = make_client
        self._clients: dict[str, KustoManagementClient] = {}
        self._say = say
        self.poll_every = poll_every

    def _client(self, subscription: str) -> KustoManagementClient:
        if subscription not in self._clients:
            self._clients[subscription] = self._make_client(subscription)
        return self._clients[subscription]

    def close(self) -> None:
        """Close the clients; the next request opens another."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def cluster_id_of(self, uri: str) -> str:
        """Return the resource ID of the cluster with this URI, from the Resource Graph.

        Raises
        ------
        ResourceNotFound
            No subscription the caller can see has it.

        """
        rows = self.graph(
            "resources | where type =~ 'microsoft.kusto/clusters' "
            f"| where properties.uri =~ {string_literal(uri)} | project id | order by id asc"
        )
        if not rows:
            raise ResourceNotFound(
                f"the Azure resource of {uri} was not found",
                why="no subscription that you can see in Azure Resource Manager has this cluster",
                fix="ask for the role Reader on the cluster; policy and role work without it",
            )
        return str(rows[0]["id"])

    def get(self, path: str, version: str) -> dict[str, Any]:
        """Return a resource; raises `ResourceNotFound` and the other refusals."""
        return self._sent("GET", path, version)

    def all_of(self, path: str, version: str) -> list[dict[str, Any]]:
        """Return all pages of a list."""
        page = self._sent("GET", path, version)
        items = list(page.get("value") or ())
        while page.get("nextLink"):
            page = self._sent("GET", str(page["nextLink"]), "")
            items += page.get("value") or ()
        return items

    def graph(self, query: str, subscriptions: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return all rows of a Resource Graph query; no subscriptions means all visible ones."""
        rows: list[dict[str, Any]] = []
        token = ""
        while True:
            body: dict[str, Any] = {"query": query, "options": {"resultFormat": "objectArray"}}
            if subscriptions:
                body["subscriptions"] = list(subscriptions)
            if token:
                body["options"]["$skipToken"] = token
            path = "/providers/Microsoft.ResourceGraph/resources"
            answer = self._sent("POST", path, GRAPH_VERSION, body)
            rows += answer.get("data") or ()
            token = str(answer.get("$skipToken") or "")
            if not token:
                return rows

    def user_identities(self, subscription: str) -> list[dict[str, Any]]:
        """Return the user-assigned identity resources of a subscription."""
        path = f"/subscriptions/{subscription}/{_IDENTITIES}/userAssignedIdentities"
        return self.all_of(path, IDENTITY_VERSION)

    def system_identity_of(self, resource_id: str) -> dict[str, Any]:
        """Return the system-assigned identity of a resource; only here is its client ID told."""
        path = f"{resource_id}/{_IDENTITIES}/identities/default"
        return dict(self.get(path, IDENTITY_VERSION).get("properties") or {})

    def change_identities(
        self,
        cluster_id: str,
        identity: Mapping[str, Any],
        etag: str,
        what: str,
        say: Callable[[str], None] | None = None,
    ) -> Operation:
        """Begin to change the identities of a cluster, if it still is the version `etag`.

        While another change of the cluster is under way, waits for up to five minutes, and tells
        so: by `say`, if given, instead of the usual way.

        Raises
        ------
        ClusterChanged
            The cluster is another version by now.
        ClusterBusy
            The other change did not end in time.
        ServiceRefusal, ConnectionFailure
            Azure refused, or was not reached.

        """
        poller = self._when_free(lambda: self._begin(cluster_id, identity, etag), say or self._say)
        return Operation(what, poller)

    def _begin(self, cluster_id: str, identity: Mapping[str, Any], etag: str) -> LROPoller[Any]:
        from azure.core import MatchConditions

        _, _, subscription, _, group, *_, name = cluster_id.split("/")
        try:
            return self._client(subscription).clusters.begin_update(
                group,
                name,
                {"identity": dict(identity)},
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except Exception as failure:
            raise typed(failure, f"the cluster {name}") from failure

    def _when_free(
        self, begin: Callable[[], LROPoller[Any]], say: Callable[[str], None]
    ) -> LROPoller[Any]:
        deadline = time.monotonic() + _LONGEST_WAIT_FOR_OTHERS
        told = False
        while True:
            try:
                return begin()
            except ClusterBusy as busy:
                if time.monotonic() > deadline:
                    raise
                if not told:
                    say(f"{busy.what}: waiting until it is free")
                    told = True
                time.sleep(self.poll_every)

    def _sent(
        self, method: str, path: str, version: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
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
        if response.status_code >= 400:  # noqa: PLR2004
            raise typed_answer(response)
        return _object(response)


def _object(response: Any) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise UnreadableAnswer(
            "the answer of Azure Resource Manager could not be read",
            why="it is not a JSON object",
            fix="check for a proxy or gateway in between, then repeat the line",
        )
    return answer


def management_client(
    base_url: str, subscription: str, credential: Any, poll_every: float
) -> KustoManagementClient:
    """Make the SDK's client for Azure Resource Manager of a cloud."""
    from azure.mgmt.kusto import KustoManagementClient

    return KustoManagementClient(
        credential,
        subscription,
        base_url,
        credential_scopes=[f"{base_url}/.default"],
        polling_interval=poll_every,
        retry_total=3,
    )


def loopback_client(
    base_url: str, subscription: str, token: str, poll_every: float
) -> KustoManagementClient:
    """Make the SDK's client for a server on this machine, which no proxy leads to."""
    from azure.mgmt.kusto import KustoManagementClient

    return KustoManagementClient(
        _NoCredential(),
        subscription,
        base_url,
        authentication_policy=_loopback_policy(token),
        polling_interval=poll_every,
        retry_total=1,
        use_env_settings=False,
    )


class _NoCredential:
    """The SDK wants a credential even where its own policy is replaced."""

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        raise AssertionError("the loopback policy gives the token")


def _loopback_policy(token: str) -> Any:
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class LoopbackPolicy(SansIOHTTPPolicy[Any, Any]):
        """Send the token over plain http, which the SDK's own policy refuses, here only."""

        def on_request(self, request: Any) -> None:
            host = urlsplit(request.http_request.url).hostname
            if host not in {"127.0.0.1", "localhost", "::1"}:
                raise ValueError("a token of the embedded Azure never leaves this machine")
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    return LoopbackPolicy()
