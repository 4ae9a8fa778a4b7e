"""What is in a cluster: databases, databases it follows, and those that others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import child_not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.state.ids import child, cluster_id, same
from adxmi_jupyter.embedded.state.resources import EVERY_DATABASE

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database
    from adxmi_jupyter.embedded.state.resources import AttachedDatabase


def list_databases(call: ArmRequest) -> Answer:
    """Return the databases of a cluster."""
    cluster = find_cluster(call)
    return page_of(call, [_body(call, cluster, each) for each in cluster.databases.values()])


def get_database(call: ArmRequest) -> Answer:
    """Return one database."""
    cluster = find_cluster(call)
    return json_answer(_body(call, cluster, find_database(call, cluster)))


def find_database(call: ArmRequest, cluster: Cluster) -> Database:
    """Return the database that the path names; an ArmError (404) when there is none."""
    found = cluster.find_database(call.names["database"])
    if found is None:
        raise child_not_found(database_id(cluster, call.names["database"]))
    return found


def database_id(cluster: Cluster, name: str) -> str:
    """Return the resource ID of a database."""
    return f"{cluster_id(cluster)}/Databases/{name}"


def list_attached(call: ArmRequest) -> Answer:
    """Return the databases that a cluster follows."""
    cluster = find_cluster(call)
    return page_of(
        call,
        [
            {
                **child(cluster_id(cluster), "AttachedDatabaseConfigurations", each.name),
                "location": cluster.location,
                "properties": {
                    "clusterResourceId": each.leader_id,
                    "databaseName": each.database,
                    "attachedDatabaseNames": _attached_names(call, each),
                    "defaultPrincipalsModificationKind": "Union",
                    "provisioningState": "Succeeded",
                },
            }
            for each in cluster.attached
        ],
    )


def list_followers(call: ArmRequest) -> Answer:
    """Return which databases of a cluster other clusters follow (page: Follower databases)."""
    found = _followers(call, find_cluster(call))
    if call.method == "GET":
        return json_answer({"value": [{"properties": each} for each in found]})
    return json_answer({"value": found})


def _followers(call: ArmRequest, cluster: Cluster) -> list[dict[str, Any]]:
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


def _attached_names(call: ArmRequest, attached: AttachedDatabase) -> list[str]:
    if attached.database != EVERY_DATABASE:
        return [attached.database]
    leaders = (c for c in call.world.clusters if same(cluster_id(c), attached.leader_id))
    return [name for leader in leaders for name in leader.databases]


def _body(call: ArmRequest, cluster: Cluster, database: Database) -> dict[str, Any]:
    own = cluster_id(cluster)
    names = {each["databaseName"] for each in _followers(call, cluster)}
    followed = not names.isdisjoint({database.name, EVERY_DATABASE})
    return {
        **child(own, "Databases", database.name),
        "location": cluster.location,
        "kind": "ReadWrite",
        "properties": {
            "softDeletePeriod": "P365D",
            "hotCachePeriod": "P31D",
            "statistics": {"size": 0.0},
            "isFollowed": followed,
            "provisioningState": "Succeeded",
        },
    }
