"""The managed identity policy commands (pages: `.show`, `.alter`, … managed identity policy)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.policies.managed_identity_json import SYSTEM, read_policy
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.statements import AlterPolicy, DeletePolicy
from adxmi_jupyter.embedded.state.behaviours import (
    EntityNames,
    NoPolicy,
    PolicyColumns,
    PolicyTexts,
    UsageLists,
)
from adxmi_jupyter.embedded.state.clusters import PolicyItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.policies.managed_identity_json import PolicyInput
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import PolicyCommand
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database, Identity
    from adxmi_jupyter.embedded.state.world import World

_EVERYTHING = "All"
_COLUMNS = (
    "PolicyName:string, EntityName:string, Policy:string, ChildEntities:string, EntityType:string"
)
_TWO = 2
_ABSENT: Mapping[NoPolicy, str | None] = MappingProxyType(
    {
        NoPolicy.NULL_TEXT: "null",
        NoPolicy.NULL: None,
        NoPolicy.EMPTY_TEXT: "",
        NoPolicy.EMPTY_LIST: "[]",
        NoPolicy.NO_ROW: "null",
    }
)


def run_policy_command(command: PolicyCommand, session: Session) -> Result:
    """Run one of the eight commands and return the policy as it is afterwards."""
    database = session.in_scope(command.scope)
    _authorize(command, session, database)
    target = database or session.world.cluster
    match command:
        case AlterPolicy(text=text, merge=merge):
            given = _resolve(read_policy(text), session.world)
            target.policy = _merged(target.policy, given, session.world) if merge else given
        case DeletePolicy():
            target.policy = None
    return policy_table(session.world, database)


def policy_table(world: World, database: Database | None) -> Result:
    """Return the policy of a database or, for None, of the cluster, as `Behaviours` say."""
    cluster, behaviours = world.cluster, world.behaviours
    policy = (database or cluster).policy
    children: Iterable[str] = database.tables if database else cluster.databases
    bare = behaviours.entity_names is EntityNames.BARE
    name = database.name if database else ""
    row = [
        "ManagedIdentityPolicy",
        name if bare or not name else f"[{name}]",
        _ABSENT[behaviours.no_policy] if policy is None else _shown_text(policy, world),
        json.dumps(list(children)),
        "Database" if database else "Cluster",
    ]
    no_row = policy is None and behaviours.no_policy is NoPolicy.NO_ROW
    table = result(_COLUMNS, [] if no_row else [row])
    return two_columns(table) if behaviours.policy_columns is PolicyColumns.TWO else table


def _shown_text(policy: list[PolicyItem], world: World) -> str:
    names, behaviours = ShownNames.of(world), world.behaviours
    items: list[dict[str, Any]] = [_properties(item, names) for item in policy]
    if behaviours.usage_lists is UsageLists.LIST:
        usages = (list(item.usages) for item in policy)
        items = [{**item, "AllowedUsages": of} for item, of in zip(items, usages, strict=True)]
    indented = behaviours.policy_texts is PolicyTexts.INDENTED
    return json.dumps(items, indent=2 if indented else None)


def two_columns(table: Result) -> Result:
    """Return a policy table in the documented form EntityName, Policies."""
    if len(table.columns) == _TWO:
        return table
    rows = [[entity, policy] for _, entity, policy, _, _ in table.rows]
    return result("EntityName:string, Policies:string", rows)


def policy_text(policy: list[PolicyItem] | None, names: ShownNames | None = None) -> str:
    """Return the JSON text of a policy; `null` when there is none.

    `names` say what identities are called; without them it is their object ID.
    """
    if policy is None:
        return "null"
    return json.dumps([_properties(item, names) for item in policy])


def _properties(item: PolicyItem, names: ShownNames | None) -> dict[str, str | bool]:
    return {
        "ObjectId": names.identity_in_policy(item.object_id) if names else item.object_id,
        "ClientId": item.client_id,
        "TenantId": item.tenant_id,
        "DisplayName": item.display_name,
        "IsSystem": item.is_system,
        "AllowedUsages": ", ".join(item.usages),
    }


def _authorize(command: PolicyCommand, session: Session, database: Database | None) -> None:
    level = command.scope.level
    match command:
        case AlterPolicy(merge=merge):
            verb, permission = "AlterMerge" if merge else "Alter", Permission.CLUSTER_ADMIN
        case DeletePolicy():
            verb, permission = "Delete", Permission.CLUSTER_ADMIN
        case _:
            verb = "Show"
            permission = Permission.DATABASE_SHOW if database else Permission.CLUSTER_SHOW
    session.require(permission, f"{level}PolicyManagedIdentity{verb}Command", database)


def _resolve(given: list[PolicyInput], world: World) -> list[PolicyItem]:
    """Return policy items for the given objects; one identity named twice becomes one item."""
    items: dict[str, PolicyItem] = {}
    for each in given:
        identity = _assigned_identity(each.object_id, world.cluster)
        item = _item(identity, each.usages, world.cluster)
        known = items.get(item.object_id)
        items[item.object_id] = _with_usages(known, item.usages) if known else item
    return list(items.values())


def _assigned_identity(object_id: str, cluster: Cluster) -> Identity:
    is_system = object_id.casefold() == SYSTEM
    identity = cluster.system_identity if is_system else cluster.assigned(object_id)
    if identity is None:
        raise bad_request(
            f"The managed identity '{object_id}' is not assigned to the cluster "
            f"'{cluster.name}'. The policy was not changed."
        )
    return identity


def _item(identity: Identity, usages: tuple[str, ...], cluster: Cluster) -> PolicyItem:
    return PolicyItem(
        identity.object_id,
        identity.client_id,
        identity.tenant_id,
        identity.display_name,
        identity is cluster.system_identity,
        usages,
    )


def _merged(
    policy: list[PolicyItem] | None, given: list[PolicyItem], world: World
) -> list[PolicyItem]:
    items = {item.object_id: _refreshed(item, world) for item in policy or []}
    for item in given:
        known = items.get(item.object_id)
        items[item.object_id] = _with_usages(known, item.usages) if known else item
    return list(items.values())


def _with_usages(item: PolicyItem, more: tuple[str, ...]) -> PolicyItem:
    usages = tuple(dict.fromkeys((*item.usages, *more)))
    return replace(item, usages=(_EVERYTHING,) if _EVERYTHING in usages else usages)


def _refreshed(item: PolicyItem, world: World) -> PolicyItem:
    """Return the item with the identity's present name and IDs, if it still exists."""
    for identity in world.identities:
        if identity.object_id == item.object_id:
            return _item(identity, item.usages, world.cluster)
    return item
