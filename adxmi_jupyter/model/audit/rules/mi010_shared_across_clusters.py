"""MI010: clusters of different subscriptions or environments have the same identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import AzCommand, Command
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import then
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster, OtherCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.identity import ManagedIdentity


class SharedAcrossClusters(Rule):
    """A user-assigned identity is assigned to clusters that are kept apart otherwise."""

    id: ClassVar = "MI010"
    severity: ClassVar = Severity.HIGH
    title: ClassVar = "Shared by clusters of different subscriptions or environments"
    why: ClassVar = (
        "An administrator of one of the clusters reaches what the identity was given for the "
        "other one: a test cluster then reads production data."
    )
    found_by: ClassVar = (
        "a user-assigned identity of this cluster that a cluster in another subscription, or with "
        "another tag environment, has as well"
    )
    recommendation: ClassVar = "Give each cluster an identity of its own, with its own roles."
    pages: ClassVar = ("Configure managed identities for your cluster",)
    needs: ClassVar = ("assigned", "clusters")

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each user-assigned identity was found."""
        own_id = cluster.resource_id.lower()
        every = cluster.clusters.known
        own = next((one for one in every if one.resource_id.lower() == own_id), None)
        others = [one for one in every if one.resource_id.lower() != own_id]
        for identity in cluster.assigned.known.users:
            about = About(identity=identity)
            sharing = [one for one in others if identity.resource_id.lower() in one.identities]
            apart = [one for one in sharing if own is not None and _is_apart(own, one)]
            if apart:
                names = ", ".join(_called(one) for one in apart)
                yield about.found(f"also assigned to {names}", fix=_split(cluster, identity))
            else:
                yield about.passed("no visible cluster elsewhere has it")


def _is_apart(own: OtherCluster, other: OtherCluster) -> bool:
    named = own.environment and other.environment
    return own.subscription != other.subscription or bool(
        named and own.environment != other.environment
    )


def _called(one: OtherCluster) -> str:
    environment = f", {one.environment}" if one.environment else ""
    return f"{one.name} (subscription {one.subscription[:8]}{environment})"


def _split(cluster: AuditedCluster, identity: ManagedIdentity) -> Fix:
    parts = identity.resource_id.split("/")
    name = f"{identity.label}-{cluster.name}"
    made = AzCommand.of(
        *("az", "identity", "create", "--name", name, "--resource-group", parts[4]),
        *("--subscription", parts[2]),
    )
    return then(made, Command.of("identity", "assign", "--identity", name))
