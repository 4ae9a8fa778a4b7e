"""MI017: a role on all databases names an application by its object ID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import then
from adxmi_jupyter.model.audit.holders import identity_of
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict


class RoleByObjectId(Rule):
    """Azure accepts the object ID, and the cluster never lets the application in."""

    id: ClassVar = "MI017"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Role of an application by its object ID"
    why: ClassVar = (
        "Azure Resource Manager accepts an object ID and says Succeeded, but the cluster knows "
        "applications by client ID: every call ends with HTTP 401."
    )
    found_by: ClassVar = (
        "a principal assignment of type App whose principal ID is the object ID of the principal"
    )
    recommendation: ClassVar = "Revoke the role, and grant it by the client ID if it is needed."
    pages: ClassVar = ("Manage cluster permissions",)
    needs: ClassVar = ("cluster_roles",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each role of an application on all databases was found."""
        for one in cluster.cluster_roles.known:
            identity = identity_of(cluster, one)
            about = About(identity=identity, subject=f"{one.role} of {one.label}")
            if not one.is_by_object_id:
                yield about.passed("by another ID than the object ID")
                continue
            where = ("--cluster", "--role", str(one.role), "--identity")
            # Of an application that is no identity, Azure does not tell the client ID.
            again = (
                (Command.of("role", "grant", *where, cluster.word(identity)),) if identity else ()
            )
            yield about.found(
                "Azure lists it by the object ID, which has no effect",
                fix=then(Command.of("role", "revoke", *where, one.fqn, "--yes"), *again),
            )
