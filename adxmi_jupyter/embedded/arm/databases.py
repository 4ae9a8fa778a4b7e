"""What is in a cluster: databases, databases it follows, and those that others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import child_not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.versions import (
    DATABASE_SINCE,
    child_extras,
    is_first,
    properties_at,
)
from adxmi_jupyter.embedded.state.ids import child, cluster_id, same
from adxmi_jupyter.embedded.state.resources import EVERY_DATABASE

_SHARED_NAMES = "2023-05-02"

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database


def list_databases(call: ArmRequest) -> Answer:
    """Return the databases of a cluster."""
    cluster = find_cluster(call)
    return page_of(
        call, [database_body(call, cluster, each) for each in cluster.databases.values()]
    )


def get_database(call: ArmRequest) -> Answer:
    """Return one database."""
    cluster = find_cluster(call)
    return json_answer(database_body(call, cluster, find_database(call, cluster)))


def find_database(call: ArmRequest, cluster: Cluster) -> Database:
    """Return the database that the path names; an ArmError (404) when there is none."""
    found = cluster.find_database(call.names["database"])
    if found is None:
        raise child_not_found(database_id(cluster, call.names["database"]))
    return found


def database_id(cluster: Cluster, name: str) -> str:
    """Return the resource ID of a database."""
    return f"{cluster_id(cluster)}/Databases/{name}"


def list_followers(call: ArmRequest) -> Answer:
    """Return which databases of a cluster other clusters follow (page: Follower databases)."""
    found = followers_of(call, find_cluster(call))
    if call.method == "GET":
        return json_answer({"value": [{"properties": each} for each in found]})
    return json_answer({"value": found})


def followers_of(call: ArmRequest, cluster: Cluster) -> list[dict[str, Any]]:
    """Return what follows databases of a cluster, as Resource Manager lists it."""
    own = cluster_id(cluster)
    return [
        {
            "clusterResourceId": cluster_id(other),
            "attachedDatabaseConfigurationName": each.name,
            "databaseName": each.database,
        }
        for other in call.world.clusters
        for each in other.attached
        if same(each.leader_id, own)
    ]


def database_body(call: ArmRequest, cluster: Cluster, database: Database) -> dict[str, Any]:
    """Return the body of a database."""
    own = cluster_id(cluster)
    names = {each["databaseName"] for each in followers_of(call, cluster)}
    followed = not names.isdisjoint({database.name, EVERY_DATABASE})
    return {
        **child(own, "Databases", database.name),
        **child_extras(call.api_version),
        "location": cluster.location,
        **_kind_and_properties(call, database, followed=followed),
    }


def _kind_and_properties(call: ArmRequest, database: Database, *, followed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {**periods(database), "statistics": {"size": 0.0}}
    if is_first(call.api_version):
        shown |= {f"{name}InDays": _days(text) for name, text in periods(database).items()}
    if database.following is None:
        state = {"isFollowed": followed, "provisioningState": "Succeeded"}
        properties = properties_at(call.api_version, DATABASE_SINCE, {**shown, **state})
        return {"kind": "ReadWrite", "properties": properties}
    following = database.following
    shown |= {
        "provisioningState": "Succeeded",
        "leaderClusterResourceId": following.leader_id,
        "attachedDatabaseConfigurationName": following.attached,
        "principalsModificationKind": following.principals,
    }
    if call.api_version >= _SHARED_NAMES:
        shown["originalDatabaseName"] = following.database
        shown["databaseShareOrigin"] = "Direct"
    return {"kind": "ReadOnlyFollowing", "properties": shown}


def _days(period: str) -> int | None:
    """Return a period of whole days as their number; None for others."""
    days = period.removeprefix("P").removesuffix("D")
    return int(days) if days.isdecimal() else None


def periods(database: Database) -> dict[str, str]:
    """Return how long data is kept and cached, what was never set left out."""
    found = {
        "softDeletePeriod": database.soft_delete_period,
        "hotCachePeriod": database.hot_cache_period,
    }
    return {name: period for name, period in found.items() if period is not None}
