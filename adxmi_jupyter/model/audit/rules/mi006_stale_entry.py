"""MI006: a policy names an identity that the cluster doesn't have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import where
from adxmi_jupyter.model.audit.narrowing import only
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed, Narrowing
    from adxmi_jupyter.model.policy import Scope


class StaleEntry(Rule):
    """The object ID of an entry is that of no identity that is assigned."""

    id: ClassVar = "MI006"
    severity: ClassVar = Severity.HIGH
    title: ClassVar = "Stale entry: the identity is not assigned"
    why: ClassVar = (
        "The entry counts again as soon as the identity is assigned. The system-assigned "
        "identity gets a new object ID when it is switched off and on, and leaves its old entry."
    )
    found_by: ClassVar = "an object ID in a policy that no identity assigned to the cluster has"
    recommendation: ClassVar = (
        "Revoke all stale entries of a policy at once, before other changes of it: the service can "
        "reject a policy that names an identity that is not assigned."
    )
    pages: ClassVar = (
        "Managed identity policy",
        "Configure managed identities for your cluster",
    )
    needs: ClassVar = ("assigned",)
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each entry was found."""
        stale, nameless = _stale(cluster), tuple(_nameless(cluster))
        for scope, entry in cluster.entries():
            about = About(scope, entry.identity)
            if cluster.is_assigned(entry.identity):
                yield about.passed("assigned")
                continue
            if nameless:
                yield about.untold(*nameless)
                continue
            who = ("--identity", ",".join(stale[scope]))
            usages = ", ".join(entry.allowed_usages)
            yield about.found(
                f"allows {usages}" if usages else "allows nothing",
                fix=Command(("policy", "revoke", *where(scope), *who, "--every-usage", "--yes")),
            )

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return all that the entry allows."""
        del assumed
        entry = (
            cluster.policies[about.scope].known.entry_of(about.identity) if about.identity else None
        )
        return only(about.scope, entry.identity, *entry.allowed_usages) if entry else None


def _nameless(cluster: AuditedCluster) -> Iterator[Unseen]:
    """Yield identities that are assigned, and have their IDs some time after that."""
    for one in cluster.assigned.known.users:
        if not one.object_id:
            yield Unseen(Source.CLUSTER, Reason.NO_ID, where=one.label)


def _stale(cluster: AuditedCluster) -> Mapping[Scope, list[str]]:
    """Return the stale entries of each policy by object IDs: a former system is not the present."""
    found: dict[Scope, list[str]] = {}
    for scope, entry in cluster.entries():
        if not cluster.is_assigned(entry.identity):
            found.setdefault(scope, []).append(entry.identity.object_id)
    return found
