"""The resource graph: one list of resources over several subscriptions (page: Resources)."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.cluster_body import cluster_body
from adxmi_jupyter.embedded.arm.errors import ArmError
from adxmi_jupyter.embedded.arm.graph_index import is_indexed
from adxmi_jupyter.embedded.arm.identities import identity_body
from adxmi_jupyter.embedded.arm.paging import whole_number
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.resource_graph_query import (
    AUTHORIZATION,
    CONTAINERS,
    RESOURCES,
    GraphQueryError,
    run_query,
)
from adxmi_jupyter.embedded.arm.roles import role_body
from adxmi_jupyter.embedded.arm.targets import target_body
from adxmi_jupyter.embedded.azure_roles import may

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.arm.resource_graph_query import Found, Rows

_LARGEST_PAGE = 1000
_USUAL_PAGE = 100
_QUOTA_SECONDS = 5.0
_GROUP_AT = 4
_LIMIT_HIT = "x-ms-tenant-subscription-limit-hit"


def query_resources(call: ArmRequest) -> Answer:
    """Answer a query with the resources that the caller may read."""
    body = call.object()
    options, text = member(body.get("options")), body.get("query")
    if not isinstance(text, str) or not text.strip():
        raise _invalid("InvalidQuery", "The request needs a query.")
    reachable = sorted(_readable(call, body))
    subscriptions = set(reachable[: call.settings.graph_subscriptions])
    quota = _count(call)
    try:
        found = run_query(
            text,
            lambda table: _visible(call, subscriptions, table),
            call.public_uri,
        )
    except GraphQueryError as error:
        raise _invalid("ParserFailure", str(error)) from error
    page = json_answer(_page(found, options))
    is_hit = str(len(subscriptions) < len(reachable)).lower()
    return replace(page, headers={**page.headers, **quota, _LIMIT_HIT: is_hit})


def _count(call: ArmRequest) -> dict[str, str]:
    """Count a query of the caller; the headers that tell what is left, or an ArmError (429)."""
    settings, now = call.settings, time.monotonic()
    times = call.world.graph_queries.setdefault(call.caller.object_id, [])
    times[:] = [each for each in times if now - each < _QUOTA_SECONDS]
    left = settings.graph_quota - len(times)
    if left > 0 or not settings.throttles_graph:
        times.append(now)
    seconds = math.ceil(_QUOTA_SECONDS - (now - times[0])) if times else 0
    headers = {
        "x-ms-user-quota-remaining": str(max(left - 1, 0)),
        "x-ms-user-quota-resets-after": f"00:00:{seconds:02}",
    }
    if left <= 0 and settings.throttles_graph:
        raise ArmError(
            429,
            "RateLimiting",
            "The queries of the last seconds exceed the quota; wait until it is reset.",
            headers={**headers, "Retry-After": str(seconds)},
        )
    return headers


def _page(found: Found, options: dict[str, Any]) -> dict[str, Any]:
    every = found.rows
    skipped = 0 if found.is_limited else _number(options, "$skip", 0)
    start = _number(options, "$skipToken", skipped)
    usual = _USUAL_PAGE if found.can_be_paged else _LARGEST_PAGE
    size = min(_number(options, "$top", usual), _LARGEST_PAGE)
    rows = every[start : start + size]
    is_cut = start + size < len(every)
    body: dict[str, Any] = {
        "totalRecords": len(every),
        "count": len(rows),
        "data": _table(rows) if options.get("resultFormat") == "table" else rows,
        "facets": [],
        "resultTruncated": "true" if is_cut and not found.can_be_paged else "false",
    }
    if is_cut and found.can_be_paged:
        body["$skipToken"] = str(start + size)
    return body


def _number(options: dict[str, Any], name: str, default: int) -> int:
    value = options.get(name)
    return whole_number(str(value) if value else None, default)


def _readable(call: ArmRequest, body: dict[str, Any]) -> set[str]:
    """Return the subscriptions to look at: those that are asked for, or all, and that are open.

    An ArmError (400) when there is none.
    """
    world, wanted, groups = call.world, body.get("subscriptions"), body.get("managementGroups")
    if wanted and groups:
        raise _invalid("InvalidScope", "Either subscriptions or management groups are looked at.")
    asked = {each.subscription_id for each in world.subscriptions}
    if isinstance(wanted, list) and wanted:
        asked = {str(each).casefold() for each in wanted}
    if groups:
        asked = _within(call, groups)
    roles = [r for r in world.azure_roles if r.principal_id == call.caller.object_id]
    reachable = {r.scope.split("/")[2].casefold() for r in roles} & asked
    if not reachable:
        raise _invalid(
            "NoValidSubscriptionsInQueryRequest", "None of the subscriptions is open to the caller."
        )
    return reachable


def _within(call: ArmRequest, groups: object) -> set[str]:
    """Return the subscriptions of management groups and of those below them."""
    named = {str(each).casefold() for each in groups} if isinstance(groups, list) else set()
    found = (each.subscription_id for each in call.world.subscriptions)
    return {each for each in found if named & {name.casefold() for name, _ in _above(call, each)}}


def _above(call: ArmRequest, subscription_id: str) -> list[tuple[str, str]]:
    """Return names of the management groups that a subscription is in, the root group last."""
    groups = {each.name: each for each in call.world.management_groups}
    group = next((g for g in groups.values() if subscription_id in g.subscriptions), None)
    chain = []
    while group is not None:
        chain.append((group.name, group.display_name))
        group = groups.get(group.parent)
    root = call.world.tenant_of(f"/subscriptions/{subscription_id}")
    return [*chain, (root, "Tenant Root Group")]


def _visible(call: ArmRequest, subscriptions: set[str], table: str) -> Rows:
    """Return the rows of a table that the caller may read."""
    return [
        row
        for row in _TABLES[table](call)
        if row["subscriptionId"] in subscriptions
        and is_indexed(call, row["id"])
        and may(call.world, call.caller, f"{row['type']}/read", row["id"])
    ]


def _rows(call: ArmRequest) -> Iterator[dict[str, Any]]:
    tenant = call.world.tenant_id
    for cluster in call.world.clusters:
        body = cluster_body(cluster)
        yield _row(body, call.world.tenant_of(body["id"]), cluster.region)
    for identity in call.world.identities:
        if identity.resource_id:
            yield _row(identity_body(identity), tenant, identity.location)
    for each in call.world.resources:
        body = target_body(call.world, each)
        yield _row(body, call.world.tenant_of(each.resource_id), each.location)


def _containers(call: ArmRequest) -> Iterator[dict[str, Any]]:
    """Return subscriptions and resource groups."""
    own = call.world.tenant_id
    for each in call.world.subscriptions:
        at, tenant = f"/subscriptions/{each.subscription_id}", each.tenant_id or own
        kind = "microsoft.resources/subscriptions"
        above = [{"name": n, "displayName": d} for n, d in _above(call, each.subscription_id)]
        properties = {"state": "Enabled", "managementGroupAncestorsChain": above}
        body = {"id": at, "name": each.name, "properties": properties}
        yield _row({**body, "type": kind}, tenant, "")
        for name, location in each.groups.items():
            body = {
                "id": f"{at}/resourceGroups/{name}",
                "name": name,
                "type": f"{kind}/resourcegroups",
                "properties": {"provisioningState": "Succeeded"},
            }
            yield _row(body, tenant, location)


def _authorization(call: ArmRequest) -> Iterator[dict[str, Any]]:
    """Return Azure role assignments."""
    for each in call.world.azure_roles:
        body = role_body(each)
        properties = {**body["properties"], "createdOn": each.created_on}
        yield _row({**body, "properties": properties}, call.world.tenant_of(each.scope), "")


_TABLES = {RESOURCES: _rows, CONTAINERS: _containers, AUTHORIZATION: _authorization}


def _row(body: dict[str, Any], tenant: str, location: str) -> dict[str, Any]:
    """Return a resource as a row: types, groups and locations are in lower case there."""
    parts = body["id"].split("/")
    return {
        "id": body["id"],
        "name": body["name"],
        "type": body["type"].lower(),
        "tenantId": tenant,
        "kind": "",
        "location": location.lower(),
        "resourceGroup": parts[4].lower() if len(parts) > _GROUP_AT else "",
        "subscriptionId": parts[2].lower(),
        "managedBy": "",
        "sku": body.get("sku"),
        "plan": None,
        "properties": body["properties"],
        "tags": body.get("tags") or None,
        "identity": body.get("identity"),
        "zones": None,
        "extendedLocation": None,
    }


def _table(rows: Rows) -> dict[str, Any]:
    columns = list(rows[0]) if rows else []
    return {
        "columns": [{"name": name, "type": _type(rows[0][name])} for name in columns],
        "rows": [[row[name] for name in columns] for row in rows],
    }


def _type(value: object) -> str:
    if isinstance(value, int):
        return "integer"
    return "string" if isinstance(value, str) else "object"


def _invalid(code: str, message: str) -> ArmError:
    return ArmError(
        400,
        "BadRequest",
        f"The query cannot be answered: {message}",
        ({"code": code, "message": message},),
    )
