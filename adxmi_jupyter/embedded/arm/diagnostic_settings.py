"""Diagnostic settings of clusters: which logs go where (page: Diagnostic Settings)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import ArmError, bad_request, child_not_found, conflict
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.log_workspaces import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

TYPE = "Microsoft.Insights/diagnosticSettings"
_METRICS = ("AllMetrics",)
_GROUPS = ("allLogs", "audit")
_DESTINATIONS = (
    *("storageAccountId", "workspaceId", "eventHubAuthorizationRuleId"),
    *("marketplacePartnerId", "serviceBusRuleId"),
)
_OTHERS = ("eventHubName", "logAnalyticsDestinationType", "logs", "metrics")
_MOST = 5


def list_settings(call: ArmRequest) -> Answer:
    """Return the diagnostic settings of a cluster."""
    cluster = find_cluster(call)
    return json_answer({"value": [_body(cluster, *each) for each in _settings(cluster).items()]})


def get_setting(call: ArmRequest) -> Answer:
    """Return one diagnostic setting."""
    cluster = find_cluster(call)
    name = _known(cluster, call.names["setting"])
    if name is None:
        raise child_not_found(_id(cluster, call.names["setting"]))
    return json_answer(_body(cluster, name, _settings(cluster)[name]))


def put_setting(call: ArmRequest) -> Answer:
    """Make a diagnostic setting, or replace one; at once."""
    cluster, given = find_cluster(call), member(call.object().get("properties"))
    name = _known(cluster, call.names["setting"]) or call.names["setting"]
    _check(given)
    others = {key: value for key, value in _settings(cluster).items() if key != name}
    if len(others) >= _MOST:
        raise conflict("Conflict", f"A resource has at most {_MOST} diagnostic settings.")
    for other, properties in others.items():
        twice = set(_sinks(given)) & set(_sinks(properties))
        if twice:
            raise conflict(
                "Conflict",
                f"Data of the category '{min(twice)[1]}' goes to that destination already, "
                f"by the setting '{other}'.",
            )
    cluster.diagnostic_settings = {**_settings(cluster), name: given}
    return json_answer(_body(cluster, name, given))


def delete_setting(call: ArmRequest) -> Answer:
    """Remove a diagnostic setting: 200, or 204 when there is none."""
    cluster = find_cluster(call)
    name = _known(cluster, call.names["setting"])
    if name is None:
        return Answer(204, b"")
    kept = {key: value for key, value in _settings(cluster).items() if key != name}
    cluster.diagnostic_settings = kept
    return Answer(200, b"")


def list_categories(call: ArmRequest) -> Answer:
    """Return the categories of logs and metrics of a cluster."""
    cluster = find_cluster(call)
    own = f"{cluster_id(cluster)}/providers/{TYPE}Categories"
    kinds = {**dict.fromkeys(CATEGORIES, "Logs"), **dict.fromkeys(_METRICS, "Metrics")}
    return json_answer(
        {
            "value": [
                {
                    "id": f"{own}/{name}",
                    "type": f"{TYPE}Categories",
                    "name": name,
                    "properties": {
                        "categoryType": kind,
                        "categoryGroups": list(_GROUPS[: 1 + (name == "Journal")])
                        if kind == "Logs"
                        else [],
                    },
                }
                for name, kind in kinds.items()
            ]
        }
    )


def _settings(cluster: Cluster) -> dict[str, dict[str, Any]]:
    return cluster.diagnostic_settings


def _known(cluster: Cluster, name: str) -> str | None:
    """Return the name of a setting as it was created, ignoring case."""
    folded = name.casefold()
    return next((each for each in _settings(cluster) if each.casefold() == folded), None)


def _check(given: dict[str, Any]) -> None:
    """Raise an ArmError (400) unless this sends something known somewhere."""
    unknown = sorted(set(given) - {*_DESTINATIONS, *_OTHERS})
    if unknown:
        raise bad_request(f"A diagnostic setting has no property '{unknown[0]}'.")
    if not any(given.get(each) for each in _DESTINATIONS):
        raise bad_request("A diagnostic setting needs a destination.")
    _check_sources(given.get("logs"), CATEGORIES)
    _check_sources(given.get("metrics"), _METRICS)
    if not list(_sources(given)):
        raise bad_request("A diagnostic setting needs a category of logs or metrics.")


def _check_sources(sources: Iterable[Any] | None, categories: tuple[str, ...]) -> None:
    known = {each.casefold() for each in (*categories, *_GROUPS)}
    for each in sources or ():
        source = member(each)
        name = source.get("category") or source.get("categoryGroup")
        if bool(source.get("category")) is bool(source.get("categoryGroup")):
            raise bad_request("A source is either a 'category' or a 'categoryGroup'.")
        if str(name).casefold() not in known:
            raise ArmError(400, "BadRequest", f"Category '{name}' is not supported.")


def _sources(properties: dict[str, Any]) -> Iterator[str]:
    """Yield the categories that are switched on; a group of logs stands for all of its own."""
    for each in (*(properties.get("logs") or ()), *(properties.get("metrics") or ())):
        if not each.get("enabled", False):
            continue
        if each.get("categoryGroup") == _GROUPS[0]:
            yield from CATEGORIES
        else:
            yield each.get("category") or each["categoryGroup"]


def _sinks(properties: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (destination, category) of what goes there."""
    for destination in _DESTINATIONS:
        target = str(properties.get(destination) or "").casefold()
        if target:
            yield from ((target, category) for category in _sources(properties))


def _id(cluster: Cluster, name: str) -> str:
    return f"{cluster_id(cluster)}/providers/microsoft.insights/diagnosticSettings/{name}"


def _body(cluster: Cluster, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys((*_DESTINATIONS, *_OTHERS[:2]))
    return {
        "id": _id(cluster, name),
        "type": TYPE,
        "name": name,
        "location": None,
        "kind": None,
        "tags": None,
        "properties": {**nothing, "metrics": [], "logs": [], **properties},
        "identity": None,
    }
