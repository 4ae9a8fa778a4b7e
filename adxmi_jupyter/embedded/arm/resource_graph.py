"""The resource graph: one list of resources over several subscriptions (page: Resources)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.cluster_body import cluster_body
from adxmi_jupyter.embedded.arm.errors import ArmError
from adxmi_jupyter.embedded.arm.identities import identity_body
from adxmi_jupyter.embedded.arm.paging import whole_number
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.resource_graph_query import GraphQueryError, run_query
from adxmi_jupyter.embedded.azure_roles import may

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.arm.resource_graph_query import Rows

_LARGEST_PAGE = 1000


def query_resources(call: ArmRequest) -> Answer:
    """Answer a query with the resources that the caller may read."""
    body = call.object()
    options, text = member(body.get("options")), body.get("query")
    if not isinstance(text, str) or not text.strip():
        raise _invalid("InvalidQuery", "The request needs a query.")
    rows = _visible(call, body.get("subscriptions"))
    try:
        found = run_query(text, rows, lambda literal: _public(call, literal))
    except GraphQueryError as error:
        raise _invalid("ParserFailure", str(error)) from error
    page = _page(found, options)
    return json_answer(
        page, x_ms_user_quota_remaining="14", x_ms_user_quota_resets_after="00:00:05"
    )


def _page(found: Rows, options: dict[str, Any]) -> dict[str, Any]:
    start = _number(options, "$skipToken", _number(options, "$skip", 0))
    size = min(_number(options, "$top", _LARGEST_PAGE), _LARGEST_PAGE)
    rows = found[start : start + size]
    truncated = start + size < len(found)
    body: dict[str, Any] = {
        "totalRecords": len(found),
        "count": len(rows),
        "data": _table(rows) if options.get("resultFormat") == "table" else rows,
        "facets": [],
        "resultTruncated": "true" if truncated else "false",
    }
    # The service pages only what can be told apart.
    if truncated and "id" in rows[0]:
        body["$skipToken"] = str(start + size)
    return body


def _number(options: dict[str, Any], name: str, default: int) -> int:
    value = options.get(name)
    return whole_number(str(value) if value else None, default)


def _visible(call: ArmRequest, wanted: object) -> Rows:
    """Return the rows that the caller may read; an ArmError (400) when there cannot be any."""
    world = call.world
    every = {each.subscription_id for each in world.subscriptions}
    asked = {str(each).casefold() for each in wanted} if isinstance(wanted, list) else every
    roles = [r for r in world.azure_roles if r.principal_id == call.caller.object_id]
    reachable = {r.scope.split("/")[2].casefold() for r in roles} & asked
    if not reachable:
        raise _invalid(
            "NoValidSubscriptionsInQueryRequest", "None of the subscriptions is open to the caller."
        )
    return [
        row
        for row in _rows(call)
        if row["subscriptionId"] in reachable
        and may(world, call.caller, f"{row['type']}/read", row["id"])
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
        body = {"id": each.resource_id, "name": each.name, "type": each.kind, "properties": {}}
        yield _row(body, call.world.tenant_of(each.resource_id), each.location)


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
        "resourceGroup": parts[4].lower(),
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


def _public(call: ArmRequest, literal: str) -> str:
    """Return the cluster's public address for the loopback one, so that either finds it."""
    is_loopback = literal.rstrip("/").casefold() == call.base_uri.casefold()
    return call.world.cluster.public_uri if is_loopback else literal


def _invalid(code: str, message: str) -> ArmError:
    return ArmError(
        400,
        "BadRequest",
        f"The query cannot be answered: {message}",
        ({"code": code, "message": message},),
    )
