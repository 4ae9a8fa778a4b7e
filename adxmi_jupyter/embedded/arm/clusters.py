"""Clusters: get, list, and PATCH as a long-running operation (page: Clusters - Update)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.cluster_body import READ_ONLY, accepted_body, cluster_body
from adxmi_jupyter.embedded.arm.cluster_identity import present, take_effect, wanted
from adxmi_jupyter.embedded.arm.errors import bad_request, not_found, precondition_failed
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.ids import cluster_id

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.cluster_identity import Wanted
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

_OLD_SIZE = re.compile(r"[DL]\d+s?_v\d", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """What a cluster is to have."""

    identity: Wanted
    settings: dict[str, Any]
    sku: dict[str, Any]
    tags: dict[str, str]


def list_clusters(call: ArmRequest) -> Answer:
    """Return the clusters of a subscription or of a resource group."""
    subscription = call.names["subscription"].casefold()
    group = call.names.get("group", "").casefold()
    found = [
        cluster_body(each, call.api_version, busy=_is_busy(call, each))
        for each in call.world.clusters
        if each.subscription_id.casefold() == subscription
        and group in {"", each.resource_group.casefold()}
    ]
    return page_of(call, found)


def get_cluster(call: ArmRequest) -> Answer:
    """Return one cluster."""
    return cluster_answer(call, find_cluster(call))


def patch_cluster(call: ArmRequest) -> Answer:
    """Change a cluster: 202 and an operation, or 200 when nothing would change."""
    cluster = find_cluster(call)
    check_match(call, cluster)
    body = call.object()
    target = target_of(call, cluster, body)
    operations.cluster_busy(call, cluster)
    if target == present_target(cluster):
        return cluster_answer(call, cluster)
    operations.require_no_maintenance(call, cluster)
    operation = operations.start(call, alteration(call, cluster, target))
    asked = target.identity.type if "identity" in body else None
    answer = operations.accepted(call, operation, accepted_body(cluster, asked, call.api_version))
    return with_etag(answer, cluster)


def alteration(call: ArmRequest, cluster: Cluster, target: Target) -> Change:
    """Return the change that gives a cluster what is asked for."""
    unseen = call.settings.directory_lookups

    def finish(succeeded: bool) -> None:
        if succeeded:
            apply_target(call, cluster, target, unseen)
        cluster.provisioning_state = "Succeeded" if succeeded else "Failed"
        cluster.version += 1

    return Change("ServiceConfigurationAlter", cluster, cluster_id(cluster), finish)


def apply_target(call: ArmRequest, cluster: Cluster, target: Target, unseen: int) -> None:
    """Let a cluster have all that."""
    take_effect(call.world, cluster, target.identity, unseen)
    cluster.settings, cluster.sku, cluster.tags = target.settings, target.sku, target.tags


def find_cluster(call: ArmRequest) -> Cluster:
    """Return the cluster that the path names; an ArmError (404) when there is none."""
    names = {key: call.names[key].casefold() for key in ("subscription", "group", "cluster")}
    for each in call.world.clusters:
        if (
            each.name.casefold() == names["cluster"]
            and each.resource_group.casefold() == names["group"]
            and each.subscription_id.casefold() == names["subscription"]
        ):
            return each
    raise not_found("Microsoft.Kusto/clusters", call.names["cluster"], call.names["group"])


def present_target(cluster: Cluster) -> Target:
    """Return what a cluster has now."""
    return Target(present(cluster), cluster.settings, cluster.sku, cluster.tags)


def target_of(call: ArmRequest, cluster: Cluster, body: dict[str, Any]) -> Target:
    """Return what a body makes of a cluster; an ArmError (400) when it cannot be."""
    asked = {k: v for k, v in member(body.get("properties")).items() if k not in READ_ONLY}
    unknown = sorted(set(asked) - set(cluster.settings))
    if unknown:
        raise bad_request(f"A cluster has no property '{unknown[0]}'.", "InvalidRequestContent")
    if not _are_tenants(asked.get("trustedExternalTenants", [])):
        raise bad_request("Trusted tenants are objects with a value.", "InvalidRequestContent")
    identity = body.get("identity")
    return Target(
        present(cluster) if identity is None else wanted(call, cluster, identity),
        {**cluster.settings, **_without_blanks(asked)},
        {**cluster.sku, **_sku(body)},
        member(body.get("tags")) if body.get("tags") is not None else cluster.tags,
    )


def _without_blanks(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for, a key without any name or address as none."""
    name = "keyVaultProperties"
    is_blank = name in asked and not any(member(asked[name]).values())
    return {**asked, name: None} if is_blank else asked


def _sku(body: dict[str, Any]) -> dict[str, Any]:
    """Return the size that a body asks for; old names of sizes are known without their prefix."""
    sku = member(body.get("sku"))
    name = sku.get("name")
    if isinstance(name, str) and _OLD_SIZE.fullmatch(name):
        return {**sku, "name": f"Standard_{name}"}
    return sku


def _are_tenants(value: object) -> bool:
    """Tell whether this is a list such as `[{"value": "*"}]`, or null."""
    listed = [] if value is None else value
    return isinstance(listed, list) and all(
        isinstance(each, dict) and isinstance(each.get("value"), str) for each in listed
    )


def check_match(call: ArmRequest, cluster: Cluster) -> None:
    """Raise an ArmError (412) when If-Match names another etag."""
    expected = call.headers.get("If-Match", "*")
    if expected not in {"*", cluster.etag}:
        raise precondition_failed(cluster_id(cluster))


def _is_busy(call: ArmRequest, cluster: Cluster) -> bool:
    return operations.running_for(call, cluster_id(cluster)) is not None


def cluster_answer(call: ArmRequest, cluster: Cluster) -> Answer:
    """Return a cluster as it is."""
    body = cluster_body(cluster, call.api_version, busy=_is_busy(call, cluster))
    return with_etag(json_answer(body), cluster)


def with_etag(answer: Answer, cluster: Cluster) -> Answer:
    """Return an answer with the etag of the cluster in its headers."""
    return Answer(
        answer.status, answer.body, answer.content_type, {**answer.headers, "ETag": cluster.etag}
    )
