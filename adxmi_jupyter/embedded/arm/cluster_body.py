"""What a cluster looks like to Resource Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.versions import CLUSTER_SINCE, VERSIONS, is_first, properties_at
from adxmi_jupyter.embedded.state.clusters import CREATING, DELETING, STOPPED
from adxmi_jupyter.embedded.state.ids import cluster_id

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Cluster

SYSTEM = "SystemAssigned"
USER = "UserAssigned"
NONE = "None"
NEWEST = VERSIONS["microsoft.kusto"][0]
READ_ONLY = frozenset({"state", "stateReason", "uri", "dataIngestionUri", "provisioningState"})


def cluster_body(cluster: Cluster, version: str = NEWEST, *, busy: bool = False) -> dict[str, Any]:
    """Return the body of a cluster at a version; a `busy` one has an operation under way."""
    properties = properties_at(version, CLUSTER_SINCE, _properties(cluster, busy=busy))
    body = {
        "id": cluster_id(cluster),
        "name": cluster.name,
        "type": "Microsoft.Kusto/Clusters",
        "etag": cluster.etag,
        "location": cluster.location,
        "sku": dict(cluster.sku),
        "tags": dict(cluster.tags),
        "properties": properties,
    }
    identity = identity_body(cluster)
    if is_first(version):
        _as_first(properties, identity)
    return {**body, "identity": identity} if identity else body


def _as_first(properties: dict[str, Any], identity: dict[str, Any] | None) -> None:
    """Put empty objects where the first version had them."""
    if properties["keyVaultProperties"] is None:
        names = ("keyVaultUri", "keyName", "keyVersion")
        properties["keyVaultProperties"] = dict.fromkeys(names)
    if identity is not None:
        identity.setdefault("userAssignedIdentities", {})


def accepted_body(cluster: Cluster, requested_type: str | None, version: str) -> dict[str, Any]:
    """Return the body of a 202: of an identity only the requested type, no IDs yet."""
    body = cluster_body(cluster, version)
    body["properties"]["provisioningState"] = "Accepted"
    if requested_type is not None:
        body["identity"] = {"type": requested_type, "userAssignedIdentities": {}}
    return body


def identity_body(cluster: Cluster) -> dict[str, Any] | None:
    """Return the identity member of a cluster; None when it has no identity at all."""
    system, users = cluster.system_identity, cluster.identities
    if system is None and not users:
        return None
    body: dict[str, Any] = {"principalId": system.object_id} if system else {}
    body |= {
        "tenantId": cluster.tenant_id,
        "type": type_text(system=system is not None, user=bool(users)),
    }
    if users:
        body["userAssignedIdentities"] = {
            each.resource_id: {"principalId": each.object_id, "clientId": each.client_id}
            for each in users
        }
    return body


def type_text(*, system: bool, user: bool) -> str:
    """Return the identity type, comma and blank between two kinds."""
    kinds = [SYSTEM] * system + [USER] * user
    return ", ".join(kinds) or NONE


def _properties(cluster: Cluster, *, busy: bool) -> dict[str, Any]:
    stopped = cluster.state == STOPPED
    return {
        "state": "Updating" if busy and cluster.is_running else cluster.state,
        "stateReason": "Stopped by its owner" if stopped else None,
        "uri": cluster.public_uri,
        "dataIngestionUri": cluster.public_uri.replace("https://", "https://ingest-"),
        **cluster.settings,
        "provisioningState": _in_flight(cluster) if busy else cluster.provisioning_state,
    }


def _in_flight(cluster: Cluster) -> str:
    return cluster.state if cluster.state in {CREATING, DELETING} else "Running"
