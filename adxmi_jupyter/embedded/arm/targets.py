"""Targets as Resource Manager shows them: their network rules, and private endpoints at them.

Pages: Storage Accounts - Get Properties; Servers - Get and Firewall Rules (Azure SQL); Database
Accounts - Get (Cosmos DB); Namespaces - Get and Network Rule Set (Event Hubs); Accounts - Get
(Cognitive Services); Private Endpoint Connections - Put.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found, not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.ids import group_id, same
from adxmi_jupyter.embedded.state.networks import (
    APPROVED,
    COSMOS,
    EVENT_HUBS,
    MODELS,
    PENDING,
    SQL,
    STORAGE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.networks import Network, PrivateEndpoint
    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World

TYPES = (STORAGE, SQL, COSMOS, EVENT_HUBS, MODELS)
_DECISIONS = (APPROVED, "Rejected", "Disconnected")


def get_target(call: ArmRequest) -> Answer:
    """Return a target with its network rules."""
    return json_answer(target_body(call.world, find_target(call)))


def find_target(call: ArmRequest) -> Resource:
    """Return the resource that the path names; an ArmError (404) when there is none."""
    group, kind, name = call.names["group"], _kind(call), call.names["target"]
    wanted = f"{group_id(call.names['subscription'], group)}/providers/{kind}/{name}"
    found = next((r for r in call.world.resources if same(r.resource_id, wanted)), None)
    if found is None:
        raise not_found(kind, name, group)
    return found


def _kind(call: ArmRequest) -> str:
    named = "/".join(call.segments[5:7])
    return next(each for each in TYPES if same(each, named))


def target_body(world: World, resource: Resource) -> dict[str, Any]:
    """Return the body of a resource; of types without network rules there is only the name."""
    return {
        "id": resource.resource_id,
        "name": resource.name,
        "type": resource.kind,
        "location": resource.location,
        "properties": properties_of(world, resource),
    }


def properties_of(world: World, resource: Resource) -> dict[str, Any]:
    """Return the properties of a resource that are about its network, and its address."""
    if resource.kind not in _PROPERTIES:
        return {}
    network = world.network(resource.name, resource.kind)
    connections = [_connection_body(resource, each) for each in network.endpoints]
    shown = _Shown(resource.name, network, world.tenant_of(resource.resource_id))
    return {
        **_PROPERTIES[resource.kind](shown),
        "publicNetworkAccess": network.public,
        "privateEndpointConnections": connections,
    }


@dataclass(frozen=True)
class _Shown:
    """A resource that is shown: its name, its rules, its tenant."""

    name: str
    network: Network
    tenant_id: str


def _storage(shown: _Shown) -> dict[str, Any]:
    allowed = [
        {"tenantId": shown.tenant_id, "resourceId": each} for each in shown.network.instances
    ]
    return {
        "provisioningState": "Succeeded",
        "primaryEndpoints": {"blob": f"https://{shown.name}.blob.core.windows.net/"},
        "networkAcls": {
            "bypass": "AzureServices" if shown.network.services else "None",
            "defaultAction": shown.network.default,
            "ipRules": [{"value": each, "action": "Allow"} for each in shown.network.addresses],
            "virtualNetworkRules": [
                {"id": each, "action": "Allow", "state": "Succeeded"}
                for each in shown.network.subnets
            ],
            "resourceAccessRules": allowed,
        },
    }


def _sql(shown: _Shown) -> dict[str, Any]:
    return {
        "state": "Ready",
        "fullyQualifiedDomainName": f"{shown.name}.database.windows.net",
        "restrictOutboundNetworkAccess": "Disabled",
    }


def _cosmos(shown: _Shown) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "documentEndpoint": f"https://{shown.name}.documents.azure.com:443/",
        "isVirtualNetworkFilterEnabled": bool(shown.network.subnets),
        "ipRules": [{"ipAddressOrRange": each} for each in shown.network.addresses],
        "virtualNetworkRules": [
            {"id": each, "ignoreMissingVNetServiceEndpoint": False}
            for each in shown.network.subnets
        ],
        "networkAclBypass": "AzureServices" if shown.network.services else "None",
        "networkAclBypassResourceIds": list(shown.network.instances),
    }


def _event_hubs(shown: _Shown) -> dict[str, Any]:
    return {
        "status": "Active",
        "provisioningState": "Succeeded",
        "serviceBusEndpoint": f"https://{shown.name}.servicebus.windows.net:443/",
    }


def _models(shown: _Shown) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "endpoint": f"https://{shown.name}.openai.azure.com/",
        "networkAcls": {
            "defaultAction": shown.network.default,
            "ipRules": [{"value": each} for each in shown.network.addresses],
            "virtualNetworkRules": [{"id": each} for each in shown.network.subnets],
        },
    }


_PROPERTIES: dict[str, Callable[[_Shown], dict[str, Any]]] = {
    STORAGE: _storage,
    SQL: _sql,
    COSMOS: _cosmos,
    EVENT_HUBS: _event_hubs,
    MODELS: _models,
}


def list_firewall_rules(call: ArmRequest) -> Answer:
    """Return the firewall rules of a SQL server, each a range of addresses."""
    resource = find_target(call)
    addresses = call.world.network(resource.name, SQL).addresses
    return page_of(call, [_rule(resource, *each) for each in enumerate(addresses)])


def _rule(resource: Resource, number: int, addresses: str) -> dict[str, Any]:
    first, _, last = addresses.partition("-")
    name = "AllowAllWindowsAzureIps" if first == "0.0.0.0" and not last else f"rule-{number}"  # noqa: S104
    return {
        "id": f"{resource.resource_id}/firewallRules/{name}",
        "name": name,
        "type": f"{SQL}/firewallRules",
        "properties": {"startIpAddress": first, "endIpAddress": last or first},
    }


def get_rule_set(call: ArmRequest) -> Answer:
    """Return the network rule set of an Event Hubs namespace, of which there is one."""
    resource = find_target(call)
    network = call.world.network(resource.name, EVENT_HUBS)
    return json_answer(
        {
            "id": f"{resource.resource_id}/networkRuleSets/default",
            "name": "default",
            "type": f"{EVENT_HUBS}/networkRuleSets",
            "location": resource.location,
            "properties": {
                "publicNetworkAccess": network.public,
                "defaultAction": network.default,
                "trustedServiceAccessEnabled": network.services,
                "ipRules": [{"ipMask": each, "action": "Allow"} for each in network.addresses],
                "virtualNetworkRules": [
                    {"subnet": {"id": each}, "ignoreMissingVnetServiceEndpoint": False}
                    for each in network.subnets
                ],
            },
        }
    )


def list_endpoint_connections(call: ArmRequest) -> Answer:
    """Return the private endpoints that were asked for at a target."""
    resource = find_target(call)
    found = call.world.network(resource.name, resource.kind).endpoints
    return page_of(call, [_connection_body(resource, each) for each in found])


def put_endpoint_connection(call: ArmRequest) -> Answer:
    """Let the owner of a target approve a private endpoint, or reject it; at once."""
    resource = find_target(call)
    name = call.names["connection"]
    endpoints = call.world.network(resource.name, resource.kind).endpoints
    found = next((each for each in endpoints if each.name.casefold() == name.casefold()), None)
    if found is None:
        raise child_not_found(f"{resource.resource_id}/privateEndpointConnections/{name}")
    properties = member(call.object().get("properties"))
    status = member(properties.get("privateLinkServiceConnectionState")).get("status")
    if status not in _DECISIONS:
        raise bad_request(f"A private endpoint connection cannot become '{status}'.")
    found.status = str(status)
    return json_answer(_connection_body(resource, found))


def _connection_body(resource: Resource, endpoint: PrivateEndpoint) -> dict[str, Any]:
    return {
        "id": f"{resource.resource_id}/privateEndpointConnections/{endpoint.name}",
        "name": endpoint.name,
        "type": f"{resource.kind}/privateEndpointConnections",
        "properties": {
            "privateEndpoint": {"id": endpoint.endpoint_id},
            "groupIds": [endpoint.group],
            "privateLinkServiceConnectionState": {
                "status": endpoint.status,
                "description": endpoint.message,
                "actionsRequired": "None",
            },
            "provisioningState": "Pending" if endpoint.status == PENDING else "Succeeded",
        },
    }
