"""What must be known of the targets of workflows, and of clusters that follow this one.

Source: *List Azure role assignments* (Azure RBAC docs); REST reference of Microsoft.DocumentDB
sqlRoleAssignments and of Microsoft.Kusto listFollowerDatabases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.workflow.listing import DATA_CONNECTIONS, data_connections_in
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.assignment import parse_assigned
from adxmi_jupyter.model.azure_shapes import (
    CHILD,
    CLUSTER,
    COSMOS_ROLE_ASSIGNMENT,
    FOUND_RESOURCE,
    ROLE_ASSIGNMENT,
)
from adxmi_jupyter.model.network import NETWORK_COLUMNS, rules_of
from adxmi_jupyter.service.followers import EVERY, followers
from adxmi_jupyter.service.resource_manager import (
    AUTHORIZATION_VERSION,
    COSMOS_VERSION,
    EVENT_HUBS_VERSION,
    KUSTO_VERSION,
)

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.workflow.listing import Rows
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.azure_role import Target
    from adxmi_jupyter.model.network import NetworkRules
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.followers import Follower

_TAKES_EFFECT = timedelta(minutes=10)
_AT_A_TIME = 50


@dataclass(frozen=True)
class Resource:
    """Where a target is in Azure, and its network rules; nothing where Azure does not show it."""

    resource_id: str = ""
    tenant_id: str = ""
    rules: NetworkRules | None = None


def resources(targets: Iterable[Target]) -> tuple[Fact, ...]:
    """Ask where targets are in Azure, many at a time: mappings of targets to `Resource` values."""
    every = tuple(dict.fromkeys(targets))
    some = (every[at : at + _AT_A_TIME] for at in range(0, len(every), _AT_A_TIME))
    return tuple(map(_resources, some))


def _resources(targets: tuple[Target, ...]) -> Fact:
    types = {one.resource_type.lower() for one in targets}
    names = {one.name.lower() for one in targets}
    query = (
        f"resources | where type in~ ({_listed(types)}) | where name in~ ({_listed(names)}) "
        f"| project id, name, type, tenantId, {NETWORK_COLUMNS} | order by id asc"
    )

    def ask(connection: Connection) -> Mapping[Target, Resource]:
        rows = connection.resource_manager.graph(query, FOUND_RESOURCE)
        return {target: _found(target, rows) for target in targets}

    return Fact(("resources", targets), ask, "Reader on the targets, in Azure")


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(kql.string_literal, sorted(texts)))


def _found(target: Target, rows: Iterable[Mapping[str, object]]) -> Resource:
    wanted = (target.resource_type.lower(), target.name.lower())
    same = (row for row in rows if (str(row["type"]).lower(), str(row["name"]).lower()) == wanted)
    for row in same:
        resource_id = str(row["id"])
        if target.resource_id.lower() in {"", resource_id.lower()}:
            rules = rules_of(target.resource_type, row)
            return Resource(resource_id, str(row.get("tenantId") or ""), rules)
    return Resource(target.resource_id)


class Places:
    """Where targets are, by the answers to `resources`."""

    def __init__(self, facts: Facts, asked: Iterable[Fact]) -> None:
        self._facts = facts
        self._asked: dict[Target, list[Fact]] = {}
        for fact in asked:
            for target in fact.key[1]:  # type: ignore[attr-defined]
                self._asked.setdefault(target, []).append(fact)

    def resource(self, target: Target) -> Resource:
        """Return where a target is.

        Raises
        ------
        AdxmiError
            Azure did not tell, and the target has no resource ID of its own.

        """
        failure: AdxmiError | None = None
        for fact in self._asked.get(target, ()):
            try:
                found: Mapping[Target, Resource] = self._facts.answer(fact)
            except AdxmiError as one:
                failure = one
            else:
                return found[target]
        if failure is not None and not target.resource_id:
            raise failure
        return Resource(target.resource_id)

    def scope(self, target: Target) -> str:
        """Return the resource ID of what roles are given on; raises as `resource`."""
        found = self.resource(target).resource_id
        return f"{found}/{target.inside}" if found and target.inside else found


@dataclass(frozen=True)
class HeldRole:
    """An Azure role that somebody holds: GUID of its definition in lower case.

    `is_new` tells whether it was given so lately that it may not have taken effect, and
    `is_conditional` whether it counts under a condition only.
    """

    definition_id: str
    is_new: bool = False
    is_conditional: bool = False


def azure_roles(scope: str, object_id: str) -> Fact:
    """Ask which Azure roles a principal holds on a scope: `HeldRole` values.

    Roles that a group of the principal holds count; those on a part of the scope do not.
    """

    def ask(connection: Connection) -> tuple[HeldRole, ...]:
        chosen = quote(f"assignedTo('{object_id}')")
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments?$filter={chosen}"
        items = connection.resource_manager.all_of(path, AUTHORIZATION_VERSION, ROLE_ASSIGNMENT)
        held = [item.get("properties") or {} for item in items]
        return tuple(_held(one) for one in held if _reaches(str(one.get("scope") or scope), scope))

    return Fact(
        ("azure roles", scope.lower(), object_id.lower()), ask, "Reader on the target, in Azure"
    )


def _held(properties: Mapping[str, object]) -> HeldRole:
    definition = str(properties.get("roleDefinitionId")).rsplit("/", 1)[-1].lower()
    is_new = _is_new(str(properties.get("createdOn") or ""))
    return HeldRole(definition, is_new, bool(properties.get("condition")))


def _is_new(created_on: str) -> bool:
    """Tell whether something was made less than ten minutes ago, by this machine's clock."""
    try:
        created = datetime.fromisoformat(created_on)
    except ValueError:
        return False
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return datetime.now(UTC) - created < _TAKES_EFFECT


_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"


def _reaches(outer: str, inner: str) -> bool:
    """Tell whether an assignment's scope is the one asked about, or contains it."""
    above, below = outer.lower().rstrip("/"), inner.lower()
    # What Azure lists of a management group is one that contains the scope.
    return above.startswith(_MANAGEMENT_GROUP) or f"{below}/".startswith(f"{above}/")


@dataclass(frozen=True)
class CosmosRole:
    """A role of Cosmos DB's own that somebody holds on an account, or on a part of it."""

    object_id: str
    definition_id: str
    is_on_part: bool


def cosmos_roles(account_id: str) -> Fact:
    """Ask who holds which role of Cosmos DB's own on an account: `CosmosRole` values."""

    def ask(connection: Connection) -> tuple[CosmosRole, ...]:
        path = f"{account_id}/sqlRoleAssignments"
        items = connection.resource_manager.all_of(path, COSMOS_VERSION, COSMOS_ROLE_ASSIGNMENT)
        return tuple(
            CosmosRole(
                str(one.get("principalId")).lower(),
                str(one.get("roleDefinitionId")).rsplit("/", 1)[-1].lower(),
                str(one.get("scope")).rstrip("/").lower() != account_id.lower(),
            )
            for item in items
            for one in [item.get("properties") or {}]
        )

    return Fact(("cosmos roles", account_id.lower()), ask, "Reader on the account, in Azure")


class Followed:
    """Which clusters follow which databases of this one."""

    def __init__(self, followers: Iterable[Follower]) -> None:
        self._of: dict[str, dict[str, int]] = {}
        for place, one in enumerate(followers):
            self._of.setdefault(one.database, {}).setdefault(one.cluster_id, place)

    @property
    def every(self) -> tuple[str, ...]:
        """The resource IDs of all clusters that follow a database, or all of them."""
        return tuple(dict.fromkeys(one for found in self._of.values() for one in found))

    def by(self, database: str) -> tuple[str, ...]:
        """Return the resource IDs of the clusters that follow a database, as Azure lists them."""
        found = {**self._of.get(EVERY, {}), **self._of.get(database, {})}
        return tuple(sorted(found, key=found.__getitem__))


def followed() -> Fact:
    """Ask which clusters follow which databases of this one: `Followed`."""

    def ask(connection: Connection) -> tuple[Follower, ...]:
        return followers(connection.resource_manager, identities.cluster_id(connection))

    return Fact(("followed",), ask, "Reader on the cluster, in Azure", Followed)


@dataclass(frozen=True)
class FollowerCluster:
    """A cluster that follows this one: what is assigned to it, and its address."""

    present: AssignedIdentities
    uri: str


def follower(cluster_id: str) -> Fact:
    """Ask what is assigned to a cluster that follows this one: `FollowerCluster`."""

    def ask(connection: Connection) -> FollowerCluster:
        cluster = connection.resource_manager.get(cluster_id, KUSTO_VERSION, CLUSTER)
        uri = str((cluster.get("properties") or {}).get("uri") or "")
        return FollowerCluster(parse_assigned(cluster), uri)

    return Fact(("follower", cluster_id.lower()), ask, "Reader on the follower cluster, in Azure")


def databases() -> Fact:
    """Ask which databases the cluster has, as Azure lists them: their names."""

    def ask(connection: Connection) -> tuple[str, ...]:
        path = f"{identities.cluster_id(connection)}/databases"
        found = connection.resource_manager.all_of(path, KUSTO_VERSION, CHILD)
        return tuple(str(one["name"]).rsplit("/", 1)[-1] for one in found)

    return Fact(("databases",), ask, "Reader on the cluster, in Azure")


def data_connections(database: str) -> Fact:
    """Ask for the data connections of a database: the resources, as Azure shows them."""

    def ask(connection: Connection) -> Rows:
        return data_connections_in(connection, database)

    return Fact(("rows", DATA_CONNECTIONS, database), ask, "Reader on the cluster, in Azure")


def consumer_groups(event_hub: str) -> Fact:
    """Ask which consumer groups an event hub has: their names."""

    def ask(connection: Connection) -> tuple[str, ...]:
        path = f"{event_hub}/consumergroups"
        found = connection.resource_manager.all_of(path, EVENT_HUBS_VERSION, CHILD)
        return tuple(str(one["name"]).rsplit("/", 1)[-1] for one in found)

    return Fact(("groups", event_hub.lower()), ask, "Reader on the namespace, in Azure")
