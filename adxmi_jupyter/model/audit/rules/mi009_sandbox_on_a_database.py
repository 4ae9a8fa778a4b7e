"""MI009: a database policy allows SandboxArtifacts, which counts on the cluster only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import revoke
from adxmi_jupyter.model.audit.narrowing import only
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed, Narrowing


class SandboxOnADatabase(Rule):
    """The usage has no effect in the policy of a database."""

    id: ClassVar = "MI009"
    severity: ClassVar = Severity.LOW
    title: ClassVar = "SandboxArtifacts on a database has no effect"
    why: ClassVar = (
        "SandboxArtifacts counts in the cluster policy only: the entry looks as if it allowed "
        "something."
    )
    found_by: ClassVar = "an entry of a database policy with the usage SandboxArtifacts"
    recommendation: ClassVar = "Revoke it, and grant it on the cluster if it is needed."
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each entry of the policies of databases was found."""
        usage = Usage.SANDBOX_ARTIFACTS
        for scope, entry in cluster.entries(cluster=False):
            if usage in entry.allowed_usages:
                fix = revoke(cluster, scope, entry.identity, usage)
                about = About(scope, entry.identity, usage)
                yield about.found("it counts in the cluster policy only", fix=fix)
            else:
                yield About(scope, entry.identity).passed("doesn't name it")

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return the usage, which has no effect."""
        del cluster, assumed
        return only(about.scope, about.identity, about.usage)
