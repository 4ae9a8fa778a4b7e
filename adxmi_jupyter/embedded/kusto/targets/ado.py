"""Connection strings of the ADO.NET kind: SQL Server, Cosmos DB and their like.

Pages: SQL connection strings, cosmosdb_sql_request plugin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.policies.managed_identity_json import SYSTEM
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAIR = re.compile(
    r"\s*(?P<name>[^=;\"']+?)\s*=\s*(?P<value>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[^;\"']*?)\s*(?:;|$)"
)
_ALIASES = {
    "data source": "server",
    "addr": "server",
    "address": "server",
    "network address": "server",
    "host": "server",
    "initial catalog": "database",
    "uid": "user id",
    "user": "user id",
    "pwd": "password",
    "container": "collection",
}
_SERVER = re.compile(
    r"tcp:(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:,(?P<port>\d{1,5}))?", re.IGNORECASE
)
_ACCOUNT = re.compile(
    r"https://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?/?", re.IGNORECASE
)
_METHODS = {
    "active directory integrated": Method.IMPERSONATE,
    "active directory managed identity": Method.MANAGED_IDENTITY,
}


@dataclass(frozen=True)
class Target:
    """A database that a connection string names, and how it authenticates.

    `credential` is an object ID or `system`, a token, a password or a key; `user` goes with a
    password. `container` is that of Cosmos DB.
    """

    host: str
    database: str
    method: Method
    credential: str = field(default="", repr=False)
    user: str = ""
    container: str = ""

    @property
    def name(self) -> str:
        """First part of the host: the name of the server or account."""
        return self.host.partition(".")[0]


def is_cosmos(connection_string: str) -> bool:
    """Tell whether a connection string is one of Cosmos DB."""
    return "accountendpoint" in _fields(connection_string)


def sql_target(connection_string: str, token: str = "") -> Target:
    """Return the SQL database of a connection string; a KustoError (400) if it has none."""
    fields = _fields(connection_string)
    match = _SERVER.fullmatch(fields.get("server", ""))
    if match is None:
        raise bad_request("The connection string needs Server=tcp:HOST, with or without a port.")
    database = fields.get("database", "")
    if not database:
        raise bad_request("The connection string needs Initial Catalog.")
    return Target(match["host"].casefold(), database, *_authentication(fields, token))


def cosmos_target(connection_string: str, token: str = "") -> Target:
    """Return the container of a Cosmos DB connection string; a KustoError (400) as above."""
    fields = _fields(connection_string)
    match = _ACCOUNT.fullmatch(fields.get("accountendpoint", ""))
    if match is None or not fields.get("database") or not fields.get("collection"):
        raise bad_request("The connection string needs AccountEndpoint, Database and Collection.")
    return Target(
        match["host"].casefold(),
        fields["database"],
        *_authentication(fields, token),
        container=fields["collection"],
    )


def _fields(connection_string: str) -> dict[str, str]:
    """Return the pairs, names in lower case and without aliases; KustoError (400) for no pairs."""
    fields: dict[str, str] = {}
    position, text = 0, connection_string.strip().rstrip(";")
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None:
            raise bad_request("The connection string is no list of name=value pairs.")
        name = " ".join(match["name"].casefold().split())
        fields[_ALIASES.get(name, name)] = _unquoted(match["value"])
        position = match.end()
    return fields


def _unquoted(value: str) -> str:
    quote = value[:1]
    if quote not in {'"', "'"} or not quote:
        return value
    return value[1:-1].replace(quote * 2, quote)


def _authentication(fields: Mapping[str, str], token: str) -> tuple[Method, str, str]:
    """Return method, credential and user; a KustoError (400) for none and for two."""
    word, user = fields.get("authentication", ""), fields.get("user id", "")
    secret = fields.get("password") or fields.get("accountkey") or ""
    if sum(map(bool, (word, secret, token))) > 1:
        raise bad_request("The connection string names more than one credential.")
    if token:
        return Method.TOKEN, token, ""
    if secret:
        return Method.KEY, secret, user
    method = _METHODS.get(word.casefold())
    if method is None:
        raise bad_request("The connection string names no credential that is known here.")
    return method, (user or SYSTEM) if method is Method.MANAGED_IDENTITY else "", ""
