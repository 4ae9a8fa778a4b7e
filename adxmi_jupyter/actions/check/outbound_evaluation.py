"""Evaluate what a cluster may call: its callout policy, and the hosts it is restricted to.

Where outbound access is restricted, the list of allowed hosts decides, and the service rejects
commands that change the callout policy.

Source: *Callout policy*, *Restrict outbound access from your Azure Data Explorer cluster* (Azure
Data Explorer docs).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.findings import State, finding, missing
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import AzCommand, Explain
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.remediation import AllowCallout, RevokeCallout

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.declaration.requirements import CalloutAllowed


@dataclass(frozen=True)
class Outbound:
    """Whether a cluster may call a host; `name` is its first label, where the rest is not known.

    `cluster` is None where Azure does not show it, which its other requirements tell.
    """

    cluster: AssignedIdentities | None
    host: str
    name: str = ""

    @property
    def is_restricted(self) -> bool:
        """Whether the cluster may call listed hosts only."""
        return self.cluster is not None and self.cluster.may_call is not None

    @property
    def is_allowed(self) -> bool:
        """Whether the host is listed, or nothing restricts the cluster."""
        if self.cluster is None or self.cluster.may_call is None:
            return True
        return any(map(self._is_it, self.cluster.may_call))

    def _is_it(self, listed: str) -> bool:
        if self.host:
            return listed.lower() == self.host.lower()
        return listed.lower().startswith(f"{self.name.lower()}.")

    @property
    def words(self) -> str:
        """Why the host cannot be called."""
        lacks = f"its allowed FQDNs don't include {self.host or self.name}"
        return f"the cluster restricts its outbound access, and {lacks}"

    @property
    def fix(self) -> Fix:
        """What adds the host to the list, for whoever owns the cluster."""
        if self.cluster is None or not self.host:
            return Explain.of("add the target's host to the cluster's allowedFqdnList")
        hosts = json.dumps([*(self.cluster.may_call or ()), self.host])
        where = place_of(self.cluster.cluster_id, "--name")
        return AzCommand(("az", "kusto", "cluster", "update", *where, "--allowed-fqdn-list", hosts))


def cluster_of(facts: Facts) -> AssignedIdentities | None:
    """Return what Azure shows of the cluster; None where it shows nothing."""
    if not facts.has(cluster_facts.assigned()):
        return None
    try:
        found: AssignedIdentities = facts.answer(cluster_facts.assigned())
    except AdxmiError:
        return None
    return found


def place_of(resource_id: str, name: str) -> tuple[str, ...]:
    """Return the options of the Azure CLI that say which resource it is, `name` for its name."""
    parts = resource_id.split("/")
    return (name, parts[-1], "--resource-group", parts[4], "--subscription", parts[2])


def callout_allowed(requirement: CalloutAllowed, facts: Facts) -> Finding:
    """Return how the callout policy was found.

    Raises
    ------
    AdxmiError
        It could not be read.

    """
    outbound = Outbound(cluster_of(facts), _host(requirement.uri))
    if outbound.is_restricted and outbound.is_allowed:
        return finding(requirement, State.MET, "by the cluster's allowed FQDNs")
    rules: tuple[callout.CalloutRule, ...] = facts.answer(cluster_facts.callouts())
    found = callout.verdict(rules, requirement.callout_type, requirement.uri)
    if found.is_allowed:
        return finding(requirement, State.MET)
    if found.is_allowed is None:
        why = f"it depends on a rule that can't be evaluated: {found.unclear[0].pattern}"
        return finding(requirement, State.UNKNOWN, why)
    if outbound.is_restricted:
        return finding(requirement, State.NOT_MET, outbound.words, outbound.fix)
    return _by_rules(requirement, found)


def _by_rules(requirement: CalloutAllowed, found: callout.CalloutVerdict) -> Finding:
    if found.denying:
        rule = found.denying[0]
        remediation = (
            None if rule.is_fixed else RevokeCallout(requirement.callout_type, rule.pattern)
        )
        return missing(requirement, f"a rule denies it: {rule}", remediation)
    why = f"no rule of {requirement.callout_type} allows it"
    return missing(requirement, why, AllowCallout(requirement.callout_type, requirement.uri))


def _host(uri: str) -> str:
    """Return the host of an address, which may be nothing else."""
    return uri.rpartition("://")[2].partition("/")[0].partition(":")[0]
