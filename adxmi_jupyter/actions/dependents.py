"""What depends on an identity: everything on the cluster that names it.

Source: *Managed identities overview*, *.show external tables*, *.show continuous export*,
*Update policy* (Azure Data Explorer docs); REST reference of Microsoft.Kusto data connections.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identities import cluster_id
from adxmi_jupyter.actions.policies import read, scopes_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

POLICY, EXTERNAL_TABLE, CONTINUOUS_EXPORT, UPDATE_POLICY, DATA_CONNECTION = (
    "policy entry",
    "external table",
    "continuous export",
    "update policy",
    "data connection",
)

_NAMES_SYSTEM = re.compile(r"managed_?identity[\"']?\s*[=:]\s*[\"']?system\b", re.IGNORECASE)
# Kind, command, and the column with the name of what depends.
_COMMANDS = (
    (EXTERNAL_TABLE, ".show external tables", "TableName"),
    (CONTINUOUS_EXPORT, ".show continuous-exports", "Name"),
    (UPDATE_POLICY, ".show table * policy update", "EntityName"),
)

_PLURAL = {
    EXTERNAL_TABLE: "external tables",
    CONTINUOUS_EXPORT: "continuous exports",
    UPDATE_POLICY: "update policies",
}


@dataclass(frozen=True)
class Dependent:
    """One thing that names an identity; two identities may have one label, not one object ID."""

    identity: str
    kind: str
    database: str
    name: str
    object_id: str

    def __str__(self) -> str:
        place = self.database or "cluster"
        return f"{self.identity}: {self.kind} {self.name} ({place})"


@dataclass(frozen=True)
class Dependents:
    """What names some identities, and what could not be looked at."""

    found: tuple[Dependent, ...]
    unseen: tuple[str, ...]

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
    """Look through policies, external tables, exports, update policies and data connections.

    What the caller may not see is listed in `unseen`, and does not fail.

    Raises
    ------
    AdxmiError
        The databases of the cluster cannot be listed.

    """
    databases = [scope.database for scope in scopes_of(connection, all_databases=True)]
    found, unseen = _in_policies(connection, identities)
    for database, result in zip(
        databases,
        gather(
            lambda name: _in_database(connection, name, identities),
            databases,
            what="looking for what depends on it",
        ),
        strict=True,
    ):
        if isinstance(result, Exception):
            unseen.append(f"database {database}: {_reason(result)}")
        else:
            found += result[0]
            unseen += result[1]
    return Dependents(tuple(found), tuple(unseen))


def dependents_frame(found: Dependents) -> pd.DataFrame:
    """Return one row for each: ``identity``, ``kind``, ``database``, ``name``, all string."""
    rows = [(d.identity, d.kind, d.database, d.name) for d in found.found]
    return fixed_frame(dict.fromkeys(("identity", "kind", "database", "name"), TEXT), rows)


def _in_policies(
    connection: Connection, identities: Sequence[ManagedIdentity]
) -> tuple[list[Dependent], list[str]]:
    scopes = scopes_of(connection, cluster=True, all_databases=True)
    reading = read(connection, scopes, skip_unreadable=True)
    found = [
        _dependent(identity, POLICY, scoped.scope.database, ", ".join(entry.allowed_usages))
        for scoped in reading.policies
        for identity in identities
        for entry in [scoped.policy.entry_of(identity)]
        if entry is not None
    ]
    return found, [f"policy of the {scope}: {e.what}" for scope, e in reading.unreadable]


def _in_database(
    connection: Connection, database: str, identities: Sequence[ManagedIdentity]
) -> tuple[list[Dependent], list[str]]:
    found: list[Dependent] = []
    unseen: list[str] = []
    for kind, command, name in _COMMANDS:
        try:
            rows = connection.kusto.command(command, database=database).rows()
        except AdxmiError as failure:
            unseen.append(f"{_PLURAL[kind]} of {database}: {failure.what}")
            continue
        found += [
            _dependent(identity, kind, database, str(row[name]))
            for row in rows
            for identity in identities
            if _names(row, identity)
        ]
    try:
        found += _connections(connection, database, identities)
    except AdxmiError as failure:
        unseen.append(f"data connections of {database}: {failure.what}")
    return found, unseen


def _connections(
    connection: Connection, database: str, identities: Sequence[ManagedIdentity]
) -> list[Dependent]:
    path = f"{cluster_id(connection)}/databases/{quote(database)}/dataConnections"
    resources = connection.resource_manager.all_of(path, KUSTO_VERSION)
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
    return bool(named) and str(named).lower() == identity.resource_id.lower()


def _names(row: dict[str, Any], identity: ManagedIdentity) -> bool:
    """Tell whether a row names an identity anywhere; the docs do not say in which column."""
    text = json.dumps(row, default=str)
    if identity.object_id and identity.object_id.lower() in text.lower():
        return True
    return identity.is_system and _NAMES_SYSTEM.search(text.replace("\\", "")) is not None


def _reason(failure: Exception) -> str:
    return failure.what if isinstance(failure, AdxmiError) else type(failure).__name__
