"""MI012: an identity is Admin or User of a database where less is enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.fixing import then
from adxmi_jupyter.model.audit.holders import databases_needing, identity_of
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import RoleAssignment

_WIDE = (Role.ADMINS, Role.USERS)


class RoleWiderThanNeeded(Rule):
    """Its workflows need Viewer, or no role at all."""

    id: ClassVar = "MI012"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "Database Admin or User where Viewer is enough"
    why: ClassVar = (
        "An export or update policy reads. As Admin, a principal that can change its query can "
        "change the database as well."
    )
    found_by: ClassVar = (
        "the role Admin or User of an identity on a database where its workflows need Viewer or "
        "nothing, and that sent no requests of its own within the window"
    )
    recommendation: ClassVar = "Grant Viewer where a workflow reads, then revoke the wider role."
    pages: ClassVar = ("Security roles overview", "Manage database security roles")

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each role of an identity on a database was found."""
        for database, part in cluster.roles.items():
            if part.unseen is not None:
                yield About(Scope(database)).untold(part.unseen)
                continue
            for one in part.known:
                identity = identity_of(cluster, one)
                if identity is not None and one.database:
                    yield _verdict(cluster, database, one, identity)


def _verdict(
    cluster: AuditedCluster, database: str, one: RoleAssignment, identity: ManagedIdentity
) -> Verdict:
    about = About(Scope(database), identity, subject=one.role)
    if one.role not in _WIDE:
        return about.passed("no wider than Viewer or Ingestor")
    calls = _unseen_calls(cluster, database, identity)
    if calls is not None:
        return about.untold(calls)
    reads = database in databases_needing(cluster, identity)
    who = ("--database", database, "--role")
    whom = ("--identity", cluster.word(identity))
    grant = Command(("role", "grant", *who, Role.VIEWERS.value, *whom))
    revoke = Command(("role", "revoke", *who, one.role, *whom, "--yes"))
    return about.found(
        "its workflows need Viewer" if reads else "none of its workflows needs a role",
        fix=then(grant, revoke) if reads else revoke,
    )


def _unseen_calls(
    cluster: AuditedCluster, database: str, identity: ManagedIdentity
) -> Unseen | None:
    """Return why it is unknown whether it sends requests of its own; None where it sends none."""
    logs = cluster.logs
    if logs.runs.unseen is not None:
        return logs.runs.unseen
    if not logs.shows(database):
        return Unseen(Source.REQUESTS, Reason.OWN_ONLY, "Database Monitor", database)
    names = cluster.names_of(identity)
    own = [one for one in logs.runs.known if one.database == database and one.caller in names]
    if not own:
        return None
    times = str(sum(one.times for one in own))
    return Unseen(Source.REQUESTS, Reason.CALLS, where=database, detail=times)
