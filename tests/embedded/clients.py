"""What the real clients need to sign in and to send here, and a server that tells what it does."""

import io
import json
import threading

from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy

from adxmi_jupyter.embedded import EmbeddedAzure

# It says that it runs, and goes on when it is told to, or when nobody is there any more.
WAITING = (
    "import socket; line = socket.create_connection(('127.0.0.1', kargs['port']), 15);"
    " line.settimeout(15); line.sendall(b'.'); line.recv(1); result = df"
)


class WatchedAzure(EmbeddedAzure):
    """Signals when it begins to hold an answer back, so that tests need not guess."""

    def __init__(self):
        super().__init__()
        self.holding = threading.Event()

    async def pause(self, seconds):
        if seconds:
            self.holding.set()
        await super().pause(seconds)


class LoopbackAuth(SansIOHTTPPolicy):
    """Send a plain word as the token; the SDK's own policy refuses to do so without TLS."""

    def __init__(self, token):
        super().__init__()
        self.token = token

    def on_request(self, request):
        request.http_request.headers["Authorization"] = f"Bearer {self.token}"


class UnusedCredential:
    """What a management client insists on although the policy above signs in."""

    def get_token(self, *scopes, **kwargs):
        return AccessToken("unused", 4_000_000_000)


def body_of(body):
    """Return a body as the bytes that a client sends as they are."""
    return io.BytesIO(json.dumps(body).encode())
