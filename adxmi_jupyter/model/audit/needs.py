"""Where an identity needs a usage that a policy allows: database by database, by evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.evidence import Grade
from adxmi_jupyter.model.audit.fixing import NEEDED, SINGLE_USAGES
from adxmi_jupyter.model.audit.grading import by_database
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.evidence import Graded, Trace, Unseen
    from adxmi_jupyter.model.identity import ManagedIdentity


@dataclass(frozen=True)
class Need:
    """How certain the use of a usage is in each database where the policy of a scope counts.

    `is_assumed_unused` says that somebody vouches for what cannot be told.
    """

    usage: str
    scope: Scope
    every: Mapping[str, Graded]
    is_assumed_unused: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The databases that need it."""
        return tuple(name for name, one in self.every.items() if one.grade in NEEDED)

    @property
    def untold(self) -> tuple[str, ...]:
        """The databases of which it cannot be told."""
        if self.is_assumed_unused:
            return ()
        return tuple(n for n, one in self.every.items() if one.grade is Grade.CANNOT_TELL)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The evidence of all databases."""
        return tuple(dict.fromkeys(t for one in self.every.values() for t in one.traces))

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """What was not visible, of the databases of which it cannot be told."""
        untold = (one for one in self.every.values() if one.grade is Grade.CANNOT_TELL)
        return tuple(dict.fromkeys(unseen for one in untold for unseen in one.unseen))

    @property
    def places(self) -> tuple[Scope, ...]:
        """The scopes of which the policies have to allow it, as narrow as the evidence supports.

        What cannot be told stays allowed where it is. What every one of several databases needs is
        allowed on the cluster. SandboxArtifacts counts there only.
        """
        if self.usage == Usage.SANDBOX_ARTIFACTS:
            is_kept = self.needed or (self.untold and not self.scope.database)
            return (CLUSTER,) if is_kept else ()
        if self.untold:
            return (self.scope,)
        if not self.scope.database and len(self.needed) == len(self.every) > 1:
            return (self.scope,)
        return tuple(map(Scope, self.needed))


def need_of(cluster: AuditedCluster, identity: ManagedIdentity, usage: str, scope: Scope) -> Need:
    """Return the need of a usage in a scope that allows it."""
    return Need(usage, scope, by_database(cluster, identity, usage, scope))


def needs_behind_all(
    cluster: AuditedCluster, identity: ManagedIdentity, scope: Scope, unused: Iterable[str] = ()
) -> tuple[Need, ...]:
    """Return the need of each usage that ``All`` allows; `unused` are assumed not to be needed."""
    given = frozenset(unused)
    every = (need_of(cluster, identity, one, scope) for one in SINGLE_USAGES)
    return tuple(replace(one, is_assumed_unused=one.usage in given) for one in every)
