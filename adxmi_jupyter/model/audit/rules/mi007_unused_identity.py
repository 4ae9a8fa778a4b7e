"""MI007: an identity is assigned that nothing on the cluster names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster, ClusterSettings
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.identity import ManagedIdentity


class UnusedIdentity(Rule):
    """No policy, workflow, data connection or key names an identity that is assigned."""

    id: ClassVar = "MI007"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Assigned, and named by nothing"
    why: ClassVar = (
        "An administrator of the cluster can allow an assigned identity any usage, and so reach "
        "everything that the identity has access to."
    )
    found_by: ClassVar = (
        "an assigned identity that no policy, object, data connection or customer-managed key names"
    )
    recommendation: ClassVar = "Remove the identity from the cluster."
    pages: ClassVar = ("Configure managed identities for your cluster",)
    needs: ClassVar = ("assigned", "settings")
    reads_policies: ClassVar = True

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each assigned identity was found."""
        blind = tuple(_blind(cluster))
        for identity in cluster.assigned.known.all:
            about = About(identity=identity)
            named_by = _named_by(cluster, identity)
            if named_by:
                yield about.passed(f"named by {named_by}")
            elif blind:
                yield about.untold(*blind)
            else:
                words = ("identity", "remove", "--identity", cluster.word(identity), "--yes")
                yield about.found("no policy, object or key names it", fix=Command(words))


def _blind(cluster: AuditedCluster) -> Iterator[Unseen]:
    if not cluster.is_whole:
        yield Unseen(Source.OBJECTS, Reason.PART)
    yield from (part.unseen for part in cluster.policies.values() if part.unseen is not None)
    yield from (one for every in cluster.unread.values() for one in every)
    for one in cluster.workflows:
        if one.is_untold:
            yield Unseen(Source.OBJECTS, Reason.UNTOLD, where=one.label)


def _named_by(cluster: AuditedCluster, identity: ManagedIdentity) -> str:
    if any(same(entry.identity, identity) for _, entry in cluster.entries()):
        return "a policy"
    for one in cluster.workflows:
        if one.names(identity):
            return one.label
    return "the customer-managed key" if _reads_key(cluster.settings.known, identity) else ""


def _reads_key(settings: ClusterSettings, identity: ManagedIdentity) -> bool:
    if not settings.has_key:
        return False
    if not settings.key_identity:
        return identity.is_system
    return settings.key_identity.lower() == identity.resource_id.lower()
