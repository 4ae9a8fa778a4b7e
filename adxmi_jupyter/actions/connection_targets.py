"""What connection strings lead to, made from the names people know.

Source: *Storage connection strings*, *SQL external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConflictingOptions, InvalidValue, MissingOption
from adxmi_jupyter.fixes import ChangeOption, Explain, LeaveOut, Option, Retry
from adxmi_jupyter.model.connection_string import (
    CLOUDS,
    AiModel,
    AzureStorage,
    CosmosDb,
    OneLake,
    Scheme,
    SqlServer,
    parse_location,
)
from adxmi_jupyter.model.connection_string.names import host_of_account
from adxmi_jupyter.model.connection_string.sql import read_endpoint

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string import AiOperation, StorageLocation, Target


@dataclass(frozen=True)
class StorageNames:
    """How people name a place in storage: by a URL, an account or a workspace."""

    url: str = ""
    account: str = ""
    container: str = ""
    path: str = ""
    workspace: str = ""
    item: str = ""
    scheme: str | None = None
    cloud: str = "public"


_WAYS = (
    "a URL, or ",
    *(Option("--account"), " and ", Option("--container"), ", or "),
    *(Option("--workspace"), " and ", Option("--item")),
)
"""How a place in storage can be named, as a sentence lists it."""


def storage_location(place: StorageNames) -> StorageLocation:
    """Return the place in storage that names or a URL mean.

    Raises
    ------
    ConflictingOptions, MissingOption
        The names mix several ways to name a place, or are not enough for one.
    CredentialsInLocation, InvalidConnectionString
        The URL holds more than a location, or a name is against the rules.

    """
    by_account = bool(place.account or place.container)
    by_workspace = bool(place.workspace or place.item)
    ways = [bool(place.url), by_account, by_workspace]
    if sum(ways) > 1 or (place.url and place.path):
        raise ConflictingOptions(
            "the target is given in more than one way",
            why=Explain.of("it is ", *_WAYS, "; ", Option("--path"), " requires names, not a URL"),
            fix="remove all but one of them",
        )
    if place.url:
        return _by_url(place.url, place.scheme)
    if by_workspace:
        return _onelake(place)
    _require(place.account, place.container, "--account", "--container")
    return AzureStorage(
        place.account.strip(),
        place.container.strip(),
        place.path.strip().lstrip("/"),
        Scheme(place.scheme or Scheme.BLOB),
        CLOUDS[place.cloud].storage,
    )


def _by_url(url: str, scheme: str | None) -> StorageLocation:
    location = parse_location(url)
    if not scheme or (isinstance(location, (AzureStorage, OneLake)) and scheme == location.scheme):
        return location
    if isinstance(location, (AzureStorage, OneLake)):
        return replace(location, scheme=Scheme(scheme))
    raise InvalidValue(
        f"{location.kind} has no scheme {scheme}",
        why="only Azure storage and OneLake are reached by several schemes",
        fix=LeaveOut.of("--scheme"),
    )


def _onelake(place: StorageNames) -> OneLake:
    _require(place.workspace, place.item, "--workspace", "--item")
    path = place.path.strip().lstrip("/")
    scheme = Scheme(place.scheme or Scheme.DFS)
    return OneLake(place.workspace.strip(), place.item.strip(), path, scheme)


def _require(first: str, second: str, *options: str) -> None:
    missing = [name for name, value in zip(options, (first, second), strict=True) if not value]
    if missing:
        raise MissingOption(
            f"the command requires {' and '.join(missing)}",
            why=Explain.of("a storage location is ", *_WAYS),
            fix=Retry(tuple(ChangeOption(name, "NAME") for name in missing)),
        )


def sql_server(server: str, catalog: str, cloud: str) -> SqlServer:
    """Return a database by its server: a name in Azure SQL, or a host name with ``[,PORT]``.

    Raises
    ------
    InvalidConnectionString
        The server is named in another way.

    """
    name, comma, port = server.strip().partition(",")
    bare = name.strip().removeprefix("tcp:")
    full = bare if "." in bare else f"{bare}.{CLOUDS[cloud].sql}"
    host, number = read_endpoint(f"tcp:{full}{comma}{port}")
    return SqlServer(host, catalog, number)


def cosmos_db(account: str, catalog: str, collection: str, cloud: str) -> CosmosDb:
    """Return a collection by its account: a name or a host name.

    Raises
    ------
    InvalidConnectionString
        A name is against the rules.

    """
    return CosmosDb(host_of_account(account, CLOUDS[cloud].cosmos), catalog, collection)


def ai_model(
    account: str, deployment: str, operation: AiOperation, api_version: str, cloud: str
) -> AiModel:
    """Return a deployed model by its account: a name or a host name.

    Raises
    ------
    InvalidConnectionString
        A name is against the rules.

    """
    host = host_of_account(account, CLOUDS[cloud].open_ai)
    return AiModel(host, deployment, operation, api_version)


def building_options(target: Target) -> tuple[str, tuple[str, ...]]:
    """Return the verb of ``connection-string`` and the options that name a target again."""
    if isinstance(target, SqlServer):
        server = f"{target.server},{target.port}"
        return "sql", ("--server", server, "--catalog", target.catalog)
    if isinstance(target, CosmosDb):
        names = ("--catalog", target.catalog, "--collection", target.collection)
        return "cosmos", ("--account", target.server, *names)
    if isinstance(target, AiModel):
        model = ("--deployment", target.deployment, "--operation", target.operation.name.lower())
        version = ("--api-version", target.api_version)
        return "ai", ("--account", target.server, *model, *version)
    return "storage", (getattr(target, "uri", ""),)
