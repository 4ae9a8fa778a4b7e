"""MI014: who deployed a script is still Admin of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster, RanScript
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.role import RoleAssignment


class DeployerKeepsAdmin(Rule):
    """A script of Azure Resource Manager left its caller as Admin of the database."""

    id: ClassVar = "MI014"
    severity: ClassVar = Severity.HIGH
    title: ClassVar = "The deployer of a script is still Database Admin"
    why: ClassVar = (
        "A script resource makes its caller Admin of the database while it runs, and leaves it so "
        "unless principalPermissionsAction says otherwise: the pipeline can read and change all."
    )
    found_by: ClassVar = (
        "a script that retains permissions, and an application that put it and is Admin"
    )
    recommendation: ClassVar = (
        "Revoke the role, and deploy scripts with RemovePermissionOnScriptCompletion."
    )
    pages: ClassVar = ("Manage database security roles",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each script was found."""
        for database, part in cluster.scripts.items():
            scope = Scope(database)
            if part.unseen is not None:
                yield About(scope).untold(part.unseen)
                continue
            for script in part.known:
                yield self._of(cluster, About(scope, subject=f"script {script.name}"), script)

    @staticmethod
    def _of(cluster: AuditedCluster, about: About, script: RanScript) -> Verdict:
        if not script.keeps_permissions:
            return about.passed("removes the permission when it has run")
        if not script.is_by_application:
            return about.passed("a person put it")
        roles = cluster.roles.get(script.database)
        if roles is None or roles.unseen is not None:
            return about.untold(*((roles.unseen,) if roles and roles.unseen else ()))
        holder = next((one for one in roles.known if _is_admin(one, script)), None)
        if holder is None:
            return about.passed("who put it holds no Admin role on the database")
        revoke = ("role", "revoke", "--database", script.database, "--role", Role.ADMINS.value)
        return about.found(
            f"{holder.label} put it, and is Admin of {script.database}",
            fix=Command((*revoke, "--identity", holder.fqn, "--yes")),
        )


def _is_admin(one: RoleAssignment, script: RanScript) -> bool:
    reference = one.reference
    if one.role != Role.ADMINS or not one.database or reference is None:
        return False
    ids = {one.object_id.lower(), reference.identifier.lower()}
    return reference.kind is PrincipalKind.APPLICATION and script.put_by.lower() in ids
