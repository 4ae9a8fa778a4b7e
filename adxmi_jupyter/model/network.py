"""What Azure Resource Manager shows of who reaches a resource over which network.

It never proves that the network lets anybody through: routes, DNS and perimeters are elsewhere. It
shows what restricts it, and which exceptions there are.

Source: *Configure Azure Storage firewalls and virtual networks*, *Azure SQL Database server-level
firewall rules*, *Configure IP firewall in Azure Cosmos DB*, *IP firewall for Azure Event Hubs*,
*Configure Azure AI services virtual networks*; *Create a managed private endpoint*, *Restrict
outbound access* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    EVENT_HUBS_NAMESPACE,
    SQL_SERVER,
    STORAGE_ACCOUNT,
)

TRUSTS_SERVICES = (STORAGE_ACCOUNT, EVENT_HUBS_NAMESPACE)
"""Types of resources that let clusters in as a trusted service."""

_GROUPS = {
    STORAGE_ACCOUNT: "blob",
    EVENT_HUBS_NAMESPACE: "namespace",
    SQL_SERVER: "sqlServer",
    COSMOS_ACCOUNT: "Sql",
    COGNITIVE_ACCOUNT: "account",
}
_ON = "enabled"
_SERVICES = "azureservices"
_ALL_OF_AZURE = "0.0.0.0"  # noqa: S104 - how rules write that all of Azure may pass
_ALL_ADDRESSES = {"0.0.0.0/0", "0.0.0.0-255.255.255.255"}


class Status(StrEnum):
    """What the owner of a target made of a private endpoint."""

    PENDING = "Pending"
    APPROVED = "Approved"


@dataclass(frozen=True)
class EndpointConnection:
    """A private endpoint at a target, as the target shows it."""

    connection_id: str
    endpoint_id: str
    status: str


@dataclass(frozen=True)
class ManagedEndpoint:
    """A managed private endpoint of a cluster; `target_id` is what it leads to."""

    name: str
    target_id: str
    group: str


@dataclass(frozen=True)
class NetworkRules:
    """The network rules of a resource.

    Parameters
    ----------
    public
        What is told of public network access: ``Enabled``, ``Disabled``, ``SecuredByPerimeter``;
        empty where nothing is, which means that it is on.
    is_closed
        Whether there is a firewall that denies what no rule allows.
    bypass
        What passes the firewall besides its rules, as Azure Storage writes it.
    addresses, subnets
        How many rules there are for IP addresses and for virtual networks.
    instances
        Resource IDs that may pass, ``*`` for parts of them.
    endpoints
        Private endpoints that were asked for.

    """

    public: str = ""
    is_closed: bool = False
    bypass: tuple[str, ...] = ()
    addresses: int = 0
    subnets: int = 0
    instances: tuple[str, ...] = ()
    endpoints: tuple[EndpointConnection, ...] = ()

    @property
    def is_off(self) -> bool:
        """Whether the public network leads nowhere."""
        return self.public.lower() not in {"", _ON}

    @property
    def restricts(self) -> bool:
        """Whether something was seen that may keep a cluster out."""
        return self.is_off or self.is_closed

    @property
    def lets_services_pass(self) -> bool:
        """Whether trusted services of Azure pass."""
        return any(each.lower() == _SERVICES for each in self.bypass)

    def names_instance(self, resource_id: str) -> bool:
        """Tell whether a rule lets a resource pass by its resource ID."""
        return any(fnmatchcase(resource_id.lower(), each.lower()) for each in self.instances)


def private_link_group(resource_type: str) -> str:
    """Return what private endpoints call the part of a resource that they lead to."""
    return _GROUPS[resource_type]


def rules_of(resource_type: str, row: Mapping[str, Any]) -> NetworkRules:
    """Read the rules out of a row of `NETWORK_COLUMNS`.

    Those of Event Hubs and of SQL Server are elsewhere: `with_rule_set`, `with_firewall`.
    """
    endpoints = tuple(map(_connection, _items(row.get("endpoints"))))
    found = NetworkRules(public=str(row.get("access") or ""), endpoints=endpoints)
    if resource_type == COSMOS_ACCOUNT:
        addresses = [str(each.get("ipAddressOrRange")) for each in _items(row.get("addresses"))]
        subnets = _items(row.get("subnets"))
        open_to_all = _ALL_OF_AZURE in addresses or not _ALL_ADDRESSES.isdisjoint(addresses)
        is_closed = bool(addresses or subnets or row.get("filtered")) and not open_to_all
        return replace(found, is_closed=is_closed, addresses=len(addresses), subnets=len(subnets))
    return _with_acls(found, row.get("acls") or {})


NETWORK_COLUMNS = (
    "access = properties.publicNetworkAccess, acls = properties.networkAcls, "
    "endpoints = properties.privateEndpointConnections, addresses = properties.ipRules, "
    "subnets = properties.virtualNetworkRules, "
    "filtered = properties.isVirtualNetworkFilterEnabled"
)
"""What a query of Resource Graph projects for `rules_of`."""


def _with_acls(found: NetworkRules, acls: Mapping[str, Any]) -> NetworkRules:
    """Add what Azure Storage and AI services say."""
    addresses = _items(acls.get("ipRules"))
    bypass = (each.strip() for each in str(acls.get("bypass") or "").split(","))
    return replace(
        found,
        is_closed=_denies(acls),
        bypass=tuple(each for each in bypass if each and each.lower() != "none"),
        addresses=len(addresses),
        subnets=len(_items(acls.get("virtualNetworkRules"))),
        instances=tuple(
            str(each.get("resourceId") or "") for each in _items(acls.get("resourceAccessRules"))
        ),
    )


def _denies(rules: Mapping[str, Any]) -> bool:
    return str(rules.get("defaultAction") or "").lower() == "deny"


def with_rule_set(found: NetworkRules, properties: Mapping[str, Any]) -> NetworkRules:
    """Add the network rule set of an Event Hubs namespace."""
    return replace(
        found,
        public=str(properties.get("publicNetworkAccess") or found.public),
        is_closed=_denies(properties),
        bypass=("AzureServices",) if properties.get("trustedServiceAccessEnabled") else (),
        addresses=len(_items(properties.get("ipRules"))),
        subnets=len(_items(properties.get("virtualNetworkRules"))),
    )


def with_firewall(found: NetworkRules, rules: Iterable[Mapping[str, Any]]) -> NetworkRules:
    """Add the firewall rules of a SQL server, which denies everything else."""
    ranges = [_range(each) for each in rules]
    is_open = _ALL_OF_AZURE in ranges or not _ALL_ADDRESSES.isdisjoint(ranges)
    return replace(found, is_closed=not is_open, addresses=len(ranges))


def _range(rule: Mapping[str, Any]) -> str:
    properties = rule.get("properties") or {}
    first, last = (str(properties.get(f"{end}IpAddress")) for end in ("start", "end"))
    return first if first == last else f"{first}-{last}"


def _connection(item: Mapping[str, Any]) -> EndpointConnection:
    properties = item.get("properties") or {}
    state = properties.get("privateLinkServiceConnectionState") or {}
    endpoint = properties.get("privateEndpoint") or {}
    return EndpointConnection(
        str(item.get("id") or ""), str(endpoint.get("id") or ""), str(state.get("status") or "")
    )


def managed_endpoint(item: Mapping[str, Any]) -> ManagedEndpoint:
    """Read a managed private endpoint of a cluster."""
    properties = item.get("properties") or {}
    return ManagedEndpoint(
        str(item.get("name") or "").rsplit("/", 1)[-1],
        str(properties.get("privateLinkResourceId") or ""),
        str(properties.get("groupId") or ""),
    )


def _items(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
