"""The links that a refusal may be about, in the order of a chain: as far as its text names them.

Nothing is guessed: a usage, an identity or a target that the text does not name has no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.model.azure_role import RECEIVES_EVENTS, WRITES_BLOBS, AzureRole
from adxmi_jupyter.model.connection_string import (
    AiModel,
    AzureStorage,
    CosmosDb,
    Gen1,
    OneLake,
    SqlServer,
)
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.data_connection import hub_target
from adxmi_jupyter.model.declaration.requirements import (
    AT_TARGETS,
    Allowed,
    CalloutAllowed,
    GrantedInKusto,
    ReadsThrough,
    WritesThrough,
    holding,
    present,
)
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.diagnosis.mentioned import Actors
    from adxmi_jupyter.model.declaration.requirements import Link
    from adxmi_jupyter.model.denial import Refusal
    from adxmi_jupyter.model.denial.names import Place
    from adxmi_jupyter.model.identity import ManagedIdentity

_OF_CHAINS = (
    Concern.ASSIGNED,
    Concern.ALLOWED,
    Concern.TARGET,
    Concern.UNSPECIFIED,
    Concern.STATEMENT,
    Concern.DATA,
)
_OF_CALLERS = (Concern.KUSTO_ROLE, Concern.UNSPECIFIED)
_WRITING = (Usage.EXPORT_REQUEST,)
_CALLOUTS = {
    Usage.SANDBOX_ARTIFACTS: "sandbox_artifacts",
    Usage.EXTERNAL_DATA_REQUEST: "external_data",
    Usage.EXTERNAL_TABLE: "external_data",
}


def links_of(refusal: Refusal, actors: Actors, *, write: bool = False) -> tuple[Link, ...]:
    """Return the links that the text of a refusal names, in the order of a chain.

    With `write` its targets are written to, also where the text does not say so.
    """
    return tuple(dict.fromkeys(_links(refusal, actors, write=write or writes(refusal))))


def _links(refusal: Refusal, actors: Actors, *, write: bool) -> Iterator[Link]:
    concern = refusal.meaning.concern
    if concern in _OF_CHAINS or (concern is Concern.KUSTO_ROLE and refusal.names.usages):
        for identity in actors.identities:
            yield from _as_actor(identity, refusal, actors)
        yield from _called(refusal)
        for identity in actors.identities:
            yield from _at_targets(identity, refusal, write=write)
        yield from _through_tables(refusal, actors, write=write)
    elif concern is Concern.KUSTO_ROLE:
        for identity in actors.callers:
            yield GrantedInKusto(identity, role_for(refusal))


def _as_actor(identity: ManagedIdentity, refusal: Refusal, actors: Actors) -> Iterator[Link]:
    yield from present(identity)
    for usage in refusal.names.usages:
        yield Allowed(identity, usage, cluster_only=usage is Usage.SANDBOX_ARTIFACTS)
    if identity in actors.callers and refusal.meaning.concern in _OF_CALLERS:
        yield GrantedInKusto(identity, role_for(refusal))


def role_for(refusal: Refusal) -> Role:
    """Return the security role to begin with: reading, unless an operation named Ingest failed."""
    return Role.INGESTORS if refusal.mentions("Ingest", is_quoted=True) else Role.VIEWERS


def _called(refusal: Refusal) -> Iterator[Link]:
    """Yield what the callout policy must allow."""
    said = refusal.names
    types = [*said.callout_types, *(_CALLOUTS[one] for one in said.usages if one in _CALLOUTS)]
    for place in said.places:
        if isinstance(place, AzureStorage | OneLake | Gen1):
            yield from (CalloutAllowed(kind, place.uri) for kind in types)
        elif isinstance(place, AiModel):
            yield CalloutAllowed("azure_openai", place.uri)
        elif Usage.SQL_REQUEST in said.usages and isinstance(place, SqlServer):
            yield CalloutAllowed("sql", place.server)
        elif Usage.SQL_REQUEST in said.usages and isinstance(place, CosmosDb):
            yield CalloutAllowed("cosmosdb", f"https://{place.server}/")


def _at_targets(identity: ManagedIdentity, refusal: Refusal, *, write: bool) -> Iterator[Link]:
    for place in refusal.names.places:
        yield from _at(identity, place, write=write)
    for hub in refusal.names.event_hubs:
        if re.search(r"/eventhubs/[^/]+$", hub, re.IGNORECASE):
            yield from holding(identity, RECEIVES_EVENTS, hub_target(hub))


def _at(identity: ManagedIdentity, place: Place, *, write: bool) -> tuple[Link, ...]:
    if isinstance(place, AiModel):
        chain = targets.calls_model(identity, place)
        return tuple(link for link in chain if isinstance(link, AT_TARGETS))
    return targets.reach(identity, place, write=write)


def writes(refusal: Refusal) -> bool:
    """Tell whether what was refused writes at the target: by code, usage, role or command."""
    by_usage = any(one in _WRITING for one in refusal.names.usages)
    by_role = not refusal.mentions(AzureRole.BLOB_READER.role_name) and any(
        refusal.mentions(role.role_name) for role in WRITES_BLOBS
    )
    return refusal.meaning.writes or by_usage or by_role or refusal.mentions(".export")


def _through_tables(refusal: Refusal, actors: Actors, *, write: bool) -> Iterator[Link]:
    is_writing = write or Usage.AUTOMATED_FLOWS in refusal.names.usages
    for table in actors.external_tables:
        if is_writing:
            yield WritesThrough(table)
        else:
            yield from (ReadsThrough(table, identity) for identity in actors.identities)
