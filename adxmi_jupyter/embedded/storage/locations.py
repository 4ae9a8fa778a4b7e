"""Storage connection strings to locations (page: Storage connection strings)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, quote, unquote, urlsplit

_HOST = re.compile(r"(?P<account>[a-z0-9]{3,24})\.(?P<endpoint>blob|dfs)\.core\.windows\.net")
_AWS = "awscredentials="
_KEYWORDS = ("managed_identity=", "token=", "sharedkey=", _AWS)


class Method(StrEnum):
    """How a connection string authenticates."""

    NONE = "none"
    IMPERSONATE = "impersonate"
    MANAGED_IDENTITY = "managed_identity"
    SIGNATURE = "signature"
    TOKEN = "token"  # noqa: S105 - the name of a method
    KEY = "key"


class InvalidLocationError(ValueError):
    """The text is no connection string of a blob, container or folder that can be reached."""


@dataclass(frozen=True)
class Location:
    """A place in an account; `path` is empty for the container as a whole.

    `credential` is what the method needs: an object ID or `system`, a URI query, a token or a key.
    """

    account: str
    container: str
    path: str = ""
    method: Method = Method.NONE
    credential: str = field(default="", repr=False)
    endpoint: str = "blob"

    @property
    def host(self) -> str:
        """The host that serves the account."""
        return f"{self.account}.{self.endpoint}.core.windows.net"

    @property
    def uri(self) -> str:
        """The address without any credential."""
        return self.uri_of(self.path)

    def uri_of(self, path: str) -> str:
        """Return the address of another place in the same container."""
        tail = f"/{quote(path)}" if path else ""
        return f"https://{self.host}/{self.container}{tail}"


def shown_source(connection_string: str) -> str:
    """Return an address without any credential, as failures show it."""
    return connection_string.partition("?")[0].partition(";")[0].strip()


def parse_location(connection_string: str) -> Location:
    """Return where a storage connection string points; InvalidLocationError when nowhere.

    Keywords count in any letter case. A semicolon in the name of a blob has to be written %3B.
    """
    address, *suffixes = connection_string.strip().split(";")
    bare, _, query = address.partition("?")
    account, endpoint, container, path = _place(bare.strip())
    given = [_authentication(each.strip(), endpoint) for each in suffixes if each.strip()]
    if "sig" in parse_qs(query):
        given.append((Method.SIGNATURE, query))
    if len(given) > 1:
        raise InvalidLocationError("The connection string names more than one credential.")
    method, credential = given[0] if given else (Method.NONE, "")
    return Location(account, container, path, method, credential, endpoint)


def _place(address: str) -> tuple[str, str, str, str]:
    """Return account, endpoint, container and path of an address without its query."""
    try:
        parts = urlsplit(address)
        host, user = parts.hostname or "", parts.username or ""
    except ValueError as error:
        raise InvalidLocationError(f"'{address}' is no URI.") from error
    if parts.scheme not in {"https", "http", "abfss"}:
        raise InvalidLocationError(f"'{address}' does not start with https:// or abfss://.")
    match = _HOST.fullmatch(host)
    if match is None:
        raise InvalidLocationError(
            f"The host '{host}' cannot be reached: the embedded Azure has storage accounts at "
            "*.blob.core.windows.net and *.dfs.core.windows.net only."
        )
    path = unquote(parts.path).strip("/")
    if parts.scheme != "abfss":
        container, _, path = path.partition("/")
    else:
        container = user
    if not container:
        raise InvalidLocationError(f"'{address}' names no container.")
    return match["account"], match["endpoint"], container, path


def _authentication(suffix: str, endpoint: str) -> tuple[Method, str]:
    """Return the method and credential of one suffix; a bare one is the key of a Blob account."""
    folded = suffix.casefold()
    if folded == Method.IMPERSONATE:
        return Method.IMPERSONATE, ""
    keyword = next((each for each in _KEYWORDS if folded.startswith(each)), "")
    value = suffix[len(keyword) :].strip()
    if not value:
        raise InvalidLocationError(f"'{keyword}' is followed by nothing.")
    if keyword == _AWS:
        raise InvalidLocationError("AwsCredentials do not open an Azure storage account.")
    if keyword == "sharedkey=" or not keyword:
        return _key(value, endpoint, is_bare=not keyword)
    return (Method.TOKEN if keyword == "token=" else Method.MANAGED_IDENTITY), value


def _key(value: str, endpoint: str, *, is_bare: bool) -> tuple[Method, str]:
    if is_bare != (endpoint == "blob"):
        raise InvalidLocationError(
            "The account key is written ;KEY for Blob Storage and ;sharedkey=KEY for ADLS Gen2."
        )
    return Method.KEY, value
