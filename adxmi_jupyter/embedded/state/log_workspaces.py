"""Workspaces of Log Analytics: what diagnostic settings and others have sent there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adxmi_jupyter.embedded.state.cluster_logs import Clocked
    from adxmi_jupyter.embedded.state.clusters import Cluster

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
MAY_QUERY = f"{WORKSPACE}/query/read"
CATEGORIES = (
    *("SucceededIngestion", "FailedIngestion", "IngestionBatching", "Command", "Query"),
    *("TableUsageStatistics", "TableDetails", "Journal"),
)
"""What a cluster can send."""
_EVERY_LOG = "alllogs"


@dataclass
class LogWorkspace:
    """A workspace: requests name it by `workspace_id`, roles and diagnostic settings by the other.

    `kept` is its retention. `tables` are rows by table; one that is not among them, and that no
    cluster sends, does not exist. Those of a row have columns by name, `TimeGenerated` as ISO text.
    `history` puts rows into it, once somebody looks.
    """

    resource_id: str
    workspace_id: str
    kept: timedelta = timedelta(days=30)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    history: Callable[[Any, LogWorkspace], None] | None = None

    def remember(self, world: Clocked) -> None:
        """Put the history into its tables; the lock of the world has to be held."""
        history, self.history = self.history, None
        if history is not None:
            history(world, self)


def sent_to(cluster: Cluster, workspace: LogWorkspace) -> frozenset[str]:
    """Return the categories of logs that a cluster sends to a workspace."""
    wanted = workspace.resource_id.casefold()
    return frozenset(
        category
        for properties in cluster.diagnostic_settings.values()
        if str(properties.get("workspaceId") or "").casefold() == wanted
        for category in _switched_on(properties)
    )


def _switched_on(properties: dict[str, Any]) -> Iterator[str]:
    for each in properties.get("logs") or ():
        if not each.get("enabled"):
            continue
        if str(each.get("categoryGroup") or "").casefold() == _EVERY_LOG:
            yield from CATEGORIES
        elif each.get("category"):
            yield str(each["category"])
