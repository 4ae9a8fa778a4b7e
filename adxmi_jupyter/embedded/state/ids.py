"""IDs: those of resources, in the provider's own spelling, and GUIDs that never change."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Cluster

_NAMESPACE = uuid.UUID("b7b5f1f4-4d0e-4c43-9d5a-6f0f6f3c9e21")


def stable_id(*parts: str) -> str:
    """Return a GUID that depends on these words only, so that outputs do not change."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def group_id(subscription_id: str, group: str) -> str:
    """Return the resource ID of a resource group."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}"


def cluster_id(cluster: Cluster) -> str:
    """Return the resource ID of a cluster, with `Clusters` as the provider writes it."""
    group = group_id(cluster.subscription_id, cluster.resource_group)
    return f"{group}/providers/Microsoft.Kusto/Clusters/{cluster.name}"


def identity_id(subscription_id: str, group: str, name: str) -> str:
    """Return the resource ID of a user-assigned identity; its provider writes `resourcegroups`."""
    return (
        f"/subscriptions/{subscription_id}/resourcegroups/{group}/providers/"
        f"Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    )


def child(parent_id: str, kind: str, name: str) -> dict[str, str]:
    """Return `id`, `name` and `type` of a child of a cluster or database."""
    child_id = f"{parent_id}/{kind}/{name}"
    parts = child_id.split("/providers/", 1)[1].split("/")
    return {
        "id": child_id,
        "name": "/".join(parts[2::2]),
        "type": "/".join([parts[0], *parts[1::2]]),
    }


def last_name(resource_id: str) -> str:
    """Return the name of a resource in lower case: its last segment."""
    return resource_id.strip("/").rsplit("/", 1)[-1].casefold()


def same(one: str, other: str) -> bool:
    """Tell whether two resource IDs name one resource: letter case does not count."""
    return one.strip("/").casefold() == other.strip("/").casefold()


def resource_scope(segments: tuple[str, ...]) -> str:
    """Return the resource that a path is about; of a collection, the resource that holds it."""
    kept = list(segments)
    folded = [each.casefold() for each in kept]
    if "providers" in folded:
        at = len(folded) - 1 - folded[::-1].index("providers")
        if (len(kept) - at - 2) % 2:
            kept.pop()
        if len(kept) == at + 2:
            del kept[at:]
    return "/" + "/".join(kept)
