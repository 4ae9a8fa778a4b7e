"""MI006: a policy names an identity that the cluster doesn't have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import where
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict


class StaleEntry(Rule):
    """The object ID of an entry is that of no identity that is assigned."""

    id: ClassVar = "MI006"
    severity: ClassVar = Severity.HIGH
    title: ClassVar = "Stale entry: the identity is not assigned"
    why: ClassVar = (
        "The entry counts again as soon as the identity is assigned. The system-assigned "
        "identity gets a new object ID when it is switched off and on, and leaves its old entry."
    )
    found_by: ClassVar = "an object ID in a policy that no identity assigned to the cluster has"
    recommendation: ClassVar = "Revoke the entry."
    pages: ClassVar = (
        "Managed identity policy",
        "Configure managed identities for your cluster",
    )
    needs: ClassVar = ("assigned",)
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each entry was found."""
        for scope, entry in cluster.entries():
            about = About(scope, entry.identity)
            if cluster.is_assigned(entry.identity):
                yield about.passed("assigned")
                continue
            # By its object ID: a former system-assigned identity is not the present one.
            who = ("--identity", entry.identity.object_id)
            usages = ", ".join(entry.allowed_usages)
            yield about.found(
                f"allows {usages}" if usages else "allows nothing",
                fix=Command(("policy", "revoke", *where(scope), *who, "--yes")),
            )
