"""Whether a name can be given to something new (page: Clusters - Check Name Availability)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm import cluster_lifecycle, database_writes
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.connection_kinds import NAME as CONNECTION_NAME
from adxmi_jupyter.embedded.arm.databases import find_database
from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.state.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

CHILD_NAME = re.compile(r"[A-Za-z0-9][\w .-]{0,259}")
_CLUSTERS = "Microsoft.Kusto/clusters"


@dataclass(frozen=True)
class _Wanted:
    """The name and type that a client asks about."""

    name: str
    type: str

    @classmethod
    def read(cls, call: ArmRequest, *types: str) -> _Wanted:
        """Return what is asked; an ArmError (400) when the type is none of these."""
        body = call.object()
        name, kind = body.get("name"), str(body.get("type"))
        if not isinstance(name, str) or not name:
            raise bad_request("[BadRequest] A check of a name needs the name.")
        if kind.casefold() not in {each.casefold() for each in types}:
            raise bad_request(f"[BadRequest] The type is one of {', '.join(types)}.")
        return cls(name, kind)

    def answer(self, pattern: re.Pattern[str], taken: Iterable[str]) -> Answer:
        """Return whether the name fits and is free."""
        if pattern.fullmatch(self.name) is None:
            return self._no("Invalid", f"'{self.name}' is no name for {self.type}.")
        if self.name.casefold() in {each.casefold() for each in taken}:
            return self._no("AlreadyExists", f"Name '{self.name}' is already in use.")
        free: dict[str, Any] = {"nameAvailable": True, "name": self.name, "message": ""}
        return json_answer(free)

    def _no(self, reason: str, message: str) -> Answer:
        return json_answer(
            {"nameAvailable": False, "name": self.name, "message": message, "reason": reason}
        )


def check_cluster_name(call: ArmRequest) -> Answer:
    """Tell whether a cluster of a region can have a name."""
    region = region_name(call.names["location"])
    taken = [each.name for each in call.world.clusters if each.region == region]
    return _Wanted.read(call, _CLUSTERS).answer(cluster_lifecycle.NAME, taken)


def check_database_name(call: ArmRequest) -> Answer:
    """Tell whether a database, or what attaches one, can have a name."""
    cluster = find_cluster(call)
    attached = f"{_CLUSTERS}/attachedDatabaseConfigurations"
    wanted = _Wanted.read(call, f"{_CLUSTERS}/databases", attached)
    if wanted.type.casefold() == attached.casefold():
        return wanted.answer(CHILD_NAME, [each.name for each in cluster.attached])
    return wanted.answer(database_writes.NAME, cluster.databases)


def check_attached_name(call: ArmRequest) -> Answer:
    """Tell whether what attaches a database can have a name."""
    names = [each.name for each in find_cluster(call).attached]
    wanted = _Wanted.read(call, f"{_CLUSTERS}/attachedDatabaseConfigurations")
    return wanted.answer(CHILD_NAME, names)


def check_assignment_name(call: ArmRequest) -> Answer:
    """Tell whether a principal assignment of a cluster or database can have a name."""
    cluster = find_cluster(call)
    is_database = "database" in call.names
    target = find_database(call, cluster) if is_database else cluster
    kind = f"{_CLUSTERS}{'/databases' if is_database else ''}/principalAssignments"
    names = [each.name or each.assignment_id for each in target.roles]
    return _Wanted.read(call, kind).answer(CHILD_NAME, names)


def check_connection_name(call: ArmRequest) -> Answer:
    """Tell whether a data connection can have a name."""
    names = [each.name for each in find_database(call, find_cluster(call)).data_connections]
    wanted = _Wanted.read(call, f"{_CLUSTERS}/databases/dataConnections")
    return wanted.answer(CONNECTION_NAME, names)


def check_script_name(call: ArmRequest) -> Answer:
    """Tell whether a script can have a name."""
    names = find_database(call, find_cluster(call)).scripts
    return _Wanted.read(call, f"{_CLUSTERS}/databases/scripts").answer(CHILD_NAME, names)
