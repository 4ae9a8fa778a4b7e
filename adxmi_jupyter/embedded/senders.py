"""Who sent a request, as far as scripts of the python plugin are concerned."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.peers import Ownership, is_connected, ownership

if TYPE_CHECKING:
    from asyncio import BaseTransport

_NO_KEY = (
    "The embedded Azure runs scripts only for clients that have its key, and this request has "
    "none or another server's. 'adxmi embedded serve' prints the file that holds the key; a "
    "client sends it as the bearer token embedded-admin.KEY. In Python it is azure.script_key."
)
_NOT_OWN = (
    "The embedded Azure runs scripts only for programs of the user who started it, as long as "
    "they wait for the answer."
)


@dataclass(frozen=True)
class RequestSender:
    """The client at the other end of a connection; `has_key` says what its token holds."""

    transport: BaseTransport | None
    has_key: bool

    @property
    def script_problem(self) -> str:
        """Why no script runs for the client now; empty when it may.

        Where the system lists who owns a connection, that counts as well as the key.
        """
        if not self.has_key:
            return _NO_KEY
        if self.transport is None or not self.is_connected:
            return _NOT_OWN
        is_own = ownership(self.transport) is Ownership.PROVED
        return "" if is_own or sys.platform != "linux" else _NOT_OWN

    @property
    def is_connected(self) -> bool:
        """Whether the client still waits for the answer."""
        return self.transport is not None and is_connected(self.transport)
