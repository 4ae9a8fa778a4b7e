"""Connections to the server: how many, how long idle ones stay, and nothing said about them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    import socket

_LOG = "adxmi_jupyter.embedded"
_LOG_OF_CLIENTS = f"{_LOG}.clients"
_MOST_CONNECTIONS = 300  # and those that are accepted in the same turn, at most the backlog
_BACKLOG = 256
_IDLE_SECONDS = 120.0
_SHUTDOWN_SECONDS = 1.0
_TURNS = 5


class Listener:
    """An application on a socket, within limits.

    Clients that leave in the middle of a request, or send what is no HTTP, are no news: nothing
    about them reaches the standard error of the process, which in a notebook is its output.
    """

    def __init__(self, application: web.Application) -> None:
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            keepalive_timeout=_IDLE_SECONDS,
            logger=_silent_logger(),
        )
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Accept connections."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        await self._runner.setup()
        self._server = await loop.create_server(self._protocol, sock=listener, backlog=_BACKLOG)

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
        await self._runner.cleanup()

    def _protocol(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None or len(server.connections) >= _MOST_CONNECTIONS:
            return _Full()
        return server()


class _Full(asyncio.Protocol):
    """A connection too many: closed at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _silent_logger() -> logging.Logger:
    """Return the logger for what aiohttp has to say about its clients: set a level to read it."""
    server, clients = logging.getLogger(_LOG), logging.getLogger(_LOG_OF_CLIENTS)
    if not server.handlers:
        server.addHandler(logging.NullHandler())
    if clients.level == logging.NOTSET:
        clients.setLevel(logging.CRITICAL + 1)
    return clients


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep what the event loop cannot give to anybody, such as a failed accept, in the log."""
    logging.getLogger(_LOG_OF_CLIENTS).error("%s", context.get("message"))
