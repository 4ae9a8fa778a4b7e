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
    ConsumerGroupFree,
    GrantedInKusto,
    Key,
    ReadsThrough,
    TableReady,
    WritesThrough,
    holding,
    present,
)
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.diagnosis.mentioned import Mentioned
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.model.denial.names import Place
    from adxmi_jupyter.model.identity import ManagedIdentity

KEYS = {
    Concern.ALLOWED: (Key.ALLOWED,),
    Concern.ASSIGNED: (Key.EXISTS, Key.ASSIGNED),
    Concern.TARGET: (
        *(Key.TENANT, Key.AZURE_ROLE, Key.COSMOS_DB_ROLE),
        *(Key.SQL_SERVER_ROLE, Key.TARGET),
    ),
    Concern.KUSTO_ROLE: (Key.SECURITY_ROLE,),
    Concern.VALIDATION: (
        *(Key.EXISTS, Key.ASSIGNED, Key.TENANT),
        *(Key.CONSUMER_GROUP, Key.TABLE),
    ),
}
"""The requirements that a denial is about, where its code says so."""

_OF_CHAINS = (
    Concern.ASSIGNED,
    Concern.ALLOWED,
    Concern.TARGET,
    Concern.UNSPECIFIED,
    Concern.STATEMENT,
    Concern.DATA,
    Concern.VALIDATION,
)
_OF_CALLERS = (Concern.KUSTO_ROLE, Concern.UNSPECIFIED)
_WRITING = (Usage.EXPORT_REQUEST,)
_CALLOUTS = {
    Usage.SANDBOX_ARTIFACTS: "sandbox_artifacts",
    Usage.EXTERNAL_DATA_REQUEST: "external_data",
    Usage.EXTERNAL_TABLE: "external_data",
}


def requirements_of(
    denial: Denial, mentioned: Mentioned, *, write: bool = False
) -> tuple[Requirement, ...]:
    """Return the links that the text of a refusal names, in the order of a chain.

    With `write` its targets are written to, also where the text does not say so.
    """
    return tuple(dict.fromkeys(_requirements(denial, mentioned, write=write or writes(denial))))


def _requirements(denial: Denial, mentioned: Mentioned, *, write: bool) -> Iterator[Requirement]:
    concern = denial.meaning.concern
    if concern in _OF_CHAINS or (concern is Concern.KUSTO_ROLE and denial.names.usages):
        for identity in mentioned.identities:
            yield from _as_actor(identity, denial, mentioned)
        yield from _called(denial)
        for identity in mentioned.identities:
            yield from _at_targets(identity, denial, write=write)
        if not mentioned.identities:
            yield from _networks(denial)
        yield from _through_tables(denial, mentioned, write=write)
        yield from _validated(denial)
    elif concern is Concern.KUSTO_ROLE:
        for identity in mentioned.callers:
            yield GrantedInKusto(identity, role_for(denial))


def _validated(denial: Denial) -> Iterator[Requirement]:
    """Yield what Azure looks up for a data connection, as far as a text names it."""
    if denial.meaning.concern is not Concern.VALIDATION:
        return
    said = denial.names
    for hub in said.event_hubs:
        yield from (ConsumerGroupFree(hub, group, "") for group in said.consumer_groups)
    for table in said.tables:
        yield TableReady(table, next(iter(said.mappings), ""))


def _as_actor(
    identity: ManagedIdentity, denial: Denial, mentioned: Mentioned
) -> Iterator[Requirement]:
    if not denial.impersonates:
        yield from present(identity)
    for usage in () if denial.impersonates else denial.usages:
        yield Allowed(identity, usage, cluster_only=usage is Usage.SANDBOX_ARTIFACTS)
    if identity in mentioned.callers and denial.meaning.concern in _OF_CALLERS:
        yield GrantedInKusto(identity, role_for(denial))


def role_for(denial: Denial) -> Role:
    """Return the security role to begin with: reading, unless an operation named Ingest failed."""
    return Role.INGESTORS if denial.mentions("Ingest", is_quoted=True) else Role.VIEWERS


def _called(denial: Denial) -> Iterator[Requirement]:
    """Yield what the callout policy must allow."""
    said = denial.names
    usages = denial.usages
    types = [*said.callout_types, *(_CALLOUTS[one] for one in usages if one in _CALLOUTS)]
    for place in said.places:
        if isinstance(place, AzureStorage | OneLake | Gen1):
            yield from (CalloutAllowed(kind, place.uri) for kind in types)
        elif isinstance(place, AiModel):
            yield CalloutAllowed("azure_openai", place.uri)
        elif Usage.SQL_REQUEST in usages and isinstance(place, SqlServer):
            yield CalloutAllowed("sql", place.server)
        elif Usage.SQL_REQUEST in usages and isinstance(place, CosmosDb):
            yield CalloutAllowed("cosmosdb", f"https://{place.server}/")


def _at_targets(identity: ManagedIdentity, denial: Denial, *, write: bool) -> Iterator[Requirement]:
    for place in denial.names.places:
        yield from _at(identity, place, write=write)
    for hub in denial.names.event_hubs:
        if re.search(r"/eventhubs/[^/]+$", hub, re.IGNORECASE):
            yield from holding(identity, RECEIVES_EVENTS, hub_target(hub))


def _networks(denial: Denial) -> Iterator[Requirement]:
    """Yield the networks of targets whose caller is unknown."""
    for place in denial.names.places:
        yield from targets.network_of(place, is_trusted=not denial.impersonates)


def _at(identity: ManagedIdentity, place: Place, *, write: bool) -> tuple[Requirement, ...]:
    if isinstance(place, AiModel):
        chain = targets.calls_model(identity, place)
        return tuple(requirement for requirement in chain if isinstance(requirement, AT_TARGETS))
    return targets.reach(identity, place, write=write)


def writes(denial: Denial) -> bool:
    """Tell whether what was refused writes at the target: by code, usage, role or command."""
    by_usage = any(one in _WRITING for one in denial.usages)
    by_role = not denial.mentions(AzureRole.BLOB_READER.role_name) and any(
        denial.mentions(role.role_name) for role in WRITES_BLOBS
    )
    return denial.meaning.writes or by_usage or by_role or denial.mentions(".export")


def _through_tables(denial: Denial, mentioned: Mentioned, *, write: bool) -> Iterator[Requirement]:
    is_writing = write or Usage.AUTOMATED_FLOWS in denial.usages
    for table in mentioned.external_tables:
        if is_writing:
            yield WritesThrough(table)
        else:
            yield from (ReadsThrough(table, identity) for identity in mentioned.identities)
