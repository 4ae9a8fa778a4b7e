"""Connections to many clusters as one principal, each at its own pace.

Which clusters there are is what Azure Resource Graph says, so their addresses are checked as those
that a user types: a token goes to known and trusted hosts only. A cluster keeps its own connection
pool, limiter and failures; the credential, and what a region's sign-in metadata say, are shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidCluster
from adxmi_jupyter.service.address import EMBEDDED, parse_address
from adxmi_jupyter.service.fleet_addresses import FleetAddresses
from adxmi_jupyter.service.gather import few_workers
from adxmi_jupyter.service.in_flight import Traffic
from adxmi_jupyter.service.kusto import Retries
from adxmi_jupyter.service.limits import Limits
from adxmi_jupyter.service.opening import OneOfMany
from adxmi_jupyter.service.pace import PacedInFlight, at_resource_manager

if TYPE_CHECKING:
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections
    from adxmi_jupyter.service.pace import Clock, Pace

_ATTEMPTS = 6


class ManyClusters:
    """Opens connections to clusters as the principal of one connection.

    Parameters
    ----------
    connections
        The connections of the front end, which know the hosts that the user trusts.
    base
        The connection whose principal asks.
    pace
        How fast.
    clock
        Tells the time, and waits.

    """

    def __init__(
        self, connections: Connections, base: Connection, pace: Pace, clock: Clock
    ) -> None:
        self._connections, self._base, self._pace, self._clock = connections, base, pace, clock
        self._resource_manager = at_resource_manager(clock)
        self._clouds: dict[str, Any] = {}
        self._addresses = FleetAddresses(base)
        settings = connections.settings
        self._limits = Limits(
            pace.to_answer, settings.max_answer_mb, pace.in_flight, to_connect=pace.to_connect
        )

    def in_flight(self) -> PacedInFlight:
        """Return what is to count the requests to one cluster."""
        return PacedInFlight(self._pace.in_flight, self._pace.per_second, self._clock)

    @contextmanager
    def opened(self, cluster: FleetCluster, in_flight: PacedInFlight) -> Iterator[Connection]:
        """Give a connection to a cluster; nothing is sent yet.

        Raises
        ------
        InvalidCluster, UntrustedHost
            Its address can't be used, or no token is sent there.
        ClusterUnreachable
            It has no address.

        """
        address = self._addresses.of(cluster)
        is_base = address.uri == self._base.address.uri
        traffic = Traffic(lambda: in_flight, lambda: self._resource_manager)
        connection = self._connections.beside(
            self._base,
            OneOfMany(
                address,
                cluster.name,
                cluster.resource_id,
                self._limits,
                traffic,
                Retries(_ATTEMPTS, to_reach=1, waits_elsewhere=True, sleep=self._clock.sleep),
                self._clouds,
                tuple(addresses_of(cluster, is_embedded=is_base and self._base.is_embedded)),
            ),
        )
        try:
            with few_workers(self._pace.in_flight):
                yield connection
        finally:
            connection.close()


def addresses_of(cluster: FleetCluster, *, is_embedded: bool) -> Iterator[str]:
    """Yield the addresses by which files may call a cluster, in the form in which they compare."""
    if is_embedded:
        yield EMBEDDED
    with suppress(InvalidCluster):
        yield parse_address(cluster.uri).uri
