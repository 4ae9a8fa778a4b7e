"""MI013: an identity's role in Azure permits more than its workflows need, or in more places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.audit.azure_access import access_verdict, judged_roles
from adxmi_jupyter.model.audit.findings import Severity
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict


class AzureRoleTooWide(Rule):
    """Owner, Data Owner or Data Contributor for readers; an account where a container is enough."""

    id: ClassVar = "MI013"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Azure role wider than needed"
    why: ClassVar = (
        "Whatever may use the identity may do all that its Azure roles permit, in every place that "
        "they cover."
    )
    found_by: ClassVar = (
        "Azure role assignments of identities, compared with what the workflows need on their "
        "targets"
    )
    recommendation: ClassVar = (
        "Have the owner of the target assign the smallest role on the container or hub, and "
        "remove the wider assignment after that."
    )
    pages: ClassVar = ("Assign an Azure role for access to blob data",)
    needs: ClassVar = ("azure_roles",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each role assignment of an identity was found."""
        for identity, role in judged_roles(cluster):
            yield access_verdict(cluster, identity, role)
