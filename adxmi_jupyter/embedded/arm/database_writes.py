"""Databases: create, change and delete (page: Databases - Create Or Update)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.databases import database_id, find_database
from adxmi_jupyter.embedded.arm.errors import bad_request, conflict
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.versions import child_extras
from adxmi_jupyter.embedded.state.ids import child, cluster_id
from adxmi_jupyter.embedded.state.periods import is_period
from adxmi_jupyter.embedded.state.regions import find_region
from adxmi_jupyter.embedded.state.security import DatabaseRole

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database

NAME = re.compile(r"(?=.*\S)[\w .-]{1,260}")
_READ_WRITE = "ReadWrite"
_KNOWN = {"softDeletePeriod", "hotCachePeriod", "keyVaultProperties"}
_READ_ONLY = {"provisioningState", "statistics", "isFollowed", "suspensionDetails"}


@dataclass(frozen=True)
class _Asked:
    """What a body asks for: the kind, and the periods that it names."""

    kind: str
    periods: dict[str, str]

    @classmethod
    def read(cls, body: dict[str, Any]) -> _Asked:
        """Return what the body asks for; an ArmError (400) for what cannot be."""
        kind, properties = body.get("kind"), member(body.get("properties"))
        if kind not in {_READ_WRITE, "ReadOnlyFollowing"}:
            raise bad_request("[BadRequest] A database needs the kind ReadWrite.")
        unknown = sorted(set(properties) - _KNOWN - _READ_ONLY)
        if unknown:
            raise bad_request(f"A database has no property '{unknown[0]}'.")
        periods = {}
        for name in ("softDeletePeriod", "hotCachePeriod"):
            period = properties.get(name)
            if period is None:
                continue
            if not isinstance(period, str) or not is_period(period):
                raise bad_request(f"[BadRequest] '{period}' is no period for '{name}'.")
            periods[name] = period
        return cls(kind, periods)

    def give(self, database: Database) -> None:
        """Let a database have these periods."""
        if "softDeletePeriod" in self.periods:
            database.keep_data_for(self.periods["softDeletePeriod"])
        if "hotCachePeriod" in self.periods:
            database.keep_data_hot_for(self.periods["hotCachePeriod"])


def put_database(call: ArmRequest) -> Answer:
    """Create a database, or change one: 201 or 200, and an operation."""
    cluster, body = find_cluster(call), call.object()
    asked = _Asked.read(body)
    existing = cluster.find_database(call.names["database"])
    if existing is not None:
        return _change(call, cluster, existing, asked, body)
    if asked.kind != _READ_WRITE:
        raise bad_request("[BadRequest] A database that follows another one is attached.")
    if body.get("location") and find_region(str(body["location"])) != cluster.location:
        raise bad_request(f"[BadRequest] The cluster is in '{cluster.location}'.")
    return _create(call, cluster, asked, body)


def patch_database(call: ArmRequest) -> Answer:
    """Change what the body names: 202 and an operation."""
    cluster, body = find_cluster(call), call.object()
    database = find_database(call, cluster)
    return _change(call, cluster, database, _Asked.read(body), body)


def delete_database(call: ArmRequest) -> Answer:
    """Delete a database with its data: 202 and an operation, or 204 when there is none."""
    cluster = find_cluster(call)
    found = cluster.find_database(call.names["database"])
    if found is None:
        return Answer(204, b"")
    _require_own(found)
    require_running(cluster)
    operations.require_no_maintenance(call, cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            cluster.databases.pop(found.name, None)

    failure = operations.overlap(call, cluster)
    change = Change("DatabaseDelete", cluster, database_id(cluster, found.name), finish, failure)
    return operations.accepted(call, operations.start(call, change))


def require_running(cluster: Cluster) -> None:
    """Raise an ArmError (409) unless the cluster runs: its databases cannot change else."""
    if not cluster.is_running:
        raise conflict(
            "ServiceIsNotRunning", f"[Conflict] The cluster '{cluster.name}' is {cluster.state}."
        )


def _require_own(database: Database) -> None:
    if database.following is not None:
        raise bad_request(f"[BadRequest] The database '{database.name}' follows another cluster's.")


def _create(call: ArmRequest, cluster: Cluster, asked: _Asked, body: dict[str, Any]) -> Answer:
    name = call.names["database"]
    if NAME.fullmatch(name) is None:
        raise bad_request(f"[BadRequest] '{name}' is no name for a database.")
    require_running(cluster)
    operations.require_no_maintenance(call, cluster)
    world = call.world.at(cluster)
    creator = replace(call.caller, token=None) if _names_creator(call) else None

    def finish(succeeded: bool) -> None:
        if not succeeded:
            return
        made = world.add_database(name)
        made.soft_delete_period = made.hot_cache_period = None
        asked.give(made)
        if creator is not None:
            world.grant(creator, DatabaseRole.ADMINS, database=name)

    head = child(cluster_id(cluster), "Databases", name)
    shown = {
        **head,
        **child_extras(call.api_version, has_tags=False),
        "location": body.get("location") or cluster.location,
        "kind": asked.kind,
        "properties": {**member(body.get("properties")), "provisioningState": "Creating"},
    }
    failure = operations.overlap(call, cluster)
    location = str(body.get("location") or "")
    change = Change(
        "DatabaseCreate", cluster, head["id"], finish, failure, pending=shown, location=location
    )
    return operations.created(call, operations.start(call, change), shown)


def _names_creator(call: ArmRequest) -> bool:
    """Tell whether the caller becomes the database's admin (parameter `callerRole`)."""
    role = call.query.get("callerrole", "Admin")
    if role not in {"Admin", "None"}:
        raise bad_request(f"'{role}' is no role of a caller: Admin, None.")
    return role == "Admin"


def _change(
    call: ArmRequest, cluster: Cluster, database: Database, asked: _Asked, body: dict[str, Any]
) -> Answer:
    kind = _READ_WRITE if database.following is None else "ReadOnlyFollowing"
    if asked.kind != kind:
        raise bad_request(f"[BadRequest] The kind {kind} of a database cannot change.")
    if database.following is not None and "softDeletePeriod" in asked.periods:
        raise bad_request("[BadRequest] The leader says how long data is kept.")
    require_running(cluster)
    operations.require_no_maintenance(call, cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            asked.give(database)

    head = child(cluster_id(cluster), "Databases", database.name)
    shown = {
        **head,
        "location": cluster.location,
        "kind": kind,
        "properties": {**member(body.get("properties")), "provisioningState": "Accepted"},
    }
    failure = operations.overlap(call, cluster)
    operation = operations.start(
        call, Change("DatabaseCreate", cluster, head["id"], finish, failure)
    )
    if call.method == "PATCH":
        return operations.accepted(call, operation, shown)
    return operations.created(call, operation, shown, 200)
