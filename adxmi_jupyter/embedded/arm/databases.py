"""What is in a cluster: databases, data connections and databases it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.call import member
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found
from adxmi_jupyter.embedded.arm.ids import child, cluster_id, same
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.call import Call
    from adxmi_jupyter.embedded.resources import DataConnection
    from adxmi_jupyter.embedded.world import Cluster, Database

_IDENTITY = "managedIdentityResourceId"


def list_databases(call: Call) -> Answer:
    """Return the databases of a cluster."""
    cluster = find_cluster(call)
    return page_of(call, [_body(call, cluster, each) for each in cluster.databases.values()])


def get_database(call: Call) -> Answer:
    """Return one database."""
    cluster = find_cluster(call)
    return json_answer(_body(call, cluster, find_database(call, cluster)))


def find_database(call: Call, cluster: Cluster) -> Database:
    """Return the database that the path names; an ArmError (404) when there is none."""
    found = cluster.find_database(call.names["database"])
    if found is None:
        raise child_not_found(database_id(cluster, call.names["database"]))
    return found


def database_id(cluster: Cluster, name: str) -> str:
    """Return the resource ID of a database."""
    return f"{cluster_id(cluster)}/Databases/{name}"


def list_connections(call: Call) -> Answer:
    """Return the data connections of a database."""
    cluster = find_cluster(call)
    database = find_database(call, cluster)
    bodies = [_connection(cluster, database, each) for each in database.data_connections]
    return page_of(call, bodies)


def get_connection(call: Call) -> Answer:
    """Return one data connection."""
    cluster = find_cluster(call)
    database, name = find_database(call, cluster), call.names["connection"]
    for each in database.data_connections:
        if each.name.casefold() == name.casefold():
            return json_answer(_connection(cluster, database, each))
    raise child_not_found(f"{database_id(cluster, database.name)}/DataConnections/{name}")


def validate_connection(call: Call) -> Answer:
    """Check a data connection without creating it; the result is a list with a capital name."""
    cluster = find_cluster(call)
    database = find_database(call, cluster)
    connection = member(call.object().get("properties"))
    properties = member(connection.get("properties"))
    if not connection.get("kind"):
        raise bad_request("A data connection needs a kind.")
    problems = _problems(cluster, str(properties.get(_IDENTITY) or ""))
    change = Change(
        "DataConnectionValidation",
        cluster,
        database_id(cluster, database.name),
        lambda _: None,
        result={"Value": [{"errorMessage": each} for each in problems]},
    )
    return operations.accepted(call, operations.start(call, change))


def list_attached(call: Call) -> Answer:
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
                    "attachedDatabaseNames": [each.database],
                    "defaultPrincipalsModificationKind": "Union",
                    "provisioningState": "Succeeded",
                },
            }
            for each in cluster.attached
        ],
    )


def _body(call: Call, cluster: Cluster, database: Database) -> dict[str, Any]:
    own = cluster_id(cluster)
    followed = any(
        same(each.leader_id, own) and each.database == database.name
        for other in call.world.clusters
        for each in other.attached
    )
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


def _connection(cluster: Cluster, database: Database, connection: DataConnection) -> dict[str, Any]:
    named = connection.properties.get(_IDENTITY) or ""
    return {
        **child(database_id(cluster, database.name), "DataConnections", connection.name),
        "location": cluster.location,
        "kind": connection.kind,
        "properties": {
            **connection.properties,
            "managedIdentityObjectId": _object_id(cluster, named),
            "provisioningState": "Succeeded",
        },
    }


def _problems(cluster: Cluster, named: str) -> list[str]:
    if named and _object_id(cluster, named) is None:
        return [f"The managed identity '{named}' is not assigned to '{cluster.name}'."]
    return []


def _object_id(cluster: Cluster, named: str) -> str | None:
    """Return the object ID for a resource ID; the cluster's own stands for its system identity."""
    if same(named, cluster_id(cluster)):
        return cluster.system_identity.object_id if cluster.system_identity else None
    return next((i.object_id for i in cluster.identities if same(i.resource_id, named)), None)
