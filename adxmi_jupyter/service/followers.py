"""Who follows databases of a cluster, and what it follows, through Azure Resource Manager.

Source: REST references of Microsoft.Kusto/clusters/listFollowerDatabases and
attachedDatabaseConfigurations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, NotAuthorized
from adxmi_jupyter.model.azure_shapes import ATTACHED_DATABASE, FOLLOWER, LISTED_FOLLOWER
from adxmi_jupyter.model.fleet import Leader
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.service.resource_manager import ResourceManager

EVERY = "*"
"""The database of a follower that follows all of them."""


@dataclass(frozen=True)
class Follower:
    """A cluster, by its resource ID, that follows a database, or all of them."""

    cluster_id: str
    database: str


def followers(manager: ResourceManager, cluster_id: str) -> tuple[Follower, ...]:
    """Return who follows which database of a cluster.

    Posting the question takes a right of its own; newer versions of the service answer it to
    readers, too.

    Raises
    ------
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.

    """
    path = f"{cluster_id}/listFollowerDatabases"
    try:
        found = manager.all_of(path, KUSTO_VERSION, FOLLOWER, method="POST")
    except NotAuthorized as refusal:
        try:
            listed = manager.all_of(path, KUSTO_VERSION, LISTED_FOLLOWER)
        except AdxmiError:
            raise refusal from None
        found = [one["properties"] for one in listed]
    return tuple(Follower(one["clusterResourceId"], one["databaseName"]) for one in found)


def leaders(manager: ResourceManager, cluster_id: str) -> tuple[Leader, ...]:
    """Return what a cluster follows.

    Raises
    ------
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.

    """
    path = f"{cluster_id}/attachedDatabaseConfigurations"
    found = [one["properties"] for one in manager.all_of(path, KUSTO_VERSION, ATTACHED_DATABASE)]
    return tuple(Leader(one["clusterResourceId"], one["databaseName"]) for one in found)
