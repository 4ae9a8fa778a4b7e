"""One cluster of a running server: what the Kusto API and the ingestion API need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.embedded.state.cluster_load import ClusterLoad

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.faults import Faults
    from adxmi_jupyter.embedded.scripts import Scripts
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.world import World


class Server(Protocol):
    """What a cluster needs of the server it runs in."""

    world: World
    faults: Faults
    latency: float
    requests_served: int
    scripts: Scripts
    script_key: str

    async def pause(self, seconds: float) -> None:
        """Hold an answer back, at most until the server stops."""

    async def beside(self, call: Callable[[], Answer]) -> Answer:
        """Call this in a thread of its own: it may take long, and others are answered."""


class ClusterHost:
    """A cluster at its address; `find` returns it, None when it is gone.

    Looked up for each request, since a reset or Resource Manager may replace it.
    """

    def __init__(
        self, server: Server, uri: Callable[[], str], find: Callable[[World], Cluster | None]
    ) -> None:
        self._server = server
        self._uri = uri
        self._find = find

    @property
    def world(self) -> World:
        """The world as this cluster sees it."""
        world = self._server.world
        cluster = self._find(world)
        return world.at(cluster) if cluster else world

    @property
    def is_running(self) -> bool:
        """Whether there is such a cluster, and it answers.

        Nothing is at the address of a stopped one, nor of one closed to the public network. Where
        other APIs share its port, connections cannot be refused: they are closed without an answer.
        """
        cluster = self._find(self._server.world)
        return cluster is not None and cluster.is_reachable

    @property
    def load(self) -> ClusterLoad:
        """What it takes at a time; of one that is gone, what a new one would."""
        cluster = self._find(self._server.world)
        return cluster.load if cluster is not None else ClusterLoad()

    @property
    def kusto_uri(self) -> str:
        """Address of the cluster."""
        return self._uri()

    @property
    def faults(self) -> Faults:
        """Faults of the server."""
        return self._server.faults

    @property
    def latency(self) -> float:
        """Seconds added to every answer."""
        return self._server.latency + self.load.latency

    @property
    def scripts(self) -> Scripts:
        """Scripts that run."""
        return self._server.scripts

    @property
    def script_key(self) -> str:
        """Key for scripts."""
        return self._server.script_key

    def count_request(self) -> None:
        """Count one command or query more."""
        self._server.requests_served += 1

    async def pause(self, seconds: float) -> None:
        """Hold an answer back, at most until the server stops."""
        await self._server.pause(seconds)

    async def beside(self, call: Callable[[], Answer]) -> Answer:
        """Call this in a thread of its own: it may take long, and others are answered."""
        return await self._server.beside(call)
