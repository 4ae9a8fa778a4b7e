"""What must be known of the networks of targets: rules, and private endpoints that lead there.

Most of it comes with the question where targets are. Event Hubs and SQL Server keep their rules in
resources of their own: one request for each namespace or server.

Source: REST references of Microsoft.EventHub networkRuleSets, Microsoft.Sql firewallRules,
Microsoft.Kusto managedPrivateEndpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.model.azure_role import EVENT_HUBS_NAMESPACE, SQL_SERVER
from adxmi_jupyter.model.azure_shapes import FIREWALL_RULE, MANAGED_ENDPOINT, NETWORK_RULE_SET
from adxmi_jupyter.model.network import managed_endpoint, with_firewall, with_rule_set
from adxmi_jupyter.service.resource_manager import (
    EVENT_HUBS_VERSION,
    KUSTO_VERSION,
    SQL_VERSION,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.target_facts import Places
    from adxmi_jupyter.model.azure_role import Target
    from adxmi_jupyter.model.network import ManagedEndpoint, NetworkRules
    from adxmi_jupyter.service.connection import Connection

_READER = "Reader on the target, in Azure"


def rules_apart(target: Target, resource_id: str) -> tuple[Fact, ...]:
    """Ask for rules that are resources of their own; nothing to ask for other types."""
    if target.resource_type == EVENT_HUBS_NAMESPACE:
        return (_rule_set(resource_id),)
    if target.resource_type == SQL_SERVER:
        return (_firewall_rules(resource_id),)
    return ()


def _rule_set(namespace_id: str) -> Fact:
    def ask(connection: Connection) -> Mapping[str, Any]:
        path = f"{namespace_id}/networkRuleSets/default"
        found = connection.resource_manager.get(path, EVENT_HUBS_VERSION, NETWORK_RULE_SET)
        return dict(found["properties"])

    return Fact(("network rules", namespace_id.lower()), ask, _READER)


def _firewall_rules(server_id: str) -> Fact:
    def ask(connection: Connection) -> Sequence[Mapping[str, Any]]:
        path = f"{server_id}/firewallRules"
        return connection.resource_manager.all_of(path, SQL_VERSION, FIREWALL_RULE)

    return Fact(("network rules", server_id.lower()), ask, _READER)


def rules(facts: Facts, places: Places, target: Target) -> NetworkRules | None:
    """Return the network rules of a target; None where Azure does not show it.

    Raises
    ------
    AdxmiError
        Azure did not tell.

    """
    found = places.resource(target)
    if found.rules is None:
        return None
    apart = rules_apart(target, found.resource_id)
    if not apart:
        return found.rules
    told = facts.answer(apart[0])
    if target.resource_type == SQL_SERVER:
        return with_firewall(found.rules, told)
    return with_rule_set(found.rules, told)


def managed_endpoints() -> Fact:
    """Ask for the managed private endpoints of the cluster: `ManagedEndpoint` values."""

    def ask(connection: Connection) -> tuple[ManagedEndpoint, ...]:
        path = f"{identities.cluster_id(connection)}/managedPrivateEndpoints"
        items = connection.resource_manager.all_of(path, KUSTO_VERSION, MANAGED_ENDPOINT)
        return tuple(map(managed_endpoint, items))

    return Fact(("managed private endpoints",), ask, "Reader on the cluster, in Azure")
