"""Evaluate whether a network keeps the cluster from a target: never met where something might.

Where nothing restricts it, there is nothing to tell. Azure Resource Manager cannot prove that a
restricted network lets the cluster through, so that is ``unknown``, with what it shows and with
what the owner of the target can do.

Source: *Create a managed private endpoint*, *Restrict outbound access* (Azure Data Explorer docs);
*Configure Azure Storage firewalls and virtual networks*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import network_facts
from adxmi_jupyter.actions.check.findings import State, finding
from adxmi_jupyter.actions.check.outbound_evaluation import Outbound, cluster_of, place_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import NOTHING, AzCommand
from adxmi_jupyter.model.azure_role import STORAGE_ACCOUNT
from adxmi_jupyter.model.network import TRUSTS_SERVICES, Status, private_link_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.check.target_facts import Places
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.declaration.requirements import NetworkOpen
    from adxmi_jupyter.model.network import EndpointConnection, ManagedEndpoint, NetworkRules

_UNSEEN = (
    "its network rules can't be read in Azure: the resource doesn't exist, or requires Reader on it"
)
_NOT_PROVED = "Azure Resource Manager doesn't show whether the cluster is allowed"
_AS_SERVICE = "trusted services are allowed, and with a managed identity the cluster is one"
_NOT_AS_SERVICE = "trusted services are allowed, but this access isn't one"


def network_facts_for(requirement: NetworkOpen, facts: Facts, places: Places) -> tuple[Fact, ...]:
    """Return what must be known of a network, once it is known where its target is."""
    found = places.resource(requirement.target)
    if found.rules is None:
        return ()
    apart = network_facts.rules_apart(requirement.target, found.resource_id)
    if apart and not all(map(facts.has, apart)):
        return apart
    rules = network_facts.rules(facts, places, requirement.target)
    return (network_facts.managed_endpoints(),) if rules and rules.restricts else ()


def evaluated(requirement: NetworkOpen, facts: Facts, places: Places) -> Finding:
    """Return how a network was found: ok only where nothing was seen that restricts it.

    Raises
    ------
    AdxmiError
        Azure did not tell.

    """
    rules = network_facts.rules(facts, places, requirement.target)
    outbound = Outbound(cluster_of(facts), requirement.host, requirement.target.name)
    kept_in = () if outbound.is_allowed else (outbound.words,)
    if rules is None:
        return finding(requirement, State.UNKNOWN, "; ".join((*kept_in, _UNSEEN)))
    resource_id = places.resource(requirement.target).resource_id
    inbound = _Inbound(requirement, rules, resource_id, facts)
    words = (*kept_in, *(inbound.words if rules.restricts else ()))
    if not words:
        return finding(requirement, State.MET)
    fix = outbound.fix if kept_in else inbound.fix
    return finding(requirement, State.UNKNOWN, "; ".join((*words, _NOT_PROVED)), fix)


@dataclass(frozen=True)
class _Inbound:
    """What the target lets through, and by which exceptions."""

    requirement: NetworkOpen
    rules: NetworkRules
    resource_id: str
    facts: Facts

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(filter(None, (*self._restrictions(), *self._exceptions())))

    def _restrictions(self) -> Iterator[str]:
        if self.rules.is_off:
            yield f"public network access is off ({self.rules.public})"
        if self.rules.is_closed:
            seen = {"IP address": self.rules.addresses, "virtual network": self.rules.subnets}
            counts = ", ".join(f"{count} by {what}" for what, count in seen.items() if count)
            yield f"its firewall denies what no rule allows; rules: {counts or 'none'}"

    def _exceptions(self) -> Iterator[str]:
        if self._may_trust and self.rules.lets_services_pass:
            yield _AS_SERVICE if self.requirement.is_trusted else _NOT_AS_SERVICE
        if self._is_named:
            yield "a resource instance rule names this cluster: for its system-assigned identity"
        yield from self._endpoints()

    def _endpoints(self) -> Iterator[str]:
        try:
            mine = self._mine()
        except AdxmiError as failure:
            yield f"managed private endpoints of the cluster: {failure.what}: {failure.why}"
            return
        for one in mine:
            states = ", ".join(dict.fromkeys(each.status for each in self._at_target(one)))
            yield f"managed private endpoint {one.name} ({one.group}): {states or 'not found'}"
        if not (mine or self._passes):
            yield "the cluster has no managed private endpoint for it"

    def _mine(self) -> tuple[ManagedEndpoint, ...]:
        """Return the managed private endpoints of the cluster that lead to the target."""
        every: tuple[ManagedEndpoint, ...] = self.facts.answer(network_facts.managed_endpoints())
        wanted = self.resource_id.lower()
        return tuple(one for one in every if one.target_id.lower() == wanted)

    def _at_target(self, endpoint: ManagedEndpoint) -> tuple[EndpointConnection, ...]:
        """Return what the target shows of an endpoint: all there are, where none has its name."""
        every = self.rules.endpoints
        named = [one for one in every if endpoint.name.lower() in _last(one.endpoint_id)]
        return tuple(named) or every

    @property
    def _may_trust(self) -> bool:
        return self.requirement.target.resource_type in TRUSTS_SERVICES

    @property
    def _is_named(self) -> bool:
        cluster = cluster_of(self.facts)
        identity = self.requirement.identity
        is_system = identity is not None and identity.is_system
        return bool(is_system and cluster and self.rules.names_instance(cluster.cluster_id))

    @property
    def fix(self) -> Fix:
        """What the owner of the target does; nothing where an exception is there already."""
        try:
            mine = self._mine()
        except AdxmiError:
            mine = ()
        at_target = [each for one in mine for each in self._at_target(one)]
        if any(one.status == Status.APPROVED for one in at_target) or self._passes:
            return NOTHING
        waiting = next((one for one in at_target if one.status == Status.PENDING), None)
        if waiting is not None:
            approve = ("az", "network", "private-endpoint-connection", "approve")
            return AzCommand((*approve, "--id", waiting.connection_id))
        if self._may_trust and self.requirement.is_trusted:
            return self._trust_services()
        return self._connect_privately()

    @property
    def _passes(self) -> bool:
        by_service = self._may_trust and self.requirement.is_trusted
        return (by_service and self.rules.lets_services_pass) or self._is_named

    def _trust_services(self) -> AzCommand:
        if self.requirement.target.resource_type == STORAGE_ACCOUNT:
            where = place_of(self.resource_id, "--name")
            bypass = ("--bypass", *self.rules.bypass, "AzureServices")
            return AzCommand(("az", "storage", "account", "update", *where, *bypass))
        where = place_of(self.resource_id, "--namespace-name")
        words = ("az", "eventhubs", "namespace", "network-rule-set", "update", *where)
        return AzCommand((*words, "--enable-trusted-service-access", "true"))

    def _connect_privately(self) -> Fix:
        cluster = cluster_of(self.facts)
        if cluster is None:
            return NOTHING
        target = self.requirement.target
        name = ("--name", f"{target.name}-endpoint")
        leads = ("--private-link", self.resource_id)
        group = ("--group-id", private_link_group(target.resource_type))
        words = ("az", "kusto", "managed-private-endpoint", "create")
        return AzCommand(
            (*words, *place_of(cluster.cluster_id, "--cluster-name"), *name, *leads, *group)
        )


def _last(resource_id: str) -> str:
    return resource_id.rsplit("/", 1)[-1].lower()
