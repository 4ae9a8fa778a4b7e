"""Managed private endpoints of a cluster (page: Managed Private Endpoints - Create Or Update).

One that is made waits at its target until the owner of the target approves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.system_data import system_data
from adxmi_jupyter.embedded.networks import endpoint_id
from adxmi_jupyter.embedded.state.ids import child, cluster_id, same, stable_id
from adxmi_jupyter.embedded.state.networks import (
    COSMOS,
    EVENT_HUBS,
    MODELS,
    SQL,
    STORAGE,
    ManagedPrivateEndpoint,
    PrivateEndpoint,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.networks import Network
    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}[A-Za-z0-9]")
_NOWHERE = "DummyLocation"  # recorded like this
_GROUPS = {
    STORAGE: ("blob", "dfs"),
    EVENT_HUBS: ("namespace",),
    SQL: ("sqlServer",),
    COSMOS: ("sql",),
    MODELS: ("account",),
}


def list_managed_endpoints(call: ArmRequest) -> Answer:
    """Return the managed private endpoints of a cluster."""
    cluster = find_cluster(call)
    return page_of(call, [_body(cluster, each) for each in cluster.managed_endpoints])


def get_managed_endpoint(call: ArmRequest) -> Answer:
    """Return one; its own state says nothing of whether the target's owner approved it."""
    cluster = find_cluster(call)
    found = _find(call, cluster)
    if found is None:
        raise child_not_found(_head(call, cluster)["id"])
    return json_answer(_body(cluster, found))


def put_managed_endpoint(call: ArmRequest) -> Answer:
    """Ask for a private endpoint at a target: 201 or 200, and an operation."""
    cluster = find_cluster(call)
    return _write(call, cluster, _find(call, cluster))


def patch_managed_endpoint(call: ArmRequest) -> Answer:
    """Ask for it anew: 202 and an operation."""
    cluster = find_cluster(call)
    existing = _find(call, cluster)
    if existing is None:
        raise child_not_found(_head(call, cluster)["id"])
    return _write(call, cluster, existing)


def _write(call: ArmRequest, cluster: Cluster, existing: ManagedPrivateEndpoint | None) -> Answer:
    wanted = _wanted(call, existing)
    operations.require_no_maintenance(call, cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            _forget(call.world, cluster, existing)
            cluster.managed_endpoints.append(wanted)
            _ask(call.world, cluster, wanted)

    kind = "ManagedPrivateEndpointCreateOrUpdate"
    failure = operations.overlap(call, cluster)
    change = Change(kind, cluster, _head(call, cluster)["id"], finish, failure)
    operation = operations.start(call, change)
    body = _body(cluster, wanted, state="Creating" if existing is None else "Accepted")
    del body["systemData"]
    if call.method == "PATCH":
        return operations.accepted(call, operation, body)
    return operations.created(call, operation, body, 201 if existing is None else 200)


def delete_managed_endpoint(call: ArmRequest) -> Answer:
    """Remove one, at its target too: 202 and an operation, or 204 when there is none."""
    cluster = find_cluster(call)
    found = _find(call, cluster)
    if found is None:
        return Answer(204, b"")
    operations.require_no_maintenance(call, cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            _forget(call.world, cluster, found)

    failure = operations.overlap(call, cluster)
    kind = "ManagedPrivateEndpointDelete"
    change = Change(kind, cluster, _head(call, cluster)["id"], finish, failure)
    return operations.accepted(call, operations.start(call, change))


def _find(call: ArmRequest, cluster: Cluster) -> ManagedPrivateEndpoint | None:
    name = call.names["endpoint"].casefold()
    return next((e for e in cluster.managed_endpoints if e.name.casefold() == name), None)


def _wanted(call: ArmRequest, existing: ManagedPrivateEndpoint | None) -> ManagedPrivateEndpoint:
    given, name = member(call.object().get("properties")), call.names["endpoint"]
    if not _NAME.fullmatch(name):
        raise bad_request(f"[BadRequest] '{name}' cannot be the name of a private endpoint.")
    resource_id, group = str(given.get("privateLinkResourceId") or ""), str(given.get("groupId"))
    target = _target(call.world, resource_id)
    if target is None:
        raise bad_request(f"[BadRequest] There is no resource '{resource_id}' to connect to.")
    groups = _GROUPS.get(target.kind, ())
    if group.casefold() not in {each.casefold() for each in groups}:
        raise bad_request(f"[BadRequest] '{target.kind}' has no group '{group}'.")
    return ManagedPrivateEndpoint(
        name,
        resource_id,
        group,
        str(given.get("requestMessage") or ""),
        str(given.get("privateLinkResourceRegion") or ""),
        system_data(call, existing.system_data if existing else None),
    )


def _target(world: World, resource_id: str) -> Resource | None:
    return next((r for r in world.resources if same(r.resource_id, resource_id)), None)


def _network(world: World, endpoint: ManagedPrivateEndpoint) -> Network | None:
    target = _target(world, endpoint.resource_id)
    return None if target is None else world.network(target.name, target.kind)


def _ask(world: World, cluster: Cluster, endpoint: ManagedPrivateEndpoint) -> None:
    network = _network(world, endpoint)
    if network is not None:
        name = stable_id("private endpoint", cluster.name, endpoint.name)
        own = endpoint_id(cluster, endpoint.name)
        asked = PrivateEndpoint(
            f"{cluster.name}.{name}", own, endpoint.group, message=endpoint.message
        )
        network.endpoints.append(asked)


def _forget(world: World, cluster: Cluster, endpoint: ManagedPrivateEndpoint | None) -> None:
    if endpoint is None:
        return
    cluster.managed_endpoints[:] = [e for e in cluster.managed_endpoints if e is not endpoint]
    network, own = _network(world, endpoint), endpoint_id(cluster, endpoint.name)
    if network is not None:
        network.endpoints[:] = [e for e in network.endpoints if e.endpoint_id != own]


def _head(call: ArmRequest, cluster: Cluster) -> dict[str, str]:
    return child(cluster_id(cluster), "ManagedPrivateEndpoints", call.names["endpoint"])


def _body(
    cluster: Cluster, endpoint: ManagedPrivateEndpoint, *, state: str = "Succeeded"
) -> dict[str, Any]:
    region = {"privateLinkResourceRegion": endpoint.region} if endpoint.region else {}
    return {
        **child(cluster_id(cluster), "ManagedPrivateEndpoints", endpoint.name),
        "location": _NOWHERE,
        "properties": {
            "privateLinkResourceId": endpoint.resource_id,
            **region,
            "groupId": endpoint.group,
            "requestMessage": endpoint.message,
            "provisioningState": state,
        },
        "systemData": endpoint.system_data,
    }
