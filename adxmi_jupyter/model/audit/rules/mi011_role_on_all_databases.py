"""MI011: an identity holds a role on all databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import then
from adxmi_jupyter.model.audit.holders import databases_needing, identity_of
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.identity import ManagedIdentity

_TOO_WIDE = (ClusterRole.ADMIN, ClusterRole.VIEWER)


class RoleOnAllDatabases(Rule):
    """A managed identity is AllDatabasesAdmin or AllDatabasesViewer."""

    id: ClassVar = "MI011"
    severity: ClassVar = Severity.HIGH
    title: ClassVar = "AllDatabasesAdmin or AllDatabasesViewer"
    why: ClassVar = (
        "Whatever runs as the identity reads every database, and as AllDatabasesAdmin changes the "
        "policies of the cluster. Exports and update policies need Viewer of what they read."
    )
    found_by: ClassVar = "a principal assignment of the cluster whose principal is an identity"
    recommendation: ClassVar = "Grant the role on the databases that need it, then revoke this one."
    pages: ClassVar = ("Security roles overview", "Manage cluster permissions")
    needs: ClassVar = ("cluster_roles",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each role of an identity on all databases was found."""
        for one in cluster.cluster_roles.known:
            identity = identity_of(cluster, one)
            if identity is None:
                continue
            about = About(identity=identity, subject=one.role)
            if one.role not in _TOO_WIDE:
                yield about.passed("reads no data")
                continue
            needing = databases_needing(cluster, identity)
            told = ", ".join(needing) or "none"
            yield about.found(
                f"databases whose workflows need a role of it: {told}",
                fix=_narrower(cluster, identity, one.role, needing),
            )


def _narrower(
    cluster: AuditedCluster, identity: ManagedIdentity, role: str, databases: tuple[str, ...]
) -> Fix:
    who = ("--identity", cluster.word(identity))
    grants = (
        Command(("role", "grant", "--database", name, "--role", Role.VIEWERS.value, *who))
        for name in databases
    )
    return then(*grants, Command(("role", "revoke", "--cluster", "--role", role, *who, "--yes")))
