"""Principal assignments: Kusto security roles as resources of a cluster or database."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.databases import database_id, find_database
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found, conflict
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.principals import (
    KINDS,
    TYPES,
    principal_id,
    principal_name,
    resolve,
)
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.state.arm_operations import Failure
from adxmi_jupyter.embedded.state.ids import child, cluster_id, stable_id
from adxmi_jupyter.embedded.state.security import (
    ClusterRole,
    DatabaseRole,
    Principal,
    RoleAssignment,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database
    from adxmi_jupyter.embedded.state.world import World

DATABASE_ROLES = {
    "Admin": DatabaseRole.ADMINS,
    "Ingestor": DatabaseRole.INGESTORS,
    "Monitor": DatabaseRole.MONITORS,
    "User": DatabaseRole.USERS,
    "UnrestrictedViewer": DatabaseRole.UNRESTRICTED_VIEWERS,
    "Viewer": DatabaseRole.VIEWERS,
}
_CLUSTER_ROLES = {role.value: role for role in ClusterRole}
WORDS = {role: word for word, role in [*DATABASE_ROLES.items(), *_CLUSTER_ROLES.items()]}


@dataclass(frozen=True)
class _Place:
    """The cluster or database whose assignments a call is about.

    IDs of assignments hold the name of the database as the request has it: `spelled`.
    """

    cluster: Cluster
    database: Database | None
    spelled: str = ""

    @property
    def target(self) -> Cluster | Database:
        return self.database or self.cluster

    @property
    def parent_id(self) -> str:
        if self.database is None:
            return cluster_id(self.cluster)
        return database_id(self.cluster, self.spelled or self.database.name)

    @property
    def roles(self) -> dict[str, ClusterRole] | dict[str, DatabaseRole]:
        return _CLUSTER_ROLES if self.database is None else DATABASE_ROLES

    def find(self, name: str) -> RoleAssignment | None:
        """Return the assignment of that name, ignoring case."""
        wanted = name.casefold()
        return next((a for a in self.target.roles if _name(a).casefold() == wanted), None)

    def kind(self, on_cluster: str, on_database: str) -> str:
        """Return the kind of an operation here."""
        return on_cluster if self.database is None else on_database


def list_assignments(call: ArmRequest) -> Answer:
    """Return the assignments of a cluster or database, those made by commands included."""
    place = _place(call)
    return page_of(call, [_body(call.world, place, each) for each in place.target.roles])


def get_assignment(call: ArmRequest) -> Answer:
    """Return one assignment; one that is being made is shown as it was asked for."""
    place, name = _place(call), call.names["assignment"]
    found = place.find(name)
    if found is not None:
        return json_answer(_body(call.world, place, found))
    head = _head(place, name)
    running = operations.running_for(call, head["id"])
    if running is not None and running.pending is not None:
        return json_answer(running.pending)
    raise child_not_found(head["id"])


def put_assignment(call: ArmRequest) -> Answer:
    """Make an assignment, or change it: 201 or 200, and an operation if anything is to change."""
    place, name = _place(call), call.names["assignment"]
    given = member(call.object().get("properties"))
    asked = _Asked.read(place, given)
    operations.require_no_maintenance(call, place.cluster)
    principal, failure = _principal(call, place, asked)
    made = RoleAssignment(
        asked.role, principal, "", stable_id(place.parent_id, name, principal.fqn), name
    )
    existing = place.find(name)
    if existing is not None and _is_same(existing, made):
        return json_answer(_body(call.world, place, existing))
    if any(_is_same(each, made) for each in place.target.roles if each is not existing):
        raise conflict("Conflict", "The principal has the role already, under another name.")

    head = _head(place, name)

    def finish(succeeded: bool) -> None:
        if succeeded:
            kept = [each for each in place.target.roles if each is not existing]
            place.target.roles = [*kept, _late(call, place, made, head["id"])]

    state = "Creating" if existing is None else "Accepted"
    body = {**head, "properties": {**given, "provisioningState": state}}
    kind = place.kind("ServicePrincipalAssignmentsAdd", "DatabaseAddPrincipals")
    failure = failure or operations.overlap(call, place.cluster)
    change = Change(kind, place.cluster, head["id"], finish, failure, pending=body)
    operation = operations.start(call, change)
    return operations.created(call, operation, body, 201 if existing is None else 200)


def _late(
    call: ArmRequest, place: _Place, made: RoleAssignment, resource_id: str
) -> RoleAssignment:
    """Return an assignment of which the cluster learns later, while that is switched on."""
    seconds = call.faults.delay_of(Fault.LATE_CLUSTER_ROLES, resource_id)
    if place.database is not None or not seconds:
        return made
    return replace(made, counts_from=time.monotonic() + seconds)


def let_cluster_roles_count(world: World) -> None:
    """Let every cluster know the roles that were given on it."""
    for cluster in world.clusters:
        cluster.roles = [replace(each, counts_from=0.0) for each in cluster.roles]


def delete_assignment(call: ArmRequest) -> Answer:
    """Remove an assignment: 202 and an operation, or 204 when there is none."""
    place, name = _place(call), call.names["assignment"]
    found = place.find(name)
    if found is None:
        return Answer(204, b"")
    operations.require_no_maintenance(call, place.cluster)

    def finish(succeeded: bool) -> None:
        if succeeded:
            place.target.roles = [each for each in place.target.roles if each is not found]

    kind = place.kind("ServicePrincipalAssignmentsDrop", "DatabaseDropPrincipals")
    change = Change(
        kind,
        place.cluster,
        _head(place, name)["id"],
        finish,
        operations.overlap(call, place.cluster),
    )
    return operations.accepted(call, operations.start(call, change))


@dataclass(frozen=True)
class _Asked:
    """The properties of an assignment, as a client sends them."""

    role: ClusterRole | DatabaseRole
    type: str
    identifier: str
    tenant: str

    @classmethod
    def read(cls, place: _Place, given: dict[str, Any]) -> _Asked:
        """Return the properties; an ArmError (400) when one is missing or unknown."""
        role = place.roles.get(str(given.get("role")))
        kind, identifier = str(given.get("principalType")), given.get("principalId")
        if role is None or kind not in KINDS or not isinstance(identifier, str) or not identifier:
            raise bad_request(
                f"An assignment needs 'principalId', 'principalType' ({', '.join(KINDS)}) "
                f"and 'role' ({', '.join(place.roles)})."
            )
        return cls(role, kind, identifier, str(given.get("tenantId") or ""))


def _principal(call: ArmRequest, place: _Place, asked: _Asked) -> tuple[Principal, Failure | None]:
    """Return the principal; one not found is rejected late on a database, else at once or late."""
    world = call.world
    found = resolve(world, KINDS[asked.type], asked.identifier, asked.tenant)
    if found is not None:
        return found, None
    if place.database is None and not call.settings.refuses_late:
        raise bad_request(
            f"[BadRequest] Entity ID '{asked.identifier}' is not in AAD tenant "
            f"'{world.tenant_id}'.",
            "400-BadRequest",
        )
    failure = Failure("ResourceNotFound", "[NotFound] The AAD principal was not found.")
    return Principal(KINDS[asked.type], asked.identifier, world.tenant_id, ""), failure


def _place(call: ArmRequest) -> _Place:
    cluster = find_cluster(call)
    if "database" not in call.names:
        return _Place(cluster, None)
    return _Place(cluster, find_database(call, cluster), call.names["database"])


def _head(place: _Place, name: str) -> dict[str, str]:
    return child(place.parent_id, "PrincipalAssignments", name)


def _name(assignment: RoleAssignment) -> str:
    return assignment.name or assignment.assignment_id


def _is_same(one: RoleAssignment, other: RoleAssignment) -> bool:
    return one.role == other.role and one.principal.fqn == other.principal.fqn


def _body(world: World, place: _Place, assignment: RoleAssignment) -> dict[str, Any]:
    principal = assignment.principal
    own = principal.tenant_id == world.tenant_id
    return {
        **_head(place, _name(assignment)),
        "properties": {
            "principalId": principal_id(principal),
            "role": WORDS[assignment.role],
            "principalType": TYPES[principal.kind],
            "tenantId": principal.tenant_id or None,
            "tenantName": world.tenant_domain if own else None,
            "principalName": principal_name(principal),
            "aadObjectId": principal.object_id or None,
            "provisioningState": "Succeeded",
        },
    }
