"""MI015: an object authenticates with a key, a signature or a password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule
from adxmi_jupyter.model.policy import Scope

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict


class SecretWhereIdentityCouldServe(Rule):
    """An external table, data connection or function holds a secret."""

    id: ClassVar = "MI015"
    severity: ClassVar = Severity.MEDIUM
    title: ClassVar = "A secret where a managed identity could serve"
    why: ClassVar = (
        "A key or signature works from anywhere for every holder, until it is rotated; a managed "
        "identity works on this cluster only."
    )
    found_by: ClassVar = "how external tables, data connections and functions authenticate"
    recommendation: ClassVar = "Create the object again with a managed identity."
    pages: ClassVar = (
        "Authenticate external tables with managed identities",
        "Managed identities overview",
    )

    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each object was found; those that were not listed, too."""
        for database, every in cluster.unread.items():
            yield About(Scope(database)).untold(*every)
        for one in cluster.workflows:
            about = About(Scope(one.database), subject=one.label)
            secrets = dict.fromkeys(how for how in one.signs_in if how.is_secret)
            if secrets:
                ways = ", ".join(secrets)
                told = f"authenticates by {ways}" + (f" at {one.target}" if one.target else "")
                fix = Command.of(one.noun, "form", "--database", one.database)
                yield about.found(told, fix=fix)
            elif one.is_untold:
                yield about.untold(Unseen(Source.OBJECTS, Reason.UNTOLD, where=one.label))
            else:
                yield about.passed("holds no secret")
