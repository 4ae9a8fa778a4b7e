"""MI018: the cluster trusts every tenant, and principals of other tenants hold roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from adxmi_jupyter.fixes import AzCommand
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.identity import is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.evidence import Part, Unseen
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.role import RoleAssignment

_EVERY = "*"


class EveryTenantTrusted(Rule):
    """The list of trusted tenants is ``*``."""

    id: ClassVar = "MI018"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Every tenant is trusted, and foreign principals hold roles"
    why: ClassVar = (
        "With trustedExternalTenants * the cluster lets in callers of any tenant that hold a role: "
        "a role given to a guest's tenant is enough."
    )
    found_by: ClassVar = (
        "trustedExternalTenants of the cluster, and the tenants of all who hold roles"
    )
    recommendation: ClassVar = "List the tenants that are meant."
    pages: ClassVar = ("Security roles overview",)
    needs: ClassVar = ("settings",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how the cluster was found."""
        about = About(subject="trustedExternalTenants")
        settings = cluster.settings.known
        if _EVERY not in settings.trusted_tenants:
            listed = ", ".join(settings.trusted_tenants) or "none but its own"
            yield about.passed(f"trusted: {listed}")
            return
        foreign = {one.label: _tenant(one) for one in _roles(cluster)}
        foreign = {n: t for n, t in foreign.items() if t and t != settings.tenant_id.lower()}
        unread = tuple(_unread(cluster))
        if foreign:
            tenants = sorted(set(foreign.values()))
            value = json.dumps([{"value": one} for one in tenants])
            yield about.found(
                f"principals of other tenants: {', '.join(foreign)}",
                fix=AzCommand.of(
                    *("az", "kusto", "cluster", "update", "--ids", cluster.resource_id),
                    *("--trusted-external-tenants", value),
                ),
            )
        elif unread:
            yield about.untold(*unread)
        else:
            yield about.passed("no principal of another tenant holds a role")


def _roles(cluster: AuditedCluster) -> Iterator[RoleAssignment]:
    parts: tuple[Part[Any], ...] = (*cluster.roles.values(), cluster.cluster_roles)
    for part in parts:
        yield from part.value or ()


def _unread(cluster: AuditedCluster) -> Iterator[Unseen]:
    parts: tuple[Part[Any], ...] = (*cluster.roles.values(), cluster.cluster_roles)
    yield from (part.unseen for part in parts if part.unseen is not None)


def _tenant(one: RoleAssignment) -> str:
    reference = one.reference
    tenant = reference.tenant if reference else ""
    return tenant.lower() if is_guid(tenant) else ""
