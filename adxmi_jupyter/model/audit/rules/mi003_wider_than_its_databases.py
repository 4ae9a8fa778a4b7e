"""MI003: a usage is allowed on the cluster that only some databases need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.audit.evidence import Grade, Graded, Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import grant, revoke, then
from adxmi_jupyter.model.audit.narrowing import Allowance, Narrowing
from adxmi_jupyter.model.audit.needs import need_of
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed
    from adxmi_jupyter.model.audit.needs import Need
    from adxmi_jupyter.model.identity import ManagedIdentity

_ELSEWHERE = (Usage.ALL, Usage.SANDBOX_ARTIFACTS)


class WiderThanItsDatabases(Rule):
    """The cluster policy allows what the policies of some databases could."""

    id: ClassVar = "MI003"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Allowed on the cluster, needed in some databases"
    why: ClassVar = (
        "What the cluster policy allows counts in every database, those that are created later "
        "included."
    )
    found_by: ClassVar = (
        "a usage of the cluster policy that objects and requests show in some databases, and "
        "nothing shows in the others; not SandboxArtifacts, which counts on the cluster only"
    )
    recommendation: ClassVar = (
        "Grant the usage on the databases that need it first, then revoke it on the cluster. "
        "Whether the policy of a database counts on clusters that follow it is not documented: "
        "check them before."
    )
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each usage of the cluster policy was found."""
        for scope, entry in cluster.entries():
            if scope != CLUSTER:
                continue
            for usage in entry.allowed_usages:
                if usage not in _ELSEWHERE:
                    yield _verdict(cluster, entry.identity, usage)

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return the grant on the cluster, and those on the databases that need it."""
        identity = about.identity
        if identity is None or not cluster.is_whole:
            return None
        wide = Allowance(CLUSTER, identity, about.usage)
        is_assumed = wide.key in {one.key for one in assumed}
        need = replace(
            need_of(cluster, identity, about.usage, CLUSTER), is_assumed_unused=is_assumed
        )
        if CLUSTER in need.places:
            return None
        return Narrowing((wide,), tuple(Allowance(s, identity, about.usage) for s in need.places))


def _verdict(cluster: AuditedCluster, identity: ManagedIdentity, usage: str) -> Verdict:
    about = About(CLUSTER, identity, usage)
    if not cluster.is_whole:
        return about.untold(Unseen(Source.OBJECTS, Reason.PART))
    need = need_of(cluster, identity, usage, CLUSTER)
    every, needed = need.every, need.needed
    graded = _together(need)
    if not needed or len(needed) == len(every):
        return about.passed(f"needed in {len(needed)} of {len(every)} databases", graded=graded)
    if need.untold:
        return about.untold(graded=graded)
    followers = sorted({one for some in (cluster.followers.value or {}).values() for one in some})
    return about.found(
        f"needed in {len(needed)} of {len(every)} databases: {', '.join(needed)}",
        *([f"; clusters follow this one: {', '.join(followers)}"] if followers else ()),
        fix=then(
            *(grant(cluster, Scope(name), identity, [usage]) for name in needed),
            revoke(cluster, CLUSTER, identity, usage),
        ),
        graded=graded,
    )


def _together(need: Need) -> Graded:
    grades = {one.grade for one in need.every.values()} or {Grade.NO_TRACE}
    return Graded(next(grade for grade in Grade if grade in grades), need.traces, need.unseen)
