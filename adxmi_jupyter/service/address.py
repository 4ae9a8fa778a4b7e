"""Which cluster: a URI, a short name, or the embedded Azure.

Source: *Kusto connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from adxmi_jupyter.errors import InvalidCluster

EMBEDDED = "embedded"
"""The word that stands for the embedded Azure where a cluster is expected."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)?")
_PUBLIC_SUFFIX = ".kusto.windows.net"

# Where tokens for a host come from; every other host belongs to the public cloud.
_AUTHORITIES = {
    ".usgovcloudapi.net": "login.microsoftonline.us",
    ".chinacloudapi.cn": "login.partner.microsoftonline.cn",
    ".azuresynapse.azure.cn": "login.partner.microsoftonline.cn",
}
_PUBLIC_AUTHORITY = "login.microsoftonline.com"
_RESOURCE_MANAGERS = {
    "login.microsoftonline.us": "https://management.usgovcloudapi.net",
    "login.partner.microsoftonline.cn": "https://management.chinacloudapi.cn",
    _PUBLIC_AUTHORITY: "https://management.azure.com",
}


@dataclass(frozen=True)
class ClusterAddress:
    """A cluster's URI without path, and the database its path named, if any."""

    uri: str
    database: str = ""

    @property
    def host(self) -> str:
        """The host name, lower case."""
        return (urlsplit(self.uri).hostname or "").lower()

    @property
    def is_loopback(self) -> bool:
        """Whether the cluster is on this machine."""
        return self.host in _LOOPBACK or self.host.startswith("127.")

    @property
    def authority(self) -> str:
        """The Microsoft Entra host that issues tokens for this cluster's cloud."""
        return next(
            (login for suffix, login in _AUTHORITIES.items() if self.host.endswith(suffix)),
            _PUBLIC_AUTHORITY,
        )

    @property
    def resource_manager(self) -> str:
        """Azure Resource Manager of this cluster's cloud; on this machine the same server."""
        return self.uri if self.is_loopback else _RESOURCE_MANAGERS[self.authority]

    @property
    def ingestion(self) -> str:
        """The endpoint that ingestion goes through."""
        scheme, _, rest = self.uri.partition("://")
        if self.is_loopback or rest.startswith("ingest-"):
            return self.uri
        return f"{scheme}://ingest-{rest}"

    @property
    def short_name(self) -> str:
        """The cluster's own name, for people: ``help`` of ``https://help.kusto.windows.net``."""
        return self.host if self.is_loopback else self.host.split(".kusto", 1)[0]


def parse_address(text: str) -> ClusterAddress:
    """Read a cluster given as URI, host, or short name such as ``help.westeurope``.

    Raises
    ------
    InvalidCluster
        Not an address; plain ``http`` to another machine; or a connection string, whose text is
        not repeated since it may hold a secret.

    """
    trimmed = text.strip()
    if ";" in trimmed or "@" in trimmed:
        raise InvalidCluster(
            "the cluster must be a plain address",
            why="it holds ';' or '@', as connection strings and passwords do",
            fix="give https://NAME.REGION.kusto.windows.net and choose --credential",
        )
    if "://" not in trimmed:
        trimmed = _from_short_form(trimmed)
    parts = urlsplit(trimmed)
    _check(text, parts)
    return ClusterAddress(f"{parts.scheme}://{parts.netloc}", unquote(parts.path.strip("/")))


def _from_short_form(text: str) -> str:
    if _SHORT_NAME.fullmatch(text) and not text.lower().startswith(("localhost", "127.")):
        return f"https://{text}{_PUBLIC_SUFFIX}"
    return f"https://{text}"


def _check(text: str, parts: SplitResult) -> None:
    address = ClusterAddress(f"{parts.scheme}://{parts.netloc}")
    if parts.scheme not in {"http", "https"} or not _has_usable_host(parts):
        raise InvalidCluster(
            f"{text!r} is not a cluster",
            why="a cluster is a short name such as help.westeurope, or an https:// URI",
            fix="%adxmi connect help.westeurope",
        )
    if parts.scheme == "http" and not address.is_loopback:
        raise InvalidCluster(
            f"{text!r} is refused",
            why="http:// would send the token unencrypted to another machine",
            fix=f"%adxmi connect https://{parts.netloc}",
        )


def _has_usable_host(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0 and " " not in parts.netloc
    except ValueError:  # a port that is no number
        return False
