"""MI016: no log outside the cluster keeps its requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import AzCommand
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict

WANTED = ("Command", "Query", "SucceededIngestion", "FailedIngestion", "Journal")


class DiagnosticsOff(Rule):
    """Diagnostic settings don't keep what shows the use of identities."""

    id: ClassVar = "MI016"
    severity: ClassVar = Severity.LOW
    title: ClassVar = "Diagnostic logs are off"
    why: ClassVar = (
        "The cluster keeps its requests for 30 days. What runs less often, and where ingested "
        "files came from, is known from diagnostic logs only."
    )
    found_by: ClassVar = f"the categories {', '.join(WANTED)} of the diagnostic settings"
    recommendation: ClassVar = "Send the categories to a Log Analytics workspace."
    pages: ClassVar = ("Managed identities overview",)
    needs: ClassVar = ("log_categories",)

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how the cluster was found."""
        about = About(subject="diagnostic settings")
        off = [one for one in WANTED if one not in cluster.log_categories.known]
        if not off:
            yield about.passed("on")
            return
        logs = json.dumps([{"category": one, "enabled": True} for one in off])
        yield about.found(
            f"off: {', '.join(off)}",
            fix=AzCommand.of(
                *("az", "monitor", "diagnostic-settings", "create", "--name", "identity-audit"),
                *("--resource", cluster.resource_id, "--workspace", "WORKSPACE", "--logs", logs),
            ),
        )
