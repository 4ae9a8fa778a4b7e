"""What depends on an identity: everything on the cluster that names it.

What lists of the cluster leave open is read in the csl scripts of its databases.

Source: *Managed identities overview*, *.show external tables*, *.show continuous export*,
*Update policy* (Azure Data Explorer docs); REST reference of Microsoft.Kusto data connections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity.identities import cluster_id
from adxmi_jupyter.actions.policy.policies import read, scopes_of
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.actions.workflow.listing import stored_in
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.azure_shapes import CLUSTER
from adxmi_jupyter.model.connection_string.masked import hides_identity
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import KustoListing, identities_named_in
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql import SHOW_FUNCTIONS
from adxmi_jupyter.model.kql_reading import literals_in
from adxmi_jupyter.model.kusto_shapes import FUNCTIONS
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.service.data_connections import listed
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.declaration.stored import Existing
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.service.connection import Connection

KEY, POLICY, DATA_CONNECTION = "customer-managed key", "policy entry", "data connection"
FUNCTION = "stored function"


@dataclass(frozen=True)
class Dependent:
    """One thing that names an identity; two identities may have one label, not one object ID."""

    identity: str
    kind: str
    database: str
    name: str
    object_id: str

    def __str__(self) -> str:
        return f"{self.identity}: {self.what}"

    @property
    def what(self) -> str:
        """What it is and where: ``external table Archive (Sales)``."""
        return f"{self.kind} {self.name} ({self.database or 'cluster'})"


@dataclass(frozen=True)
class Dependents:
    """What names some identities, and what could not be looked at."""

    found: tuple[Dependent, ...]
    unseen: tuple[str, ...]

    def __add__(self, other: Dependents) -> Dependents:
        return Dependents(self.found + other.found, self.unseen + other.unseen)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each thing found, then one for each that could not be looked at."""
        unseen = (f"not seen: {what}" for what in self.unseen)
        return (*(str(dependent) for dependent in self.found), *unseen)

    def of(self, identities: Iterable[ManagedIdentity]) -> Dependents:
        """Return what names only these."""
        wanted = {identity.object_id for identity in identities}
        found = tuple(dependent for dependent in self.found if dependent.object_id in wanted)
        return Dependents(found, self.unseen)


def dependents(connection: Connection, identities: Sequence[ManagedIdentity]) -> Dependents:
    """Look through policies, all that databases keep, stored functions and data connections.

    Also at the customer-managed key of the cluster: without the identity that reads it, the
    cluster cannot read its own data.

    What the caller may not see is listed in `unseen`, and does not fail: who may assign identities
    in Azure need not have a role in the cluster, and a stopped cluster doesn't answer.
    """
    key = of_key(connection, identities)
    try:
        scopes = scopes_of(connection, cluster=True, all_databases=True)
    except AdxmiError as failure:
        return key + Dependents((), (f"the databases of the cluster: {failure.what}",))
    databases = [scope.database for scope in scopes if scope.database]
    named = in_policies(connection, scopes, identities)
    return key + named + in_databases(connection, databases, identities)


def dependents_frame(found: Dependents) -> pd.DataFrame:
    """Return one row for each: ``identity``, ``kind``, ``database``, ``name``, all string."""
    rows = [(d.identity, d.kind, d.database, d.name) for d in found.found]
    return fixed_frame(dict.fromkeys(("identity", "kind", "database", "name"), TEXT), rows)


def of_key(connection: Connection, identities: Sequence[ManagedIdentity]) -> Dependents:
    """Find the identity that reads the key: without a user-assigned one, the system-assigned."""
    try:
        cluster = connection.resource_manager.get(cluster_id(connection), KUSTO_VERSION, CLUSTER)
    except AdxmiError as failure:
        return Dependents((), (f"{KEY}: {failure.what}",))
    key = (cluster.get("properties") or {}).get("keyVaultProperties") or {}
    name, user = str(key.get("keyName") or ""), str(key.get("userIdentity") or "")
    reads = [i for i in identities if _is(i, user) or (i.is_system and not user)]
    return Dependents(tuple(_dependent(i, KEY, "", name) for i in reads if name), ())


def in_policies(
    connection: Connection, scopes: Sequence[Scope], identities: Sequence[ManagedIdentity]
) -> Dependents:
    """Look for entries in the managed identity policies of some scopes; `name` are the usages."""
    try:
        reading = read(connection, scopes, skip_unreadable=True)
    except AdxmiError as failure:
        return Dependents((), (f"every policy: {failure.what}",))
    found = tuple(
        _dependent(identity, POLICY, scoped.scope.database, ", ".join(entry.allowed_usages))
        for scoped in reading.policies
        for identity in identities
        for entry in [scoped.policy.entry_of(identity)]
        if entry is not None
    )
    unseen = (f"policy of the {scope}: {e.what}" for scope, e in reading.unreadable)
    return Dependents(found, tuple(unseen))


def in_databases(
    connection: Connection, databases: Sequence[str], identities: Sequence[ManagedIdentity]
) -> Dependents:
    """Look through what databases keep, their stored functions and their data connections."""
    results = gather(
        lambda name: _in_database(connection, name, identities),
        databases,
        what="looking for what depends on it",
    )
    found: list[Dependent] = []
    unseen: list[str] = []
    for database, result in zip(databases, results, strict=True):
        if isinstance(result, Exception):
            unseen.append(f"database {database}: {_reason(result)}")
        else:
            found += result[0]
            unseen += result[1]
    return Dependents(tuple(found), tuple(unseen))


def _in_database(
    connection: Connection, database: str, identities: Sequence[ManagedIdentity]
) -> tuple[list[Dependent], list[str]]:
    found: list[Dependent] = []
    unseen: list[str] = []
    script = second_source.script_of(connection, database)
    for declaration in _kept_in_databases():
        kind = _kind(declaration)
        try:
            listed_there = stored_in(connection, declaration, database)
        except AdxmiError as failure:
            unseen.append(f"{_plural(kind)} of {database}: {failure.what}")
            continue
        every = [
            second_source.completed(declaration.listing, database, one, script).existing
            for one in listed_there
        ]
        found += [
            _dependent(identity, kind, database, one.name)
            for one in every
            for identity in identities
            if any(_is_named(identity, word) for word in one.identities)
        ]
        unseen += _untold(kind, database, every)
    try:
        functions = _functions(connection, database, identities)
        found, unseen = [*found, *functions.found], [*unseen, *functions.unseen]
    except AdxmiError as failure:
        unseen.append(f"{_plural(FUNCTION)} of {database}: {failure.what}")
    try:
        found += _connections(connection, database, identities)
    except AdxmiError as failure:
        unseen.append(f"data connections of {database}: {failure.what}")
    return found, unseen


def _kept_in_databases() -> tuple[type[Workflow], ...]:
    """Return the workflows that a database lists, and that keep an identity."""
    return tuple(one for one in declarations() if isinstance(one.listing, KustoListing))


def _kind(declaration: type[Workflow]) -> str:
    return declaration.noun().replace("-", " ")


def _plural(kind: str) -> str:
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def _functions(
    connection: Connection, database: str, identities: Sequence[ManagedIdentity]
) -> Dependents:
    """Find the functions whose connection strings name an identity."""
    rows = connection.kusto.command(SHOW_FUNCTIONS, database=database).rows(FUNCTIONS)
    texts = {text_cell(row, "Name"): literals_in(text_cell(row, "Body")) for row in rows}
    found = (
        _dependent(identity, FUNCTION, database, name)
        for name, literals in texts.items()
        for identity in identities
        if any(_is_named(identity, word) for word in identities_named_in("\n".join(literals)))
    )
    hidden = [name for name, literals in texts.items() if any(map(hides_identity, literals))]
    untold = f"identities of {_plural(FUNCTION)} {', '.join(hidden)} of {database}: they are masked"
    return Dependents(tuple(found), (untold,) if hidden else ())


def _connections(
    connection: Connection, database: str, identities: Sequence[ManagedIdentity]
) -> list[Dependent]:
    resources = listed(connection.resource_manager, cluster_id(connection), database)
    return [
        _dependent(identity, DATA_CONNECTION, database, str(resource["name"]).split("/")[-1])
        for resource in resources
        for identity in identities
        if _connects_as(resource, identity)
    ]


def _dependent(identity: ManagedIdentity, kind: str, database: str, name: str) -> Dependent:
    return Dependent(identity.label, kind, database, name, identity.object_id)


def _connects_as(resource: dict[str, Any], identity: ManagedIdentity) -> bool:
    named = (resource.get("properties") or {}).get("managedIdentityResourceId") or ""
    return _is(identity, str(named))


def _is(identity: ManagedIdentity, resource_id: str) -> bool:
    return bool(resource_id) and resource_id.lower() == identity.resource_id.lower()


def _is_named(identity: ManagedIdentity, word: str) -> bool:
    """Tell whether a word names an identity: ``system``, or one of its IDs."""
    if word.lower() == SYSTEM:
        return identity.is_system
    ids = {identity.object_id.lower(), identity.client_id.lower(), identity.resource_id.lower()}
    return word.lower() in ids - {""}


def _untold(kind: str, database: str, every: Sequence[Existing]) -> Iterator[str]:
    """Yield whose identities are unknown, and why; a line for each reason."""
    names: dict[str, list[str]] = {}
    for one in every:
        if one.untold is not None:
            names.setdefault(second_source.why(one.untold), []).append(one.name)
    for why, named in names.items():
        yield f"identities of {_plural(kind)} {', '.join(named)} of {database}: {why}"


def _reason(failure: Exception) -> str:
    return failure.what if isinstance(failure, AdxmiError) else type(failure).__name__
