"""MI008: an identity is assigned and allowed usages, and nothing shows any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.audit.evidence import Grade
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import SINGLE_USAGES, revoke, then
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.audit.narrowing import Allowance, Narrowing
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.evidence import Graded
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed
    from adxmi_jupyter.model.identity import ManagedIdentity


class NoTraceOfAnyKind(Rule):
    """No evidence of any usage of an identity that is assigned and named by a policy."""

    id: ClassVar = "MI008"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Assigned and allowed, without a trace"
    why: ClassVar = "An identity that nothing uses only adds access that can be misused."
    found_by: ClassVar = "an assigned identity of which every usage that is allowed has no trace"
    recommendation: ClassVar = "Ask its owner, then revoke its usages and remove the identity."
    pages: ClassVar = (
        "Managed identity policy",
        "Configure managed identities for your cluster",
    )
    needs: ClassVar = ("assigned",)
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each identity that is assigned and allowed something was found."""
        for identity in cluster.assigned.known.all:
            every = tuple(_grades(cluster, identity))
            if not every:
                continue
            about = About(identity=identity)
            named = next((w for w in cluster.workflows if w.names(identity)), None)
            if named is not None:
                yield about.passed(f"named by {named.label}")
                continue
            grades = {one.grade for one in every}
            unseen = tuple(dict.fromkeys(u for one in every for u in one.unseen))
            if grades == {Grade.NO_TRACE}:
                yield about.found(
                    "no usage that it is allowed has a trace", fix=_removal(cluster, identity)
                )
            elif grades <= {Grade.NO_TRACE, Grade.CANNOT_TELL}:
                yield about.untold(*unseen)
            else:
                best = next(grade for grade in Grade if grade in grades)
                yield about.passed(str(best))

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return all that the identity is allowed."""
        del assumed
        identity = about.identity
        if identity is None:
            return None
        return Narrowing(
            tuple(
                Allowance(scope, entry.identity, usage)
                for scope, entry in cluster.entries()
                if same(entry.identity, identity)
                for usage in entry.allowed_usages
            )
        )


def _removal(cluster: AuditedCluster, identity: ManagedIdentity) -> Fix:
    revoked = (
        revoke(cluster, scope, identity)
        for scope, entry in cluster.entries()
        if same(entry.identity, identity)
    )
    who = ("--identity", cluster.word(identity))
    return then(*revoked, Command(("identity", "remove", *who, "--yes")))


def _grades(cluster: AuditedCluster, identity: ManagedIdentity) -> Iterator[Graded]:
    for scope, entry in cluster.entries():
        if not same(entry.identity, identity) or not cluster.is_assigned(entry.identity):
            continue
        allowed = entry.allowed_usages
        for usage in SINGLE_USAGES if Usage.ALL in allowed else allowed:
            if not (usage == Usage.SANDBOX_ARTIFACTS and scope.database):
                yield graded(cluster, identity, usage, scope)
