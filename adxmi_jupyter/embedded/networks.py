"""Whether the network lets a cluster reach a target: the truth that Resource Manager only hints at.

Nothing of a request is looked at before this: neither who sends it, nor what it asks for.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.ids import cluster_id, same
from adxmi_jupyter.embedded.state.networks import (
    ALLOW,
    APPROVED,
    AZURE_ADDRESSES,
    COSMOS,
    ENABLED,
    EVENT_HUBS,
    OUTBOUND_ADDRESS,
    SQL,
    STORAGE,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.networks import ManagedPrivateEndpoint, Network
    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World

_OF_ALL_AZURE = (SQL, COSMOS)


class Blocked(StrEnum):
    """What keeps a cluster from reaching a target."""

    OUTBOUND = "outbound"
    PUBLIC_ACCESS = "public access"
    FIREWALL = "firewall"


@dataclass(frozen=True)
class Sender:
    """Who sends a request, as far as networks care.

    `is_identity` tells whether it is a managed identity of the cluster, which passes as a trusted
    service, and `is_system` whether it is the one that stands for the cluster's own resource.
    """

    is_identity: bool = False
    is_system: bool = False


NO_SENDER = Sender()


def blocked(
    world: World, kind: str, host: str, sender: Sender = NO_SENDER
) -> tuple[Blocked, str] | None:
    """Return what keeps the cluster from a target, and its name; None where nothing does.

    The target is known by its type, and by the first part of its host.
    """
    name = host.partition(".")[0].casefold()
    reason = _reason(world, kind, name, host, sender)
    return None if reason is None else (reason, name)


def _reason(world: World, kind: str, name: str, host: str, sender: Sender) -> Blocked | None:
    if _is_restricted(world.cluster, host):
        return Blocked.OUTBOUND
    resource = next(
        (r for r in world.resources if r.kind == kind and r.name.casefold() == name), None
    )
    if resource is None:
        return None
    network = world.network(resource.name, kind)
    if _has_endpoint(world.cluster, resource, network) or _is_let_in(
        world.cluster, resource, network, sender
    ):
        return None
    if network.public != ENABLED:
        return Blocked.PUBLIC_ACCESS
    return None if _is_open(resource, network) else Blocked.FIREWALL


def _is_restricted(cluster: Cluster, host: str) -> bool:
    """Tell whether outbound calls are restricted, and the host is none of those allowed."""
    restricted = cluster.settings.get("restrictOutboundNetworkAccess") == ENABLED
    return restricted and not is_listed(cluster, host)


def is_listed(cluster: Cluster, host: str) -> bool:
    """Tell whether outbound calls are restricted, and the host is one of those allowed.

    The callout policy has no say there then.
    """
    if cluster.settings.get("restrictOutboundNetworkAccess") != ENABLED:
        return False
    allowed = cluster.settings.get("allowedFqdnList") or []
    return host.casefold() in {str(each).casefold() for each in allowed}


def host_of(address: str) -> str:
    """Return the host of an address, which may be nothing but a host."""
    return address.rpartition("://")[2].partition("/")[0].partition(":")[0]


def _has_endpoint(cluster: Cluster, resource: Resource, network: Network) -> bool:
    """Tell whether a managed private endpoint of the cluster leads there, and was approved."""
    own = {endpoint_id(cluster, each.name) for each in _leading_to(cluster, resource)}
    return any(e.status == APPROVED and e.endpoint_id in own for e in network.endpoints)


def _leading_to(cluster: Cluster, resource: Resource) -> list[ManagedPrivateEndpoint]:
    endpoints = cluster.managed_endpoints
    return [each for each in endpoints if same(each.resource_id, resource.resource_id)]


def endpoint_id(cluster: Cluster, name: str) -> str:
    """Return the resource ID of the private endpoint behind a managed one of the cluster."""
    return (
        f"/subscriptions/{cluster.subscription_id}/resourceGroups/{cluster.resource_group}-managed/"
        f"providers/Microsoft.Network/privateEndpoints/{cluster.name}-{name}"
    )


def _is_let_in(cluster: Cluster, resource: Resource, network: Network, sender: Sender) -> bool:
    """Tell whether an exception holds, with public network access or without."""
    by_service = network.services and resource.kind in {STORAGE, EVENT_HUBS}
    if by_service and sender.is_identity:
        return True
    own = cluster_id(cluster).casefold()
    return sender.is_system and any(fnmatchcase(own, e.casefold()) for e in network.instances)


def _is_open(resource: Resource, network: Network) -> bool:
    if resource.kind == COSMOS and not (network.addresses or network.subnets):
        return True
    if resource.kind not in _OF_ALL_AZURE and network.default == ALLOW:
        return True
    if resource.kind in _OF_ALL_AZURE and AZURE_ADDRESSES in network.addresses:
        return True
    return any(_holds(each) for each in network.addresses)


def _holds(addresses: str) -> bool:
    """Tell whether an address, network or range holds the address of clusters."""
    own = ipaddress.IPv4Address(OUTBOUND_ADDRESS)
    first, dash, last = addresses.partition("-")
    if dash:
        return ipaddress.IPv4Address(first) <= own <= ipaddress.IPv4Address(last)
    return own in ipaddress.IPv4Network(addresses, strict=False)
