"""MI002: the policy of a database allows an identity ``All``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.audit.broad import allowing_all, without_all
from adxmi_jupyter.model.audit.findings import Severity
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed, Narrowing


class AllOnADatabase(Rule):
    """Every usage is allowed in a database."""

    id: ClassVar = "MI002"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "All is allowed on a database"
    why: ClassVar = (
        "All allows every usage in the database, and usages that Azure Data Explorer adds later "
        "without a grant."
    )
    found_by: ClassVar = "an entry of a database policy with the usage All"
    recommendation: ClassVar = (
        "Grant the usages that are needed, and those whose use is unknown, then revoke All."
    )
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each entry of the policies of databases was found."""
        yield from allowing_all(cluster, on_cluster=False)

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return the usages that take its place."""
        return without_all(cluster, about, assumed)
