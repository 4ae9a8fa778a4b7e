"""Where a token may go, and for which audience one may be requested.

============================ ================================================================
cluster                      tokens that are sent
============================ ================================================================
well-known host of a cloud   of the credential, for the audience of Azure Data Explorer there
host that the user trusts    the same; the user added it by ``connect URI --trust-host``
server on this machine       tokens of the embedded Azure only, never one of the user
any other host               none: nothing is sent there at all
============================ ================================================================

Which hosts are well-known is the list of the Azure SDK.

Source: *Kusto trusted endpoints* (aka.ms/kustotrustedendpoints); *Authenticate with MSAL* (Azure
Data Explorer docs).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import UntrustedAudience, UntrustedHost, UntrustedLink
from adxmi_jupyter.fixes import Configure, Connect, Explain, Retry, Setting
from adxmi_jupyter.service.address import Origin, origin_of

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

    from adxmi_jupyter.service.address import ClusterAddress

_FILE = "trusted_hosts"
_SCOPE = "/.default"
# What a token of the embedded Azure looks like; tokens of Microsoft Entra never begin so.
# Its key for scripts may follow.
_EMBEDDED_TOKEN = re.compile(r"embedded-[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]{1,100})?")

# The hosts under which a cloud's Azure Data Explorer is one audience for all its clusters.
_AUDIENCES = {
    "login.microsoftonline.com": "windows.net",
    "login.microsoftonline.us": "usgovcloudapi.net",
    "login.partner.microsoftonline.cn": "chinacloudapi.cn",
}
_AUDIENCE_HOSTS = ("kusto.kusto", "kusto.kustomfa", "api.kusto")

# Where a cloud keeps the queues of its services; newer accounts have a zone in their name.
_QUEUES = {
    "login.microsoftonline.com": (".queue.core.windows.net", ".queue.storage.azure.net"),
    "login.microsoftonline.us": (".queue.core.usgovcloudapi.net",),
    "login.partner.microsoftonline.cn": (".queue.core.chinacloudapi.cn",),
}


@dataclass(frozen=True)
class ServiceEndpoint:
    """A service as requests see it: its name for people, and which origins belong to it."""

    name: str
    owns: Callable[[Origin], bool]

    def check(self, url: str) -> None:
        """Refuse a request to somewhere else.

        Raises
        ------
        UntrustedLink
            The URL leads to another host, port or scheme, or cannot be read without doubt.

        """
        try:
            origin = origin_of(url)
        except ValueError:
            raise self.untrusted("an address that cannot be read") from None
        if not self.owns(origin):
            raise self.untrusted(origin.uri)

    def untrusted(self, where: str) -> UntrustedLink:
        """Return the error for an answer that leads elsewhere."""
        return UntrustedLink(
            f"an answer of {self.name} leads to {where}, which was not contacted",
            why="requests and tokens stay with the service that was connected to",
            fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
        )


def endpoint_of(uri: str, name: str) -> ServiceEndpoint:
    """Return a service with one origin."""
    home = origin_of(uri)
    return ServiceEndpoint(name, lambda origin: origin == home)


def ingestion_queues(address: ClusterAddress) -> ServiceEndpoint:
    """Return the queues that ingestion goes through, in the cluster's cloud."""
    if address.is_loopback:
        return ServiceEndpoint("the ingestion endpoint", lambda origin: origin.is_loopback)
    suffixes = _QUEUES[address.authority]
    return ServiceEndpoint(
        "the ingestion endpoint",
        lambda origin: origin.scheme == "https" and origin.host.endswith(suffixes),
    )


def ingestion_storage(address: ClusterAddress) -> ServiceEndpoint:
    """Return the storage that rows are uploaded to before they are queued, likewise."""
    if address.is_loopback:
        return ingestion_queues(address)
    suffixes = tuple(one.replace(".queue.", ".blob.") for one in _QUEUES[address.authority])
    return ServiceEndpoint(
        "the ingestion endpoint",
        lambda origin: origin.scheme == "https" and origin.host.endswith(suffixes),
    )


class TrustedHosts:
    """The hosts that the user trusts besides the well-known ones: a text file, one on each line.

    Parameters
    ----------
    directory
        Where the file is; asked for when needed.

    """

    def __init__(self, directory: Callable[[], Path]) -> None:
        self._directory = directory

    def all(self) -> tuple[str, ...]:
        """Return the hosts in alphabetical order; what is no host is left out."""
        try:
            lines = (self._directory() / _FILE).read_text("utf-8").split()
        except (OSError, ValueError):
            return ()
        return tuple(sorted({line for line in lines if _is_host(line)}))

    def add(self, host: str) -> None:
        """Record a host.

        Raises
        ------
        UntrustedHost
            The file cannot be written.

        """
        self._write(lambda known: (*known, host))

    def remove(self, host: str) -> None:
        """Remove a host, if it is recorded.

        Raises
        ------
        UntrustedHost
            The file cannot be written.

        """
        if host in self.all():
            self._write(lambda known: [one for one in known if one != host])

    def _write(self, change: Callable[[Sequence[str]], Iterable[str]]) -> None:
        from filelock import FileLock

        try:
            directory = self._directory()
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(directory / f"{_FILE}.lock"):
                # Created with access for its owner only, and put in place as a whole.
                handle, path = tempfile.mkstemp(prefix=_FILE, dir=directory)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.writelines(f"{host}\n" for host in change(self.all()))
                Path(path).replace(directory / _FILE)
        except OSError as error:
            raise UntrustedHost(
                "the list of trusted hosts cannot be written",
                why=f"{type(error).__name__}: {error.strerror or 'no reason given'}",
                fix="set ADXMI_DATA_DIR to a directory you may write to",
            ) from error


def is_well_known(address: ClusterAddress) -> bool:
    """Tell whether the Azure SDK knows the host as one of the cluster's cloud."""
    from azure.kusto.data.exceptions import KustoClientInvalidConnectionStringException
    from azure.kusto.data.kusto_trusted_endpoints import well_known_kusto_endpoints

    try:
        well_known_kusto_endpoints.validate_hostname_is_trusted(
            address.host, f"https://{address.authority}"
        )
    except KustoClientInvalidConnectionStringException:
        return False
    return True


def check_host(address: ClusterAddress, trusted: TrustedHosts) -> None:
    """Refuse a host that tokens are not sent to, whatever the credential.

    Raises
    ------
    UntrustedHost
        Neither well-known nor trusted by the user.

    """
    if address.is_loopback or address.host in trusted.all() or is_well_known(address):
        return
    raise UntrustedHost(
        f"{address.host} is not a known host of Azure Data Explorer",
        why="tokens are sent only to the known hosts of the Azure clouds and to hosts you trust",
        fix=Explain.of("if it is your cluster: ", Connect(address.uri, trusts_host=True)),
    )


def check_sign_in(address: ClusterAddress, failure: Exception) -> None:
    """Refuse a well-known host for which the SDK raised `failure`.

    Raises
    ------
    UntrustedAudience
        Its metadata name the sign-in address of another cloud, or of none.

    """
    if is_well_known(address):
        raise UntrustedAudience(
            f"{address.uri} names a sign-in address that is not of its cloud",
            why=f"{address.host} belongs to {address.authority}; no token was requested",
            fix="check the address of the cluster, and for a proxy in between",
        ) from failure


def check_loopback_token(token: str) -> str:
    """Return the token if it is one of the embedded Azure.

    Raises
    ------
    UntrustedHost
        It is another one, which a server on this machine doesn't get.

    """
    if _EMBEDDED_TOKEN.fullmatch(token):
        return token
    raise no_token_of_yours("ADXMI_TOKEN isn't a token of the embedded Azure")


def no_token_of_yours(why: str) -> UntrustedHost:
    """Return the error for a credential of the user and a server on this machine."""
    return UntrustedHost(
        "a server on this machine doesn't get a token of yours",
        why=f"{why}; any program can listen here, and name any audience",
        fix=Configure(Setting.CREDENTIAL, "default"),
    )


class Audience:
    """A credential that is asked for tokens of Azure Data Explorer only.

    Parameters
    ----------
    credential
        Gives the tokens.
    address
        The cluster, whose metadata name the audience.

    """

    def __init__(self, credential: TokenCredential, address: ClusterAddress) -> None:
        self._credential = credential
        self._address = address

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Get a token.

        Raises
        ------
        UntrustedAudience
            The token would be for another service. The credential isn't asked.

        """
        for scope in scopes:
            self._check(scope.removesuffix(_SCOPE).rstrip("/").lower())
        return self._credential.get_token(*scopes, **options)

    def close(self) -> None:
        """Do nothing: the credential is shared."""

    def _check(self, audience: str) -> None:
        if audience in _audiences(self._address):
            return
        raise UntrustedAudience(
            f"{self._address.uri} asks for a token for {audience}",
            why="a cluster gets tokens for Azure Data Explorer only; none was requested",
            fix="check the address of the cluster",
        )


def _audiences(address: ClusterAddress) -> set[str]:
    domain = _AUDIENCES[address.authority]
    known = {f"https://{host}.{domain}" for host in _AUDIENCE_HOSTS}
    return known | {f"https://{address.host}"} if is_well_known(address) else known


def _is_host(text: str) -> bool:
    try:
        return origin_of(Origin("https", text, 443).uri).host == text
    except ValueError:
        return False
