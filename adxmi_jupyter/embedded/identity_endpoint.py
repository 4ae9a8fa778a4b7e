"""Tokens for clients that sign in with a managed identity, as App Service hands them out.

Page: How to use managed identities for App Service and Azure Functions, REST endpoint reference.
Azure Identity, and so every client that takes a credential, finds the endpoint in two environment
variables: `EmbeddedAzure.sign_in_environment` has them.
"""

from __future__ import annotations

import hmac
import json
import time
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.answer import JSON
from adxmi_jupyter.embedded.state.security import ADMIN_TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.clusters import Identity
    from adxmi_jupyter.embedded.state.world import World

PATH = "/msi/token"
_VERSION = "2019-08-01"
_LIFE = 24 * 3600
_NAMES = ("client_id", "principal_id", "mi_res_id")


class Host(Protocol):
    """What this API needs of the server it runs in."""

    world: World
    script_key: str


class IdentityApi:
    """Answers `GET /msi/token` for whoever knows the key of this server."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [web.get(PATH, self._token)]

    async def _token(self, request: web.Request) -> web.Response:
        host = self._host
        header = request.headers.get("X-IDENTITY-HEADER", "")
        if not hmac.compare_digest(header.encode("utf-8", "replace"), host.script_key.encode()):
            return _refused(401, "The header X-IDENTITY-HEADER is missing or wrong.")
        if request.query.get("api-version") != _VERSION or not request.query.get("resource"):
            return _refused(400, f"A resource and the api-version {_VERSION} are needed.")
        with host.world.lock:
            return _answer(host.world, request)


def _answer(world: World, request: web.Request) -> web.Response:
    """Return the token of the identity that is asked for; without one, of the admin."""
    wanted = next((request.query[each] for each in _NAMES if request.query.get(each)), "")
    identity = _identity(world, wanted.casefold())
    if wanted and identity is None:
        return _refused(400, "No managed identity was found for the specified ID.")
    return _json(
        {
            "access_token": f"embedded-{identity.display_name}" if identity else ADMIN_TOKEN,
            "client_id": identity.client_id if identity else "",
            "expires_on": str(int(time.time()) + _LIFE),
            "resource": request.query["resource"],
            "token_type": "Bearer",
        }
    )


def _identity(world: World, wanted: str) -> Identity | None:
    for each in world.identities:
        names = (each.client_id, each.object_id, each.resource_id)
        if wanted and wanted in {name.casefold() for name in names}:
            return each
    return None


def _refused(status: int, message: str) -> web.Response:
    return _json({"statusCode": status, "message": message}, status)


def _json(payload: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(status, json.dumps(payload).encode(), {"Content-Type": JSON})
