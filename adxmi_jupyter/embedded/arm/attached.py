"""Databases of other clusters that a cluster follows (page: Attached Database Configurations)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import (
    bad_request,
    child_not_found,
    linked_authorization_failed,
)
from adxmi_jupyter.embedded.arm.name_availability import CHILD_NAME
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member, shown
from adxmi_jupyter.embedded.azure_roles import may
from adxmi_jupyter.embedded.state.arm_operations import Failure
from adxmi_jupyter.embedded.state.followers import attached_names
from adxmi_jupyter.embedded.state.ids import child, cluster_id, same
from adxmi_jupyter.embedded.state.resources import EVERY_DATABASE, AttachedDatabase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

_MOST_SHARED = 100
_KINDS = ("Union", "Replace", "None")
_ATTACH = "Microsoft.Kusto/clusters/read"


def list_attached(call: ArmRequest) -> Answer:
    """Return the databases that a cluster follows."""
    cluster = find_cluster(call)
    return page_of(call, [_body(call, cluster, each) for each in cluster.attached])


def get_attached(call: ArmRequest) -> Answer:
    """Return one of them; one that is being made is shown as it was asked for."""
    cluster, name = find_cluster(call), call.names["attached"]
    found = _find(cluster, name)
    if found is not None:
        return json_answer(_body(call, cluster, found))
    head = _head(cluster, name)
    running = operations.running_for(call, head["id"])
    if running is not None and running.pending is not None:
        return json_answer(running.pending)
    raise child_not_found(head["id"])


def put_attached(call: ArmRequest) -> Answer:
    """Let a cluster follow a database, or follow it otherwise: 201 or 200, and an operation."""
    cluster, body = find_cluster(call), call.object()
    name, properties = call.names["attached"], member(body.get("properties"))
    if CHILD_NAME.fullmatch(name) is None:
        raise bad_request(f"[BadRequest] '{name}' is no name for what attaches a database.")
    made = _asked(name, properties)
    operations.require_no_maintenance(call, cluster)
    if not may(call.world, call.caller, _ATTACH, made.leader_id):
        raise linked_authorization_failed(
            shown(call.caller), _ATTACH, cluster_id(cluster), made.leader_id
        )
    existing = _find(cluster, name)

    def finish(succeeded: bool) -> None:
        if succeeded:
            kept = [each for each in cluster.attached if each is not existing]
            cluster.attached = [*kept, made]

    head = _head(cluster, name)
    state = "Creating" if existing is None else "Accepted"
    pending = {
        **head,
        "location": body.get("location") or cluster.location,
        "properties": {**properties, "provisioningState": state},
    }
    failure = operations.overlap(call, cluster) or _failure(call, cluster, made)
    kind = "FollowerDatabaseCreate"
    location = str(body.get("location") or "") if existing is None else ""
    change = Change(kind, cluster, head["id"], finish, failure, pending=pending, location=location)
    operation = operations.start(call, change)
    return operations.created(call, operation, pending, 201 if existing is None else 200)


def delete_attached(call: ArmRequest) -> Answer:
    """Follow a database no longer: 202 and an operation, or 204 when there is nothing."""
    cluster = find_cluster(call)
    found = _find(cluster, call.names["attached"])
    if found is None:
        return Answer(204, b"")
    return _detach(call, cluster, cluster, found, "FollowerDatabaseDelete")


def detach_followers(call: ArmRequest) -> Answer:
    """Let a follower, given by its resource ID, no longer follow: the leader's way to say so."""
    leader, body = find_cluster(call), call.object()
    wanted, name = (
        str(body.get("clusterResourceId")),
        str(body.get("attachedDatabaseConfigurationName")),
    )
    follower = next((c for c in call.world.clusters if same(cluster_id(c), wanted)), None)
    found = _find(follower, name) if follower else None
    if follower is None or found is None or not same(found.leader_id, cluster_id(leader)):
        raise bad_request(f"[BadRequest] '{wanted}' follows nothing of it under the name '{name}'.")
    return _detach(call, leader, follower, found, "FollowerDatabaseDetach")


def _detach(
    call: ArmRequest, busy: Cluster, follower: Cluster, found: AttachedDatabase, kind: str
) -> Answer:
    operations.require_no_maintenance(call, busy)

    def finish(succeeded: bool) -> None:
        if succeeded:
            follower.attached = [each for each in follower.attached if each is not found]

    failure = operations.overlap(call, busy)
    change = Change(kind, busy, _head(follower, found.name)["id"], finish, failure)
    return operations.accepted(call, operations.start(call, change))


def _asked(name: str, properties: Mapping[str, Any]) -> AttachedDatabase:
    """Return what a body asks for; an ArmError (400) for what cannot be."""
    leader, database = properties.get("clusterResourceId"), properties.get("databaseName")
    kind = properties.get("defaultPrincipalsModificationKind")
    if not isinstance(leader, str) or not isinstance(database, str) or not leader or not database:
        raise bad_request(
            "[BadRequest] What is attached needs 'clusterResourceId' and 'databaseName'."
        )
    if kind not in _KINDS:
        raise bad_request(
            f"[BadRequest] 'defaultPrincipalsModificationKind' is one of {', '.join(_KINDS)}."
        )
    override = str(properties.get("databaseNameOverride") or "")
    prefix = str(properties.get("databaseNamePrefix") or "")
    if (override and database == EVERY_DATABASE) or (prefix and database != EVERY_DATABASE):
        raise bad_request(
            "[BadRequest] 'databaseNameOverride' is for one database, 'databaseNamePrefix' for all."
        )
    sharing = _sharing(properties.get("tableLevelSharingProperties"), database)
    return AttachedDatabase(name, leader, database, kind, override, prefix, sharing)


def _sharing(given: object, database: str) -> Mapping[str, Any]:
    sharing = member(given)
    if sharing and database == EVERY_DATABASE:
        raise bad_request("[BadRequest] Tables are shared of one database, not of all.")
    if sum(len(each) for each in sharing.values() if isinstance(each, list)) > _MOST_SHARED:
        raise bad_request(f"[BadRequest] At most {_MOST_SHARED} names are shared or not.")
    return sharing


def _failure(call: ArmRequest, cluster: Cluster, made: AttachedDatabase) -> Failure | None:
    """Return why an operation fails: what it names is looked up when it runs."""
    leader = next((c for c in call.world.clusters if same(cluster_id(c), made.leader_id)), None)
    if leader is None:
        problem = f"The leader cluster '{made.leader_id}' was not found."
        return Failure("ResourceNotFound", f"[NotFound] {problem}")
    if leader is cluster:
        return Failure("BadRequest", "[BadRequest] A cluster cannot follow itself.")
    if leader.region != cluster.region:
        problem = f"Leader and follower are in one region, not {leader.region}, {cluster.region}."
        return Failure("BadRequest", f"[BadRequest] {problem}")
    for name in attached_names(call.world.clusters, made):
        found = leader.find_database(name)
        if found is None or found.following is not None:
            return Failure("ResourceNotFound", f"[NotFound] The database '{name}' was not found.")
        here = cluster.find_database(made.name_override or f"{made.name_prefix}{name}")
        if here is not None and (here.following is None or here.following.attached != made.name):
            return Failure("Conflict", f"[Conflict] There is a database '{here.name}' already.")
    return None


def _find(cluster: Cluster, name: str) -> AttachedDatabase | None:
    folded = name.casefold()
    return next((each for each in cluster.attached if each.name.casefold() == folded), None)


def _head(cluster: Cluster, name: str) -> dict[str, str]:
    return child(cluster_id(cluster), "AttachedDatabaseConfigurations", name)


def _body(call: ArmRequest, cluster: Cluster, attached: AttachedDatabase) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "clusterResourceId": attached.leader_id,
        "databaseName": attached.database,
        "attachedDatabaseNames": attached_names(call.world.clusters, attached),
        "defaultPrincipalsModificationKind": attached.principals,
    }
    if attached.sharing:
        properties["tableLevelSharingProperties"] = dict(attached.sharing)
    if attached.name_override:
        properties["databaseNameOverride"] = attached.name_override
    if attached.name_prefix:
        properties["databaseNamePrefix"] = attached.name_prefix
    return {
        **_head(cluster, attached.name),
        "location": cluster.location,
        "properties": {**properties, "provisioningState": "Succeeded"},
    }
