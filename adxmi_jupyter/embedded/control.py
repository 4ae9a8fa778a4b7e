"""What the owner's other programs ask of the program that serves the embedded Azure.

They know its key. Before they send it anywhere, they let the server prove that it knows it, too:
the answer to a nonce holds an HMAC of the server's own port, its process and the nonce, so that no
other server can pass it on as its own.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.answer import JSON

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/control"
PROOF_PATH = f"{PATH}/proof"
KEY_HEADER = "X-Embedded-Key"
_NONCE = re.compile(r"[0-9a-f]{32,128}")


class Host(Protocol):
    """What this API needs of the server it runs in."""

    script_key: str
    control: Callable[[bytes], bytes] | None
    """What the program does when it is asked; None where it does nothing."""


class ControlApi:
    """Answers `GET /control/proof`, and `POST /control` for whoever knows the key."""

    def __init__(self, host: Host, port: int) -> None:
        self._host = host
        self._port = port

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [web.get(PROOF_PATH, self._prove), web.post(PATH, self._ask)]

    async def _prove(self, request: web.Request) -> web.Response:
        nonce = request.query.get("nonce", "")
        if not _NONCE.fullmatch(nonce):
            return _json(400, {"message": "The nonce must be 32 to 128 hexadecimal digits."})
        return _json(200, {"pid": os.getpid(), "proof": self._proof(nonce)})

    def _proof(self, nonce: str) -> str:
        told = f"{self._port} {os.getpid()} {nonce}"
        return hmac.digest(self._host.script_key.encode(), told.encode(), "sha256").hex()

    async def _ask(self, request: web.Request) -> web.Response:
        given = request.headers.get(KEY_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._host.script_key.encode()):
            return _json(401, {"message": f"The header {KEY_HEADER} is missing or wrong."})
        if self._host.control is None:
            return web.not_found()
        body = await request.read()
        answer = await asyncio.to_thread(self._host.control, body)
        return web.Response(200, answer, {"Content-Type": JSON})


def _json(status: int, payload: dict[str, Any]) -> web.Response:
    return web.Response(status, json.dumps(payload).encode(), {"Content-Type": JSON})
