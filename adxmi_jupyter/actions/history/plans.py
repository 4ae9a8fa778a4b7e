"""Keep what a plan, a drift, a snapshot or an apply read, where the cluster has a history.

`history record` and an audit of the whole cluster begin the history of a cluster on this machine.
From then on each of these commands adds a run to it. None of them fails by that.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.history.observing import of_world
from adxmi_jupyter.actions.history.recording import keep, keep_writes, local_folder
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.masking import as_written
from adxmi_jupyter.model.history.rows import FindingRow, RunKind, as_guid, canonical, clean

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.plan import Change, Plan
    from adxmi_jupyter.service.connection import Connection


def has_history(connection: Connection) -> bool:
    """Tell whether the cluster has a history on this machine; raises HistoryUnavailable."""
    return any(one.has_state for one in local_folder(connection).runs())


def keep_plan(world: World, plan: Plan, kind: RunKind) -> None:
    """Keep what was read for a plan, and its changes as findings, where there is a history."""
    connection = world.connection
    findings = tuple(_finding(plan, kind, one) for one in plan.changes)
    counts = dict(Counter(str(one.status) for one in plan.changes))
    _keep(connection, world, kind, findings, counts)


def keep_snapshot(world: World) -> None:
    """Keep what was read for a snapshot, where there is a history."""
    _keep(world.connection, world, RunKind.SNAPSHOT, (), {})


def keep_apply(connection: Connection) -> None:
    """Keep the writes of an apply that has ended as a run, where there is a history."""
    try:
        if has_history(connection):
            keep_writes(connection)
    except AdxmiError as failure:
        _tell(connection, failure)


def _keep(
    connection: Connection,
    world: World,
    kind: RunKind,
    findings: tuple[FindingRow, ...],
    counts: dict[str, int],
) -> None:
    try:
        if has_history(connection):
            keep(connection, kind, world.began, of_world(world).rows(), findings, counts=counts)
    except AdxmiError as failure:
        _tell(connection, failure)


def _tell(connection: Connection, failure: AdxmiError) -> None:
    connection.say(f"the run isn't kept for the history: {failure.what}: {failure.why}")


def _finding(plan: Plan, kind: RunKind, change: Change) -> FindingRow:
    told = {
        "section": str(change.section),
        "action": str(change.action),
        "subject": as_written(change.subject),
        "item": as_written(change.item),
        "reason": str(change.reason or ""),
        "breaks": list(change.breaks),
    }
    return FindingRow(
        fingerprint=_fingerprint(kind, plan.cluster, change),
        rule=kind.value,
        severity="",
        state=str(change.status),
        cluster=clean(plan.cluster),
        database=clean(change.database),
        object_id=as_guid(change.key),
        usage=clean(change.item) if change.kind == "policy" else "",
        evidence=clean(canonical({name: one for name, one in told.items() if one})),
        reason=clean(as_written(change.why)),
    )


def _fingerprint(kind: RunKind, cluster: str, change: Change) -> str:
    """Return what stays the same while a change is about the same thing."""
    words = (kind.value, cluster, *map(str, change.identifier))
    return hashlib.sha256(clean("\0".join(words)).encode()).hexdigest()[:16]
