"""The SDK's client for Azure Resource Manager: for a cloud, and for a server on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from azure.mgmt.kusto import KustoManagementClient


def management_client(
    base_url: str, subscription: str, credential: Any, poll_every: float
) -> KustoManagementClient:
    """Make the SDK's client for Azure Resource Manager of a cloud."""
    from azure.mgmt.kusto import KustoManagementClient

    return KustoManagementClient(
        credential,
        subscription,
        base_url,
        credential_scopes=[f"{base_url}/.default"],
        polling_interval=poll_every,
        retry_total=3,
    )


def loopback_client(
    base_url: str, subscription: str, token: str, poll_every: float
) -> KustoManagementClient:
    """Make the SDK's client for a server on this machine, which no proxy leads to."""
    from azure.mgmt.kusto import KustoManagementClient

    return KustoManagementClient(
        _NoCredential(),
        subscription,
        base_url,
        authentication_policy=_loopback_policy(token),
        polling_interval=poll_every,
        retry_total=1,
        use_env_settings=False,
    )


class _NoCredential:
    """The SDK wants a credential even where its own policy is replaced."""

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        raise AssertionError("the loopback policy gives the token")


def _loopback_policy(token: str) -> Any:
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class LoopbackPolicy(SansIOHTTPPolicy[Any, Any]):
        """Send the token over plain http, which the SDK's own policy refuses, here only."""

        def on_request(self, request: Any) -> None:
            host = urlsplit(request.http_request.url).hostname
            if host not in {"127.0.0.1", "localhost", "::1"}:
                raise ValueError("a token of the embedded Azure never leaves this machine")
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    return LoopbackPolicy()
