"""The loopback server: an aiohttp application in a daemon thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Self

from aiohttp import web

from adxmi_jupyter.embedded.arm.http import ArmFace
from adxmi_jupyter.embedded.faults import Faults
from adxmi_jupyter.embedded.kusto.http import KustoFace
from adxmi_jupyter.embedded.operations import ArmSettings
from adxmi_jupyter.embedded.seed import seeded_world

if TYPE_CHECKING:
    from types import TracebackType

    from adxmi_jupyter.embedded.world import World

_HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 1.0


class EmbeddedAzure:
    """A cluster of Azure Data Explorer and its Resource Manager, on 127.0.0.1.

    `world` is theirs to look at and to change. `latency` (seconds) is added to every answer;
    `arm` says how long operations take. `requests_served` counts management commands and
    queries, `arm_requests_served` requests to Resource Manager, refused and faulty ones
    included. Use it as a context manager, or call `start` and `stop`; after `stop` it can be
    started again on the same port.
    """

    def __init__(self, world: World | None = None, *, port: int = 0, latency: float = 0.0) -> None:
        self.world = world if world is not None else seeded_world()
        self.faults = Faults()
        self.latency = latency
        self.arm = ArmSettings()
        self.requests_served = 0
        self.arm_requests_served = 0
        self._port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def kusto_uri(self) -> str:
        """Address of the cluster, `http://127.0.0.1:PORT`; RuntimeError before `start`."""
        if not self._port:
            raise RuntimeError("The embedded Azure has no address yet: call start() first.")
        return f"http://{_HOST}:{self._port}"

    @property
    def arm_uri(self) -> str:
        """Address of Resource Manager: the same one, its paths tell the two apart."""
        return self.kusto_uri

    def start(self) -> Self:
        """Listen and return at once; OSError when the given port is taken."""
        if self._thread is not None:
            return self
        listener = socket.create_server((_HOST, self._port), backlog=256)
        self._port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)),
            name=f"embedded-azure-{self._port}",
            daemon=True,
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Release answers held back, close every connection and end the thread."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def reset(self) -> None:
        """Go back to a fresh seeded world without faults or waits, on the same port."""
        self.faults.clear()
        self.arm = ArmSettings()
        self.world = seeded_world()

    async def pause(self, seconds: float) -> None:
        """Hold an answer back for so long, or until the server stops."""
        if seconds > 0 and self._stopping is not None:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        application = web.Application(client_max_size=64 * 1024**2)
        application.add_routes([*KustoFace(self).routes(), *ArmFace(self).routes()])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
