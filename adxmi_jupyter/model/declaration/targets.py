"""What workflows reach with an identity: connection strings, and what must be granted there.

Source: *Storage connection strings*, *SQL connection strings*, *Callout policy*, *Managed identity
policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.azure_role import (
    COGNITIVE_ACCOUNT,
    COSMOS_ACCOUNT,
    READS_BLOBS,
    SQL_SERVER,
    STORAGE_ACCOUNT,
    WRITES_BLOBS,
    AzureRole,
    Target,
)
from adxmi_jupyter.model.connection_string import (
    AiModel,
    AzureStorage,
    CosmosDb,
    SqlServer,
    StorageLocation,
    parse,
)
from adxmi_jupyter.model.declaration.locations import written
from adxmi_jupyter.model.declaration.requirements import (
    CalloutAllowed,
    GrantedInCosmosDb,
    GrantedInSqlServer,
    NetworkOpen,
    NotVerifiable,
    SameTenant,
    acting_as,
    holding,
    named_by,
)
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import RequirementsAt, Who


def connection_string(
    target: StorageLocation | SqlServer | CosmosDb | AiModel, identity: ManagedIdentity
) -> str:
    """Return the connection string of a target, reached as an identity."""
    return written(target, identity.word)


def literals(strings: Iterable[str]) -> str:
    """Return connection strings as literals with commas between; obfuscated, as all of them are."""
    return ", ".join(map(kql.obfuscated_literal, strings))


def reads(identity: ManagedIdentity, *places: StorageLocation) -> tuple[Requirement, ...]:
    """Return what the identity needs to read in storage."""
    return _granted(identity, places, READS_BLOBS)


def writes(identity: ManagedIdentity, *places: StorageLocation) -> tuple[Requirement, ...]:
    """Return what the identity needs to write or delete in storage."""
    return _granted(identity, places, WRITES_BLOBS)


def queries(identity: ManagedIdentity, *places: StorageLocation) -> tuple[Requirement, ...]:
    """Return what a query needs to read in storage: the callout policy has a say, too."""
    allowed = (CalloutAllowed("external_data", place.uri) for place in places)
    return (*allowed, *reads(identity, *places))


def _granted(
    identity: ManagedIdentity, places: tuple[StorageLocation, ...], roles: tuple[AzureRole, ...]
) -> tuple[Requirement, ...]:
    requirements = (
        requirement for place in places for requirement in _granted_at(identity, place, roles)
    )
    return tuple(dict.fromkeys(requirements))


def _granted_at(
    identity: ManagedIdentity, place: StorageLocation, roles: tuple[AzureRole, ...]
) -> tuple[Requirement, ...]:
    """Return what the identity needs at one place; the first role is the least."""
    if isinstance(place, AzureStorage):
        inside = f"blobServices/default/containers/{place.container}"
        target = Target(STORAGE_ACCOUNT, place.account, inside=inside)
        return holding(identity, roles, target, place.host)
    right = place.right(write=roles is WRITES_BLOBS)
    told = f"the role {right.name}" if right else "permission to read"
    return (NotVerifiable(f"{identity.label} in {place.host}", f"{told}, given in {place.kind}"),)


def requests_files(identity: ManagedIdentity, *places: object) -> tuple[Requirement, ...]:
    """Return the requirements of a query that reads files itself; none for what is no storage."""
    files = [place for place in places if isinstance(place, StorageLocation)]
    if not files:
        return ()
    return acting_as(identity, Usage.EXTERNAL_DATA_REQUEST, *queries(identity, *files))


def beyond(identity: ManagedIdentity, place: object, *, write: bool) -> tuple[Requirement, ...]:
    """Return what is needed behind an external table, to read its target or to write there.

    The callout policy has a say in all access to external data through external tables.
    """
    if isinstance(place, StorageLocation):
        address = place.uri
    elif isinstance(place, SqlServer):
        address = place.server
    elif isinstance(place, CosmosDb):
        address = f"https://{place.server}/"
    else:
        return ()
    return (CalloutAllowed("external_data", address), *reach(identity, place, write=write))


def kept(text: str, who: Who, chain: RequirementsAt) -> tuple[Requirement, ...]:
    """Return the requirements of a connection string that the service keeps and shows."""
    try:
        string = parse(text)
    except InvalidConnectionString as failure:
        return (NotVerifiable("connection string", f"{failure.what}: {failure.why}"),)
    word = string.authentication.identity
    if not word:
        method = string.authentication.method
        return (NotVerifiable(string.address, f"it authenticates by: {method}", method),)
    identity = who(word)
    return (*named_by(identity, word), *chain(identity, string.target))


def reach(identity: ManagedIdentity, place: object, *, write: bool) -> tuple[Requirement, ...]:
    """Return what the identity needs at any target of a connection string."""
    if isinstance(place, StorageLocation):
        return writes(identity, place) if write else reads(identity, place)
    if isinstance(place, SqlServer):
        return in_sql_server(identity, place.server, place.catalog, write=write)
    if isinstance(place, CosmosDb):
        return in_cosmos_db(identity, cosmos_target(place.server), place.server)
    return ()


def network_of(place: object, *, is_trusted: bool) -> tuple[Requirement, ...]:
    """Return the network that leads to a target, whoever reaches it."""
    unnamed = ManagedIdentity("")
    chain = calls_model(unnamed, place) if isinstance(place, AiModel) else ()
    return tuple(
        replace(one, identity=None, is_trusted=is_trusted)
        for one in chain or reach(unnamed, place, write=False)
        if isinstance(one, NetworkOpen)
    )


def in_sql_server(
    identity: ManagedIdentity, server: str, catalog: str, *, write: bool = False
) -> tuple[Requirement, ...]:
    """Return what must be in place inside SQL Server, which only SQL Server shows."""
    host = server.partition(",")[0]
    network = NetworkOpen(identity, Target(SQL_SERVER, host.partition(".")[0]), host)
    return (GrantedInSqlServer(identity, server, catalog, write), network)


def cosmos_target(host: str) -> Target:
    """Return the account with a host as what grants roles."""
    return Target(COSMOS_ACCOUNT, host.partition(".")[0])


def in_cosmos_db(
    identity: ManagedIdentity, target: Target, host: str = ""
) -> tuple[Requirement, ...]:
    """Return what must be granted in Cosmos DB, whose roles for data are its own."""
    return (
        SameTenant(identity, target),
        GrantedInCosmosDb(identity, target),
        NetworkOpen(identity, target, host),
    )


def calls_model(identity: ManagedIdentity, model: AiModel) -> tuple[Requirement, ...]:
    """Return the requirements of a query that calls a model."""
    target = Target(COGNITIVE_ACCOUNT, model.account)
    return acting_as(
        identity,
        Usage.AZURE_AI,
        CalloutAllowed("azure_openai", model.uri),
        *holding(identity, (AzureRole.OPENAI_USER,), target, model.host),
    )
