"""MI004: nothing shows that a usage that is allowed is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.audit.evidence import Grade
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import revoke
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.audit.narrowing import only
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed, Narrowing


class NoTrace(Rule):
    """A usage is allowed that neither an object, a request nor a target shows."""

    id: ClassVar = "MI004"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "No trace of the usage"
    why: ClassVar = (
        "A usage that is allowed and not needed is access without a purpose: a principal that can "
        "create objects or run commands there can use what the identity reaches."
    )
    found_by: ClassVar = (
        "no object that needs it, no request with its construct within the window, and it was "
        "allowed all that time; usages that leave no trace are never found"
    )
    recommendation: ClassVar = "Revoke the usage, unless a flow runs less often than the window."
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each usage of each entry was found; All and stale entries have own rules."""
        for scope, entry in cluster.entries():
            if cluster.assigned.unseen is None and not cluster.is_assigned(entry.identity):
                continue
            for usage in entry.allowed_usages:
                without_effect = usage == Usage.SANDBOX_ARTIFACTS and scope.database
                if usage == Usage.ALL or without_effect:
                    continue
                about = About(scope, entry.identity, usage)
                found = graded(cluster, entry.identity, usage, scope)
                if found.grade is Grade.NO_TRACE:
                    fix = revoke(cluster, scope, entry.identity, usage)
                    yield about.found("nothing shows that it is needed", fix=fix, graded=found)
                elif found.grade is Grade.CANNOT_TELL:
                    yield about.untold(graded=found)
                else:
                    yield about.passed(graded=found)

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return the usage."""
        del cluster, assumed
        return only(about.scope, about.identity, about.usage)
