"""Where the clusters are that Azure Resource Manager lists.

In the cloud that is the address it shows. An embedded Azure shows public addresses, too, and tells
at which port of this machine each of them is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ClusterUnreachable, ServiceRefusal, UnreadableAnswer
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.service.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.address import ClusterAddress
    from adxmi_jupyter.service.connection import Connection

_NAMES = "/names"


class FleetAddresses:
    """The addresses of clusters as seen from one connection; asked for once.

    Raises
    ------
    ConnectionFailure
        The embedded Azure was not reached.

    """

    def __init__(self, connection: Connection) -> None:
        self._is_loopback = connection.address.is_loopback
        self._names = _names(connection) if self._is_loopback else {}

    def of(self, cluster: FleetCluster) -> ClusterAddress:
        """Return the address of a cluster.

        Raises
        ------
        ClusterUnreachable
            It has none, as while it is created.
        InvalidCluster
            What Azure shows is no address.

        """
        uri = self._names.get(cluster.uri) if self._is_loopback else cluster.uri
        if not uri:
            raise ClusterUnreachable(
                f"the cluster {cluster.name} has no address",
                why=f"its state is {cluster.state or 'unknown'}",
                fix=Command.of("fleet", "list"),
            )
        return parse_address(uri)


def _names(connection: Connection) -> Mapping[str, str]:
    try:
        answer, _ = connection.resource_manager.answered("GET", _NAMES, "")
    except (ServiceRefusal, UnreadableAnswer):  # an emulator, which has no other cluster
        return {}
    return {str(name): str(uri) for name, uri in answer.items()}
