"""Clusters that follow databases of a cluster, through Azure Resource Manager.

Source: REST reference of Microsoft.Kusto/clusters/listFollowerDatabases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, NotAuthorized
from adxmi_jupyter.service.arm_failures import typed
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.service.resource_manager import ResourceManager

_EVERY = "*"


@dataclass(frozen=True)
class Follower:
    """A cluster, by its resource ID, that follows a database, or all of them."""

    cluster_id: str
    database: str

    def follows(self, database: str) -> bool:
        """Tell whether it follows this database."""
        return self.database in {_EVERY, database}


def followers(manager: ResourceManager, cluster_id: str) -> tuple[Follower, ...]:
    """Return who follows which database of a cluster.

    Posting the question takes a right of its own; newer versions of the service answer it to
    readers, too.

    Raises
    ------
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.

    """
    try:
        return _posted(manager, cluster_id)
    except NotAuthorized as refusal:
        try:
            answer = manager.get(f"{cluster_id}/listFollowerDatabases", KUSTO_VERSION)
        except AdxmiError:
            raise refusal from None
    items = (item.get("properties") or {} for item in answer.get("value") or ())
    return tuple(
        Follower(str(one.get("clusterResourceId")), str(one.get("databaseName"))) for one in items
    )


def _posted(manager: ResourceManager, cluster_id: str) -> tuple[Follower, ...]:
    client, group, name = manager.place_of(cluster_id)
    try:
        listed = list(client.clusters.list_follower_databases(group, name))
    except Exception as failure:
        raise typed(failure, "Azure Resource Manager") from failure
    return tuple(Follower(str(one.cluster_resource_id), str(one.database_name)) for one in listed)
