"""Connections to the server: how many, how long idle ones stay, and nothing said about them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.web.connection import Connection

if TYPE_CHECKING:
    import socket
    import ssl

    from adxmi_jupyter.embedded.web import Application

_LOG = "adxmi_jupyter.embedded"
_LOG_OF_CLIENTS = f"{_LOG}.clients"
_MOST_CONNECTIONS = 300  # and those that are accepted in the same turn, at most the backlog
_BACKLOG = 256
_IDLE_SECONDS = 120.0
_SHUTDOWN_SECONDS = 1.0
_TURNS = 5


class Listener:
    """An application on a socket, within limits; with `tls` over https.

    Clients that leave in the middle of a request, or send what is no HTTP, are no news: nothing
    about them reaches the standard error of the process, which in a notebook is its output.
    """

    def __init__(self, application: Application, tls: ssl.SSLContext | None = None) -> None:
        self._application = application
        self._tls = tls
        self._idle_seconds = _IDLE_SECONDS
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Accept connections."""
        _be_silent()
        asyncio.get_running_loop().set_exception_handler(_note)
        self._server = await asyncio.start_server(
            self._accept, sock=listener, backlog=_BACKLOG, ssl=self._tls
        )

    async def stop(self) -> None:
        """Accept no more, and close what is open.

        What was accepted just now becomes a connection to be closed, too: a closed server loses it.
        """
        if self._server is not None:
            with contextlib.suppress(NotImplementedError):  # the event loop of Windows
                for each in self._server.sockets:
                    asyncio.get_running_loop().remove_reader(each.fileno())
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self._server.close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await self._end_connections()

    async def _end_connections(self) -> None:
        """Let requests that are being answered end, for a while."""
        for each in self._connections.values():
            each.end()
        if not self._connections:
            return
        tasks = set(self._connections)
        _, late = await asyncio.wait(tasks, timeout=_SHUTDOWN_SECONDS)
        for task in late:
            self._connections[task].drop()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection; one too many is closed at once."""
        if len(self._connections) >= _MOST_CONNECTIONS:
            writer.close()
            return
        connection = Connection(reader, writer, self._application, self._idle_seconds)
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[task] = connection
        task.add_done_callback(self._connections.pop)


def _be_silent() -> None:
    """Say nothing about clients, unless somebody sets a level to read it."""
    server, clients = logging.getLogger(_LOG), logging.getLogger(_LOG_OF_CLIENTS)
    if not server.handlers:
        server.addHandler(logging.NullHandler())
    if clients.level == logging.NOTSET:
        clients.setLevel(logging.CRITICAL + 1)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep what the event loop cannot give to anybody, such as a failed accept, in the log."""
    logging.getLogger(_LOG_OF_CLIENTS).error("%s", context.get("message"))
