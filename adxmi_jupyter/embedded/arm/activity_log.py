"""The activity log of a subscription (page: Activity Logs - List): who put scripts of databases.

Only the last write of each script is there. The filter must have a time that the events begin at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.state.ids import cluster_id, stable_id
from adxmi_jupyter.embedded.state.timestamps import with_all_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

ACTION = "Microsoft.Insights/eventtypes/values/read"
_TERM = re.compile(r"(?P<name>\w+) (?P<comparison>eq|ge|le) '(?P<value>[^']*)'")
_PROVIDER = "microsoft.kusto"
_WRITE = "Microsoft.Kusto/Clusters/Databases/Scripts/write"
_COMPARISONS = {
    "eventTimestamp": {"ge", "le"},
    "resourceUri": {"eq"},
    "resourceGroupName": {"eq"},
    "resourceProvider": {"eq"},
    "correlationId": {"eq"},
}


def list_events(call: ArmRequest) -> Answer:
    """Return the events of a subscription that the filter wants, the latest first."""
    wanted = _wanted(call.query.get("$filter", ""))
    subscription = call.names["subscription"].casefold()
    found = [
        event
        for cluster in call.world.clusters
        if cluster.subscription_id.casefold() == subscription
        for event in _events(cluster)
        if _is_wanted(event, cluster, wanted)
    ]
    return page_of(call, sorted(found, key=lambda one: one["eventTimestamp"], reverse=True))


def _wanted(text: str) -> dict[tuple[str, str], str]:
    found = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        term = _TERM.fullmatch(part)
        if term is None or term["comparison"] not in _COMPARISONS.get(term["name"], ()):
            raise bad_request(f"The filter '{part}' is not supported.", "BadRequest")
        found[term["name"], term["comparison"]] = term["value"]
    if ("eventTimestamp", "ge") not in found:
        raise bad_request("The filter needs a time that the events begin at.", "BadRequest")
    return found


def _is_wanted(event: dict[str, Any], cluster: Cluster, wanted: dict[tuple[str, str], str]) -> bool:
    at = event["eventTimestamp"]
    until = wanted.get(("eventTimestamp", "le"))
    equal = {
        "resourceUri": event["resourceId"],
        "resourceGroupName": cluster.resource_group,
        "resourceProvider": _PROVIDER,
        "correlationId": event["correlationId"],
    }
    return (
        at >= with_all_digits(wanted["eventTimestamp", "ge"])
        and (until is None or at <= with_all_digits(until))
        and all(
            value.casefold() == equal[name].casefold()
            for (name, comparison), value in wanted.items()
            if comparison == "eq"
        )
    )


def _events(cluster: Cluster) -> Iterator[dict[str, Any]]:
    for database in cluster.databases.values():
        for script in database.scripts.values():
            data = script.system_data
            at = data.get("lastModifiedAt") or data["createdAt"]
            place = f"{cluster_id(cluster)}/Databases/{database.name}/Scripts/{script.name}"
            number = stable_id("activity", place, at)
            yield {
                "eventTimestamp": with_all_digits(at),
                "submissionTimestamp": with_all_digits(at),
                "caller": data.get("lastModifiedBy") or data["createdBy"],
                "operationName": {"value": _WRITE, "localizedValue": "Create or update a script"},
                "category": {"value": "Administrative", "localizedValue": "Administrative"},
                "status": {"value": "Succeeded" if script.succeeded else "Failed"},
                "level": "Informational",
                "resourceId": place,
                "resourceGroupName": cluster.resource_group,
                "resourceProviderName": {"value": "Microsoft.Kusto"},
                "subscriptionId": cluster.subscription_id,
                "correlationId": number,
                "eventDataId": number,
                "operationId": number,
            }
