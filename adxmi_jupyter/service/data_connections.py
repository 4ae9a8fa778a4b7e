"""Data connections of a database, through Azure Resource Manager: list, make and remove them.

Source: REST reference of Microsoft.Kusto/clusters/databases/dataConnections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.errors import ResourceNotFound
from adxmi_jupyter.model.azure_shapes import DATA_CONNECTION
from adxmi_jupyter.service.arm_answers import typed
from adxmi_jupyter.service.operation import Operation, ReportedSuccess
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.service.resource_manager import ResourceManager


@dataclass(frozen=True)
class DataConnectionReference:
    """Where a data connection is, and how to speak of it: what is done, and the line to look."""

    cluster_id: str
    database: str
    name: str
    what: str
    show_command: Fix

    @property
    def path(self) -> str:
        """Its resource ID."""
        return f"{collection(self.cluster_id, self.database)}/{quote(self.name)}"


def collection(cluster_id: str, database: str) -> str:
    """Return the path of a database's data connections."""
    return f"{cluster_id}/databases/{quote(database)}/dataConnections"


def listed(manager: ResourceManager, cluster_id: str, database: str) -> list[dict[str, Any]]:
    """Return the data connections of a database; raises as `ResourceManager.all_of` does."""
    return manager.all_of(collection(cluster_id, database), KUSTO_VERSION, DATA_CONNECTION)


def found(manager: ResourceManager, place: DataConnectionReference) -> dict[str, Any] | None:
    """Return a data connection, one that is still being made too; None if there is none."""
    try:
        return manager.get(place.path, KUSTO_VERSION, DATA_CONNECTION)
    except ResourceNotFound:
        return None


def begin_put(
    manager: ResourceManager, place: DataConnectionReference, body: Mapping[str, Any]
) -> Operation:
    """Begin to make or replace a data connection.

    Raises
    ------
    CommandRefused
        The request makes no sense to Azure.
    ClusterBusy
        Another change of the cluster is under way.
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.

    """
    client, group, cluster = manager.place_of(place.cluster_id)
    connections, success = client.data_connections, ReportedSuccess(place.path)
    try:
        poller = connections.begin_create_or_update(
            *(group, cluster, place.database, place.name),
            dict(body),
            raw_response_hook=success.read,
        )
    except Exception as failure:
        raise typed(failure, place.what) from failure
    return Operation(place.what, poller, success, place.show_command)


def begin_delete(manager: ResourceManager, place: DataConnectionReference) -> Operation:
    """Begin to remove a data connection; raises as making one does."""
    client, group, cluster = manager.place_of(place.cluster_id)
    connections, success = client.data_connections, ReportedSuccess(place.path)
    try:
        poller = connections.begin_delete(
            *(group, cluster, place.database, place.name), raw_response_hook=success.read
        )
    except Exception as failure:
        raise typed(failure, place.what) from failure
    return Operation(place.what, poller, success, place.show_command)
