"""How much of each kind of work the cluster can do at a time (page: `.show capacity`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.behaviours import Capacity

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.databases.syntax import ShowCapacity
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session

_OF_SIXTEEN_CORES = 160
# One node with two cores and the default capacity policy.
_TOTALS = {
    "ingestions": 1,
    "extents-merge": 1,
    "table-purge": 1,
    "data-export": 1,
    "mirroring": 1,
    "query-acceleration": 1,
    "extents-partition": 1,
    "streaming-ingestion-post-processing": 4,
    "materialized-view": 1,
    "graph_snapshot": 1,
    "queries": 20,
    "stored-query-results": 250,
    "purge-storage-artifacts-cleanup": 2,
    "periodic-storage-artifacts-cleanup": 2,
}


def _totals(capacity: Capacity) -> dict[str, int]:
    """Return what there is of each resource, requests as the cluster behaves."""
    match capacity:
        case Capacity.LARGE:
            return {**_TOTALS, "queries": _OF_SIXTEEN_CORES}
        case Capacity.LEFT_OUT:
            return {n: t for n, t in _TOTALS.items() if n != "queries"}
        case _:
            return _TOTALS


def show_capacity(command: ShowCapacity, session: Session) -> Result:
    """Return each resource, or the one that was asked for; nothing of it is ever consumed.

    A user of any database may see it, or who monitors the cluster; a KustoError (403) for others.
    """
    databases = session.world.cluster.databases.values()
    if not any(session.permits(Permission.DATABASE_USER, each) for each in databases):
        session.require(Permission.CLUSTER_SHOW, "CapacityShowCommand")
    totals = _totals(session.world.behaviours.capacity)
    wanted = {n: t for n, t in totals.items() if command.resource in {None, n}}
    return result(
        "Resource:string, Total:long, Consumed:long, Remaining:long",
        [[name, total, 0, total] for name, total in wanted.items()],
    )
