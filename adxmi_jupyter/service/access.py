"""How requests prove who sends them: an SDK credential, a token, or nothing at all."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.errors import CredentialFailure
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.principal import PrincipalKind, PrincipalReference, application
from adxmi_jupyter.service.credentials import ArmToken, LogToken
from adxmi_jupyter.service.embedded import PRINCIPALS, token_with_key
from adxmi_jupyter.service.in_flight import Traffic
from adxmi_jupyter.service.trust import Audience

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.mgmt.kusto import KustoManagementClient
    from azure.monitor.query import LogsQueryClient

    from adxmi_jupyter.service.address import ClusterAddress
    from adxmi_jupyter.service.credentials import Shared
    from adxmi_jupyter.service.limits import Limits

_TOKEN_PARTS = 3


class Access(Protocol):
    """One way to authenticate, for the cluster and for Azure Resource Manager."""

    @property
    def used(self) -> str:
        """What gave the token, for people; empty before anything did."""

    def builder(self, uri: str) -> Any:
        """Return the SDK's connection string builder for a cluster."""

    @property
    def limits(self) -> Limits:
        """What each request may take."""

    @property
    def traffic(self) -> Traffic:
        """What is under way at each service, requests of other connections included."""

    def management(self, base_url: str, subscription: str, poll_every: float) -> Any:
        """Return the SDK's client of Azure Resource Manager."""

    def logs(self, base_url: str) -> LogsQueryClient:
        """Return the SDK's client of Log Analytics."""

    def at(self, address: ClusterAddress, limits: Limits, traffic: Traffic) -> Access:
        """Return the same for another cluster, whose host was checked."""

    def account(self, base_url: str) -> PrincipalReference | None:
        """Return who it is at Azure Resource Manager; None where that is not told."""


@dataclass(frozen=True)
class CredentialAccess:
    """A credential of the Azure SDK, for a cluster that may have tokens of it."""

    credential: Shared
    address: ClusterAddress
    limits: Limits
    traffic: Traffic

    @property
    def used(self) -> str:
        """The class that gave the token."""
        return self.credential.used

    def builder(self, uri: str) -> Any:
        """Let the SDK ask for the scope that the cluster's metadata name."""
        from azure.kusto.data import KustoConnectionStringBuilder

        credential = Audience(self.credential, self.address)
        return KustoConnectionStringBuilder.with_azure_token_credential(uri, credential)

    def management(
        self, base_url: str, subscription: str, poll_every: float
    ) -> KustoManagementClient:
        """Use the same credential for Azure Resource Manager."""
        from adxmi_jupyter.service.management_client import management_client

        in_flight = self.traffic.at_resource_manager(base_url)
        return management_client(
            base_url, subscription, self.credential, poll_every, self.limits, in_flight
        )

    def logs(self, base_url: str) -> LogsQueryClient:
        """Use the same credential for Log Analytics, with a token for that host."""
        return _log_client(self, base_url, _bearer(self.credential, base_url))

    def at(self, address: ClusterAddress, limits: Limits, traffic: Traffic) -> Access:
        """Use the same credential."""
        credential = self.credential.remembering
        return replace(self, credential=credential, address=address, limits=limits, traffic=traffic)

    def account(self, base_url: str) -> PrincipalReference | None:
        """Return whom the token for Azure Resource Manager names."""
        from azure.core.exceptions import ClientAuthenticationError

        try:
            return account_of(self.credential.get_token(f"{base_url}/.default").token)
        except ClientAuthenticationError:  # what is asked for goes on without, and says so
            return None


@dataclass(frozen=True)
class TokenAccess:
    """An access token at hand; Azure Resource Manager wants another one, for its own audience."""

    token: Callable[[], str]
    is_loopback: bool
    limits: Limits
    traffic: Traffic
    known: Callable[[], PrincipalReference | None] = lambda: None

    @property
    def used(self) -> str:
        """Nothing more to tell than the credential's name."""
        return ""

    def builder(self, uri: str) -> Any:
        """Send the token as it is."""
        from azure.kusto.data import KustoConnectionStringBuilder

        return KustoConnectionStringBuilder.with_token_provider(uri, self.token)

    def management(
        self, base_url: str, subscription: str, poll_every: float
    ) -> KustoManagementClient:
        """Use the token on this machine, elsewhere the one for Azure Resource Manager."""
        from adxmi_jupyter.service.management_client import loopback_client, management_client

        in_flight = self.traffic.at_resource_manager(base_url)
        if self.is_loopback:
            return loopback_client(
                base_url, subscription, self.token(), poll_every, self.limits, in_flight
            )
        return management_client(
            base_url, subscription, ArmToken(), poll_every, self.limits, in_flight
        )

    def logs(self, base_url: str) -> LogsQueryClient:
        """Use the token on this machine, elsewhere the one for Log Analytics."""
        from adxmi_jupyter.service.management_client import LoopbackPolicy

        is_here = self.is_loopback
        signing = LoopbackPolicy(self.token()) if is_here else _bearer(LogToken(), base_url)
        return _log_client(self, base_url, signing)

    def at(self, address: ClusterAddress, limits: Limits, traffic: Traffic) -> Access:
        """Use the same token."""
        del address
        return replace(self, limits=limits, traffic=traffic)

    def account(self, base_url: str) -> PrincipalReference | None:
        """Return whom the token for Azure Resource Manager names; on this machine who is known."""
        del base_url
        if self.is_loopback:
            return self.known()
        try:
            return account_of(ArmToken().get_token().token)
        except CredentialFailure:
            return None


@dataclass(frozen=True)
class OpenAccess:
    """No token: servers on this machine, such as an emulator, ask for none.

    An embedded Azure that another process of this account serves lets scripts run for its `key`.
    """

    limits: Limits
    key: Callable[[], str] = str
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def used(self) -> str:
        """Nothing gives a token."""
        return ""

    def builder(self, uri: str) -> Any:
        """Send no token, or the administrator's with the key of an embedded Azure."""
        from azure.kusto.data import KustoConnectionStringBuilder

        if not self.key():
            return KustoConnectionStringBuilder(uri)
        return KustoConnectionStringBuilder.with_token_provider(uri, self._token)

    def management(
        self, base_url: str, subscription: str, poll_every: float
    ) -> KustoManagementClient:
        """Be the administrator of an embedded Azure that another process serves."""
        from adxmi_jupyter.service.management_client import loopback_client

        in_flight = self.traffic.at_resource_manager(base_url)
        return loopback_client(
            base_url, subscription, PRINCIPALS["admin"], poll_every, self.limits, in_flight
        )

    def logs(self, base_url: str) -> LogsQueryClient:
        """Be the administrator of an embedded Azure that another process serves."""
        from adxmi_jupyter.service.management_client import LoopbackPolicy

        return _log_client(self, base_url, LoopbackPolicy(PRINCIPALS["admin"]))

    def at(self, address: ClusterAddress, limits: Limits, traffic: Traffic) -> Access:
        """Be the same principal at another port of the same server."""
        del address
        return replace(self, limits=limits, traffic=traffic)

    def account(self, base_url: str) -> PrincipalReference | None:
        """No token names anybody."""
        del base_url
        return None

    def _token(self) -> str:
        return token_with_key(PRINCIPALS["admin"], self.key())


def _bearer(credential: TokenCredential, base_url: str) -> Any:
    from azure.core.pipeline.policies import BearerTokenCredentialPolicy

    return BearerTokenCredentialPolicy(credential, f"{base_url}/.default")


def _log_client(access: Access, base_url: str, signing: Any) -> LogsQueryClient:
    from adxmi_jupyter.service.log_analytics import log_client

    in_flight = access.traffic.at_resource_manager(base_url)
    return log_client(base_url, signing, access.limits, in_flight)


def account_of(token: str) -> PrincipalReference | None:
    """Return the principal that a token names; None where it names none that a role may have.

    A cluster tells only principals that hold a role on it who they are. The token for Azure
    Resource Manager names its principal, too; it is read, not judged: the service that gets it
    does that. Source: *Access token claims reference* (Microsoft identity platform docs).

    >>> account_of("a word") is None
    True
    """
    claims = _claims(token)
    tenant, client_id = str(claims.get("tid", "")), claims.get("appid") or claims.get("azp") or ""
    is_application = claims.get("idtyp") == "app" or not ({"scp", "upn"} & set(claims))
    identifier = str(client_id if is_application else claims.get("oid", ""))
    if not (is_guid(tenant) and is_guid(identifier)):
        return None
    if is_application:
        return application(identifier, tenant)
    return PrincipalReference(PrincipalKind.USER, identifier, tenant)


def _claims(token: str) -> dict[str, Any]:
    """Return what a token says; nothing for one that is no JSON Web Token."""
    parts = token.split(".")
    if len(parts) != _TOKEN_PARTS:
        return {}
    content = parts[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
