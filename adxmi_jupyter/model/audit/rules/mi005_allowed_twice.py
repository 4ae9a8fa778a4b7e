"""MI005: a database policy allows what the cluster policy allows already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import revoke
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict


class AllowedTwice(Rule):
    """The same usage is allowed on the cluster and on a database."""

    id: ClassVar = "MI005"
    severity: ClassVar = Severity.LOW
    title: ClassVar = "Allowed on the cluster and on a database"
    why: ClassVar = (
        "The policies of the cluster and of the database add up: revoking one of the two changes "
        "nothing, which hides that access is still there."
    )
    found_by: ClassVar = "a usage of a database policy that the cluster policy allows as well"
    recommendation: ClassVar = (
        "Revoke it on the cluster if only this database needs it, otherwise on the database."
    )
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each usage of the policies of databases was found."""
        whole = cluster.policies.get(CLUSTER)
        if whole is None or whole.unseen is not None:
            return
        for scope, entry in cluster.entries(cluster=False):
            wide = next((e for e in whole.known if same(e.identity, entry.identity)), None)
            for usage in entry.allowed_usages:
                if usage == Usage.SANDBOX_ARTIFACTS:
                    continue
                about = About(scope, entry.identity, usage)
                if wide is None or not wide.allows(usage):
                    yield about.passed("the cluster policy doesn't allow it")
                    continue
                by_all = usage not in wide.allowed_usages
                narrow = revoke(cluster, scope, entry.identity, usage)
                broad = revoke(cluster, CLUSTER, entry.identity, usage)
                yield about.found(
                    f"the cluster policy allows {'All' if by_all else 'it'}, too",
                    fix=narrow if by_all else Explain.of(narrow, " or ", broad),
                )
