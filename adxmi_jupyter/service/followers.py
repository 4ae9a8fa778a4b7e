"""Clusters that follow databases of a cluster, through Azure Resource Manager.

Source: REST reference of Microsoft.Kusto/clusters/listFollowerDatabases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.service.arm_failures import typed

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

    Raises
    ------
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.

    """
    client, group, name = manager.place_of(cluster_id)
    try:
        listed = list(client.clusters.list_follower_databases(group, name))
    except Exception as failure:
        raise typed(failure, "Azure Resource Manager") from failure
    return tuple(Follower(str(one.cluster_resource_id), str(one.database_name)) for one in listed)
