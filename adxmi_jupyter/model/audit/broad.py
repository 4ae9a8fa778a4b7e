"""The usage ``All``: what of it is needed, and the grants that take its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.evidence import Grade, Graded
from adxmi_jupyter.model.audit.findings import About
from adxmi_jupyter.model.audit.fixing import grant, revoke, then
from adxmi_jupyter.model.audit.narrowing import Allowance, Narrowing, Untold
from adxmi_jupyter.model.audit.needs import needs_behind_all
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed
    from adxmi_jupyter.model.audit.needs import Need
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope


def allowing_all(cluster: AuditedCluster, *, on_cluster: bool) -> Iterator[Verdict]:
    """Yield a verdict on each entry of the policies of the cluster, or of databases."""
    for scope, entry in cluster.entries():
        if bool(scope.database) is on_cluster:
            continue
        about = About(scope, entry.identity, Usage.ALL)
        if Usage.ALL not in entry.allowed_usages:
            yield About(scope, entry.identity).passed("names the usages that it allows")
        else:
            yield _found(cluster, about, entry.identity, scope)


def _found(
    cluster: AuditedCluster, about: About, identity: ManagedIdentity, scope: Scope
) -> Verdict:
    every = needs_behind_all(cluster, identity, scope)
    seen = [one.usage for one in every if one.needed]
    untold = [one.usage for one in every if one.untold and one.places]
    traces = tuple(dict.fromkeys(t for one in every for t in one.traces))
    unseen = tuple(dict.fromkeys(u for one in every for u in one.unseen))
    grade = Grade.IN_USE if seen else Grade.CANNOT_TELL if untold else Grade.NO_TRACE
    return about.found(
        f"allows every usage, also future ones; needed: {', '.join(seen) or 'none seen'}",
        *([f"; cannot tell: {', '.join(untold)}"] if untold else ()),
        fix=then(
            *_grants(cluster, identity, every),
            revoke(cluster, scope, identity, Usage.ALL),
        ),
        graded=Graded(grade, traces, unseen),
    )


def _grants(
    cluster: AuditedCluster, identity: ManagedIdentity, every: Sequence[Need]
) -> list[Command]:
    """Return a command for each scope that has to allow something: the cluster first."""
    by_scope: dict[Scope, list[str]] = {}
    for one in every:
        for place in one.places:
            by_scope.setdefault(place, []).append(one.usage)
    databases = list(cluster.databases)
    places = sorted(by_scope, key=lambda one: databases.index(one.database) if one.database else -1)
    return [grant(cluster, one, identity, by_scope[one]) for one in places]


def without_all(cluster: AuditedCluster, about: Verdict, assumed: Assumed) -> Narrowing:
    """Return the usages that take the place of ``All``; it stays where all of them have to."""
    identity, scope = about.identity, about.scope
    if identity is None:
        return Narrowing(())
    unused = [one.usage for one in assumed if one.is_of(scope, identity)]
    every = needs_behind_all(cluster, identity, scope, unused)
    counting = [one for one in every if not (scope.database and one.usage == _SANDBOXED)]
    untold = tuple(
        Untold(Allowance(scope, identity, one.usage), one.unseen) for one in counting if one.untold
    )
    if all(scope in one.places for one in counting):
        return Narrowing((), untold=untold)
    added = (Allowance(place, identity, one.usage) for one in every for place in one.places)
    return Narrowing((Allowance(scope, identity, Usage.ALL),), tuple(added), untold)


_SANDBOXED = Usage.SANDBOX_ARTIFACTS
