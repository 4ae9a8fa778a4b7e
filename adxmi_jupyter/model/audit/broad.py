"""The usage ``All``: what of it is needed, and the grants that take its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.evidence import Grade, Graded
from adxmi_jupyter.model.audit.findings import About
from adxmi_jupyter.model.audit.fixing import (
    NEEDED,
    SINGLE_USAGES,
    grant,
    grants_of,
    revoke,
    then,
)
from adxmi_jupyter.model.audit.grading import by_database
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.findings import Verdict
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
    every = {one: by_database(cluster, identity, one, scope) for one in SINGLE_USAGES}
    needed: dict[str, list[str]] = {}
    for usage, databases in every.items():
        for name, found in databases.items():
            if found.grade in NEEDED:
                needed.setdefault(name, []).append(usage)
    seen = [one for one in SINGLE_USAGES if any(one in usages for usages in needed.values())]
    untold = [
        one for one, found in every.items()
        if one not in seen and any(g.grade is Grade.CANNOT_TELL for g in found.values())
    ]  # fmt: skip
    # What cannot be told stays allowed: narrowing must break nothing.
    if scope.database:
        untold = [one for one in untold if one != Usage.SANDBOX_ARTIFACTS]
    traces = tuple(t for found in every.values() for g in found.values() for t in g.traces)
    unseen = tuple(u for found in every.values() for g in found.values() for u in g.unseen)
    grade = Grade.IN_USE if seen else Grade.CANNOT_TELL if untold else Grade.NO_TRACE
    graded = Graded(grade, tuple(dict.fromkeys(traces)), tuple(dict.fromkeys(unseen)))
    return about.found(
        f"allows every usage, also future ones; needed: {', '.join(seen) or 'none seen'}",
        *([f"; cannot tell: {', '.join(untold)}"] if untold else ()),
        fix=then(
            *grants_of(cluster, identity, needed),
            *([grant(cluster, scope, identity, untold)] if untold else ()),
            revoke(cluster, scope, identity, Usage.ALL),
        ),
        graded=graded,
    )
