"""Which cluster: a URI, a short name, or the embedded Azure.

An address is read once, strictly, and written anew: what was checked is what every client gets.
No two URL parsers can then disagree about the host.

Source: *Kusto connection strings* (Azure Data Explorer docs); RFC 1123 section 2.1; RFC 3986.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

from adxmi_jupyter.errors import InvalidCluster
from adxmi_jupyter.fixes import Connect, Explain, Option

EMBEDDED = "embedded"
"""The word that stands for the embedded Azure where a cluster is expected."""

_LONGEST = 1000
_LONGEST_HOST = 253
_LONGEST_SHOWN = 80
_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)?")
_PUBLIC_SUFFIX = ".kusto.windows.net"
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(?::([1-9][0-9]{0,4}))?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A host whose last label is a number is an IPv4 address to every resolver, in any notation.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# Where tokens for a host come from; every other host belongs to the public cloud.
_AUTHORITIES = {
    ".usgovcloudapi.net": "login.microsoftonline.us",
    ".azure.us": "login.microsoftonline.us",
    ".chinacloudapi.cn": "login.partner.microsoftonline.cn",
    ".azure.cn": "login.partner.microsoftonline.cn",
    ".playfab.cn": "login.partner.microsoftonline.cn",
}
_PUBLIC_AUTHORITY = "login.microsoftonline.com"
_RESOURCE_MANAGERS = {
    "login.microsoftonline.us": "https://management.usgovcloudapi.net",
    "login.partner.microsoftonline.cn": "https://management.chinacloudapi.cn",
    _PUBLIC_AUTHORITY: "https://management.azure.com",
}
_LOG_ANALYTICS = {
    "login.microsoftonline.us": "https://api.loganalytics.us",
    "login.partner.microsoftonline.cn": "https://api.loganalytics.azure.cn",
    _PUBLIC_AUTHORITY: "https://api.loganalytics.io",
}


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL, in the one form that all parsers read alike."""

    scheme: str
    host: str
    port: int

    @property
    def uri(self) -> str:
        """The origin as text; a scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: 127.0.0.0/8, ::1, or localhost."""
        return is_loopback(self.host)


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
        return is_loopback(self.host)

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
    def log_analytics(self) -> str:
        """The query API of Log Analytics of this cloud; on this machine the same server."""
        return self.uri if self.is_loopback else _LOG_ANALYTICS[self.authority]

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


def is_loopback(host: str) -> bool:
    """Tell whether a host, as `origin_of` writes it, is on this machine."""
    if host == "localhost":
        return True
    try:
        return IPv6Address(host).is_loopback if ":" in host else IPv4Address(host).is_loopback
    except AddressValueError:
        return False


def parse_address(text: str) -> ClusterAddress:
    """Read a cluster given as URI, host, or short name such as ``help.westeurope``.

    Raises
    ------
    InvalidCluster
        Not an address; plain ``http`` to another machine; or a connection string, whose text is
        not repeated since it may hold a secret.

    """
    trimmed = text.strip(" \t\r\n")
    _check_secrets(trimmed)
    if "://" not in trimmed:
        trimmed = _from_short_form(trimmed)
    try:
        origin, path = _split(trimmed)
        database = _database(path)
    except ValueError as error:
        raise InvalidCluster(
            f"{_shown(text)} is not a cluster",
            why=str(error) or "a cluster is a short name such as help.westeurope or an https URI",
            fix=Connect("CLUSTER"),
        ) from error
    if origin.scheme == "http" and not origin.is_loopback:
        raise InvalidCluster(
            f"{_shown(text)} is not accepted",
            why="http:// sends the token unencrypted to another machine",
            fix=Connect(f"https://{origin.uri.partition('://')[2]}"),
        )
    return ClusterAddress(origin.uri, database)


def origin_of(url: str) -> Origin:
    """Return where a request to a URL goes.

    Raises
    ------
    ValueError
        The URL's scheme, host or port is not plain, so that parsers may read it differently.

    """
    return _split(url)[0]


def _check_secrets(text: str) -> None:
    """Refuse what may hold a secret, without repeating it.

    Raises
    ------
    InvalidCluster
        A connection string, user information, a query or a fragment.

    """
    if any(sign in text for sign in ";@?#"):
        raise InvalidCluster(
            "the cluster must be a plain address",
            why="it contains ';', '@', '?' or '#', as connection strings and signatures do",
            fix=Explain.of(
                "give https://NAME.REGION.kusto.windows.net and choose ", Option("--credential")
            ),
        )


def _from_short_form(text: str) -> str:
    if _SHORT_NAME.fullmatch(text) and not text.lower().startswith(("localhost", "127.")):
        return f"https://{text}{_PUBLIC_SUFFIX}"
    return f"https://{text}"


def _split(url: str) -> tuple[Origin, str]:
    """Return origin and the rest of a URL; ValueError says what is wrong with it."""
    if len(url.partition("://")[2].partition("/")[0]) > _LONGEST:
        raise ValueError("the host is too long")
    if "\\" in url or not url.replace(" ", "").isprintable():
        raise ValueError("it contains a backslash or characters that are not visible")
    parts = _URL.fullmatch(url)
    if parts is None or parts[1].lower() not in _PORTS:
        raise ValueError("a cluster is a short name such as help.westeurope or an https URI")
    authority = _AUTHORITY.fullmatch(parts[2])
    if authority is None or int(authority[2] or 1) > _HIGHEST_PORT:
        raise ValueError("host and port cannot be read: HOST or HOST:PORT, port 1 to 65535")
    scheme = parts[1].lower()
    return Origin(scheme, _host(authority[1]), int(authority[2] or _PORTS[scheme])), parts[3]


def _host(text: str) -> str:
    """Return a host in its only form: lower-case A-labels, or an IP address.

    ValueError for every other notation, such as octal or shortened IPv4 addresses, zone IDs,
    IPv4 addresses inside IPv6, empty labels and a trailing dot.
    """
    if text.startswith("["):
        return _ipv6(text[1:-1])
    lowered = (text if text.isascii() else _a_labels(text)).lower()
    labels = lowered.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(IPv4Address(lowered))
    if len(lowered) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("the host is not a DNS name: letters, digits and hyphens between dots")
    return lowered


def _ipv6(text: str) -> str:
    if "%" in text or "." in text:
        raise ValueError("an IPv6 address with a zone or an IPv4 address in it isn't accepted")
    address = IPv6Address(text)
    if address.ipv4_mapped is not None:
        raise ValueError("an IPv6 address with an IPv4 address in it isn't accepted")
    return str(address)


def _a_labels(text: str) -> str:
    import idna

    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError as error:
        raise ValueError("the host contains characters that host names don't have") from error


def _database(path: str) -> str:
    database = unquote(path.strip("/"), errors="strict")
    if "/" in database or "\\" in database or not database.isprintable():
        raise ValueError("after the host comes at most one database: https://HOST/DATABASE")
    return database


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
