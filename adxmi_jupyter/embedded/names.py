"""Which loopback address a cluster's public name stands for: what DNS tells in the cloud.

Resource Manager shows public addresses, as the service does. `GET /names` maps each of them to the
address where the cluster can be reached here: one that is stopped, or closed to the public network,
has a name and an address as well, where nothing answers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.answer import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/names"


class Host(Protocol):
    """What this API needs of the server it runs in."""

    @property
    def names(self) -> Mapping[str, str]:
        """Loopback address of every cluster by its public one."""


class NamesApi:
    """Answers `GET /names` at the address of every cluster."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [web.get(PATH, self._names)]

    async def _names(self, _: web.Request) -> web.Response:
        body = json.dumps(dict(self._host.names)).encode()
        return web.Response(200, body, {"Content-Type": JSON})
