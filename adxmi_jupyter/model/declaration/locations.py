"""Where a workflow reads or writes, as people type it: URLs of storage, servers, accounts, models.

An identity is given apart, so a way to sign in has no place here.

Source: *Storage connection strings*, *SQL connection strings*, *ai_embeddings plugin* (Azure Data
Explorer docs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import (
    CredentialsInLocation,
    InvalidConnectionString,
)
from adxmi_jupyter.model.connection_string import (
    CLOUDS,
    AiModel,
    ConnectionString,
    CosmosDb,
    Gen1,
    Method,
    SqlServer,
    managed_identity,
    parse,
    parse_location,
)
from adxmi_jupyter.model.connection_string.names import host_of_account
from adxmi_jupyter.model.declaration.unsupported import Unsupported
from adxmi_jupyter.model.identity import SYSTEM

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string import StorageLocation

_NEXT_URL = re.compile(r"[\s,]+(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_NEXT_ARTIFACT = re.compile(r"[\s,]+(?=[^\s,=;?]+=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?:file:|[a-z]:[\\/]|\\\\|\.{1,2}[\\/]|~|/(?!subscriptions/)).*", re.IGNORECASE
)
_SERVER = re.compile(
    r"(?:tcp:)?\s*(?P<host>[^,:\s]+)\s*(?:,\s*(?P<port>[0-9]{1,5}))?", re.IGNORECASE
)
_SQL_PORT = 1433

LOCAL_FILES = Unsupported(
    "a local file",
    "the cluster reads the file, and it can't reach this machine",
    "upload it to a container and use its URL: "
    "https://ACCOUNT.blob.core.windows.net/CONTAINER/FILE",
)
GEN1 = Unsupported(
    "Data Lake Storage Gen1",
    "adl:// is not supported here, whatever the authentication method",
    "copy the data to Azure storage: https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
)
OTHER_DATABASES = Unsupported(
    "MySQL or PostgreSQL",
    "they support user name and password only",
    "use user name and password in an obfuscated string h'…', or copy the data to Azure SQL or "
    "Azure Storage, which support managed identities",
    ("mysql", "postgresql", "postgres", "mysql-request", "postgresql-request"),
)


def identity_location(text: str) -> StorageLocation:
    """Read the URL of a container, folder or blob that an identity can reach.

    Raises
    ------
    IdentityNotSupported
        It is a local file, or of a kind that takes no managed identity.
    AdxmiError
        As `connection_string.parse_location`.

    """
    if _LOCAL.fullmatch(text.strip()):
        raise LOCAL_FILES.refusal()
    location = parse_location(text)
    location.check(managed_identity(SYSTEM))
    return location


def identity_locations(text: str) -> tuple[StorageLocation, ...]:
    """Read URLs with commas or blanks between; raises as `identity_location` does."""
    return tuple(dict.fromkeys(map(identity_location, _NEXT_URL.split(text.strip()))))


def identity_locations_without_gen1(text: str) -> tuple[StorageLocation, ...]:
    """Read URLs where Data Lake Storage Gen1 has no place; raises as `identity_location` does."""
    found = identity_locations(text)
    if any(isinstance(one, Gen1) for one in found):
        raise GEN1.refusal()
    return found


def parse_artifacts(text: str) -> tuple[tuple[str, StorageLocation], ...]:
    """Read files with the names a script knows them by, ``NAME=URL``.

    Raises
    ------
    ValueError
        One has no name, or two have the same.
    AdxmiError
        As `identity_location`.

    """
    pairs = [part.strip().partition("=") for part in _NEXT_ARTIFACT.split(text.strip())]
    names = [name for name, _, _ in pairs]
    if any("://" in name or not name or not url for name, _, url in pairs):
        raise ValueError("each artifact is NAME=URL; the script refers to the file by its name")
    if len(set(names)) < len(names):
        raise ValueError("two artifacts have the same name")
    return tuple((name, identity_location(url)) for name, _, url in pairs)


def parse_model(text: str) -> AiModel:
    """Read the URL of a deployed model.

    Raises
    ------
    CredentialsInLocation
        It holds a way to sign in.
    InvalidConnectionString
        It is no URL of a model.

    """
    found = parse(text)
    if not isinstance(found.target, AiModel):
        raise InvalidConnectionString(
            "the URL isn't that of a model deployment",
            why=f"the target is: {found.kind}",
            fix="https://ACCOUNT.openai.azure.com/openai/deployments/DEPLOYMENT/embeddings"
            "?api-version=VERSION",
        )
    if found.authentication.method is not Method.NONE:
        raise CredentialsInLocation(
            f"the URL contains a credential: {found.authentication.method}",
            why="the identity is a separate option, and requires no secret",
            fix=f"write {found.target.uri}",
        )
    return found.target


def server_address(text: str) -> str:
    """Read the host of a SQL server, ``HOST`` or ``HOST,PORT``; ``tcp:`` may stand before it.

    Raises
    ------
    IdentityNotSupported
        It is a server of MySQL or PostgreSQL.
    InvalidConnectionString
        It is no fully qualified host name, or the port is none.

    """
    found = _SERVER.fullmatch(text.strip())
    host = found["host"].lower() if found else text.strip().lower()
    if any(f".{name}." in host for name in ("mysql", "postgres")):
        raise OTHER_DATABASES.refusal()
    target = SqlServer(host, "x", port=int((found and found["port"]) or _SQL_PORT))
    return target.server if target.port == _SQL_PORT else f"{target.server},{target.port}"


def database_at(address: str, catalog: str) -> SqlServer:
    """Return a database of the server that `server_address` read."""
    host, _, port = address.partition(",")
    return SqlServer(host, catalog, port=int(port or _SQL_PORT))


def cosmos_account(text: str) -> str:
    """Read a Cosmos DB account by its name, its host or its address; return the host.

    Raises
    ------
    InvalidConnectionString
        It is none of them.

    """
    return CosmosDb(host_of_account(text, CLOUDS["public"].cosmos), "x", "x").server


def written(target: StorageLocation | SqlServer | CosmosDb | AiModel, word: str) -> str:
    """Return the connection string of a target that is reached as an identity."""
    return ConnectionString(target, managed_identity(word)).build()
