"""What Azure tells of a cluster that the audit judges: roles, settings, scripts, diagnostics.

Source: REST references of Microsoft.Kusto, Microsoft.Insights/diagnosticSettings and
Microsoft.ResourceGraph; *Azure Resource Graph sample queries* (authorizationresources).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.roles.cluster import ClusterRoles
from adxmi_jupyter.model.audit.cluster import (
    ClusterSettings,
    HeldAzureRole,
    OtherCluster,
    RanScript,
)
from adxmi_jupyter.model.azure_shapes import (
    CHILD,
    CLUSTER,
    DIAGNOSTIC_SETTING,
    FOUND_HOLDER,
    FOUND_IDENTITIES,
)
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.model.cluster_role import PrincipalAssignment
    from adxmi_jupyter.service.connection import Connection

DIAGNOSTICS_VERSION = "2021-05-01-preview"
_READER = "Reader on the cluster, in Azure"
_AT_A_TIME = 100
_EVERY_LOG = "alllogs"
_ENVIRONMENTS = ("environment", "env", "stage")
_KEEPS = "retainpermissiononscriptcompletion"
_LOGS = (
    *("SucceededIngestion", "FailedIngestion", "IngestionBatching", "Command", "Query"),
    *("TableUsageStatistics", "TableDetails", "Journal"),
)


def cluster_settings() -> Fact:
    """Ask for the settings of the cluster: `ClusterSettings`."""

    def ask(connection: Connection) -> ClusterSettings:
        manager = connection.resource_manager
        return _settings(manager.get(identities.cluster_id(connection), KUSTO_VERSION, CLUSTER))

    return Fact(("cluster settings",), ask, _READER)


def _settings(cluster: Mapping[str, Any]) -> ClusterSettings:
    properties = cluster.get("properties") or {}
    key = properties.get("keyVaultProperties") or {}
    trusted = (str(one.get("value")) for one in properties.get("trustedExternalTenants") or ())
    return ClusterSettings(
        str((cluster.get("identity") or {}).get("tenantId") or ""),
        tuple(trusted),
        bool(key.get("keyName")),
        str(key.get("userIdentity") or ""),
    )


def cluster_roles() -> Fact:
    """Ask for the roles on all databases: `PrincipalAssignment` values."""

    def ask(connection: Connection) -> tuple[PrincipalAssignment, ...]:
        return ClusterRoles(connection, "").read()

    return Fact(("roles on all databases",), ask, _READER)


def system_client_id() -> Fact:
    """Ask for the client ID of the system-assigned identity: only here is it told."""

    def ask(connection: Connection) -> str:
        manager = connection.resource_manager
        found = manager.system_identity_of(identities.cluster_id(connection))
        return str(found.get("clientId") or "").lower()

    return Fact(("system client ID",), ask, _READER)


def held_roles(object_ids: Iterable[str]) -> tuple[Fact, ...]:
    """Ask which Azure roles some principals hold, wherever the caller can see it."""
    every = tuple(dict.fromkeys(one.lower() for one in object_ids if one))
    some = (every[at : at + _AT_A_TIME] for at in range(0, len(every), _AT_A_TIME))
    return tuple(map(_held_roles, some))


def _held_roles(object_ids: Sequence[str]) -> Fact:
    listed = ", ".join(map(string_literal, object_ids))
    query = (
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' "
        "| extend principalId = tolower(tostring(properties.principalId)) "
        f"| where principalId in ({listed}) "
        "| project id, principalId, scope = tostring(properties.scope), "
        "role = tostring(properties.roleDefinitionId) | order by id asc"
    )

    def ask(connection: Connection) -> tuple[HeldAzureRole, ...]:
        rows = connection.resource_manager.graph(query, FOUND_HOLDER)
        return tuple(
            HeldAzureRole(
                str(row["principalId"]),
                str(row["role"]).rsplit("/", 1)[-1].lower(),
                str(row["scope"]),
                str(row["id"]),
            )
            for row in rows
        )

    return Fact(("held Azure roles", object_ids), ask, "Reader on the targets, in Azure")


def clusters() -> Fact:
    """Ask which clusters there are with which identities: `OtherCluster` values."""
    query = (
        "resources | where type =~ 'microsoft.kusto/clusters' "
        "| project id, identity, tags | order by id asc"
    )

    def ask(connection: Connection) -> tuple[OtherCluster, ...]:
        return tuple(map(_cluster, connection.resource_manager.graph(query, FOUND_IDENTITIES)))

    return Fact(("clusters",), ask, "Reader on the clusters, in Azure")


def _cluster(row: Mapping[str, Any]) -> OtherCluster:
    users = (row.get("identity") or {}).get("userAssignedIdentities") or {}
    tags = {str(name).lower(): str(value) for name, value in (row.get("tags") or {}).items()}
    environment = next((tags[name].lower() for name in _ENVIRONMENTS if name in tags), "")
    return OtherCluster(str(row["id"]), frozenset(map(str.lower, users)), environment)


def log_categories() -> Fact:
    """Ask which logs of the cluster go to a workspace: their categories."""

    def ask(connection: Connection) -> frozenset[str]:
        path = f"{identities.cluster_id(connection)}/providers/Microsoft.Insights"
        found = connection.resource_manager.all_of(
            f"{path}/diagnosticSettings", DIAGNOSTICS_VERSION, DIAGNOSTIC_SETTING
        )
        return frozenset(one for item in found for one in _switched_on(item["properties"]))

    return Fact(("log categories",), ask, _READER)


def _switched_on(properties: Mapping[str, Any]) -> Iterable[str]:
    if not properties.get("workspaceId"):
        return
    for one in properties.get("logs") or ():
        if not one.get("enabled"):
            continue
        if str(one.get("categoryGroup") or "").lower() == _EVERY_LOG:
            yield from _LOGS
        elif one.get("category"):
            yield str(one["category"])


def scripts(database: str) -> Fact:
    """Ask for the scripts of a database: `RanScript` values."""

    def ask(connection: Connection) -> tuple[RanScript, ...]:
        path = f"{identities.cluster_id(connection)}/databases/{database}/scripts"
        found = connection.resource_manager.all_of(path, KUSTO_VERSION, CHILD)
        return tuple(_script(database, one) for one in found)

    return Fact(("scripts", database), ask, _READER)


def _script(database: str, item: Mapping[str, Any]) -> RanScript:
    properties, data = item.get("properties") or {}, item.get("systemData") or {}
    action = str(properties.get("principalPermissionsAction") or _KEEPS).lower()
    return RanScript(
        database,
        str(item["name"]).rsplit("/", 1)[-1],
        action == _KEEPS,
        str(data.get("lastModifiedBy") or data.get("createdBy") or ""),
        str(data.get("lastModifiedByType") or data.get("createdByType") or "") == "Application",
    )
