"""Clusters: create, replace, delete, start and stop (page: Clusters - Create Or Update)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.cluster_body import accepted_body
from adxmi_jupyter.embedded.arm.clusters import (
    alteration,
    apply_target,
    check_match,
    cluster_answer,
    find_cluster,
    present_target,
    target_of,
    with_etag,
)
from adxmi_jupyter.embedded.arm.errors import ArmError, bad_request, conflict
from adxmi_jupyter.embedded.arm.graph_index import note_made
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.versions import is_first
from adxmi_jupyter.embedded.state.clusters import (
    CREATING,
    DELETED,
    DELETING,
    RUNNING,
    STOPPED,
    Cluster,
)
from adxmi_jupyter.embedded.state.ids import cluster_id, same
from adxmi_jupyter.embedded.state.ingestion import ingestion_of
from adxmi_jupyter.embedded.state.regions import find_region, region_name
from adxmi_jupyter.embedded.state.resources import default_settings
from adxmi_jupyter.embedded.state.security import ClusterRole

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.clusters import Target
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.arm_operations import Operation
    from adxmi_jupyter.embedded.state.world import World

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{3,21}")
_EMPTY_ETAG = '""'


def put_cluster(call: ArmRequest) -> Answer:
    """Create a cluster, or give it all its properties anew: 201 or 200, and an operation.

    What the body leaves out of an existing one goes back to its default.
    """
    body = call.object()
    location = _location(body)
    try:
        existing = find_cluster(call)
    except ArmError:
        return _create(call, body, location)
    return _replace(call, existing, body, location)


def delete_cluster(call: ArmRequest) -> Answer:
    """Delete a cluster with all that is in it: 202 and an operation, or 204 when there is none."""
    try:
        cluster = find_cluster(call)
    except ArmError:
        return Answer(204, b"")
    operations.cluster_busy(call, cluster)
    operations.require_no_maintenance(call, cluster)
    before, cluster.state = cluster.state, DELETING

    def finish(succeeded: bool) -> None:
        cluster.state = DELETED if succeeded else before
        if succeeded:
            world = call.world
            world.other_clusters[:] = [c for c in world.other_clusters if c is not cluster]
            gone = cluster.system_identity
            world.identities = [i for i in world.identities if i is not gone]

    return _accepted(call, Change("ClusterDelete", cluster, cluster_id(cluster), finish))


def start_cluster(call: ArmRequest) -> Answer:
    """Start a cluster: 202 and an operation, or 200 when it runs."""
    return _switch(call, "ClusterResume", "Starting", RUNNING)


def stop_cluster(call: ArmRequest) -> Answer:
    """Stop a cluster: 202 and an operation, or 200 when it is stopped."""
    return _switch(call, "ClusterSuspend", "Stopping", STOPPED)


def _switch(call: ArmRequest, kind: str, meanwhile: str, state: str) -> Answer:
    cluster = find_cluster(call)
    operations.cluster_busy(call, cluster)
    operations.require_no_maintenance(call, cluster)
    if cluster.state == state:
        return Answer(200, b"")
    before, cluster.state = cluster.state, meanwhile

    def finish(succeeded: bool) -> None:
        cluster.state = state if succeeded else before
        cluster.version += 1

    return _accepted(call, Change(kind, cluster, cluster_id(cluster), finish))


def _accepted(call: ArmRequest, change: Change) -> Answer:
    return operations.accepted(call, operations.start(call, change))


def _location(body: dict[str, Any]) -> str:
    """Return the location as the service shows it; an ArmError (400) for none."""
    given = body.get("location")
    if not given:
        raise bad_request("A cluster needs a location.", "LocationRequired")
    location = find_region(str(given))
    if location is None:
        raise bad_request(
            f"The location '{given}' is not available for Microsoft.Kusto/clusters.",
            "LocationNotAvailableForResourceType",
        )
    return location


def _create(call: ArmRequest, body: dict[str, Any], location: str) -> Answer:
    cluster = _new(call, body, location)
    target = target_of(call, cluster, body)
    operations.require_no_maintenance(call, cluster)
    _enter(call.world, cluster)
    note_made(call, cluster_id(cluster))
    caller, unseen = call.caller, call.settings.directory_lookups

    def finish(succeeded: bool) -> None:
        cluster.state = RUNNING if succeeded else "Unavailable"
        cluster.provisioning_state = "Succeeded" if succeeded else "Failed"
        cluster.version += 1
        if succeeded:
            apply_target(call, cluster, target, unseen)
            call.world.at(cluster).grant(replace(caller, token=None), ClusterRole.ADMIN)

    change = Change(
        "ClusterCreateExternal",
        cluster,
        cluster_id(cluster),
        finish,
        location=str(body["location"]),
    )
    operation = operations.start(call, change)
    return _created(call, operation, _creating(call, cluster, body, target))


def _created(call: ArmRequest, operation: Operation, body: dict[str, Any]) -> Answer:
    answer = operations.created(call, operation, body)
    return Answer(
        answer.status, answer.body, answer.content_type, {**answer.headers, "ETag": _EMPTY_ETAG}
    )


def _new(call: ArmRequest, body: dict[str, Any], location: str) -> Cluster:
    """Return the cluster before it is there; an ArmError when it cannot be."""
    name, sku = call.names["cluster"], member(body.get("sku"))
    if not NAME.fullmatch(name):
        raise bad_request(
            f"[BadRequest] '{name}' is no name for a cluster: 4 to 22 letters and digits, a letter "
            "first.",
            "InvalidResourceName",
        )
    if not sku.get("name") or not sku.get("tier"):
        raise bad_request("A cluster needs a sku with name and tier.", "InvalidRequestContent")
    region = region_name(location)
    if is_taken(call.world, name, region):
        raise conflict("Conflict", f"[Conflict] The name '{name}' is in use in {location}.")
    subscription = next(
        each
        for each in call.world.subscriptions
        if each.subscription_id == call.names["subscription"].casefold()
    )
    return Cluster(
        name,
        region,
        subscription.tenant_id or call.world.tenant_id,
        subscription_id=subscription.subscription_id,
        resource_group=subscription.group(call.names["group"]) or call.names["group"],
        location=location,
        state=CREATING,
        ingestion=ingestion_of(name),
    )


def is_taken(world: World, name: str, region: str) -> bool:
    """Tell whether a cluster of the region has the name, which is part of its address."""
    return any(
        each.name.casefold() == name.casefold() and each.region == region for each in world.clusters
    )


def _enter(world: World, cluster: Cluster) -> None:
    """Put a cluster into the world; the first one, deleted and made again, gets its port back."""
    if world.cluster.is_deleted and same(cluster_id(world.cluster), cluster_id(cluster)):
        world.cluster = cluster
    else:
        world.other_clusters.append(cluster)


def _creating(
    call: ArmRequest, cluster: Cluster, body: dict[str, Any], target: Target
) -> dict[str, Any]:
    """Return what a 201 shows: what was asked for, without any ID."""
    shown: dict[str, Any] = {
        "id": cluster_id(cluster),
        "name": cluster.name,
        "type": "Microsoft.Kusto/Clusters",
        "etag": _EMPTY_ETAG,
        "location": body["location"],
        "sku": member(body.get("sku")),
        "properties": {
            **member(body.get("properties")),
            "state": CREATING,
            "provisioningState": CREATING,
        },
    }
    if body.get("tags"):
        shown["tags"] = target.tags
    if body.get("identity"):
        shown["identity"] = {"type": target.identity.type}
        if target.identity.users or is_first(call.api_version):
            shown["identity"]["userAssignedIdentities"] = {}
    return shown


def _replace(call: ArmRequest, cluster: Cluster, body: dict[str, Any], location: str) -> Answer:
    """Give an existing cluster all its properties anew: its identity, too."""
    check_match(call, cluster)
    if location != cluster.location:
        raise conflict(
            "InvalidResourceLocation",
            f"The cluster '{cluster.name}' is in '{cluster.location}' and cannot move.",
        )
    operations.cluster_busy(call, cluster)
    blank = replace(cluster, identities=[], tags={}, settings=default_settings())
    target = target_of(call, blank, {"identity": {"type": "None"}, **body})
    if target == present_target(cluster):
        return cluster_answer(call, cluster)
    operations.require_no_maintenance(call, cluster)
    operation = operations.start(call, alteration(call, cluster, target))
    shown = accepted_body(cluster, target.identity.type, call.api_version)
    return with_etag(operations.created(call, operation, shown, 200), cluster)
